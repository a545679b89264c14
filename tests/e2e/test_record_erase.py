"""To be forgotten, and to be kept: erasure to the last byte, backups under load."""

import glob
import os
import sqlite3
import stat

import pytest

from letters import letter
from rig.house import wait_for

ANA = "ana.secreta@correo.example"
WORD = "Zanzibarmarmelade"
NAME = "Anastasia"


def bytes_in_state(house):
    found = {}
    for path in glob.glob(os.path.join(house.state, "*")):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            with open(path, "rb") as file:
                found[os.path.basename(path)] = file.read()
    return found


def traces(house, *words):
    return [(name, word) for name, octets in bytes_in_state(house).items() for word in words
            if word.lower().encode() in octets.lower()]


@pytest.fixture
def filled(house, box):
    """Ana asked and was answered; Bob's mail names her; others wrote too."""
    box.deliver_all([letter(f"Lamp {n}", f"Question {n} about the lamp.") for n in range(20)])
    box.deliver(letter(f"{WORD} broken", f"My {WORD} is broken. Regards", Message_ID="<q@correo.example>",
                       From=f"{NAME} <{ANA}>"))
    box.deliver(letter("Colleague", f"Please write to {ANA.upper()} about it.",
                       From="Bob <bob@norte.example>"))
    house.once()
    box.deliver(letter(f"Re: {WORD} broken", f"Your {WORD} will be repaired.",
                       From="Support <support@demo.example>", To=ANA, In_Reply_To="<q@correo.example>"),
                "Sent")
    house.once()
    house.run("senders", "block", ANA)
    return house


@pytest.mark.parametrize("running", [False, True])
def test_erase_leaves_no_byte_of_the_person(filled, running):
    assert traces(filled, ANA, WORD, NAME) != []
    if running:
        filled.start()
        wait_for(lambda: "house.open" in filled.log, what=filled.log)
    done = filled.json("erase", ANA)[0]
    assert (done["tickets"], done["messages"], done["mentions"]) == (1, 2, 1)
    assert traces(filled, ANA, WORD, NAME) == []
    if running:
        assert filled.stop() == 0
        assert traces(filled, ANA, WORD, NAME) == []
    assert filled.sql("PRAGMA integrity_check")[0][0] == "ok"
    assert filled.sql("PRAGMA foreign_key_check") == []
    assert filled.count("messages") == 21 and filled.count("tickets") == 21
    bob = filled.sql("SELECT text FROM messages WHERE subject = 'Colleague'")[0]["text"]
    assert "[erased]" in bob


def test_what_is_left_is_still_found_and_what_is_gone_is_not(filled):
    filled.json("erase", ANA)
    assert len(filled.json("search", "lamp", "--limit", "50")) == 20
    assert len(filled.json("search", "colleague")) == 1
    assert filled.json("search", WORD) == []


def test_an_erased_mail_is_not_collected_again(filled):
    filled.json("erase", ANA)
    filled.once()
    assert filled.count("messages") == 21
    assert traces(filled, ANA, WORD) == []


def test_what_was_merged_into_an_erased_ticket_lives_on(filled):
    colleague, hers = (filled.sql("SELECT ticket FROM messages WHERE subject = ?", subject)[0][0]
                       for subject in ("Colleague", f"{WORD} broken"))
    filled.json("tickets", "merge", str(colleague), str(hers))
    filled.json("erase", ANA)
    shown = filled.json("tickets", "show", str(colleague))[0]
    assert (shown["status"], shown["merged_into"]) == ("open", None)
    assert shown["unanswered_since"] and shown["history"][-1]["new_value"] == "open"
    assert filled.json("tickets", "set", str(colleague), "--status", "closed")


def test_erasing_nobody_changes_nothing(filled):
    before = filled.counts()
    done = filled.json("erase", "nobody@x.example")[0]
    assert done["messages"] == 0
    assert filled.counts() == before
    assert filled.run("erase", "nonsense").returncode == 65
    assert filled.run("erase").returncode == 64


