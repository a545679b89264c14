"""Dovecot as the other side: real numbers, real expunging, real crowds."""

import os

from letters import letter
from rig.house import House, wait_for
from scripted import everything_once, resets, states, subjects

# The long form is that of the promise: a mailbox that was left alone for a year.
CROWD = int(os.environ.get("POSTROOM_CROWD", "2000"))


def test_a_changed_uidvalidity_brings_only_what_is_new(house, box):
    box.deliver_all([letter(name) for name in ("one", "two", "three")])
    house.once()
    box.doveadm("mailbox", "update", "--uid-validity", "123456", "-u", box.user, "INBOX")
    box.deliver(letter("four"))
    house.once()
    house.once()
    everything_once(house, "one", "two", "three", "four")
    assert resets(house) == 1


def test_mail_moved_by_hand_to_junk_and_back(house, box):
    box.deliver(letter("one"))
    house.once()
    box.doveadm("move", "-u", box.user, "Junk", "mailbox", "INBOX", "all")
    house.once()
    box.doveadm("move", "-u", box.user, "INBOX", "mailbox", "Junk", "all")
    house.once()
    everything_once(house, "one")
    rows = house.sql("SELECT label_after FROM corrections ORDER BY id")
    assert [row[0] for row in rows] == ["spam", "not_spam"]


def test_mails_that_vanish_while_they_are_fetched_take_nothing_along(house, box):
    box.deliver_all([letter(f"mail {n}") for n in range(60)])
    house.start()
    wait_for(lambda: house.is_up() and house.count("messages") > 0, what=house.log)
    gone = box.uids()[1::2]
    box.expunge(gone)
    box.deliver(letter("the last one"))
    wait_for(lambda: "the last one" in subjects(house), what=house.log)
    assert house.stop() == 0
    assert {f"mail {n}" for n in range(0, 60, 2)} <= set(subjects(house))
    assert len(set(subjects(house))) == len(subjects(house))
    assert set(states(house).values()) <= {"filed", "absent"}


def test_every_ability_of_after_at_a_real_server(tmp_path, box, hooks):
    for number, (after, left) in enumerate((("seen", 1), ("move:Sent", 0), ("delete", 0))):
        folder = tmp_path / after.replace(":", "-")
        house = House(folder, box, None, hooks, after={"filed": after},
                      folders={"inbox": "INBOX"})
        box.deliver(letter(f"mail {number}"))
        house.once()
        assert len(box.uids()) == left
        if left:
            assert "\\Seen" in box.flags(box.uids()[0])
            box.expunge(box.uids())
    assert len(box.uids("Sent")) == 1


def test_a_crowd_of_mails(tmp_path, box, dns):
    house = House(tmp_path, box, dns)
    box.deliver_all([letter(f"mail {n}") for n in range(CROWD)])
    house.once()
    house.once()
    assert sorted(subjects(house)) == sorted(f"mail {n}" for n in range(CROWD))
    assert house.count("tickets") == house.count("events") == CROWD
