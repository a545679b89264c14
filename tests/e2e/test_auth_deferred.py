"""A sender who cannot be judged for want of an answer is judged again, and told."""

import contextlib
import sqlite3

import pytest

from letters import letter
from rig.house import wait_for
from test_schema import schema, valid  # noqa: F401 (fixtures)

RECORD = {"TXT": [["v=DMARC1; p=reject"]]}


@pytest.fixture
def filed(house, box, dns, hooks):
    """A mail of a domain whose policy nobody tells, filed in one pass."""
    dns.load({"_dmarc.late.example": "SERVFAIL", "late.example": "SERVFAIL"})
    box.deliver(letter("Where is my order?", From="Ann <ann@late.example>"))
    house.once()
    return house


def alter(house, statement):
    """The house is closed: its clock is moved by hand."""
    with contextlib.closing(sqlite3.connect(f"{house.state}/postroom.db")) as database:
        with database:
            assert database.execute(statement).rowcount == 1


def make_due(house):
    alter(house, "UPDATE deferred_verdicts SET due_at = '2026-01-01T00:00:00.000Z'")


def types(hooks):
    return [event.body["type"] for event in hooks.events]


def verdict(house):
    (row,) = house.sql("SELECT verdict FROM messages")
    return row["verdict"]


def test_it_is_filed_at_once_and_waits_a_minute(filed, hooks):
    assert verdict(filed) == "deferred"
    (row,) = filed.sql(
        "SELECT attempts, round((julianday(due_at) - julianday(deferred_at)) * 86400) AS wait"
        " FROM deferred_verdicts")
    assert (row["attempts"], row["wait"]) == (0, 60)
    filed.once()
    (row,) = filed.sql("SELECT attempts FROM deferred_verdicts")
    assert row["attempts"] == 0, "looked at before it was due"
    assert types(hooks) == ["ticket.created"]


def test_an_answer_settles_it_and_the_crm_hears_of_it(filed, dns, hooks, valid):  # noqa: F811
    dns.load({"_dmarc.late.example": RECORD})
    make_due(filed)
    filed.once()
    assert verdict(filed) == "failed"
    assert filed.sql("SELECT * FROM deferred_verdicts") == []
    created, updated = [event.body for event in hooks.events]
    assert updated["type"] == "ticket.updated"
    data = updated["data"]
    assert data["auth"]["verdict"] == "failed"
    assert data["ticket"]["number"] == created["data"]["ticket"]["number"]
    assert data["ticket"]["sequence"] == created["data"]["ticket"]["sequence"] + 1
    assert data["message"]["sha256"] == created["data"]["message"]["sha256"]
    valid(updated)
    steps = [row["kind"] for row in filed.sql("SELECT kind FROM ticket_events ORDER BY sequence")]
    assert steps == ["opened", "updated"]
    filed.once()
    assert len(hooks.events) == 2


def test_silence_postpones_it_and_tells_nobody(filed, hooks):
    make_due(filed)
    filed.once()
    assert verdict(filed) == "deferred"
    (row,) = filed.sql("SELECT attempts, due_at > deferred_at AS later FROM deferred_verdicts")
    assert (row["attempts"], row["later"]) == (1, 1)
    assert types(hooks) == ["ticket.created"]


def test_after_two_days_of_silence_it_is_unauthenticated_never_failed(filed, hooks):
    alter(filed, "UPDATE deferred_verdicts SET due_at = '2026-01-01T00:00:00.000Z',"
                 " deferred_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-49 hours')")
    filed.once()
    assert verdict(filed) == "unauthenticated"
    assert filed.sql("SELECT * FROM deferred_verdicts") == []
    auth = hooks.events[-1].body["data"]["auth"]
    assert auth["verdict"] == "unauthenticated" and auth["dmarc"]["result"] == "temperror"
    assert "never answered" in auth["because"][0]


def test_without_its_bytes_it_ends_at_the_next_look(filed, dns):
    dns.load({"_dmarc.late.example": RECORD})
    make_due(filed)
    alter(filed, "DELETE FROM raw_mail")
    filed.once()
    assert verdict(filed) == "unauthenticated"


def test_the_daemon_looks_again_by_itself(filed, dns, hooks):
    dns.load({})
    make_due(filed)
    filed.start()
    wait_for(lambda: "ticket.updated" in types(hooks), what="the second look")
    assert verdict(filed) == "unauthenticated"
    assert filed.stop() == 0
