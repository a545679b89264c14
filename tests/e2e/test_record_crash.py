"""SIGKILL at system calls of a pass over the thirty mails: nothing lost, nothing doubled.

POSTROOM_CRASH_POINTS=N takes N points, 0 every one (hours); POSTROOM_CRASH_SEED=S the same again.
"""

import os
import random
import re
import shutil
import subprocess

import pytest

from rig.house import House

POINTS = int(os.environ.get("POSTROOM_CRASH_POINTS", "16"))
SEED = int(os.environ.get("POSTROOM_CRASH_SEED", str(random.randrange(1 << 32))))
CALLS = ("pwrite64", "pread64", "fdatasync", "fsync", "write", "sendto", "recvfrom", "futex",
         "openat", "unlink", "fcntl", "ftruncate", "mmap", "munmap", "sendmsg", "recvmsg",
         "close", "poll", "socket", "connect", "clone3")
KEYS = ("SELECT message_id, direction, ticket IS NULL FROM messages ORDER BY 1",
        "SELECT requester, subject, messages, status FROM v_tickets ORDER BY 1, 2",
        "SELECT id, type FROM events ORDER BY 1",
        "SELECT event_id, endpoint, state FROM outbox ORDER BY 1",
        "SELECT action, argument, state FROM pending_actions ORDER BY 1",
        "SELECT state, count(*) FROM uid_ledger GROUP BY 1")

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def answers(house):
    return [[tuple(row) for row in house.sql(question)] for question in KEYS]


def traced(house, *options):
    return subprocess.run(["strace", "-f", "-qq", "-o", house.path("trace"), *options,
                           *house.command("run", "--once")], capture_output=True, cwd=house.folder,
                          timeout=240, check=False)


def all_points(house):
    """(call, occurrence): strace counts a call for each thread on its own."""
    traced(house, "-e", "trace=" + ",".join(CALLS))
    counts = {}
    with open(house.path("trace"), encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"(\d+) +(\w+)\(", line)
            if found:
                counts[found.groups()] = counts.get(found.groups(), 0) + 1
    most = {}
    for (_, call), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    return [(call, n) for call in CALLS for n in range(1, most.get(call, 0) + 1)]


def test_killed_at_a_system_call_every_mail_is_there_once(tmp_path, full_box, dns, hooks):
    reference = House(tmp_path / "reference", full_box, dns, hooks)
    points = all_points(reference)
    wanted = answers(reference)
    assert len(points) > 200 and len(wanted[0]) == 30
    chosen = points if POINTS == 0 else random.Random(SEED).sample(points, POINTS)
    killed = 0
    for number, (call, nth) in enumerate(chosen):
        house = House(tmp_path / f"house{number}", full_box, dns, hooks)
        done = traced(house, "-e", f"trace={call}",
                      "-e", f"inject={call}:signal=KILL:when={nth}")
        killed += done.returncode != 0
        house.once()
        told = f"seed {SEED}: {call} number {nth}"
        for question, found, right in zip(KEYS, answers(house), wanted):
            assert set(found) ^ set(right) == set() and len(found) == len(right), (told, question)
        assert house.sql("PRAGMA integrity_check")[0][0] == "ok", told
        shutil.rmtree(house.folder)
    assert killed >= len(chosen) // 4, "the shots came too late to mean anything"
    assert hooks.failures == []
