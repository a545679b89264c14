"""What a support lead does in a terminal: senders, held mail, search, campaigns, numbers."""

import fcntl
import json
import os
import sqlite3
import struct
import subprocess
import termios

import pytest

from letters import letter
from rig.house import wait_for

BAD_INPUT, USAGE = 65, 64


# Senders

def label_of_last(house):
    return house.sql("SELECT label, ticket FROM messages ORDER BY id DESC LIMIT 1")[0]


def test_a_blocked_sender_is_spam_until_the_rule_is_forgotten(house, box):
    house.run("senders", "block", "*@correo.example")
    box.deliver(letter("Lamp one"))
    house.once()
    assert label_of_last(house)["label"] == "spam"
    house.run("senders", "forget", "*@correo.example")
    box.deliver(letter("Lamp two"))
    house.once()
    assert label_of_last(house)["label"] != "spam"


def test_the_newer_rule_wins(house, box):
    house.run("senders", "block", "correo.example")
    house.run("senders", "allow", "correo.example")
    rules = house.json("senders", "list")
    assert [(rule["standing"], rule["state"]) for rule in rules] == [
        ("blocked", "overruled"), ("allowed", "valid")]


def test_an_allow_is_no_privilege_for_a_mail_without_authentication(house, box):
    house.run("senders", "block", "correo.example")
    house.run("senders", "allow", "correo.example")
    box.deliver(letter("Lamp"))  # neither SPF nor DKIM speaks for it
    house.once()
    assert label_of_last(house)["label"] == "spam", "the block holds for who proves nothing"


def test_rules_expire(house, box):
    done = house.json("senders", "block", "correo.example", "--until", "2999-01-01")[0]
    assert done["until_at"].startswith("2999-01-01") and done["state"] == "valid"
    done = house.run("senders", "block", "correo.example", "--until", "2001-01-01")
    assert done.returncode == USAGE and "past" in done.stderr


@pytest.mark.parametrize("pattern", ["nonsense", "*", "*@*", "a b@c.example", "[a-z]@x.example", "@"])
def test_what_is_no_pattern_is_refused(house, pattern):
    done = house.run("senders", "block", pattern)
    assert done.returncode == BAD_INPUT, done.stderr
    assert house.json("senders", "list") == []


def test_forgetting_what_is_not_there_is_said(house):
    done = house.run("senders", "forget", "who@x.example")
    assert done.returncode == BAD_INPUT and "no rule for 'who@x.example'" in done.stderr


def test_the_daemon_hears_of_a_rule_at_once(house, box):
    house.start_and_settle()
    house.run("senders", "block", "correo.example")
    box.deliver(letter("Lamp"))
    wait_for(lambda: house.count("messages") == 1, what=house.log)
    assert label_of_last(house)["label"] == "spam"
    assert house.stop() == 0


# Held mail

def change(house, sql):
    connection = sqlite3.connect(house.database)
    connection.executescript(sql)
    connection.close()


@pytest.fixture
def held(house, box):
    """One mail that the database refused, while it did."""
    house.once()
    change(house, "CREATE TRIGGER no BEFORE INSERT ON messages BEGIN SELECT "
                  "RAISE(ABORT, 'not this one'); END")
    box.deliver(letter("Lamp"))
    house.run("run", "--once")
    change(house, "DROP TRIGGER no")
    assert house.count("held_mail") == 1
    return house


@pytest.mark.parametrize("verb", ["retry", "release"])
def test_held_mail_is_filed_like_any_other(held, hooks, verb):
    assert held.json("held", verb, "1") == [{"held": 1, "message": 1}]
    assert held.sql("SELECT subject, requester FROM v_tickets")[0]["subject"] == "Lamp"
    assert held.sql("SELECT state FROM uid_ledger")[0]["state"] == "filed"
    held.once()
    assert held.counts("messages", "tickets") == {"messages": 1, "tickets": 1}
    assert [event.body["type"] for event in hooks.events].count("ticket.created") == 1
    done = held.run("held", verb, "1")
    assert done.returncode == BAD_INPUT and "was released already" in done.stderr


def test_held_mail_is_filed_by_the_daemon(held):
    held.start_and_settle()  # which looks at a database that was there before
    wait_for(lambda: "event=house.open" in held.log, what="the daemon")
    assert held.json("held", "retry", "1")[0]["message"] == 1
    assert held.stop() == 0


def test_dropped_mail_leaves_no_bytes(held):
    assert held.json("held", "drop", "1") == [{"held": 1, "message": None}]
    assert held.count("raw_mail") == 0
    assert held.run("held", "raw", "1").returncode == BAD_INPUT
    held.once()
    assert held.counts("messages", "held_mail") == {"messages": 0, "held_mail": 1}


@pytest.mark.parametrize("verb", ["release", "retry", "drop"])
def test_held_mail_that_is_not_there(house, verb):
    house.once()
    done = house.run("held", verb, "7")
    assert done.returncode == BAD_INPUT and "there is no held mail 7" in done.stderr


# Search

