"""Copies, folders beside INBOX, and what is done on the server afterwards."""

import pytest

from letters import letter
from rig.imap_script import ScriptedImap
from scripted import (everything_once, fill, hide, scripted_house, subjects, tickets, with_folders)


@pytest.fixture
def imap():
    with ScriptedImap({}) as server:
        yield server


@pytest.fixture
def house(tmp_path, imap, hooks):
    made = scripted_house(tmp_path, imap, hooks)
    yield made
    made.close()


# Copies


def test_the_same_bytes_under_a_new_uid_are_no_second_ticket(house, imap):
    fill(imap, "one")
    house.once()
    imap.mails[5] = imap.mails[1]
    house.once()
    everything_once(house, "one")
    assert house.count("deliveries") == 2


def test_the_same_bytes_in_two_mailboxes_are_one_ticket(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks)
    with ScriptedImap(imap.mails) as other:
        second = house.mailbox(name="sales", address="sales@demo.example", server=other.url,
                               tls={"required": False}, folders={"inbox": "INBOX"})
        first = {**house.config["mailboxes"][0]}
        house.configure(mailboxes=[first, second])
        fill(imap, "one", "two")
        house.once()
    everything_once(house, "one", "two")
    assert house.count("deliveries") == 4


def test_one_name_on_different_bytes_is_two_mails(house, imap):
    imap.mails[1] = letter("one", Message_ID="<same@correo.example>")
    imap.mails[2] = letter("two", Message_ID="<same@correo.example>")
    house.once()
    assert subjects(house) == ["one", "two"]


# Folders


def test_a_folder_that_cannot_be_opened_stops_no_other(tmp_path, hooks):
    folders = {"Sent": ("\\Sent", {}), "Junk": ("\\Junk", {1: letter("offer")})}
    with ScriptedImap({}, folders=folders) as imap:
        house = scripted_house(tmp_path, imap, hooks,
                               folders={"inbox": "INBOX", "junk": "auto", "sent": "auto"})
        fill(imap, "one")

        def refuse(connection, tag, args):
            return tag + b" NO not for you\r\n" if b"Sent" in args else None

        imap.on("EXAMINE", refuse)
        said = house.once()
        assert "folder.skipped" in said.stderr and "Sent" in said.stderr
        assert tickets(house) == ["one"]
        assert subjects(house) == ["offer", "one"]
        imap.on("EXAMINE", None)
        said = house.once()
        assert "folder.skipped" not in said.stderr


@pytest.fixture
def office():
    """A server with Junk, Done and all that is needed to move mail."""
    from rig.imap_script import CAPABILITIES

    folders = {"Junk": ("\\Junk", {}), "Done": ("", {})}
    with ScriptedImap({}, folders=folders, capabilities=CAPABILITIES + " UIDPLUS MOVE") as imap:
        yield imap


def test_moves_between_junk_and_inbox_are_corrections(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks)
    junk = office.folders["Junk"][1]
    fill(office, "really spam")
    junk[1] = letter("really ham")
    house.once()
    junk[2], office.mails[2] = office.mails.pop(1), junk.pop(1)
    house.once()
    house.once()
    rows = house.sql("SELECT g.subject, c.label_after, c.via FROM corrections c "
                     "JOIN messages g ON g.id = c.message_id ORDER BY g.subject")
    assert [tuple(row) for row in rows] == [
        ("really ham", "not_spam", "folder"), ("really spam", "spam", "folder")]
    assert house.count("messages") == 2
    assert tickets(house) == ["really spam"]  # still the one it had


def test_a_renumbered_junk_is_nobodys_opinion(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks)
    fill(office, "one")
    office.folders["Junk"][1][1] = letter("offer")
    house.once()
    office.uidvalidity = 2
    house.once()
    assert house.count("corrections") == 0


# What is done on the server afterwards


def test_filed_mail_is_marked_as_read(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks, after={"filed": "seen"})
    fill(office, "one", "two")
    house.once()
    assert office.flags == {("INBOX", 1): {b"\\Seen"}, ("INBOX", 2): {b"\\Seen"}}
    stores = office.count("UID STORE")
    house.once()
    assert office.count("UID STORE") == stores
    everything_once(house, "one", "two")


@pytest.mark.parametrize("abilities", [" UIDPLUS MOVE", " UIDPLUS"], ids=["move", "copy"])
def test_filed_mail_is_moved_and_only_that(tmp_path, office, hooks, abilities):
    office.capabilities = office.capabilities.replace(" UIDPLUS MOVE", abilities)
    house = with_folders(tmp_path, office, hooks, after={"filed": "move:Done"})
    fill(office, "one", "two")
    office.mails[7] = letter("somebody else deletes this")
    office.flags[("INBOX", 7)] = {b"\\Deleted"}
    office.on("UID FETCH", hide(7))
    house.once(expect=75)
    assert list(office.mails) == [7]
    assert len(office.folders["Done"][1]) == 2
    assert office.count("EXPUNGE") == 0
    assert subjects(house) == ["one", "two"]


def test_what_we_move_to_junk_ourselves_is_no_correction(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks, after={"filed": "move:Junk"})
    fill(office, "one")
    house.once()
    house.once()
    assert len(office.folders["Junk"][1]) == 1 and office.mails == {}
    assert house.count("corrections") == 0
    everything_once(house, "one")


def test_filed_mail_is_deleted(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks, after={"filed": "delete"})
    fill(office, "one", "two")
    house.once()
    assert office.mails == {}
    house.once()
    everything_once(house, "one", "two")


def test_a_server_that_cannot_expunge_one_mail_expunges_none(tmp_path, office, hooks):
    office.capabilities = office.capabilities.replace(" UIDPLUS MOVE", "")
    house = with_folders(tmp_path, office, hooks, after={"filed": "delete"})
    fill(office, "one")
    said = house.once()
    assert "action.failed" in said.stderr
    assert list(office.mails) == [1] and office.count("EXPUNGE") == 0
    everything_once(house, "one")


def test_killed_between_filing_and_moving(tmp_path, office, hooks):
    house = with_folders(tmp_path, office, hooks, after={"filed": "move:Done"})
    fill(office, "one", "two", "three")
    daemon = house.start()
    office.on("SELECT", lambda connection, tag, args: daemon.kill() or b"")
    house.daemon.wait(60)
    house.daemon = None
    assert subjects(house) == ["one", "three", "two"] and len(office.mails) == 3
    office.on("SELECT", None)
    house.once()
    house.once()
    assert office.mails == {} and len(office.folders["Done"][1]) == 3
    everything_once(house, "one", "two", "three")


# Large mail


def test_a_mail_above_the_limit_is_filed_once_as_a_stub(house, imap):
    house.configure(limits={"mail": "100KiB"})
    imap.mails[1] = letter("huge", body="x" * 70 + ("\r\n" + "y" * 70) * 9000)
    fill(imap, "small", first=2)
    house.once()
    asked = sum(b"BODY.PEEK[]" in command for command in imap.commands)
    house.once()
    house.once()
    assert sum(b"BODY.PEEK[]" in command for command in imap.commands) == asked
    everything_once(house, "huge", "small")
    row = house.sql("SELECT size_bytes, is_truncated, defects_json FROM messages "
                    "WHERE subject = 'huge'")[0]
    assert row["size_bytes"] == len(imap.mails[1]) and row["is_truncated"] == 1
    assert "mail_too_large" in row["defects_json"]
