"""Cyrus as the other side: the second large free server, with its own habits.

Where it is not unpacked (tests/faults/cyrus.py says how), this is skipped, and said.
"""

import imaplib
import os
import sys
import time

import pytest

from letters import letter
from rig.house import House, wait_for
from scripted import everything_once, resets, states, subjects

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))

try:
    import cyrus
    MISSING = cyrus.why_not()
except ImportError:
    MISSING = "tests/faults/cyrus.py is not there"
pytestmark = pytest.mark.skipif(bool(MISSING), reason=str(MISSING))


class Box:
    """One user's mailbox there, as a house wants to be told of it."""

    user, password = "support", "cyrus-password"

    def __init__(self, server):
        self.server = server
        self.imaps_url = f"imaps://localhost:{server.imaps_port}"
        self.ca = server.ca

    def deliver(self, mail):
        self.server.deliver(mail, self.user)

    def client(self):
        client = imaplib.IMAP4("127.0.0.1", self.server.imap_port, timeout=60)
        client.login(self.user, self.password)
        return client

    def expunge(self, *uids):
        client = self.client()
        client.select("INBOX")
        client.uid("STORE", ",".join(map(str, uids)), "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.logout()


@pytest.fixture
def box():
    with cyrus.Cyrus({Box.user: Box.password}) as server:
        yield Box(server)


@pytest.fixture
def house(tmp_path, box, hooks):
    made = House(tmp_path, box, None, hooks, folders={"inbox": "INBOX"}, poll="1h")
    yield made
    made.close()


def test_what_lies_there_and_what_comes_is_filed_once(house, box):
    names = [f"mail {n}" for n in range(12)]
    for name in names:
        box.deliver(letter(name))
    house.once()
    house.start()
    wait_for(house.is_up)
    box.deliver(letter("pushed"))
    wait_for(lambda: "pushed" in subjects(house), what=house.log)
    assert house.stop() == 0
    everything_once(house, *names, "pushed")


def test_mails_that_are_gone_take_no_other_along(house, box):
    for name in ("one", "two", "three", "four"):
        box.deliver(letter(name))
    house.once()
    box.expunge(2, 4)
    box.deliver(letter("five"))
    house.once()
    everything_once(house, "one", "two", "three", "four", "five")
    assert states(house) == {uid: "filed" for uid in range(1, 6)}


def test_a_folder_made_anew_brings_only_what_is_new(tmp_path, box, hooks):
    """Cyrus gives it another UIDVALIDITY, which is a time in seconds."""
    house = House(tmp_path, box, None, hooks, folders={"inbox": "Work"})
    old, client = [letter("one"), letter("two")], box.client()
    client.create("Work")
    for mail in old:
        client.append("Work", "", None, mail)
    house.once()
    client.delete("Work")
    time.sleep(1.1)
    client.create("Work")
    for mail in (letter("three"), *old):
        client.append("Work", "", None, mail)
    client.logout()
    house.once()
    house.once()
    everything_once(house, "one", "two", "three")
    assert resets(house) == 1


@pytest.mark.parametrize("after,left", [("seen", [b"1"]), ("move:Sent", []), ("delete", [])])
def test_what_is_done_there_afterwards(tmp_path, box, hooks, after, left):
    house = House(tmp_path, box, None, hooks, after={"filed": after}, folders={"inbox": "INBOX"})
    box.deliver(letter("one"))
    house.once()
    client = box.client()
    client.select("INBOX", readonly=True)
    assert client.uid("SEARCH", "ALL")[1][0].split() == left
    assert bool(client.uid("SEARCH", "SEEN")[1][0]) == (after == "seen")
    client.logout()