@pytest.fixture
def words(house, box):
    box.deliver_all([
        letter("Factura de marzo", "La bicicleta no arranca desde ayer."),
        letter("Bicycle invoice", "The invoice for the bicycle is wrong, please correct the invoice."),
        letter("Lamp", "A lamp in the invoice? No: an invoicing question about a lamp."),
        letter("Café", "¿Dónde está mi café? \"OR\" NEAR(x) -minus col:on"),
    ])
    house.once()
    return house


def found(house, *words):
    return [row["subject"] for row in house.json("search", *words)]


def test_the_best_match_comes_first_with_its_words_in_brackets(words):
    rows = words.json("search", "invoice")
    assert [row["subject"] for row in rows] == ["Bicycle invoice", "Lamp"]
    assert "[invoice]" in rows[0]["snippet"].lower()
    assert rows[0]["score"] > rows[1]["score"]


@pytest.mark.parametrize("query, subjects", [
    (["cafe"], ["Café"]), (["DONDE"], ["Café"]), (["bicicleta", "arranca"], ["Factura de marzo"]),
    (["bicicleta", "lamp"], []), (["\"OR\""], ["Café"]), (["NEAR(x)"], ["Café"]),
    (["col:on"], ["Café"]), (["minus-"], ["Café"]), (["bici*"], ["Factura de marzo"]),
    (["AND"], []), (["*"], []), (["\"'"], []),
])
def test_words_are_words_and_never_operators(words, query, subjects):
    done = words.run("search", "--json", *query)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == subjects


def test_search_wants_words(words):
    assert words.run("search").returncode == USAGE
    assert words.run("search", "  ").returncode == USAGE
    assert len(words.json("search", "invoice", "--limit", "1")) == 1


# Campaigns

CSV = """campaign,message_id,recipient,token,sent_at
spring,<one@demo.example>,ana@correo.example,tok-1,2026-11-01T10:00:00Z
spring,<two@demo.example>,"BOB@norte.example",tok-2,2026-11-01
autumn,three@demo.example,eve@bulk.example,,
"""


def write(house, text, name="list.csv"):
    with open(house.path(name), "w", encoding="utf-8") as file:
        file.write(text)
    return house.path(name)


def test_an_imported_campaign_is_known_when_it_is_answered(house, box):
    done = house.json("campaign", "import", write(house, CSV))[0]
    assert (done["mails"], done["added"]) == (3, 3)
    assert house.json("campaign", "import", write(house, CSV))[0]["added"] == 0
    box.deliver(letter("Re: Our spring offer", "Yes, I am interested, please call me tomorrow.",
                       From="Ana <ana@correo.example>", In_Reply_To="<one@demo.example>"))
    house.once()
    row = house.sql("SELECT label, campaign FROM messages")[0]
    assert tuple(row) == ("campaign_reply", "spring")
    spring = house.json("campaign", "show", "spring")[0]
    assert (spring["sent"], spring["replies"]) == (2, 1)
    assert {one["id"] for one in house.json("campaign", "list")} == {"spring", "autumn"}


def test_the_file_names_the_campaign_where_no_column_does(house):
    house.json("campaign", "import", write(house, "email;token\na@x.example;t1\n", "summer.csv"))
    assert house.json("campaign", "show", "summer")[0]["sent"] == 1


def test_a_file_with_the_line_ends_of_an_old_macintosh(house):
    path = house.path("list.csv")
    with open(path, "wb") as file:
        file.write(CSV.replace("\n", "\r").encode())
    assert house.json("campaign", "import", path)[0]["mails"] == 3


@pytest.mark.parametrize("text, said", [
    ("message_id,recipient\n<a@x>,nobody\n", ":2: 'nobody' is no address"),
    ("message_id,recipient\n\n<a@x>,a@x,more\n", ":3: 3 values, but the first line names 2"),
    ("colour\nred\n", ":2: neither message_id nor recipient"),
    ("recipient,sent_at\na@x.example,yesterday\n", ":2: 'yesterday' is not an ISO 8601"),
])
def test_a_bad_file_is_refused_with_its_line_and_changes_nothing(house, text, said):
    done = house.run("campaign", "import", write(house, text))
    assert done.returncode == BAD_INPUT and said in done.stderr
    assert not house.has_database() or house.count("campaigns") == 0


def test_a_long_campaign_is_imported_beside_the_daemon(house):
    house.start_and_settle()
    lines = [f"<m{n}@demo.example>,r{n}@correo.example" for n in range(5000)]
    path = write(house, "message_id,recipient\n" + "\n".join(lines) + "\n", "long.csv")
    assert house.json("campaign", "import", path)[0]["added"] == 5000
    assert house.stop() == 0


def test_a_campaign_that_is_not_there(house):
    house.once()
    done = house.run("campaign", "show", "nothing")
    assert done.returncode == BAD_INPUT and "there is no campaign 'nothing'" in done.stderr


# Numbers

