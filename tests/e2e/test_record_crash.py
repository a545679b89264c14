"""SIGKILL at system calls of a pass over the thirty mails: nothing lost, nothing doubled.

POSTROOM_CRASH_POINTS=N takes N points, 0 every one (an hour); POSTROOM_CRASH_SEED=S the same again;
POSTROOM_CRASH_HANDS=N houses at once.
"""

import os
import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from rig.house import House, is_sanitized, wait_for

# Sanitizers are slow and find here what they find in every other test.
POINTS = int(os.environ.get("POSTROOM_CRASH_POINTS", "24" if is_sanitized() else "200"))
SEED = int(os.environ.get("POSTROOM_CRASH_SEED", str(random.randrange(1 << 32))))
HANDS = int(os.environ.get("POSTROOM_CRASH_HANDS", "8"))
KEYS = ("SELECT message_id, direction, ticket IS NULL, label FROM messages ORDER BY 1",
        "SELECT requester, subject, messages, status FROM v_tickets ORDER BY 1, 2",
        # An answer of ours that the second run reads earlier changes the status earlier.
        "SELECT m.message_id, e.kind, e.actor FROM ticket_events e JOIN messages m "
        "ON m.id = e.message_id ORDER BY 1, 2",
        "SELECT id, type FROM events ORDER BY 1",
        "SELECT event_id, endpoint, state FROM outbox ORDER BY 1",
        "SELECT action, argument, state FROM pending_actions ORDER BY 1",
        "SELECT state, count(*) FROM uid_ledger GROUP BY 1",
        "SELECT state, count(*) FROM held_mail GROUP BY 1")

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def answers(house):
    return [[tuple(row) for row in house.sql(question)] for question in KEYS]


def traced(house, *options):
    """The house alone: a sorter that dies at one place in each mail holds them all, rightly."""
    return subprocess.run(["strace", "-f", "-b", "execve", "-qq", "-e", "signal=none",
                           "-o", house.path("trace"), *options, *house.command("run", "--once")],
                          capture_output=True, cwd=house.folder, timeout=240, check=False)


def all_points(house):
    """(call, occurrence): strace counts a call for each thread on its own."""
    traced(house)
    counts = {}
    with open(house.path("trace"), encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"(\d+) +(\w+)\(", line)
            if found and not found.group(2).startswith(("exec", "exit")):
                counts[found.groups()] = counts.get(found.groups(), 0) + 1
    most = {}
    for (_, call), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    return [(call, n) for call in sorted(most) for n in range(1, most[call] + 1)]


def shoot(house, call, nth):
    """Killed there, started again: (was it killed, what the house then holds, is it sound)."""
    done = traced(house, "--seccomp-bpf", "-e", f"trace={call}",
                  "-e", f"inject={call}:signal=KILL:when={nth}")
    # The one receiver of all these houses may be late: then a delivery is due again.
    wait_for(lambda: house.run("run", "--once").returncode == 0, what=f"{call} {nth} to settle")
    held = answers(house)
    sound = house.sql("PRAGMA integrity_check")[0][0]
    shutil.rmtree(house.folder)
    return done.returncode != 0, held, sound


def difference(found, wanted):
    return [(question, set(one) ^ set(other)) for question, one, other in zip(KEYS, found, wanted)
            if one != other]


def test_killed_at_a_system_call_every_mail_is_there_once(tmp_path, full_box, dns, hooks):
    reference = House(tmp_path / "reference", full_box, dns, hooks)
    points = all_points(reference)
    wanted = answers(reference)
    assert len(points) > 1000 and len(wanted[0]) == 30
    chosen = points if POINTS == 0 else random.Random(SEED).sample(points, POINTS)

    wrong = []

    def try_point(number):
        house = House(tmp_path / f"house{number}", full_box, dns, hooks)
        killed, held, sound = shoot(house, *chosen[number])
        if held != wanted or sound != "ok":
            wrong.append((chosen[number], difference(held, wanted), sound))
            print(f"point {number}, wrong:", *wrong[-1], flush=True)  # a sweep is long: tell now
        if number % 100 == 99:
            print(f"at point {number + 1} of {len(chosen)}", flush=True)
        return killed

    with ThreadPoolExecutor(HANDS) as hands:
        killed = sum(hands.map(try_point, range(len(chosen))))
    print(f"{len(chosen)} points of {len(points)}, {killed} killed, {len(wrong)} wrong")
    assert not wrong, f"seed {SEED}: {len(wrong)} of {len(chosen)}: {wrong[:5]}"
    assert killed >= len(chosen) // 4, "the shots came too late to mean anything"
    assert hooks.failures == []
