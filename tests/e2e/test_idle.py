"""A crowd of mailboxes that wait in IDLE over TLS, in one process."""

import os
import random
import resource

import pytest

from letters import letter
from rig.house import House, is_sanitized, wait_for
from rig.imap_crowd import ImapCrowd

# The long form is that of the promise: 2,000.
CROWD = int(os.environ.get("POSTROOM_IDLE_CROWD", "100"))
# 2,000 TLS sessions in 150 MB; the house itself is not counted for a smaller crowd.
HOUSE_KB = 30 * 1024
SESSION_KB = 60


@pytest.fixture
def crowd():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    with ImapCrowd([f"box{n}" for n in range(CROWD)]) as server:
        yield server


@pytest.fixture
def house(tmp_path, crowd):
    crowd.imaps_url, crowd.user = crowd.url, "box0"
    made = House(tmp_path, crowd)
    made.configure(mailboxes=[
        made.mailbox(name=name, user=name, address=f"{name}@demo.example", poll="1h",
                     folders={"inbox": "INBOX"}) for name in crowd.mails])
    yield made
    made.close()


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def test_a_crowd_waits_in_little_memory_and_each_push_is_filed(house, crowd):
    daemon = house.start()
    wait_for(lambda: len(crowd.idle) == CROWD, patience_s=300,
             what=f"all to wait, there are {len(crowd.idle)}: {house.log[-2000:]}")
    used = resident_kb(daemon.pid)
    print(f"{CROWD} waiting mailboxes: {used} kB resident")
    if not is_sanitized():
        assert used < HOUSE_KB + SESSION_KB * CROWD
    for name in random.Random(1).sample(list(crowd.mails), 20):
        crowd.deliver(name, letter(f"for {name}"))
        # Nothing but the push can tell: the next poll is an hour away.
        wait_for(lambda: house.sql("SELECT 1 FROM v_messages WHERE subject = ? AND mailbox = ?",
                                   f"for {name}", name), what=house.log[-2000:])
    assert crowd.n_sessions == CROWD
    assert house.stop() == 0
