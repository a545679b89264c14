"""A rule sends mail on through the relay: as it came, once, and never in a circle."""

import sqlite3

import pytest

from letters import letter
from rig.house import wait_for
from rig.relay import Relay

TRY_LATER = 75
INSIDE = "ventas@demo.example"


@pytest.fixture
def relay():
    with Relay() as running:
        yield running


def forward_to(house, relay, address, **when):
    house.configure(
        relay={"server": relay.url, "tls": {"required": False}},
        rules=[{"name": "on to them", "then": {"forward": address},
                **({"when": when} if when else {})}])


def forwards(house):
    return [(row["state"], row["attempts"], row["because"]) for row in house.sql(
        "SELECT * FROM pending_actions WHERE action = 'forward' ORDER BY id")]


def test_a_mail_goes_on_as_it_came_behind_resent_fields(house, box, relay):
    mail = letter("An order", "Dear shop,\r\n.hidden dot\r\nbye\r\n")
    forward_to(house, relay, INSIDE)
    box.deliver(mail)
    house.once()
    (sent,) = relay.mails
    assert sent.sender == "support@demo.example"
    assert sent.recipients == [INSIDE]
    (row,) = house.sql("SELECT id FROM messages")
    raw = house.run("message", "raw", str(row["id"])).stdout.replace("\r\n", "\n")
    head, whole = sent.octets[:600], sent.octets.replace(b"\r\n", b"\n").decode()
    assert whole.endswith(raw) and len(whole) > len(raw)
    for field in (b"Resent-From: <support@demo.example>", b"Resent-To: <ventas@demo.example>",
                  b"Resent-Date: ", b"Resent-Message-ID: <", b"X-Postroom-Forwarded: "):
        assert field in head
    assert forwards(house) == [("done", 1, None)]
    house.once()
    assert len(relay.mails) == 1


def test_the_running_house_forwards_too(house, box, relay):
    forward_to(house, relay, INSIDE, subject="*order*")
    house.start_and_settle()
    box.deliver_all([letter("An order"), letter("A question")])
    wait_for(lambda: house.count("messages") == 2 and len(relay.mails) == 1, what=house.log)
    assert house.stop() == 0
    assert b"An order" in relay.mails[0].octets


def test_what_was_forwarded_before_stops_here(house, box, relay):
    forward_to(house, relay, INSIDE)
    box.deliver(letter("round and round", X_Postroom_Forwarded="<other@demo.example>"))
    house.once()
    assert relay.mails == []
    (row,) = house.sql("SELECT actions_json FROM messages")
    assert "refused: it was forwarded before" in row["actions_json"]


def test_nothing_goes_to_where_it_came_from(house, box, relay):
    forward_to(house, relay, "Support@demo.example")
    box.deliver(letter("round"))
    house.once()
    assert relay.mails == []


def test_strangers_are_not_sent_on_to_other_domains(house, box, hooks, relay):
    """The letter has no signature, and nobody to ask for SPF."""
    forward_to(house, relay, "partner@elsewhere.example")
    box.deliver(letter("who am I"))
    house.once()
    assert relay.mails == []
    (action,) = hooks.events[0].body["data"]["route"]["actions"]
    assert action.startswith("forward=partner@elsewhere.example (refused: not ours")


def test_a_relay_that_says_later_is_asked_again(house, box, relay):
    relay.script = lambda n, recipient: "450 later" if n == 0 else None
    forward_to(house, relay, INSIDE)
    box.deliver(letter("patience"))
    house.once(expect=TRY_LATER)
    ((state, attempts, because),) = forwards(house)
    assert (state, attempts) == ("waiting", 1) and "450" in because
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute("UPDATE pending_actions SET due_at = '2026-01-01T00:00:00.000Z'")
    connection.close()
    house.once()
    assert len(relay.mails) == 1
    assert forwards(house) == [("done", 2, None)]


def test_a_relay_that_says_never_is_not_asked_again(house, box, relay):
    relay.script = lambda n, recipient: "550 no such user"
    forward_to(house, relay, INSIDE)
    box.deliver(letter("nobody there"))
    house.once()
    ((state, attempts, because),) = forwards(house)
    assert (state, attempts) == ("dead", 1) and "550" in because


def test_a_relay_without_tls_gets_nothing_unless_it_may(house, box, relay):
    forward_to(house, relay, INSIDE)
    house.configure(relay={"server": relay.url})
    box.deliver(letter("in clear"))
    house.once(expect=TRY_LATER)
    assert relay.mails == []
    house.configure(relay={"server": "smtp://mail.elsewhere.example",
                           "tls": {"required": False}})
    done = house.run("check")
    assert done.returncode == 78 and "loopback servers only" in done.stderr
