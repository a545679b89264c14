"""`postroom explain` judges mail without configuration, network or database."""

import json
import os
import pty
import subprocess

import jsonschema
import pytest

from rig.house import program
from letters import letter

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The keys of the contract's `data`, and of those objects in it that are never null.
TOP = {"mailbox", "ticket", "message", "thread", "auth", "classification", "spam", "phishing",
       "auto", "bounces", "complaint", "unsubscribe", "campaign", "lead", "route"}
MESSAGE = set("""id message_id in_reply_to references direction date received_at size sha256
    from sender reply_to to cc envelope_from delivered_to subject language text reply_text
    quoted_text signature_text html truncated headers attachments links calendar security
    defects""".split())
AUTH = set("""verdict source author_domain flags because border spf dkim dmarc arc
    results_header""".split())
CLASSIFICATION = set("label sublabel confidence review scores reasons model".split())


def explain(folder, *words, stdin=None, expect=0):
    environment = {name: value for name, value in os.environ.items()
                   if name != "POSTROOM_CONFIG"}
    done = subprocess.run(
        [program(), "explain", "--resolver", "none", *words], input=stdin, cwd=folder,
        capture_output=True, timeout=120, check=False, env=environment,
    )
    assert done.returncode == expect, done.stderr.decode()
    return done.stdout.decode("utf-8")


def explained(folder, *words, stdin=None):
    return [json.loads(line) for line in
            explain(folder, "--json", *words, stdin=stdin).splitlines()]


@pytest.fixture(scope="module")
def data_schema():
    with open(os.path.join(PROJECT, "schema", "event.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    data = definitions.get("data") or definitions["Data"]
    return {**data, "$defs": definitions, "definitions": definitions}


@pytest.fixture
def sample_files(tmp_path, samples):
    paths = []
    for mail in samples[0]:
        path = tmp_path / f"{mail.name}.eml"
        path.write_bytes(mail.octets)
        paths.append(str(path))
    return paths


def test_every_key_of_the_contract_is_there(tmp_path, sample_files):
    for data in explained(tmp_path, *sample_files):
        assert TOP <= set(data), data["file"]
        assert data["ticket"] is None
        assert MESSAGE <= set(data["message"]), data["file"]
        assert AUTH <= set(data["auth"]), data["file"]
        assert CLASSIFICATION <= set(data["classification"]), data["file"]


def test_output_is_valid_under_the_schema(tmp_path, sample_files, data_schema):
    for data in explained(tmp_path, *sample_files):
        data.pop("file")
        data.pop("held", None)
        jsonschema.validate(data, data_schema)


def test_one_object_a_mail_in_the_order_given(tmp_path, sample_files):
    order = list(reversed(sample_files))
    assert [data["file"] for data in explained(tmp_path, *order)] == order


def test_line_ends_do_not_matter(tmp_path, samples):
    mail = samples[0][0].octets
    (with_crlf,) = explained(tmp_path, "-", stdin=mail)
    (with_lf,) = explained(tmp_path, "-", stdin=mail.replace(b"\r\n", b"\n"))
    for data in (with_crlf, with_lf):
        assert data["file"] == "-"
        for name in ("size", "sha256"):
            data["message"].pop(name)
    assert with_crlf == with_lf


def test_an_mbox_is_many_mails(tmp_path):
    mails = [letter("first in the box").replace(b"\r\n", b"\n"),
             letter("second in the box").replace(b"\r\n", b"\n")]
    box = tmp_path / "two.mbox"
    box.write_bytes(b"".join(
        b"From ana@correo.example Mon Nov 23 10:00:00 2026\n" + mail + b"\n" for mail in mails))
    subjects = [data["message"]["subject"] for data in explained(tmp_path, str(box))]
    assert subjects == ["first in the box", "second in the box"]


def test_a_valid_signature_is_seen_through_the_given_resolver(tmp_path, samples, dns):
    (tmp_path / "mail.eml").write_bytes(samples[0][3].octets)
    done = subprocess.run(
        [program(), "explain", "--json", "--resolver", dns.address, "mail.eml"],
        cwd=tmp_path, capture_output=True, timeout=60, check=True)
    auth = json.loads(done.stdout)["auth"]
    assert auth["verdict"] == "authenticated", auth
    assert [s["result"] for s in auth["dkim"]] == ["pass"]


def test_who_sent_it_is_told_in_plain_words(tmp_path, samples, dns):
    (tmp_path / "mail.eml").write_bytes(samples[0][3].octets)
    done = subprocess.run([program(), "explain", "--resolver", dns.address, "mail.eml"],
                          cwd=tmp_path, capture_output=True, timeout=60, check=True)
    lines = dict(line.split(None, 1) for line in done.stdout.decode().splitlines()
                 if line[:1].strip() and " " in line)
    assert lines["sender"].startswith("authenticated: DKIM of ") and "aligned" in lines["sender"]
    assert lines["dkim"].startswith("pass for ")
    assert lines["dmarc"].split(":")[0] in ("pass", "none")
    assert lines["spf"].startswith("not judged: ")


def test_it_reads_well_without_json_too(tmp_path, samples):
    text = explain(tmp_path, "-", stdin=samples[0][4].octets)
    assert "lead" in text
    assert "\x1b" not in text


def test_a_missing_file_is_an_input_fault(tmp_path):
    done = subprocess.run([program(), "explain", "no-such-file.eml"], cwd=tmp_path,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode in (65, 66, 74)
    assert b"no-such-file.eml" in done.stderr


def test_it_writes_nothing(tmp_path, samples):
    explain(tmp_path, "-", stdin=samples[0][0].octets)
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_not_read_in_silence(tmp_path):
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run([program(), "explain", "--resolver", "none"], stdin=theirs, cwd=tmp_path,
                              capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 64 and "name a file" in done.stderr
