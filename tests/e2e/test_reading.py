"""What people and programs read with tickets, message, held, mailboxes and webhooks."""

import base64
import csv
import hashlib
import io
import os
import pty
import re
import sqlite3
import subprocess
import termios
import unicodedata

import pytest

from rig.dns import DnsServer
from rig.dovecot import Dovecot
from rig.house import House, program
from rig.receiver import Receiver
from letters import letter

MANUAL = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "postroom.1")
OK, USAGE, BAD_INPUT, UNAVAILABLE, IO, CONFIG = 0, 64, 65, 69, 74, 78

ESCAPES = "\x1b[31mred\x07 and \x9b2J"
OVERRIDE = "invoice_\u202efdp.exe"
WIDE = "東京からの質問"
FORMULA = "=cmd|' /C calc'!A0"
COMMA = 'Lamps, "bright" ones'
ATTACHED = bytes(range(256)) * 40 + b"\x1b]0;owned\x07"
LEAD_TEXT = ("We are interested in buying 40 licences. Please send us a quote and a price list. "
             "Could we schedule a demo with your sales team?")


def encoded(text):
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode() + "?="


def letter_with_attachment():
    body = "\r\n".join([
        "--edge", "Content-Type: text/plain; charset=utf-8", "",
        "See the file.", "\tIt is \x1b[2Jharmless.", "",
        "> What did you see?", "--edge",
        "Content-Type: application/octet-stream",
        f'Content-Disposition: attachment; filename="{encoded(OVERRIDE)}"',
        "Content-Transfer-Encoding: base64", "",
        base64.encodebytes(ATTACHED).decode().replace("\n", "\r\n") + "--edge--",
    ])
    return letter("With a file", body,
                  Content_Type="multipart/mixed; boundary=edge", Cc="boss@correo.example")


MAILS = [
    letter("Plain and simple", From="Ana Prieto <ana@correo.example>"),
    letter_with_attachment(),
    letter(encoded(ESCAPES)),
    letter(encoded(OVERRIDE)),
    letter(encoded(WIDE)),
    letter(FORMULA),
    letter(COMMA),
    letter("Quote for 40 licences", LEAD_TEXT, From="Ben Moss <ben@oldtown.example>"),
    letter("refused by the database"),
]
SUBJECTS = ["Plain and simple", "With a file", ESCAPES, OVERRIDE, WIDE, FORMULA, COMMA,
            "Quote for 40 licences"]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """One house for all who only read: eight mails filed, one held, a webhook gone."""
    zone = {}
    folder = tmp_path_factory.mktemp("read")
    with Dovecot() as box, DnsServer(zone) as dns, Receiver(script=lambda *_: 410) as hooks:
        house = House(folder, box, dns, hooks, department="ventas 東京")
        house.once()
        with sqlite3.connect(house.database) as database:
            database.execute("""CREATE TRIGGER refuse BEFORE INSERT ON messages
                WHEN new.subject = 'refused by the database'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END""")
        box.deliver(MAILS[0], date=1700000000)
        box.deliver_all(MAILS[1:])
        house.run("run", "--once")
        with sqlite3.connect(house.database) as database:
            database.execute("UPDATE outbox SET state = 'dead', settled_at = due_at")
        yield house
        house.close()


def ticket_of(house, subject):
    return next(row for row in house.json("tickets") if row["subject"] == subject)


def message_of(house, subject):
    return house.sql("SELECT id FROM messages WHERE subject = ?", subject)[0]["id"]


