"""postroom init writes a configuration that holds, and no secret."""

import os
import socket
import subprocess

import pytest
import yaml

from rig.dns import DnsServer
from rig.house import program

USAGE, CONFIG = 64, 78


def init(folder, *words, answers="", resolver="none"):
    return subprocess.run([program(), "init", "--resolver", resolver, *words], cwd=folder,
                          input=answers, capture_output=True, text=True, timeout=60, check=False)


def written(folder, name="postroom.yaml"):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        text = file.read()
    checked = subprocess.run([program(), "check", "-c", name], cwd=folder, capture_output=True,
                             text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    assert text.count("#") > 5, "it is commented"
    return yaml.safe_load(text)


@pytest.mark.parametrize("address, server, profile", [
    ("ana@gmail.com", "imaps://imap.gmail.com", "gmail"),
    ("ana@Outlook.com", "imaps://outlook.office365.com", "m365"),
    ("ana@gmx.de", "imaps://imap.gmx.net", "none"),
    ("support@shop.example", "imaps://imap.shop.example", "none"),
])
def test_the_server_is_guessed_from_the_address(tmp_path, address, server, profile):
    done = init(tmp_path, answers=f"{address}\n\n\n")
    assert done.returncode == 0, done.stderr
    mailbox = written(tmp_path)["mailboxes"][0]
    assert (mailbox["server"], mailbox["address"]) == (server, address)
    assert mailbox["border"]["profile"] == profile
    assert ("oauth2" in mailbox) == (profile == "m365")


def test_the_server_is_guessed_from_who_takes_the_mail(tmp_path):
    zone = {"shop.example": {"MX": [[20, "other.example"], [10, "aspmx.l.google.com"]]}}
    with DnsServer(zone) as dns:
        done = init(tmp_path, answers="support@shop.example\n\n\n", resolver=dns.address)
    assert done.returncode == 0, done.stderr
    assert "That is Gmail" in done.stderr
    assert written(tmp_path)["mailboxes"][0]["server"] == "imaps://imap.gmail.com"


def test_the_server_is_guessed_from_what_the_domain_announces(tmp_path):
    zone = {"_imaps._tcp.shop.example": {"SRV": ["20 1 993 far.shop.example.",
                                                 "10 1 1993 near.shop.example."]}}
    with DnsServer(zone) as dns:
        done = init(tmp_path, answers="support@shop.example\n\n\n", resolver=dns.address)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path)["mailboxes"][0]["server"] == "imaps://near.shop.example:1993"


def test_a_domain_that_announces_no_such_service_is_left_to_the_guess(tmp_path):
    zone = {"_imaps._tcp.shop.example": {"SRV": ["0 0 0 ."]},
            "_imap._tcp.shop.example": {"SRV": ["0 0 143 mail.shop.example."]}}
    with DnsServer(zone) as dns:
        init(tmp_path, answers="support@shop.example\n\n\n", resolver=dns.address)
    assert written(tmp_path)["mailboxes"][0]["server"] == "imap://mail.shop.example"


def test_the_server_is_tried(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = f"imaps://localhost:{listener.getsockname()[1]}"
        done = init(tmp_path, "--address", "a@b.example", "--server", server, "--state", "/srv/p")
        assert "somebody listens there" in done.stdout
    (tmp_path / "postroom.yaml").unlink()
    done = init(tmp_path, "--address", "a@b.example", "--server", server, "--state", "/srv/p")
    assert done.returncode == 0 and "nobody listens there" in done.stdout


def test_options_answer_the_questions(tmp_path):
    done = init(tmp_path, "--address", "a@b.example", "--server", "imap://localhost:1143",
                "--state", "/srv/postroom", "-c", "my.yaml")
    assert done.returncode == 0, done.stderr
    told = written(tmp_path, "my.yaml")
    assert told["state"] == "/srv/postroom"
    assert told["mailboxes"][0]["server"] == "imap://localhost:1143"
    assert told["mailboxes"][0]["password"] == {"file": str(tmp_path / "a.password")}
    assert "postroom doctor" in done.stdout


def test_a_file_that_is_there_stays(tmp_path):
    (tmp_path / "postroom.yaml").write_text("mine\n")
    assert init(tmp_path, "--address", "a@b.example").returncode == CONFIG
    assert (tmp_path / "postroom.yaml").read_text() == "mine\n"


@pytest.mark.parametrize("address", ["", "nobody", "a@b", 'a"@b.example', "a@b.example\\nx: 1"])
def test_what_is_no_address_is_refused(tmp_path, address):
    done = init(tmp_path, "--address", address, answers="\n\n\n")
    assert done.returncode == USAGE
    assert not (tmp_path / "postroom.yaml").exists()


def test_who_has_no_configuration_yet_hears_of_init(tmp_path):
    done = subprocess.run([program(), "tickets", "-c", "not-there.yaml"], cwd=tmp_path,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == CONFIG and "postroom init" in done.stderr
