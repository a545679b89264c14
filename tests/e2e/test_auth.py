"""`postroom auth` judges one mechanism alone, with keys and zones made on the spot."""

import json
import os
import subprocess

import pytest

from rig.dns import DnsServer
from rig.house import program

ZONE = {
    "plain.example": {"TXT": [["v=spf1 ip4:192.0.2.0/24 -all exp=why.plain.example"]]},
    "two.example": {"TXT": [["v=spf1 a:out.two.example -all"]]},
    "out.two.example": {"A": ["192.0.2.7"]},
    "why.plain.example": {"TXT": [["%{i} is not ours"]]},
    "broken.example": {"TXT": [["v=spf1 ip4:192.0.2.300 -all"]]},
    "slow.example": "SERVFAIL",
    "xn--caf-dma.example": {"TXT": [["v=spf1 ip4:192.0.2.7 -all"]]},
    "mapped.example": {"TXT": [["v=spf1 ip6:::ffff:192.0.2.7 ip6:::ffff:0:0/96 -all"]]},
    "local.example": {"TXT": [["v=spf1 include:%{l}.local.example exists:%{s}.local.example"
                               " exists:%{l}.a.local.example ip4:192.0.2.7 -all"]]},
    "long.example": {"TXT": [["v=spf1 exists:%{l}.long.example exists:%{l}.b.long.example"
                              " exists:%{l}.c.long.example ip4:192.0.2.7 -all"]]},
    "_dmarc.plain.example": {"TXT": [["v=DMARC1; p=reject"]]},
    "_dmarc.strict.example": {"TXT": [["v=DMARC1; p=quarantine; adkim=s; aspf=s"]]},
    "_dmarc.mute.example": "SERVFAIL",
}
SITE = """
state: {state}
resolver: {resolver}
mailboxes:
  - name: support
    address: support@help.example
    server: imaps://imap.help.example
    user: support
    password: {{env: NOBODY_ASKS}}
    border: {{profile: rfc8601, hosts: [mx.help.example], authserv_ids: [mx.help.example]}}
"""
RECEIVED = ("Received: from out.plain.example (out.plain.example [192.0.2.7])\r\n"
            "\tby mx.help.example with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0000\r\n")
RESULTS = ("Authentication-Results: mx.help.example; dkim=pass (2048-bit key)\r\n"
           "\theader.d=plain.example header.b=\"ab/c\"; dmarc=pass header.from=plain.example\r\n")
REST = "From: Ann <ann@plain.example>\r\nSubject: Hello\r\n\r\nHi.\r\n"


@pytest.fixture(scope="module")
def names():
    with DnsServer(ZONE) as server:
        yield server


def run(folder, *words, stdin=None, expect=0):
    environment = {name: value for name, value in os.environ.items()
                   if name != "POSTROOM_CONFIG"}
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([program(), *words], input=stdin, cwd=folder, timeout=120,
                          capture_output=True, check=False, env=environment)
    assert done.returncode == expect, done.stderr.decode()
    return done.stdout.decode()


def told(folder, names, *words, stdin=None):
    out = run(folder, "auth", *words, "--json", "--resolver", names.address, stdin=stdin)
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("ip, helo, sender, result, scope", [
    ("192.0.2.7", "out.plain.example", "ann@plain.example", "pass", "mfrom"),
    ("203.0.113.5", "x", "<ann@plain.example>", "fail", "mfrom"),
    ("192.0.2.7", "plain.example", "<>", "pass", "helo"),
    ("192.0.2.7", "plain.example", "", "pass", "helo"),
    ("192.0.2.7", "x", "ann@nothing.example", "none", "mfrom"),
    ("192.0.2.7", "x", "ann@broken.example", "permerror", "mfrom"),
    ("192.0.2.7", "x", "ann@slow.example", "temperror", "mfrom"),
    ("2001:db8::1", "x", "ann@plain.example", "fail", "mfrom"),
    ("192.0.2.7", "x", "ann@café.example", "pass", "mfrom"),
    ("192.0.2.7", "CAFÉ.example", "<>", "pass", "helo"),
    ("192.0.2.7", "x", "ann@mapped.example", "fail", "mfrom"),
    ("::ffff:192.0.2.7", "x", "ann@mapped.example", "fail", "mfrom"),
    ("::ffff:192.0.2.7", "x", "ann@plain.example", "pass", "mfrom"),
    ("192.0.2.7", "x", "añil@local.example", "pass", "mfrom"),
    ("192.0.2.7", "x", "ann@local.example", "permerror", "mfrom"),
    ("192.0.2.7", "x", "x" * 64 + "@long.example", "pass", "mfrom"),
    ("192.0.2.7", "x", "ann@long.example", "permerror", "mfrom"),
])
def test_spf(tmp_path, names, ip, helo, sender, result, scope):
    (found,) = told(tmp_path, names, "spf", "--ip", ip, "--helo", helo, "--from", sender)
    assert {"result", "domain", "scope", "because", "lookups"} <= set(found)
    assert (found["result"], found["scope"]) == (result, scope), found
    assert found["because"]


