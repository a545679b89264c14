"""What people do about webhooks: test one, send events again, rotate keys, let one back in."""

import base64
import json
import sqlite3

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from letters import letter
from rig.house import wait_for
from rig.receiver import Receiver
from test_webhooks import endpoint, health

# The key of RFC 8032 section 7.1, test 1.
PAIR = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
PUBLIC = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
NEW = "whsec_bmV3IHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM="
TRY_LATER, UNAVAILABLE, USAGE, BAD_INPUT = 75, 69, 64, 65


def fits_public_key(event, public=PUBLIC):
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    content = f"{event.id}.{event.timestamp}.".encode() + event.raw
    for given in event.signature.split():
        if given.startswith("v1a,"):
            try:
                key.verify(base64.b64decode(given.removeprefix("v1a,")), content)
                return True
            except InvalidSignature:
                pass
    return False


def change(house, statement, *values):
    """What time would do to the database of a house that does not run."""
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute(statement, values)
    connection.close()


# webhooks test


def test_a_test_event_is_signed_and_its_answer_told(house, hooks):
    hooks.script = lambda n, event: (202, {}, b"thank you")
    (told,) = house.json("webhooks", "test", "crm")
    (event,) = hooks.events
    assert hooks.failures == []
    assert event.body["type"] == "webhook.test"
    assert event.body["data"]["webhook"] == {"name": "crm"}
    assert told["outcome"] == "delivered" and told["status"] == 202
    assert told["response"] == "thank you"
    assert (told["event_id"], str(told["timestamp"]), told["signature"], told["body"]) == (
        event.id, event.timestamp, event.signature, event.raw.decode())


def test_a_test_event_prints_how_to_verify(house, hooks):
    done = house.run("webhooks", "test", "crm")
    assert done.returncode == 0
    assert hooks.events[0].signature in done.stdout
    assert "openssl dgst -sha256" in done.stdout


def test_a_test_event_that_fails_says_why(house, hooks):
    hooks.script = lambda n, event: (500, {}, b"no such table")
    done = house.run("webhooks", "test", "crm")
    assert done.returncode == UNAVAILABLE
    assert "answered 500" in done.stdout and "no such table" in done.stdout
    hooks.stop()
    done = house.run("webhooks", "test", "crm", "--json")
    assert done.returncode == UNAVAILABLE
    assert json.loads(done.stdout)["status"] == 0


def test_an_unknown_webhook_cannot_be_tested(house):
    done = house.run("webhooks", "test", "nobody")
    assert done.returncode == USAGE
    assert "no webhook 'nobody'" in done.stderr


# webhooks replay


def test_one_event_is_sent_again_with_its_id(house, box, hooks):
    box.deliver_all([letter("first"), letter("second")])
    house.once()
    again = hooks.events[0]
    assert house.json("webhooks", "replay", again.id) == [
        {"events": 1, "deliveries": 1, "dry_run": False}]
    house.once()
    assert [event.id for event in hooks.events].count(again.id) == 2
    assert len(hooks.events) == 3
    assert hooks.events[2].raw == again.raw
    assert hooks.failures == []


def test_events_since_a_day_are_counted_then_sent(house, box, hooks):
    box.deliver_all([letter("first"), letter("second"), letter("third")])
    house.once()
    assert house.json("webhooks", "replay", "--since", "2001-01-01", "--dry-run") == [
        {"events": 3, "deliveries": 3, "dry_run": True}]
    house.once()
    assert len(hooks.events) == 3
    for since, until, count in (("2001-01-01", "2001-01-02", 0), ("2001-01-01", "2999-01-01", 3)):
        assert house.json("webhooks", "replay", "--since", since, "--until", until,
                          "--dry-run")[0]["events"] == count
    house.run("webhooks", "replay", "--since", "2001-01-01")
    house.once()
    assert sorted(event.id for event in hooks.events[3:]) == sorted(
        event.id for event in hooks.events[:3])
    assert house.json("webhooks", "replay", "--since", "2999-01-01") == [
        {"events": 0, "deliveries": 0, "dry_run": False}]


def test_a_running_house_replays_at_once(house, box, hooks):
    box.deliver(letter("again"))
    house.start_and_settle()
    wait_for(lambda: len(hooks.events) == 1, what=house.log)
    assert house.run("webhooks", "replay", hooks.events[0].id).returncode == 0
    wait_for(lambda: len(hooks.events) == 2, what=house.log)
    assert house.stop() == 0
    assert hooks.events[0].id == hooks.events[1].id


