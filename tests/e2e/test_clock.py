"""The machine's clock is a day ahead, and is set right: nothing waits for that tomorrow.

The clock is libfaketime's, which reads it from a file; it does not go with sanitizers.
"""

import glob
import os
import signal
import subprocess

import pytest

from letters import letter
from rig.house import is_sanitized, wait_for

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
AHEAD_S = 86400


@pytest.fixture
def clock(house):
    if not FAKETIME or is_sanitized():
        pytest.skip("needs libfaketime and a build without sanitizers")
    return Clock(house)


class Clock:
    def __init__(self, house):
        self.house = house
        self.path = house.path("clock")

    def turn(self, ahead_s):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(f"{ahead_s:+d}\n")
        os.replace(self.path + ".new", self.path)

    def start(self):
        environment = dict(os.environ, LD_PRELOAD=FAKETIME[0], FAKETIME_NO_CACHE="1",
                           FAKETIME_TIMESTAMP_FILE=self.path, FAKETIME_DONT_FAKE_MONOTONIC="1")
        house = self.house
        with open(house.path("daemon.log"), "ab") as log:
            house.daemon = subprocess.Popen(
                house.command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=house.folder, env=environment)

    def refused_tomorrow(self, box, hooks):
        """A mail whose event the CRM refused today, and again when it was tomorrow: the
        third try is due in five minutes of that day."""
        hooks.script = lambda n, event: 500 if n < 2 else 200
        box.deliver(letter("a wrong tomorrow"))
        self.turn(0)
        self.start()
        self.wait_for_refusals(1)
        self.turn(AHEAD_S)
        self.wait_for_refusals(2)

    def wait_for_refusals(self, number):
        wait_for(lambda: self.house.is_up() and
                 self.house.sql("SELECT 1 FROM outbox WHERE attempts = ?", number),
                 what=f"{number} refusals\n{self.house.log[-3000:]}")


def delivered(house):
    return house.sql("SELECT 1 FROM outbox WHERE state = 'delivered'")


def test_a_clock_set_right_while_the_house_is_open(house, box, hooks, clock):
    clock.refused_tomorrow(box, hooks)
    clock.turn(0)
    wait_for(lambda: delivered(house), what=f"the third try\n{house.log[-3000:]}")
    assert "event=clock.set_back" in house.log
    assert house.stop() == 0


def test_a_clock_set_right_while_the_house_is_closed(house, box, hooks, clock):
    clock.refused_tomorrow(box, hooks)
    house.stop(signal.SIGKILL)
    clock.turn(0)
    clock.start()
    wait_for(lambda: delivered(house), what=f"the third try\n{house.log[-3000:]}")
    assert "event=clock.set_back" not in house.log
    assert house.stop() == 0