def test_a_fail_is_told_in_the_words_of_the_domain(tmp_path, names):
    (found,) = told(tmp_path, names, "spf", "--ip", "203.0.113.5", "--from",
                    "ann@plain.example")
    assert found["explanation"] == "203.0.113.5 is not ours"


@pytest.mark.parametrize("words, expected", [
    (["--author", "plain.example", "--dkim", "plain.example"], ("pass", "reject")),
    (["--author", "Ann@Plain.Example.", "--spf", "news.plain.example"], ("pass", "reject")),
    (["--author", "plain.example", "--dkim", "other.example", "--dkim", "x.example"],
     ("fail", "reject")),
    (["--author", "strict.example", "--dkim", "a.strict.example"], ("fail", "quarantine")),
    (["--author", "nothing.example"], ("none", None)),
    (["--author", "mute.example"], ("temperror", None)),
    (["--author", "no domain"], ("permerror", None)),
])
def test_dmarc(tmp_path, names, words, expected):
    (found,) = told(tmp_path, names, "dmarc", *words)
    assert (found["result"], found["policy"]) == expected, found
    assert {"policy_domain", "organizational_domain", "alignment"} <= set(found)


def test_dkim_tells_a_line_for_each_signature(tmp_path, dns, samples):
    signed = samples[0][3].octets
    (tmp_path / "signed.eml").write_bytes(signed)
    (tmp_path / "changed.eml").write_bytes(signed + b"Pay here instead.\r\n")
    good, bad = told(tmp_path, dns, "dkim", "signed.eml", "changed.eml")
    assert (good["result"], bad["result"]) == ("pass", "fail")
    assert good["aligned"] and not bad["aligned"]
    assert good["domain"] == bad["domain"]
    (bare,) = told(tmp_path, dns, "dkim", stdin=signed.replace(b"\r\n", b"\n"))
    assert bare == good
    assert told(tmp_path, dns, "dkim", "-", stdin=REST) == []


def test_arc_of_a_mail_without_sets_and_of_a_forged_one(tmp_path, names):
    (nothing,) = told(tmp_path, names, "arc", stdin=REST)
    assert (nothing["result"], nothing["instances"]) == ("none", 0)
    forged = "ARC-Seal: i=1; a=rsa-sha256; cv=pass; d=a.example; s=s; b=AAAA\r\n" + REST
    (found,) = told(tmp_path, names, "arc", "--sealer", "a.example", stdin=forged)
    assert found["result"] == "fail" and not found["trusted"] and found["because"]


def test_results_are_believed_above_the_border_only(tmp_path, names):
    site = tmp_path / "site.yaml"
    site.write_text(SITE.format(state=tmp_path, resolver=names.address))
    words = ["results", "-c", str(site)]
    (above,) = told(tmp_path, names, *words, stdin=RESULTS + RECEIVED + REST)
    assert above["authserv_id"] == "mx.help.example" and above["version"] == 1
    assert above["trusted"], above
    dkim, dmarc = above["results"]
    assert dkim == {"method": "dkim", "method_version": 1, "result": "pass", "reason": None,
                    "properties": {"header.d": "plain.example", "header.b": "ab/c"}}
    assert dmarc["properties"] == {"header.from": "plain.example"}
    (below,) = told(tmp_path, names, *words, "--mailbox", "support",
                    stdin=RECEIVED + RESULTS + REST)
    assert not below["trusted"] and "below" in below["because"]
    (nobody,) = told(tmp_path, names, *words, "--profile", "none",
                     stdin=RESULTS + RECEIVED + REST)
    assert not nobody["trusted"]


def test_results_without_a_border_are_read_and_believed_by_nobody(tmp_path, names):
    for profile in ("rfc8601", "gmail", "m365", "none"):
        (found,) = told(tmp_path, names, "results", "--profile", profile, "-",
                        stdin=RESULTS + REST)
        assert not found["trusted"] and found["because"]
        assert len(found["results"]) == 2


def test_strangers_are_read_by_the_letter_microsoft_is_not(tmp_path, names):
    mail = "Authentication-Results: spf=pass; dmarc=pass action=none\r\n" + REST
    (strict,) = told(tmp_path, names, "results", "--profile", "rfc8601", stdin=mail)
    assert strict["authserv_id"] is None and strict["results"] == []
    (loose,) = told(tmp_path, names, "results", "--profile", "m365", stdin=mail)
    assert [result["method"] for result in loose["results"]] == ["spf", "dmarc"]


