"""One pass over the mailbox: complete, repeatable, and safe against SIGKILL."""

import collections
import random
import signal
import subprocess
import time

from rig.house import House
from letters import letter

KILLS = 20


def mail_keys(house):
    """How often each mail of the server stands in messages, by its Message-ID."""
    return collections.Counter(
        row["message_id"] for row in house.sql("SELECT message_id FROM messages")
    )


def test_every_mail_of_the_box_is_handled(house, full_box):
    house.once()
    counts = house.counts()
    assert counts["messages"] + counts["held_mail"] == 30, counts
    assert counts["held_mail"] == 0, [dict(row) for row in house.sql(
        "SELECT * FROM held_mail")]


def test_our_own_mail_is_not_held_against_us(house, full_box):
    house.once()
    ours = house.sql("SELECT verdict, label FROM messages WHERE direction = 'out'")
    assert {(row["verdict"], row["label"]) for row in ours} == {("unauthenticated", "other")}


def test_a_second_pass_adds_nothing(house, hooks, full_box):
    house.once()
    first, heard = house.counts(), len(hooks.events)
    house.once()
    assert house.counts() == first
    assert len(hooks.events) == heard


def test_every_filed_mail_has_one_verified_webhook(house, hooks, full_box):
    house.once()
    assert hooks.failures == []
    ids = [event.id for event in hooks.events]
    assert len(ids) == len(set(ids))
    events = house.sql("SELECT DISTINCT event_id FROM outbox")
    assert {row["event_id"] for row in events} == set(ids)


def test_a_new_mail_is_added_by_the_next_pass(house, box):
    box.deliver(letter("the first"))
    house.once()
    box.deliver(letter("the second"))
    house.once()
    assert house.count("messages") == 2
    assert house.count("tickets") == 2


def test_a_reply_joins_its_ticket(house, box):
    asked = letter("Printer prints upside down", Message_ID="<asked@correo.example>",
                   From="Ana <ana@correo.example>")
    replied = letter("Re: Printer prints upside down", In_Reply_To="<asked@correo.example>",
                     From="Ana <ana@correo.example>")
    box.deliver_all([asked, replied])
    house.once()
    assert house.count("messages") == 2
    assert house.count("tickets") == 1


def test_an_answer_of_ours_joins_what_came_with_it(house, hooks, box):
    box.deliver(letter("Re: Where is my order?", In_Reply_To="<asked@correo.example>",
                       From="Support <support@demo.example>", To="ana@correo.example"),
                folder="Sent")
    box.deliver(letter("Where is my order?", Message_ID="<asked@correo.example>",
                       From="Ana <ana@correo.example>"))
    box.deliver(letter("Re: to somebody we never heard of", From="support@demo.example",
                       In_Reply_To="<unknown@elsewhere.example>"), folder="Sent")
    house.once()
    assert [event.body["type"] for event in hooks.events] == ["ticket.created", "ticket.answered"]
    assert house.count("tickets") == 1
    assert len(house.sql("SELECT 1 FROM v_first_response")) == 1
    assert house.count("messages") == 3
    house.once()
    assert house.count("messages") == 3


def test_nothing_is_marked_as_read(house, box):
    box.deliver(letter("still unread"))
    house.once()
    assert "\\Seen" not in box.flags(box.uids()[0])


def kill_at_random(house, longest_s, chance):
    """Runs a pass and kills it somewhere; False: it was through before the shot."""
    running = subprocess.Popen(house.command("run", "--once"), cwd=house.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0.01, longest_s))
    alive = running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.wait()
    return alive


def test_killed_at_random_points_each_mail_is_there_once(tmp_path, full_box, dns, hooks):
    reference = House(tmp_path / "reference", full_box, dns, hooks)
    started = time.monotonic()
    reference.once()
    longest_s = time.monotonic() - started
    wanted = reference.counts()
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    shots = 0
    for number in range(KILLS):
        house = House(tmp_path / f"house{number}", full_box, dns, hooks)
        shots += kill_at_random(house, longest_s, chance)
        house.once()
        assert house.counts() == wanted, f"seed {seed}, round {number}"
        assert house.sql("PRAGMA integrity_check")[0][0] == "ok", f"seed {seed}"
        twice = [key for key, times in mail_keys(house).items() if times != 1]
        assert twice == [], f"seed {seed}, round {number}"
    assert shots >= KILLS // 4, "the shots came too late to mean anything"
    assert hooks.failures == []
