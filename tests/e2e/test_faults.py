"""What goes wrong is said clearly, has the right exit code, and loses nothing."""

import os
import socket
import sqlite3
import subprocess

import pytest

from rig.house import House, program
from letters import letter

USAGE, TRY_LATER, CONFIG = 64, 75, 78


def said(done, *words):
    text = done.stderr + done.stdout
    for word in words:
        assert word in text, f"{word!r} is not in: {text[-2000:]}"
    return text


def test_wrong_password(house, box):
    box.deliver(letter("waits for the right password"))
    house.write_secret("mailbox.password", "not the password at all")
    done = house.once(expect=CONFIG)
    text = said(done, "support")
    assert "not the password at all" not in text
    house.write_secret("mailbox.password", box.password)
    house.once()
    assert house.count("messages") == 1


def test_unreachable_server(house, box):
    box.deliver(letter("waits for the server"))
    box.halt()
    said(house.once(expect=TRY_LATER), "support")
    box.start()
    house.once()
    assert house.count("messages") == 1


def test_certificate_of_an_unknown_authority(tmp_path, box, dns, hooks):
    box.deliver(letter("waits for trust"))
    before = box.log.count("Login: user")
    house = House(tmp_path, box, dns, hooks, tls=None)
    house.config["mailboxes"][0].pop("tls")
    house.configure()
    done = house.run("run", "--once")
    assert done.returncode in (TRY_LATER, CONFIG)
    said(done, "certificate")
    assert box.log.count("Login: user") == before, "a credential left before the server was known"


def test_certificate_for_another_host(tmp_path, dns, hooks):
    from rig.dovecot import Dovecot

    with Dovecot(names=("elsewhere.example",)) as box:
        house = House(tmp_path, box, dns, hooks)
        done = house.run("run", "--once")
        assert done.returncode in (TRY_LATER, CONFIG)
        said(done, "localhost")
        assert "Login: user" not in box.log


def test_one_bad_mailbox_does_not_stop_the_other(house, box):
    box.deliver(letter("from the good one"))
    with socket.create_server(("127.0.0.1", 0)) as holder:
        nowhere = f"imaps://localhost:{holder.getsockname()[1]}"
    house.configure(mailboxes=[
        house.mailbox(name="away", address="away@demo.example", server=nowhere),
        house.mailbox(),
    ])
    house.once(expect=TRY_LATER)
    assert house.count("messages") == 1


def test_unknown_key_names_line_and_nearest_key(house):
    house.configure(mailboxes=[{**house.mailbox(), "sever": "x"}])
    for words in (("check",), ("run", "--once")):
        done = house.run(*words)
        assert done.returncode == CONFIG
        text = said(done, "postroom.yaml:", "sever", "did you mean 'server'")
        place = text.split("postroom.yaml:")[1].split(":")
        assert place[0].isdigit() and place[1].isdigit()


def test_a_folder_that_is_named_and_not_there(house, box):
    box.deliver(letter("lies in another folder"))
    for role in ("inbox", "junk", "sent"):
        house.config["mailboxes"][0]["folders"] = {role: "Ghost"}
        house.configure()
        said(house.once(expect=CONFIG), "'Ghost'", "folders")
    house.config["mailboxes"][0]["folders"] = {}
    house.configure()
    house.once()
    assert house.count("messages") == 1


def test_a_relative_state_lies_beside_its_file(house, box, tmp_path):
    house.config["state"] = "here"
    house.configure()
    box.deliver(letter("filed once"))
    for place in ("first", "second"):
        folder = tmp_path / place
        folder.mkdir()
        subprocess.run(house.command("run", "--once"), cwd=folder, check=True,
                       capture_output=True, timeout=60)
        assert not os.listdir(folder)
    assert os.path.exists(house.path("here/postroom.db"))


def test_check_takes_no_argument(house):
    assert house.run("check", "/nowhere/postroom.yaml").returncode == USAGE


