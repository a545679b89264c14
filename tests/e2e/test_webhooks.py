"""What a CRM gets when it answers, stumbles, moves away, dawdles or says no."""

import threading

from rig.house import wait_for
from rig.receiver import Receiver, verify
from letters import letter
from scripted import change

TRY_LATER = 75
OPERATOR = 78


def endpoint(house, hooks, name, **changes):
    """A webhook beside `crm`, with a secret of its own."""
    house.write_secret(f"{name}.secret", hooks.secret)
    return {**house.webhook(hooks), "name": name,
            "secret": {"file": house.path(f"{name}.secret")}, **changes}


def health(house, name="crm"):
    (row,) = house.sql("SELECT * FROM v_webhook_health WHERE webhook = ?", name)
    return dict(row)


def attempts(house):
    return [(row["http_status"], row["outcome"]) for row in house.sql(
        "SELECT http_status, outcome FROM delivery_attempts ORDER BY id")]


def seconds_until_due(house):
    """From the last attempt to the next one, as the database has it."""
    return house.sql("SELECT (julianday(o.due_at) - julianday(max(a.at))) * 86400 AS wait"
                     " FROM outbox o JOIN delivery_attempts a ON a.outbox_id = o.id"
                     )[0]["wait"]


def test_a_failed_delivery_is_tried_again_with_its_id(house, box, hooks):
    hooks.script = lambda n, event: 500 if n == 0 else 200
    box.deliver(letter("the CRM stumbles"))
    house.start()
    wait_for(lambda: len(hooks.events) == 2 and health(house)["delivered"] == 1,
             what=f"the second try\n{house.log}")
    assert house.stop() == 0
    first, second = hooks.events
    assert first.id == second.id
    assert first.raw == second.raw
    assert int(second.timestamp) > int(first.timestamp)
    assert second.signature != first.signature
    assert hooks.failures == []
    assert attempts(house) == [(500, "later"), (200, "delivered")]
    assert health(house)["waiting"] == 0
    assert "500" in health(house)["last_error"]


def test_the_oldest_events_are_told_first(house, box, hooks):
    for number in range(80):
        box.deliver(letter(f"one of a storm, {number}"))
    house.once()
    made = [row["event_id"] for row in house.sql("SELECT event_id FROM outbox ORDER BY id")]
    told = [event.id for event in hooks.events]
    assert sorted(told) == sorted(made)
    # Four are under way at first, and never more than 32; which of these is read first is
    # the receiver's affair. How the share grows is seen in tests/unit/store/test_pace.c.
    assert made.index(told[0]) < 4
    early = {n: made.index(event_id) - n for n, event_id in enumerate(told)}
    assert max(early.values()) < 32, early


def test_one_pass_leaves_a_failed_delivery_for_later(house, box, hooks):
    hooks.script = lambda n, event: 500
    box.deliver(letter("nobody answers"))
    house.once(expect=TRY_LATER)
    assert len(hooks.events) == 1
    assert health(house)["waiting"] == 1
    assert 4 <= seconds_until_due(house) <= 6.1
    house.once(expect=TRY_LATER)
    assert house.count("messages") == 1


def test_gone_disables_the_webhook_and_the_others_hear_of_it(house, box, hooks):
    hooks.script = lambda n, event: 410
    with Receiver() as other:
        house.configure(webhooks=[house.webhook(hooks), endpoint(house, other, "other")])
        box.deliver(letter("the last that crm hears"))
        first = house.once(expect=OPERATOR)
        box.deliver(letter("crm hears no more"))
        second = house.once(expect=OPERATOR)
        assert len(hooks.events) == 1
        types = [event.body["type"] for event in other.events]
        assert sorted(types) == ["ticket.created", "ticket.created", "webhook.disabled"]
        (told,) = [event for event in other.events
                   if event.body["type"] == "webhook.disabled"]
        assert told.body["data"]["webhook"] == {"name": "crm"}
        assert "410" in told.body["data"]["because"]
        assert other.failures == []
    assert health(house)["state"] == "disabled"
    assert "410" in health(house)["because"]
    said = [line for line in (first.stderr + second.stderr).splitlines()
            if "event=webhook.disabled" in line]
    assert len(said) == 2, "when it happened, and when the house opened again"
    assert all("level=error" in line and "webhook=crm" in line and "410" in line
               for line in said)
    done = house.run("doctor")
    assert done.returncode == OPERATOR
    assert "postroom webhooks enable crm" in done.stdout
    assert health(house, "other")["state"] == "enabled"
    assert health(house, "other")["delivered"] == 3


def test_retry_after_is_obeyed(house, box, hooks):
    hooks.script = lambda n, event: (429, {"Retry-After": "3600"}, b"slow down")
    box.deliver(letter("too many"))
    house.once(expect=TRY_LATER)
    assert 3599 <= seconds_until_due(house) <= 3601
    house.once(expect=TRY_LATER)
    assert len(hooks.events) == 1
    assert attempts(house) == [(429, "later")]


