"""DNS answers that are signed: proven, not signed at all, or forged. Keys are of this run."""

import json
import subprocess
import time

import pytest
import yaml

from demo.mailbox import SELECTOR, Keys, signature
from letters import letter
from rig.dns import DnsServer
from rig.house import program
from rig.signed import Signer

SPF = {"TXT": [["v=spf1 ip4:192.0.2.7 -all"]]}
DMARC = {"TXT": [["v=DMARC1; p=reject"]]}
ZONE = {
    "signed.example": SPF,
    "_dmarc.signed.example": DMARC,
    "bare.example": {"A": ["192.0.2.9"]},
    "alias.example": {"CNAME": "signed.example"},
    "way-out.example": {"CNAME": "x.open.example"},
    "x.open.example": SPF,
    "_dmarc.open.example": DMARC,
    "mixed.example": {"TXT": [["v=spf1 include:x.open.example -all"]]},
    "elsewhere.test": SPF,
    "forged.example": SPF,
    "_dmarc.forged.example": DMARC,
    "stripped.example": SPF,
    "expired.example": SPF,
    "stranger.example": SPF,
    "leans.example": {"TXT": [["v=spf1 include:forged.example -all"]]},
}
FAULTS = ("forged", "stripped", "expired", "stranger")


@pytest.fixture(scope="module")
def signer():
    made = Signer("example", open_zones=["open.example"])
    for how in FAULTS:
        made.spoil(f"{how}.example", how)
    for name in ("_dmarc.forged.example", "hidden.example", f"{SELECTOR}._domainkey.forged.example"):
        made.spoil(name, "forged")
    return made


@pytest.fixture(scope="module")
def names(signer):
    with DnsServer(ZONE, signer=signer) as server:
        yield server


@pytest.fixture
def site(tmp_path, names, signer):
    """Writes a configuration; `anchor` replaces the zone's own."""
    def write(our_domains=("signed.example",), **dnssec):
        dnssec = {"anchor": signer.write_anchor(tmp_path / "zone.key"), **dnssec}
        path = tmp_path / "postroom.yaml"
        path.write_text(yaml.safe_dump({"state": str(tmp_path / "state"), "dnssec": dnssec,
                                        "our_domains": list(our_domains),
                                        "resolver": names.address}))
        return str(path)
    return write


def run(config, *words, stdin=None, expect=0):
    done = subprocess.run([program(), *words, "-c", config], input=stdin, timeout=120,
                          capture_output=True, check=False)
    assert done.returncode == expect, done.stderr.decode()
    return done


def spf(config, domain):
    done = run(config, "auth", "spf", "--json", "--ip", "192.0.2.7", "--helo", "h",
               "--from", f"ann@{domain}")
    found = json.loads(done.stdout)
    return found["result"], found["dnssec"]


@pytest.mark.parametrize("domain, result, security", [
    ("signed.example", "pass", "secure"),
    ("alias.example", "pass", "secure"),
    ("bare.example", "none", "secure"),
    ("nowhere.example", "none", "secure"),
    ("way-out.example", "pass", "insecure"),
    ("x.open.example", "pass", "insecure"),
    ("elsewhere.test", "pass", "insecure"),
    ("mixed.example", "pass", "insecure"),
    ("forged.example", "temperror", "bogus"),
    ("stripped.example", "temperror", "bogus"),
    ("expired.example", "temperror", "bogus"),
    ("stranger.example", "temperror", "bogus"),
    ("hidden.example", "temperror", "bogus"),  # the proof that it does not exist is forged
    ("leans.example", "temperror", "bogus"),
])
def test_spf(site, domain, result, security):
    assert spf(site(), domain) == (result, security)


def test_an_inner_domain_is_believed_unproven(site):
    assert spf(site(insecure=["forged.example"]), "forged.example") == ("pass", "insecure")


def test_without_an_anchor_nothing_is_checked(site):
    assert spf(site(anchor="none"), "forged.example") == ("pass", "unchecked")