def test_broken_yaml(house):
    house.write_config("state: [unclosed\nmailboxes: {\n")
    done = house.run("run", "--once")
    assert done.returncode == CONFIG
    said(done, "postroom.yaml:")


def test_no_configuration_at_all(tmp_path):
    environment = {name: value for name, value in os.environ.items()
                   if name != "POSTROOM_CONFIG"}
    done = subprocess.run([program(), "run", "--once", "-c", "no-such.yaml"], cwd=tmp_path,
                          env=environment, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == CONFIG
    said(done, "no-such.yaml")


def test_missing_secret_file_is_named_not_shown(house):
    os.unlink(house.path("mailbox.password"))
    said(house.once(expect=CONFIG), "mailbox.password")


def test_unwritable_state_folder(house):
    blocker = house.path("a-file")
    with open(blocker, "w", encoding="ascii") as file:
        file.write("in the way")
    # Root may write anywhere, so a file stands where the folder should be.
    house.configure(state=os.path.join(blocker, "state"))
    said(house.once(expect=CONFIG), blocker)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into any folder")
def test_read_only_state_folder(house):
    os.chmod(house.state, 0o500)
    try:
        said(house.once(expect=CONFIG), house.state)
    finally:
        os.chmod(house.state, 0o700)


def test_database_of_a_newer_version(house, box):
    box.deliver(letter("not for old programs"))
    house.once()
    with sqlite3.connect(house.database) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = house.counts()
    said(house.once(expect=CONFIG), "newer")
    assert house.counts() == before


def test_two_daemons_on_one_state_folder(house):
    house.start_and_settle()
    done = house.run("run", "--once")
    assert done.returncode in (CONFIG, TRY_LATER), done.stderr
    house.is_up()
    assert house.stop() == 0


def test_unknown_command_and_option():
    for words in (["no-such-command"], ["run", "--no-such-option"]):
        done = subprocess.run([program(), *words], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == USAGE
        assert done.stderr


def test_secrets_are_in_no_output_and_not_in_the_database(house, box, hooks, full_box):
    del full_box
    done = house.once()
    with open(house.database, "rb") as file:
        stored = file.read()
    for secret in (box.password, hooks.secret, hooks.secret.removeprefix("whsec_")):
        assert secret not in done.stdout + done.stderr
        assert secret.encode() not in stored


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MB: it is full before the mails are filed."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)],
            capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small file system needs root and the right to mount")
    yield str(place)
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_full_disk_loses_nothing(house, box, small_disk):
    house.configure(state=small_disk)
    house.state = small_disk
    # Random letters do not compress: 40 mails of 200 kB are more than the disk holds.
    mails = [letter(f"heavy {n}", os.urandom(100_000).hex()) for n in range(40)]
    box.deliver_all(mails)
    done = house.run("run", "--once")
    assert done.returncode in (74, TRY_LATER), done.stderr[-2000:]
    assert "full" in done.stderr or "space" in done.stderr, done.stderr[-2000:]
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    house.once()
    assert house.count("messages") == len(mails)
    assert house.sql("PRAGMA integrity_check")[0][0] == "ok"


def test_receiver_that_is_away_gets_everything_later(house, box, hooks):
    box.deliver(letter("told later"))
    hooks.stop()
    house.once(expect=TRY_LATER)
    assert house.count("messages") == 1
    waiting = house.sql("SELECT count(*) FROM outbox")[0][0]
    assert waiting >= 1


def test_dead_resolver_delays_no_filing(tmp_path, box, samples, hooks):
    """Nobody answers DNS: the mail is filed, deferred at worst, never failed."""
    box.deliver_all([(mail.octets, mail.date) for mail in samples[0][:3]])
    house = House(tmp_path, box, None, hooks)
    house.once()
    verdicts = {row["verdict"] for row in house.sql(
        "SELECT json_extract(body, '$.data.auth.verdict') AS verdict FROM events")}
    assert verdicts <= {"deferred", "unauthenticated", "authenticated", None}
    assert house.count("messages") == 3