@pytest.mark.parametrize("words", [
    [], ["spx"], ["spf"], ["spf", "--ip", "localhost", "--helo", "x"], ["dmarc"],
    ["spf", "--ip", "192.0.2.7"], ["results", "--profile", "ours"],
    ["dkim", "--received-at", "soon"], ["dmarc", "--author", "a.example", "file"],
    ["results", "--mailbox", "support", "--nonsense"],
])
def test_wrong_usage_is_64(tmp_path, words):
    run(tmp_path, "auth", *words, expect=64)


def test_a_missing_file_is_bad_input_and_does_not_stop_the_rest(tmp_path, names):
    (tmp_path / "mail.eml").write_text(REST)
    out = run(tmp_path, "auth", "arc", "--json", "--resolver", "none", "no-such.eml",
              "mail.eml", expect=65)
    assert json.loads(out)["result"] == "none"


def test_options_may_stand_before_the_command(tmp_path, names):
    out = run(tmp_path, "--resolver", names.address, "--json", "auth", "spf", "--ip",
              "192.0.2.7", "--from", "ann@plain.example")
    assert json.loads(out)["result"] == "pass"


def test_it_reads_well_without_json(tmp_path, names):
    text = run(tmp_path, "auth", "spf", "--ip", "192.0.2.7", "--from", "\x1b[1m@x.example",
               "--resolver", "none")
    assert "temperror" in text and "\x1b" not in text


POISON = {
    "loop.example": {"CNAME": "pool.example"},
    "pool.example": {"CNAME": "loop.example"},
    "huge.example": {"TXT": [["v=spf1"] + [" ip4:10.1.2.3"] * 4000]},
    "flood.example": {"TXT": [["v=spf1 +all"], ["v=spf1 ?all"]] + [[f"note {i}"] for i in range(3000)]},
    "LOUD.example": {"TXT": [["V=SPF1 IP4:192.0.2.7 -ALL"]]},
    "itself.example": {"TXT": [["v=spf1 include:itself.example -all"]]},
    "wide.example": {"TXT": [["v=spf1 mx -all"]],
                     "MX": [[i, f"mx{i}.wide.example"] for i in range(200)]},
}


@pytest.mark.parametrize("domain, result", [
    ("loop.example", "temperror"), ("huge.example", "permerror"),
    ("flood.example", "temperror"), ("loud.example", "pass"),
    ("itself.example", "permerror"), ("wide.example", "permerror"),
])
def test_poisoned_zones_cost_little_and_prove_nothing(tmp_path, domain, result):
    with DnsServer(POISON) as zone:
        (found,) = told(tmp_path, zone, "spf", "--ip", "192.0.2.7", "--helo", "x", "--from",
                        "ann@" + domain)
        assert found["result"] == result, found
        assert len(zone.log) < 80  # each question and its repetitions over UDP and TCP


@pytest.mark.parametrize("suffix", ["test", "invalid", "localhost", "home.arpa", "internal",
                                    "lan", "10.in-addr.arpa", "127.in-addr.arpa"])
def test_names_for_private_use_are_the_servers_to_answer(tmp_path, suffix):
    domain = "corp." + suffix
    with DnsServer({domain: {"TXT": [["v=spf1 ip4:192.0.2.7 -all"]]}}) as zone:
        (found,) = told(tmp_path, zone, "spf", "--ip", "192.0.2.7", "--from", "ann@" + domain)
    assert found["result"] == "pass", found


def test_one_silent_name_takes_no_other_its_answer(tmp_path):
    silent = ("DKIM-Signature: v=1; a=rsa-sha256; d=mute.example; s=s; h=from;\r\n"
              "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n")
    with DnsServer({**ZONE, "s._domainkey.mute.example": "TIMEOUT"}) as zone:
        site = tmp_path / "site.yaml"
        site.write_text(SITE.format(state=tmp_path, resolver=zone.address))
        out = run(tmp_path, "explain", "--json", "-c", str(site), "--mailbox", "support",
                  "--received-at", "2026-11-23T10:00:05Z",
                  stdin="Return-Path: <ann@plain.example>\r\n" + RECEIVED + silent + REST)
    auth = json.loads(out)["auth"]
    assert [facts["result"] for facts in auth["dkim"]] == ["temperror"]
    assert (auth["spf"]["result"], auth["verdict"]) == ("pass", "authenticated"), auth


def test_libspf2_answers_inside_the_sandbox(tmp_path, names):
    site = tmp_path / "site.yaml"
    site.write_text(SITE.format(state=tmp_path, resolver=names.address)
                    + "spf_engine: libspf2\n")
    for ip, domain, result, engine in [("192.0.2.7", "two.example", "pass", True),
                                       ("203.0.113.5", "two.example", "fail", True),
                                       ("203.0.113.5", "plain.example", "fail", False),
                                       ("192.0.2.7", "slow.example", "temperror", True)]:
        (found,) = told(tmp_path, names, "spf", "-c", str(site), "--ip", ip, "--helo",
                        "out." + domain, "--from", "ann@" + domain)
        assert found["result"] == result, found
        assert ("libspf2" in found["because"]) == engine, found