def test_an_anchor_nobody_named_forges_no_answer_of_a_server_without_signatures(tmp_path):
    """With dns-root-data installed: the root's keys are asked for, and are not there."""
    path = tmp_path / "postroom.yaml"
    with DnsServer({"plain.example": SPF}) as server:
        path.write_text(f"state: {tmp_path}\nresolver: {server.address}\n")
        assert spf(str(path), "plain.example") == ("pass", "unchecked")


@pytest.mark.parametrize("content, says", [
    (None, "No such file"),
    ("; a comment with DS 1 in it\n", "neither DS nor DNSKEY"),
    ("example. IN DS 1 13 2 it is no digest\n", "dnssec.anchor"),
])
def test_an_anchor_that_proves_nothing_is_no_anchor(tmp_path, site, content, says):
    anchor = tmp_path / "wrong.key"
    if content:
        anchor.write_text(content)
    done = run(site(anchor=str(anchor)), "auth", "spf", "--ip", "192.0.2.7", "--from",
               "ann@signed.example", expect=78)
    assert says in done.stderr.decode()


def test_a_delegation_record_is_an_anchor_too(tmp_path, site, signer):
    anchor = tmp_path / "zone.ds"
    anchor.write_text(f"example. IN DS {signer.delegation()}\n")
    assert spf(site(anchor=str(anchor)), "signed.example") == ("pass", "secure")


@pytest.mark.parametrize("author, result, security", [
    ("signed.example", "pass", "secure"),
    ("x.open.example", "pass", "insecure"),
    ("nothing.example", "none", "secure"),
    ("forged.example", "temperror", "bogus"),
])
def test_dmarc(site, author, result, security):
    done = run(site(), "auth", "dmarc", "--json", "--author", author, "--dkim", author)
    found = json.loads(done.stdout)
    assert (found["result"], found["dnssec"]) == (result, security)


@pytest.fixture(scope="module")
def mail(names):
    """A mail of Ann's, signed by her domain, whose key is published."""
    keys = Keys()

    def make(domain):
        octets = letter("Hello", From=f"Ann <ann@{domain}>")
        line = signature(octets, domain, keys, int(time.time()))
        names.zone.add(f"{SELECTOR}._domainkey.{domain}", {"TXT": [keys.record(domain)]})
        return line + octets
    return make


@pytest.mark.parametrize("domain, result, verdict, security", [
    ("signed.example", "pass", "authenticated", "secure"),
    ("open.example", "pass", "authenticated", "insecure"),
    ("forged.example", "temperror", "deferred", "bogus"),
])
def test_the_key_of_a_mail(site, mail, domain, result, verdict, security):
    octets = mail(domain)
    config = site()
    (line,) = run(config, "auth", "dkim", "--json", "-", stdin=octets).stdout.splitlines()
    found = json.loads(line)
    assert (found["result"], found["dnssec"]) == (result, security)
    auth = json.loads(run(config, "explain", "--json", "-", stdin=octets).stdout)["auth"]
    assert (auth["verdict"], auth["dkim"][0]["dnssec"]) == (verdict, security)
    assert f"(DNSSEC: {security})" in run(config, "explain", "-", stdin=octets).stdout.decode()


def test_the_reason_to_wait_names_dnssec(site, mail):
    said = run(site(), "explain", "-", stdin=mail("forged.example")).stdout.decode()
    assert "deferred: the DMARC policy is not what its zone signed (DNSSEC)" in said


def test_doctor_says_who_validates(site):
    def found(config):
        done = subprocess.run([program(), "doctor", "--json", "-c", config],
                              capture_output=True, timeout=120, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {line["check"]: line for line in lines if line["subject"] == "resolver"}

    assert found(site())["DNSSEC"]["says"] == "answers are validated here"
    assert found(site())["answer"]["state"] == "good"
    assert found(site(anchor="none"))["DNSSEC"]["state"] == "warning"
    assert found(site(our_domains=["forged.example"]))["answer"]["state"] == "broken"