def test_a_reader_that_keeps_old_pages_is_told(filled):
    reader = sqlite3.connect(f"file:{filled.database}?mode=ro", uri=True)
    reader.execute("BEGIN").execute("SELECT count(*) FROM messages").fetchall()
    done = filled.run("erase", ANA)
    reader.close()
    assert done.returncode == 75 and "traces may still lie" in done.stderr
    assert filled.run("erase", ANA).returncode == 0
    assert traces(filled, ANA, WORD, NAME) == []


def test_a_backup_under_load_is_whole_and_starts(house, box, tmp_path):
    house.start_and_settle()
    box.deliver_all([letter(f"Lamp {n}") for n in range(200)])
    wait_for(lambda: house.count("messages") > 10, what=house.log)
    copy = str(tmp_path / "copy.db")
    assert house.run("backup", copy).returncode == 0
    wait_for(lambda: house.count("messages") == 200, what=house.log)
    assert house.stop() == 0
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        messages = database.execute("SELECT count(*) FROM messages").fetchone()[0]
        filed = database.execute("SELECT count(*) FROM uid_ledger WHERE state = 'filed'").fetchone()[0]
    assert 10 < messages == filed
    # The restore page: the copy takes the place of the database, and the pass goes on.
    for path in glob.glob(house.database + "*"):
        os.remove(path)
    os.rename(copy, house.database)
    house.once()
    assert house.counts("messages", "tickets") == {"messages": 200, "tickets": 200}


def test_a_damaged_database_makes_no_backup(house, box, tmp_path):
    box.deliver_all([letter(f"Lamp {n}", "Long. " * 2000) for n in range(5)])
    house.once()
    with sqlite3.connect(house.database) as database:
        page = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with open(house.database, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    copy = tmp_path / "copy.db"
    done = house.run("backup", str(copy))
    assert done.returncode == 74 and "damaged" in done.stderr
    assert not list(tmp_path.glob("copy.db*"))
    done = house.run("message", "show", "1")
    assert done.returncode == 74 and "restore a backup" in done.stderr


def test_a_backup_overwrites_nothing(house, tmp_path):
    house.once()
    path = tmp_path / "copy.db"
    path.write_text("mine")
    done = house.run("backup", str(path))
    assert done.returncode == 78 and "never overwritten" in done.stderr
    assert path.read_text() == "mine"
    done = house.run("backup", str(tmp_path / "no" / "such" / "folder"))
    assert done.returncode == 78 and len(done.stderr.splitlines()) == 1


def test_a_database_of_a_newer_program_is_refused(house):
    house.once()
    with sqlite3.connect(house.database) as database:
        database.execute("PRAGMA user_version = 99")
    for words in (["run", "--once"], ["tickets"], ["tickets", "set", "1", "--status", "open"]):
        done = house.run(*words)
        assert done.returncode == 78 and "install the newer postroom" in done.stderr


def change(house, sql):
    connection = sqlite3.connect(house.database)
    connection.executescript(sql)
    connection.close()


def test_what_is_kept_for_a_time_goes_when_it_is_over(house, box, hooks):
    box.deliver_all([letter(f"Lamp {n}") for n in range(3)])
    house.once()
    house.once()
    assert house.counts("raw_mail", "events") == {"raw_mail": 3, "events": 3}
    change(house, """UPDATE raw_mail SET stored_at = '2020-01-01T00:00:00.000Z' WHERE id = 1;
        UPDATE events SET created_at = '2020-01-01T00:00:00.000Z' WHERE message_id = 2;
        UPDATE outbox SET settled_at = '2020-01-01T00:00:00.000Z' WHERE id <= 2;
        UPDATE events SET created_at = '2020-01-01T00:00:00.000Z' WHERE message_id = 3;""")
    house.once()
    assert house.count("raw_mail") == 2
    assert house.sql("SELECT message_id FROM events ORDER BY 1")[0][0] == 1
    assert house.count("events") == 2, "the third was delivered a moment ago"
    assert house.run("message", "raw", "1").returncode != 0
    assert house.count("messages") == 3
    house.configure(retention={"raw": "1d", "held": "1d", "delivered_events": "1d"})
    change(house, "UPDATE raw_mail SET stored_at = '2020-01-01T00:00:00.000Z'")
    house.once()
    assert house.count("raw_mail") == 0
    assert len(hooks.events) == 3
