"""The machine's clock is a day ahead, and is set right: nothing waits for that tomorrow."""

import signal

import pytest

from letters import letter
from rig.clock import LIBRARY, Clock
from rig.house import is_sanitized, wait_for

AHEAD_S = 86400


@pytest.fixture
def clock(house):
    if not LIBRARY or is_sanitized():
        pytest.skip("needs libfaketime and a build without sanitizers")
    house.clock = Clock(house.path("clock"))
    return house.clock


def wait_for_refusals(house, number):
    wait_for(lambda: house.is_up() and
             house.sql("SELECT 1 FROM outbox WHERE attempts = ?", number),
             what=f"{number} refusals\n{house.log[-3000:]}")


def refused_tomorrow(house, box, hooks):
    """A mail whose event the CRM refused today, and again when it was tomorrow: the
    third try is due in five minutes of that day."""
    hooks.script = lambda n, event: 500 if n < 2 else 200
    box.deliver(letter("a wrong tomorrow"))
    house.start()
    wait_for_refusals(house, 1)
    house.clock.turn(AHEAD_S)
    wait_for_refusals(house, 2)


def delivered(house):
    return house.sql("SELECT 1 FROM outbox WHERE state = 'delivered'")


def test_a_clock_set_right_while_the_house_is_open(house, box, hooks, clock):
    refused_tomorrow(house, box, hooks)
    clock.turn(0)
    wait_for(lambda: delivered(house), what=f"the third try\n{house.log[-3000:]}")
    assert "event=clock.set_back" in house.log
    assert house.stop() == 0


def test_a_clock_set_right_while_the_house_is_closed(house, box, hooks, clock):
    refused_tomorrow(house, box, hooks)
    house.stop(signal.SIGKILL)
    clock.turn(0)
    house.start()
    wait_for(lambda: delivered(house), what=f"the third try\n{house.log[-3000:]}")
    assert "event=clock.set_back" not in house.log
    assert house.stop() == 0