def columns_wide(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def on_terminal(house, *words, columns=100):
    """The command on a terminal of that width: (exit code, what the terminal got)."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    done = subprocess.Popen(house.command(*words), stdout=theirs, stderr=theirs,
                            stdin=subprocess.DEVNULL, cwd=house.folder)
    os.close(theirs)
    got = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
    os.close(ours)
    return done.wait(), got.decode("utf-8")


def assert_harmless(text):
    for letter_ in text.replace("\r\n", "\n"):
        assert letter_ == "\n" or unicodedata.category(letter_) not in ("Cc", "Cf"), \
            f"U+{ord(letter_):04X} reaches the reader in {text!r}"


# Tickets

def test_tickets_are_an_aligned_table(read):
    done = read.run("tickets")
    assert (done.returncode, done.stderr) == (OK, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["number", "status", "priority", "kind", "department", "assignee",
                                "requester", "mails", "created", "subject"]
    assert len(lines) == 1 + len(SUBJECTS)
    place = columns_wide(lines[0][:lines[0].index("subject")])
    for line in lines[1:]:
        row = read.json("tickets", "show", line.split()[0])[0]
        start = len(line) - len(line.lstrip()) + len(line.split()[0])
        assert columns_wide(line[:start]) == len("number"), "numbers stand to the right"
        end = next(i for i in range(len(line)) if columns_wide(line[:i]) == place)
        shown = line[end:]
        assert line[end - 1] == " " and shown[0] != " ", line
        assert row["subject"] != WIDE or shown == WIDE
        assert "ventas 東京" in line and row["requester"] in line
        assert row["created_at"][:16].replace("T", " ") in line


def test_list_is_what_tickets_says_without_a_word(read):
    assert read.run("tickets", "list").stdout == read.run("tickets").stdout


def test_mail_text_cannot_command_a_terminal(read):
    for words in (("tickets",), ("tickets", "--csv"), ("tickets", "--json"),
                  ("tickets", "show", str(ticket_of(read, ESCAPES)["number"])),
                  ("message", "show", str(message_of(read, ESCAPES))),
                  ("message", "show", str(message_of(read, OVERRIDE)), "--json"),
                  ("message", "show", str(message_of(read, "With a file"))),
                  ("message", "show", str(message_of(read, "With a file")), "--json")):
        done = read.run(*words)
        assert done.returncode == OK, done.stderr
        assert_harmless(done.stdout.replace("\r\n", "\n"))
    listed = read.run("tickets").stdout
    assert "\\u001b[31mred\\u0007 and \\u009b2J" in listed
    assert "invoice_\\u202efdp.exe" in listed


def test_a_table_fits_its_terminal(read):
    code, whole = on_terminal(read, "tickets", columns=400)
    assert code == OK and "…" not in whole
    widest = max(columns_wide(line) for line in whole.splitlines())
    code, narrow = on_terminal(read, "tickets", columns=widest - 5)
    assert code == OK
    assert max(columns_wide(line) for line in narrow.splitlines()) == widest - 5
    assert any(line.endswith("…") for line in narrow.splitlines())
    assert "…" not in read.run("tickets").stdout, "nothing is cut for a program"


def test_tickets_as_json_are_one_object_a_line_with_the_very_text(read):
    rows = read.json("tickets")
    assert [row["subject"] for row in rows] == SUBJECTS
    assert [row["number"] for row in rows] == list(range(1, len(SUBJECTS) + 1))
    assert rows[0]["requester"] == "ana@correo.example"
    assert rows[0]["created_at"] == "2023-11-14T22:13:20.000Z"
    assert rows[0]["assignee"] is None and rows[0]["messages"] == 1
    assert rows[0]["department"] == "ventas 東京"


def test_csv_is_rfc_4180_and_no_spreadsheet_computes_it(read):
    done = subprocess.run(read.command("tickets", "--csv"), capture_output=True, check=True,
                          cwd=read.folder)
    text = done.stdout.decode("utf-8")
    assert text.count("\r\n") == text.count("\n") == 1 + len(SUBJECTS)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["subject"] for row in rows][5:7] == ["'" + FORMULA, COMMA]
    assert f'"{COMMA}"'.replace('"bright"', '""bright""') in text
    assert rows[0]["number"] == "1" and rows[0]["assignee"] == ""
    assert all(row[name][:1] not in "=+-@" for row in rows for name in row if row[name])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_each_beginning_of_a_formula_is_guarded(house, box, start):
    box.deliver(letter(start + "1+2"))
    house.once()
    rows = list(csv.DictReader(io.StringIO(house.run("tickets", "--csv").stdout)))
    assert rows[0]["subject"] == "'" + start + "1+2"


def test_export_is_csv_of_all_columns_or_json(read):
    assert read.run("tickets", "export").stdout == read.run("tickets", "--csv").stdout
    assert read.json("tickets", "export") == read.json("tickets")


@pytest.mark.parametrize("words, subjects", [
    (["--label", "lead"], ["Quote for 40 licences"]),
    (["--sender", "OLDTOWN"], ["Quote for 40 licences"]),
    (["--status", "open", "--label", "lead"], ["Quote for 40 licences"]),
    (["--status", "closed"], []),
    (["--department", "ventas 東京"], SUBJECTS),
    (["--department", "ventas"], []),
    (["--since", "2023-11-15"], SUBJECTS[1:]),
    (["--since", "2023-11-14T22:13:20Z"], SUBJECTS),
    (["--since", "2023-11-14T22:13:21Z"], SUBJECTS[1:]),
    (["--since", "2023-11-14"], SUBJECTS),
])
def test_filters(read, words, subjects):
    assert [row["subject"] for row in read.json("tickets", *words)] == subjects


def test_a_ticket_is_shown_with_its_messages(house, box):
    box.deliver(letter("Lamp is dark", Message_ID="<lamp@correo.example>",
                       From="Ana Prieto <ana@correo.example>"))
    house.once()
    box.deliver(letter("Re: Lamp is dark", "It is still dark.", From="ana@correo.example",
                       In_Reply_To="<lamp@correo.example>"))
    house.once()
    shown = house.run("tickets", "show", "1")
    assert (shown.returncode, shown.stderr) == (OK, "")
    fields, messages, history = shown.stdout.split("\n\n")
    for line in ("ticket         1", "subject        Lamp is dark", "status         open",
                 "requester      ana@correo.example"):
        assert line in fields.splitlines()
    assert "assignee" not in fields, "what is not there is not told"
    rows = messages.splitlines()
    assert rows[0].split()[:2] == ["message", "way"]
    assert [row.split()[0] for row in rows[1:]] == ["1", "2"]
    assert rows[2].endswith("Re: Lamp is dark")
    assert [row.split()[2] for row in history.splitlines()[1:]] == ["opened", "joined"]
    told, = house.json("tickets", "show", "1")
    assert told["number"] == 1 and told["messages"] == 2
    assert [message["subject"] for message in told["conversation"]] == [
        "Lamp is dark", "Re: Lamp is dark"]
    assert "In-Reply-To" in told["conversation"][1]["thread_because"]


# Messages

def test_a_message_is_shown_with_headers_reasons_words_and_attachments(read):
    id_ = message_of(read, "With a file")
    shown = read.run("message", "show", str(id_))
    assert (shown.returncode, shown.stderr) == (OK, "")
    told, = read.json("message", "show", str(id_))
    lines = shown.stdout.splitlines()
    assert lines[0] == f"message        {id_}"
    assert f"from           Ana Prieto <{told['sender']}>" in lines
    for line in ("to             support@demo.example", "subject        With a file",
                 "cc             boss@correo.example", "    See the file.",
                 "        It is \\u001b[2Jharmless."):
        assert line in lines, shown.stdout
    assert "What did you see" not in shown.stdout, "what is quoted is not what she wrote"
    assert any(line.split() == ["1", str(len(ATTACHED)), "application/octet-stream",
                                *", ".join(told["attached"][0]["risk"]).split(),
                                "invoice_\\u202efdp.exe"] for line in lines), shown.stdout
    for reason in told["verdict_because"] + [reason["text"] for reason in told["reasons"]]:
        assert reason in shown.stdout
    assert f"verdict        {told['verdict']}" in shown.stdout
    assert f"label          {told['label']} (confidence {told['confidence']:.2f}" in shown.stdout


def test_a_message_as_json_has_its_texts_reasons_and_attachments(read):
    told, = read.json("message", "show", str(message_of(read, "With a file")))
    assert told["subject"] == "With a file" and told["recipients"] == "support@demo.example"
    assert told["text"].startswith("See the file.\n")
    assert told["verdict_because"] and all(reason["text"] for reason in told["reasons"])
    attachment, = told["attached"]
    assert attachment["n"] == 1 and attachment["size_bytes"] == len(ATTACHED)
    assert attachment["filename"] == OVERRIDE
    assert attachment["sha256"] == hashlib.sha256(ATTACHED).hexdigest()


def bytes_of(house, *words):
    done = subprocess.run(house.command(*words), capture_output=True, check=False,
                          cwd=house.folder)
    assert (done.returncode, done.stderr) == (OK, b"")
    return done.stdout


def test_raw_is_the_mail_byte_for_byte(read):
    for subject, mail in zip(SUBJECTS, MAILS):
        assert bytes_of(read, "message", "raw", str(message_of(read, subject))) == mail


def test_raw_on_a_terminal_commands_nothing(read):
    code, shown = on_terminal(read, "message", "raw", str(message_of(read, "With a file")))
    assert code == OK and "\\u001b[2Jharmless." in shown
    assert_harmless(shown)


def test_an_attachment_is_decoded_byte_for_byte(read):
    id_ = str(message_of(read, "With a file"))
    assert bytes_of(read, "message", "attachment", id_, "1") == ATTACHED


def test_an_attachment_is_not_for_a_terminal(read):
    id_ = str(message_of(read, "With a file"))
    code, shown = on_terminal(read, "message", "attachment", id_, "1")
    assert code == USAGE and "> FILE" in shown
    assert_harmless(shown)


def test_a_large_attachment_comes_whole(house, box):
    large = os.urandom(1 << 20) * 34
    box.deliver(letter("large", base64.encodebytes(large).decode().replace("\n", "\r\n"),
                       Content_Type="application/zip; name=large.zip",
                       Content_Transfer_Encoding="base64"))
    house.once()
    assert bytes_of(house, "message", "attachment", "1", "1") == large


# Held mail

def test_held_mail_is_listed_shown_and_given_back(read):
    told, = read.json("held")
    assert (told["state"], told["mailbox"], told["stage"]) == ("held", "support", "store")
    assert "not this one" in told["because"]
    listed = read.run("held", "list").stdout.splitlines()
    assert len(listed) == 2 and told["because"] in listed[1]
    shown = read.run("held", "show", str(told["id"]))
    assert f"because        {told['because']}" in shown.stdout.splitlines()
    assert read.json("held", "show", str(told["id"])) == [told]
    assert bytes_of(read, "held", "raw", str(told["id"])) == MAILS[-1]


# Mailboxes and webhooks

def test_mailboxes_tell_state_and_lag(read):
    told, = read.json("mailboxes")
    assert (told["mailbox"], told["state"], told["held"]) == ("support", "working", 1)
    assert told["messages"] == len(SUBJECTS) and told["seconds_since_success"] >= 0
    header, row = read.run("mailboxes").stdout.splitlines()
    assert header.split()[:3] == ["mailbox", "state", "messages"]
    assert row.split()[:4] == ["support", "working", str(len(SUBJECTS)), "1"]


def test_a_failing_mailbox_tells_why(house, box):
    house.once()
    box.halt()
    house.run("run", "--once")
    told, = house.json("mailboxes")
    assert told["state"] == "failing" and told["failures"] == 1
    assert told["last_error"] in house.run("mailboxes").stdout


def test_a_mailbox_is_tried_and_nothing_is_changed(house, box):
    box.deliver(letter("unread"))
    rows = {row["role"]: row for row in house.json("mailboxes", "test", "support")}
    assert rows["inbox"] == {"mailbox": "support", "role": "inbox", "messages": 1,
                             "folder": "INBOX"}
    shown = house.run("mailboxes", "test", "support")
    assert ["support", "inbox", "1", "INBOX"] in [line.split() for line in
                                                  shown.stdout.splitlines()]
    assert "\\Seen" not in box.flags(box.uids()[0])
    assert not os.path.exists(house.database)


def test_a_mailbox_that_does_not_work_says_why(house, box):
    done = house.run("mailboxes", "test", "suport")
    assert done.returncode == USAGE and "suport" in done.stderr
    house.write_secret("mailbox.password", "wrong")
    done = house.run("mailboxes", "test", "support")
    assert done.returncode == CONFIG and "mailbox 'support'" in done.stderr
    box.halt()
    done = house.run("mailboxes", "test", "support")
    assert (done.returncode, done.stdout) == (UNAVAILABLE, "")
    assert "mailbox 'support'" in done.stderr


def test_webhooks_tell_their_health_and_the_dead(read):
    told, = read.json("webhooks")
    assert (told["webhook"], told["state"], told["delivered"]) == ("crm", "disabled", 0)
    assert told["dead"] >= 1
    row = read.run("webhooks").stdout.splitlines()[1].split()
    assert row[:2] == ["crm", "disabled"]
    dead = read.json("webhooks", "dead")
    assert len(dead) == told["dead"]
    assert dead[0]["webhook"] == "crm" and dead[0]["type"] in ("ticket.created", "lead.created")
    assert dead[0]["http_status"] == 410 and dead[0]["attempts"] == 1
    assert dead[0]["event_id"] in read.run("webhooks", "dead").stdout


# Beside a daemon, and trouble

def test_reading_works_beside_the_daemon(house, box):
    box.deliver(letter("while it runs"))
    house.start_and_settle()
    assert [row["subject"] for row in house.json("tickets")] == ["while it runs"]
    assert house.stop() == 0


@pytest.mark.parametrize("words, code, said", [
    (["tickets", "show", "999"], BAD_INPUT, "there is no ticket 999"),
    (["message", "show", "999"], BAD_INPUT, "there is no message 999"),
    (["message", "raw", "999"], BAD_INPUT, "there is no message 999"),
    (["message", "attachment", "999", "1"], BAD_INPUT, "there is no message 999"),
    (["message", "attachment", "1", "7"], BAD_INPUT, "message 1 has 0 attachments, no number 7"),
    (["held", "show", "999"], BAD_INPUT, "there is no held mail 999"),
    (["held", "raw", "999"], BAD_INPUT, "there is no held mail 999"),
    (["tickets", "show", "one"], USAGE, "'one' is not a number"),
    (["tickets", "show", "0"], USAGE, "'0' is not a number"),
    (["tickets", "show"], USAGE, "'show' takes N"),
    (["tickets", "list", "5"], USAGE, "'list' takes no further word"),
    (["tickets", "--since", "last week"], USAGE, "--since"),
    (["tickets", "--label", "leed"], USAGE, "--label 'leed' is none of support, lead"),
    (["tickets", "--status", "done"], USAGE, "--status 'done' is none of open, waiting"),
    (["tickets", "shout", "1"], USAGE, "there is no 'shout'"),
    (["message"], USAGE, "'show' takes ID"),
    (["held", "relinquish", "1"], USAGE, "there is no 'relinquish'"),
    (["mailboxes", "recount", "support"], USAGE, "there is no 'recount'"),
    (["webhooks", "resend", "1"], USAGE, "there is no 'resend'"),
    (["tickets", "--colour"], USAGE, "--colour"),
])
def test_what_cannot_be_done_is_said(read, words, code, said):
    done = read.run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [["tickets"], ["message", "show", "1"], ["held"],
                                   ["mailboxes"], ["webhooks"]])
def test_a_database_that_cannot_be_read(house, words):
    done = house.run(*words)
    assert done.returncode == CONFIG and "there is no database" in done.stderr
    assert not os.path.exists(house.database), "reading makes no database"
    house.once()
    with sqlite3.connect(house.database) as database:
        database.execute("PRAGMA user_version = 4711")
    done = house.run(*words)
    assert done.returncode == CONFIG and "version 4711" in done.stderr
    with open(house.database, "wb") as file:
        file.write(b"no database at all, but long enough to be taken for one\n" * 50)
    for name in ("postroom.db-wal", "postroom.db-shm"):
        if os.path.exists(os.path.join(house.state, name)):
            os.unlink(os.path.join(house.state, name))
    done = house.run(*words)
    assert done.returncode == CONFIG and house.database in done.stderr, done.stderr


@pytest.mark.parametrize("restore_signals", [True, False])
@pytest.mark.parametrize("words", [["tickets"], ["tickets", "--json"], ["message", "raw", "1"],
                                   ["message", "raw", "2"], ["message", "attachment", "2", "1"]])
def test_a_reader_that_goes_away_is_no_fault(read, words, restore_signals):
    end, start = os.pipe()
    os.close(end)
    try:
        done = subprocess.run(read.command(*words), stdout=start, stderr=subprocess.PIPE,
                              restore_signals=restore_signals, check=False, cwd=read.folder)
    finally:
        os.close(start)
    assert done.stderr == b"" and done.returncode in (OK, -13)


@pytest.mark.parametrize("words", [["tickets"], ["tickets", "--csv"], ["message", "show", "1"],
                                   ["message", "raw", "2"], ["held"]])
def test_a_full_disk_behind_the_output_is_said(read, words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(read.command(*words), stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False, cwd=read.folder)
    assert done.returncode == IO and "cannot write the output" in done.stderr


@pytest.mark.parametrize("command", ["tickets", "message", "held", "mailboxes", "webhooks", "senders", "campaign"])
def test_help_manual_and_refusal_name_the_same_words(read, command):
    help_ = subprocess.run([program(), command, "--help"], capture_output=True, text=True,
                           check=True).stdout
    offered = re.search(r"postroom \S+ \[OPTION…\] (.*)", help_)[1]
    refusal = read.run(command, "no-such-word").stderr
    known = re.findall(r"'([^']+)'", refusal.split("; there is ")[1].split(" (see")[0])
    assert offered.strip("[]").split("|") == known
    with open(MANUAL, encoding="utf-8") as file:
        told = re.search(rf'^\.BR {command} " \[" (.*?)\]', file.read(), re.MULTILINE)[1]
    assert re.findall(r"\b[a-z]+\b", told.replace("\\fI", "").replace("\\fP", "")) == [
        word.split()[0] for word in known]