def test_a_dead_letter_lives_again(house, box, hooks):
    hooks.script = lambda n, event: 500
    box.deliver(letter("given up"))
    house.once(expect=TRY_LATER)
    change(house, "UPDATE outbox SET attempts = 9, due_at = '2026-01-01T00:00:00.000Z'")
    house.once()
    (dead,) = house.json("webhooks", "dead")
    assert dead["attempts"] == 10 and dead["last_error"] == "answered 500"
    hooks.script = None
    house.run("webhooks", "replay", dead["event_id"])
    house.once()
    assert house.json("webhooks", "dead") == []
    assert health(house)["delivered"] == 1


def test_a_new_webhook_hears_of_what_was_before_it(house, box, hooks):
    box.deliver(letter("long ago"))
    house.once()
    with Receiver() as late:
        house.configure(webhooks=[house.webhook(hooks), endpoint(house, late, "late")])
        house.once()
        assert late.events == []
        house.run("webhooks", "replay", "--since", "2001-01-01", "--webhook", "late")
        house.once()
        assert [event.id for event in late.events] == [hooks.events[0].id]
        assert late.failures == []
    assert len(hooks.events) == 1


def test_the_past_can_be_ordered_before_the_new_webhook_met_a_house(house, box, hooks):
    box.deliver(letter("before it"))
    house.once()
    with Receiver() as new:
        house.configure(webhooks=[house.webhook(hooks), endpoint(house, new, "new")])
        done = house.run("webhooks", "replay", "--since", "2026-01-01", "--webhook", "new")
        assert done.returncode == 0, done.stderr
        house.once()
        assert [event.id for event in new.events] == [event.id for event in hooks.events]
        assert len(hooks.events) == 1 and new.failures == []


def test_what_is_not_there_is_not_replayed(house, box, hooks):
    box.deliver(letter("here"))
    house.once()
    known = hooks.events[0].id
    done = house.run("webhooks", "replay", known, "00000000-0000-5000-8000-000000000000")
    assert done.returncode == BAD_INPUT
    assert "there is no event" in done.stderr
    house.once()
    assert len(hooks.events) == 1
    assert house.run("webhooks", "replay", known, "--webhook", "nobody").returncode == BAD_INPUT
    assert house.run("webhooks", "replay").returncode == USAGE
    assert house.run("webhooks", "replay", "--since", "yesterday").returncode == USAGE
    assert house.run("webhooks", "replay", "--until", "2026-11-01").returncode == USAGE


# 120 hours


@pytest.mark.parametrize("hours, state", [(119, "enabled"), (121, "disabled")])
def test_nothing_but_failures_for_120_hours_disables(house, box, hooks, hours, state):
    hooks.script = lambda n, event: 500
    with Receiver() as other:
        house.configure(webhooks=[house.webhook(hooks), endpoint(house, other, "other")])
        box.deliver(letter("nobody listens"))
        house.once(expect=TRY_LATER)
        change(house, "UPDATE webhooks SET failing_since = strftime('%Y-%m-%dT%H:%M:%fZ', "
               "'now', ?) WHERE name = 'crm'", f"-{hours} hours")
        change(house, "UPDATE outbox SET due_at = '2026-01-01T00:00:00.000Z' "
               "WHERE state = 'waiting'")
        house.run("run", "--once")
        house.run("run", "--once")
        told = [event for event in other.events if event.body["type"] == "webhook.disabled"]
    assert health(house)["state"] == state
    assert len(told) == (state == "disabled")
    if told:
        assert told[0].body["data"]["webhook"] == {"name": "crm"}
        assert "121 hours" in told[0].body["data"]["because"]


def test_a_success_among_failures_counts_anew(house, box, hooks):
    hooks.script = lambda n, event: 500 if n == 0 else 200
    box.deliver(letter("it stumbles"))
    house.once(expect=TRY_LATER)
    assert house.sql("SELECT failing_since FROM webhooks")[0][0] is not None
    change(house, "UPDATE outbox SET due_at = '2026-01-01T00:00:00.000Z'")
    house.once()
    assert house.sql("SELECT failing_since FROM webhooks")[0][0] is None


