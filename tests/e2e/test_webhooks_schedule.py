"""When a webhook is asked again: all nine times of the contract, on a clock that is turned."""

from datetime import datetime

import pytest
from letters import letter
from rig.clock import LIBRARY, Clock
from rig.house import is_sanitized, wait_for
from test_webhooks import health

MINUTE_S, HOUR_S = 60, 3600
DELAYS_S = [5, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 14 * HOUR_S,
            20 * HOUR_S, 24 * HOUR_S]

pytestmark = pytest.mark.skipif(not LIBRARY or is_sanitized(),
                                reason="needs faketime, and no sanitizer")


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def state(house):
    """Of the first event; `at` is when it was tried last."""
    rows = house.sql("SELECT o.state, o.attempts, o.due_at, a.at FROM outbox o JOIN "
                     "delivery_attempts a ON a.outbox_id = o.id WHERE o.id = 1 "
                     "ORDER BY a.id DESC LIMIT 1")
    return dict(rows[0]) if rows else {"state": None, "attempts": 0}


def test_a_webhook_is_asked_again_by_the_schedule_then_never(house, box, hooks):
    hooks.script = lambda n, event: 500
    house.configure(webhooks=[house.webhook(hooks, events=["ticket.created"])])
    box.deliver(letter("nobody listens"))
    house.clock = Clock(house.path("clock"))
    house.start()
    waits, due = [], None
    for attempt, delay_s in enumerate(DELAYS_S, 1):
        wait_for(lambda n=attempt: len(hooks.events) >= n and house.has_database()
                 and state(house)["attempts"] >= n, what=house.log)
        now = state(house)
        assert (now["state"], now["attempts"]) == ("waiting", attempt)
        assert due is None or seconds(now["at"]) >= due
        due = seconds(now["due_at"])
        waits.append(due - seconds(now["at"]))
        # The record comes a little after the answer.
        assert 0.8 * delay_s - 3 <= waits[-1] <= 1.2 * delay_s + 0.001
        house.clock.turn(sum(waits))
    wait_for(lambda: state(house)["state"] == "dead", what=house.log)
    house.clock.turn(sum(waits) + 48 * HOUR_S)
    box.deliver(letter("the next"))
    wait_for(lambda: len({event.id for event in hooks.events}) == 2, what=house.log)
    assert house.stop() == 0
    ids = [event.id for event in hooks.events]
    assert ids.count(ids[0]) == len(DELAYS_S) + 1
    assert health(house)["dead"] == 1
    print("asked again after " + ", ".join(f"{wait:.0f}" for wait in waits) + " s")
    stamps = [int(event.timestamp) for event in hooks.events]
    assert stamps == sorted(stamps) and stamps[-1] - stamps[0] > 0.8 * sum(DELAYS_S)