def test_stats_count_what_came(house, full_box):
    house.once()
    rows = house.json("stats", "--days", "30")
    by_label = {row["name"]: row["value"] for row in rows if row["figure"] == "messages by label"}
    counted = house.sql("SELECT label, count(*) FROM messages WHERE direction = 'in' GROUP BY 1")
    assert by_label == dict(tuple(row) for row in counted)
    text = house.run("stats").stdout
    assert "█" in text and "top senders" in text
    assert house.run("stats", "--days", "0").returncode == USAGE


def test_a_list_shows_the_newest_and_says_that_there_are_more(house, box):
    box.deliver_all([letter(f"Lamp {n}") for n in range(5)])
    house.once()
    done = house.run("tickets", "list", "--limit", "2", "--json")
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == [4, 5]
    assert "the 2 newest; there are more" in done.stderr
    done = house.run("tickets", "list", "--limit", "5", "--json")
    assert len(done.stdout.splitlines()) == 5 and done.stderr == ""
    assert len(house.json("tickets", "list", "--limit", "0")) == 5
    assert len(house.run("tickets", "export").stdout.splitlines()) == 6
    assert house.run("tickets", "--limit", "-1").returncode == USAGE


# Tickets in a terminal

def numbers(house, *words):
    return [row["number"] for row in house.json("tickets", "list", *words)]


def test_every_filter_of_a_list(house, box):
    house.configure(rules=[{"name": "lamps", "when": {"subject": "*lamp*"},
                            "then": {"department": "light", "assignee": "ana",
                                     "priority": "high"}}])
    box.deliver_all([letter("A lamp", From="Bob <bob@norte.example>"),
                     letter("A chair", From="Eve <eve@norte.example>"),
                     letter("A table", From="Eve <steve@norte.example>"),
                     letter("An invoice", From="NoReply@norte.example")])
    house.once()
    house.json("tickets", "set", "2", "--status", "closed")
    assert numbers(house, "--department", "light") == [1]
    assert numbers(house, "--assignee", "ana") == [1]
    assert numbers(house, "--assignee", "") == [2, 3, 4]
    assert numbers(house, "--priority", "high") == [1]
    assert numbers(house, "--status", "closed") == [2]
    assert numbers(house, "--status", "open", "--sender", "EVE@norte") == [3], "part of an address"
    assert numbers(house, "--sender", "eve@norte.example") == [2], "a whole one"
    assert numbers(house, "--sender", "b_b") == numbers(house, "--sender", "%") == []
    assert numbers(house, "--sender", "noreply") == [4], "a program is no contact"
    assert numbers(house, "--since", "2999-01-01") == []
    assert numbers(house, "--since", "2020-01-01") == [1, 2, 3, 4]
    assert house.run("tickets", "--priority", "hihg").returncode == USAGE


def test_a_ticket_shows_what_was_merged_into_it_and_who_did_what(house, box):
    box.deliver_all([letter("First"), letter("Second"), letter("Third")])
    house.once()
    house.json("tickets", "merge", "1", "2")
    house.json("tickets", "merge", "2", "3")
    house.json("tickets", "set", "3", "--assignee", "ana")
    shown = house.json("tickets", "show", "3")[0]
    assert [one["ticket"] for one in shown["conversation"]] == [1, 2, 3]
    assert [(step["kind"], step["field"]) for step in shown["history"]] == [
        ("opened", "status"), ("merged", "merged_from"), ("changed", "assignee")]
    text = house.run("tickets", "show", "3").stdout
    assert "merged_from" in text and "Second" in text


@pytest.mark.parametrize("columns", [72, 80, 140])
def test_no_line_is_wider_than_the_terminal(house, full_box, columns):
    house.once()
    for words in (("tickets",), ("tickets", "show", "1"), ("search", "factura"), ("stats",),
                  ("campaign",), ("webhooks",), ("mailboxes",), ("held",)):
        lines = on_terminal(house.command(*words), columns)
        assert lines and max(map(len, lines)) <= columns, (words, max(lines, key=len))


def test_marks_heaped_on_a_letter_do_not_cover_the_lines_around(house, box):
    heap, thai = "Z" + "\u0301" * 500, "\u0e17\u0e35\u0e48"
    box.deliver(letter(heap + thai))
    house.once()
    shown = house.run("tickets", "show", "1").stdout
    assert "\u0301" * 9 not in shown and "\\u0301\\u0301" in shown
    assert thai in shown
    assert house.json("tickets")[0]["subject"] == heap + thai


def on_terminal(command, columns):
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    done = subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL,
                            env={**os.environ, "LC_ALL": "C.UTF-8"})
    os.close(follower)
    told = b""
    while True:
        try:
            some = os.read(leader, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not some:
            break
        told += some
    os.close(leader)
    assert done.wait() == 0
    return told.decode().replace("\r", "").splitlines()


def test_search_ranks_subjects_first_and_keeps_its_snippets_on_a_line(house, box):
    box.deliver_all([letter("About a chair", "It has four legs.\r\nThe lamp\r\nis broken."),
                     letter("The lamp", "It does not burn. What can I do?")])
    house.once()
    rows = house.json("search", "lamp")
    assert [row["subject"] for row in rows] == ["The lamp", "About a chair"]
    assert "[lamp]" in rows[1]["snippet"] and "\n" not in rows[1]["snippet"]