def test_a_disabled_webhook_is_let_back_in(house, box, hooks):
    """What it refused as gone was not to blame: it goes out with what waits behind it."""
    hooks.script = lambda n, event: 410 if n == 0 else 200
    box.deliver(letter("gone"))
    house.start_and_settle()
    wait_for(lambda: health(house)["state"] == "disabled", what=house.log)
    box.deliver(letter("waits"))
    wait_for(lambda: health(house)["waiting"] == 2, what=house.log)
    assert house.json("webhooks", "dead") == []
    (row,) = house.json("webhooks", "enable", "crm")
    assert row["state"] == "enabled" and row["because"] is None
    wait_for(lambda: health(house)["delivered"] == 2, what=house.log)
    assert house.stop() == 0
    refused, *after = [event.id for event in hooks.events]
    assert len(after) == 2 and refused in after
    assert house.run("webhooks", "enable", "nobody").returncode == BAD_INPUT


def test_who_is_let_back_in_has_not_to_wait_for_the_schedule(house, box, hooks):
    hooks.script = lambda n, event: 500 if n == 0 else 200
    box.deliver(letter("it stumbles"))
    house.once(expect=TRY_LATER)
    change(house, "UPDATE outbox SET due_at = '2999-01-01T00:00:00.000Z'")
    change(house, "UPDATE webhooks SET state = 'disabled', because = 'for the test'")
    house.run("webhooks", "enable", "crm")
    house.once()
    assert health(house)["delivered"] == 1 and len(hooks.events) == 2


# Keys and envelopes


@pytest.mark.parametrize("known", ["old", "new"])
def test_rotation_loses_nothing_for_who_knows_one_secret(house, box, hooks, known):
    """The receiver knows one secret only, before, while and after both are signed with."""
    with Receiver(secret=NEW if known == "new" else hooks.secret) as crm:
        house.write_secret("new.secret", NEW)
        both = [{"file": house.path("new.secret")}, {"file": house.path("crm.secret")}]
        house.configure(webhooks=[{**house.webhook(hooks), "url": crm.url, "secret": both}])
        box.deliver_all([letter(f"mail {number}") for number in range(5)])
        house.once()
        assert len(crm.events) == 5
        assert crm.failures == []
    assert health(house)["delivered"] == 5


def test_a_key_pair_signs_beside_a_secret(house, box, hooks):
    house.write_secret("pair.secret", PAIR)
    house.configure(webhooks=[house.webhook(hooks, secret=[
        {"file": house.path("crm.secret")}, {"file": house.path("pair.secret")}])])
    box.deliver(letter("signed twice"))
    house.once()
    (event,) = hooks.events
    assert hooks.failures == []
    assert [given.split(",")[0] for given in event.signature.split()] == ["v1", "v1a"]
    assert fits_public_key(event)
    event.raw = event.raw.replace(b"signed twice", b"signed thrice")
    assert not fits_public_key(event)
    (told,) = house.json("webhooks", "test", "crm")
    assert told["public_keys"] == PUBLIC


def test_the_headers_name_the_program_and_the_trace(house, box, hooks):
    hooks.script = lambda n, event: 500 if n == 0 else 200
    box.deliver(letter("traced"))
    house.start()
    wait_for(lambda: len(hooks.events) == 2, what=house.log)
    assert house.stop() == 0
    first, second = (event.headers for event in hooks.events)
    assert first["user-agent"].startswith("Postroom/")
    assert first["traceparent"].split("-")[1] == second["traceparent"].split("-")[1]
    assert first["traceparent"] != second["traceparent"]


def test_cloudevents_are_the_same_event_in_another_envelope(house, box, hooks):
    with Receiver() as cloud:
        house.configure(webhooks=[house.webhook(hooks),
                                  endpoint(house, cloud, "cloud", format="cloudevents")])
        box.deliver(letter("¿Dónde está mi pedido? 📦"))
        house.once()
        (plain,), (event,) = hooks.events, cloud.events
        assert cloud.failures == []
    assert event.headers["content-type"].startswith("application/cloudevents+json")
    assert plain.headers["content-type"] == "application/json"
    assert event.body == {
        "specversion": "1.0", "id": plain.id, "source": "/postroom/mailboxes/support",
        "type": plain.body["type"], "time": plain.body["timestamp"],
        "subject": f"tickets/{plain.body['data']['ticket']['number']}",
        "datacontenttype": "application/json", "data": plain.body["data"]}