def test_who_asks_for_a_second_is_not_given_up_after_ten(house, box, hooks):
    """A busy hour: each try is told to come again in a second, which uses up the tries."""
    hooks.script = lambda n, event: (503, {"Retry-After": "1"}, b"busy")
    box.deliver(letter("a busy hour"))
    for delay_s in (5, 5 * 60, 30 * 60):
        house.once(expect=TRY_LATER)
        assert 0.8 * delay_s - 1 <= seconds_until_due(house) <= 1.2 * delay_s + 1
        change(house, "UPDATE outbox SET due_at = '2026-01-01T00:00:00.000Z'")
    assert len(hooks.events) == 3


def test_a_redirect_is_not_followed(house, box, hooks):
    with Receiver() as elsewhere:
        hooks.script = lambda n, event: (301, {"Location": elsewhere.url}, b"")
        box.deliver(letter("moved away"))
        house.once(expect=TRY_LATER)
        assert elsewhere.events == []
    assert len(hooks.events) == 1
    assert "redirect" in health(house)["last_error"]
    assert health(house)["waiting"] == 1


def test_a_slow_webhook_delays_no_other(house, box, hooks):
    release = threading.Event()
    hooks.script = lambda n, event: 200 if release.wait(25) else 500
    with Receiver() as quick:
        house.configure(webhooks=[house.webhook(hooks), endpoint(house, quick, "quick")])
        house.start_and_settle()
        for number in range(5):
            box.deliver(letter(f"mail {number}"))
        wait_for(lambda: len(quick.events) == 5, what=house.log)
        assert not release.is_set()
        assert health(house)["delivered"] == 0
        release.set()
        wait_for(lambda: health(house)["delivered"] == 5, what=house.log)
        assert house.stop() == 0
        assert quick.failures == []


def test_two_secrets_sign_twice_while_rotating(house, box, hooks):
    new = "whsec_bmV3IHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM="
    house.write_secret("new.secret", new)
    house.configure(webhooks=[house.webhook(hooks, secret=[
        {"file": house.path("new.secret")}, {"file": house.path("crm.secret")}])])
    box.deliver(letter("rotating"))
    house.once()
    (event,) = hooks.events
    assert len(event.signature.split()) == 2
    for secret in (new, hooks.secret):
        assert verify([secret], event.id, event.timestamp, event.signature, event.raw) is None
    assert verify(["whsec_b3RoZXIgc2VjcmV0IG9mIG5vYm9keSBhdCBhbGw="], event.id,
                  event.timestamp, event.signature, event.raw) is not None


def test_a_huge_answer_is_cut(house, box, hooks):
    hooks.script = lambda n, event: (200, {}, b"\xffx" * 2_000_000)
    box.deliver(letter("the CRM talks a lot"))
    house.once()
    (row,) = house.sql("SELECT response, outcome FROM delivery_attempts")
    assert row["outcome"] == "delivered"
    assert 0 < len(row["response"].encode()) <= 20_000


def test_events_of_a_ticket_keep_their_order(house, box, hooks):
    """The first event fails: its ticket waits, another ticket does not."""
    hooks.script = lambda n, event: (
        500 if event.body["data"]["ticket"]["subject"] == "Order" else 200)
    asked = letter("Order", Message_ID="<order@correo.example>", From="ana@correo.example")
    replied = letter("Re: Order", In_Reply_To="<order@correo.example>",
                     From="ana@correo.example")
    box.deliver_all([asked, replied, letter("Another matter")])
    house.once(expect=TRY_LATER)
    heard = [(event.body["type"], event.body["data"]["message"]["subject"])
             for event in hooks.events]
    assert sorted(heard) == [("ticket.created", "Another matter"), ("ticket.created", "Order")]
    assert health(house)["waiting"] == 2


def test_a_private_address_is_refused_unless_listed(house, box, hooks):
    house.configure(webhooks=[house.webhook(hooks, allow_networks=[])])
    box.deliver(letter("inside"))
    house.once(expect=TRY_LATER)
    assert hooks.events == []
    assert "allow_networks" in health(house)["last_error"]


def test_a_webhook_gets_what_it_subscribed_and_includes(house, box, hooks):
    html = {"Content_Type": "text/html; charset=utf-8"}
    with Receiver() as leads, Receiver() as whole:
        house.configure(webhooks=[
            house.webhook(hooks),
            endpoint(house, leads, "leads", events=["lead.*"]),
            endpoint(house, whole, "whole", include={"html": True, "headers": False})])
        box.deliver(letter("Printer", "<p>The printer is <b>broken</b>.</p>", **html))
        house.once()
        usual, full = hooks.events[0].body["data"], whole.events[0].body["data"]
        assert leads.events == []
        assert whole.failures == []
    assert usual["message"]["html"] is None
    assert ["Subject", "Printer"] in usual["message"]["headers"]
    assert "<b>broken</b>" in full["message"]["html"]
    assert full["message"]["headers"] == []


def test_the_database_tells_which_of_our_mail_did_not_arrive(house, full_box):
    house.once()
    (row,) = house.sql("SELECT * FROM v_delivery_problems")
    assert row["recipient"] == "m.hale@oldtown.example"
    assert row["reason"] == "user_unknown"
    assert row["is_hard"] == 1
    assert row["is_verified"] == 1
    assert health(house)["dead"] == 0
