"""TERM and HUP beside the silent: whoever does not answer holds up nobody.

A ceiling stands for "at once": it is far from what a daemon needs that waits for nobody,
and far below the minute, or the half, that a server or a webhook may keep it waiting.
"""

import signal
import threading

import pytest

from letters import letter
from rig.dovecot import Dovecot
from rig.house import House, wait_for
from rig.imap_script import ScriptedImap
from scripted import everything_once, scripted_house, states, subjects

AT_ONCE_S = 20
SILENT_AT = ("AUTHENTICATE PLAIN", "LIST", "EXAMINE", "UID FETCH")


def silence(connection, tag, args):
    return b""


@pytest.fixture
def imap():
    with ScriptedImap({1: letter("one"), 2: letter("two")}) as server:
        yield server


@pytest.fixture
def make_house(tmp_path, hooks):
    made = []

    def make(imap, **mailbox):
        made.append(scripted_house(tmp_path, imap, hooks, **mailbox))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.mark.parametrize("verb", SILENT_AT)
def test_term_waits_for_no_answer(make_house, imap, hooks, verb):
    imap.on(verb, silence)
    house = make_house(imap)
    house.start()
    wait_for(lambda: imap.count(verb), what=house.log)
    assert house.stop(signal.SIGTERM, AT_ONCE_S) == 0
    assert states(house) == {}, "nothing is filed, and no mail is blamed"
    imap.on(verb, None)
    house.once()
    everything_once(house, "one", "two")
    assert len(hooks.events) == 2


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_term_waits_for_no_greeting(make_house, imap, scheme):
    imap.greeting = b""
    house = make_house(imap, server=f"{scheme}://127.0.0.1:{imap.port}")
    house.start()
    wait_for(lambda: imap.n_connections, what=house.log)
    assert house.stop(signal.SIGTERM, AT_ONCE_S) == 0


def test_term_in_the_middle_of_a_mail_files_nothing_of_it(make_house, imap):
    def begin_only(connection, tag, args):
        if b"BODY.PEEK[]" not in args:
            return None
        whole = b"".join(connection.server.fetch_lines(connection, args))
        return whole[: whole.index(b"Subject: two") + 20]

    imap.on("UID FETCH", begin_only)
    house = make_house(imap)
    house.start()
    wait_for(lambda: any(b"BODY.PEEK[]" in command for command in imap.commands))
    assert house.stop(signal.SIGTERM, AT_ONCE_S) == 0
    assert set(subjects(house)) <= {"one"}, "what came whole may be filed"
    assert 2 not in states(house)
    imap.on("UID FETCH", None)
    house.once()
    everything_once(house, "one", "two")


def test_term_ends_one_pass_too(make_house, imap):
    imap.on("UID FETCH", silence)
    house = make_house(imap)
    house.start("--once")
    wait_for(lambda: imap.count("UID FETCH"), what=house.log)
    assert house.stop(signal.SIGTERM, AT_ONCE_S) == 75, "there is more to do"
    assert states(house) == {}


@pytest.mark.parametrize("verb", SILENT_AT)
def test_reload_beside_a_silent_server_serves_the_others(tmp_path, imap, verb):
    imap.on(verb, silence)
    with Dovecot() as box:
        house = House(tmp_path, box)
        house.write_secret("silent.password", imap.password)
        house.config["mailboxes"].append({
            **house.mailbox(), "name": "silent", "address": "silent@demo.example",
            "server": imap.url, "tls": {"required": False}, "user": imap.user,
            "password": {"file": house.path("silent.password")}})
        house.configure()
        try:
            house.start()
            wait_for(lambda: imap.count(verb), what=house.log)
            asked = imap.count(verb)
            house.daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: "house.reload" in house.log)
            box.deliver(letter("after the reload"))
            wait_for(lambda: subjects(house) == ["after the reload"], AT_ONCE_S,
                     what=house.log)
            wait_for(lambda: imap.count(verb) > asked, AT_ONCE_S, "the silent one, again")
        finally:
            house.close()


class Hanging:
    """A script of a Receiver that gives its answers only when it is let go."""

    def __init__(self):
        self.go = threading.Event()

    def __call__(self, n, event):
        self.go.wait()
        return 204


@pytest.fixture
def hanging(hooks):
    hooks.script = Hanging()
    yield hooks.script
    hooks.script.go.set()


def sent_again(hooks):
    ids = [event.id for event in hooks.wait_for(2)]
    assert len(ids) >= 2, "the event is sent again"
    assert len(set(ids)) == 1, "under the id that the receiver knows"
    assert len({event.raw for event in hooks.events}) == 1


def test_term_waits_for_no_webhook_and_the_event_is_sent_again(house, box, hooks, hanging):
    box.deliver(letter("for the webhook"))
    house.start()
    hooks.wait_for(1)
    assert house.stop(signal.SIGTERM, AT_ONCE_S) == 0
    assert house.sql("SELECT attempts FROM outbox")[0]["attempts"] == 0, "it does not count"
    hanging.go.set()
    house.start()
    sent_again(hooks)
    wait_for(lambda: house.sql("SELECT 1 FROM outbox WHERE state = 'delivered'"),
             what=house.log)
    assert house.count("messages") == 1


def test_reload_waits_for_no_webhook(house, box, hooks, hanging):
    box.deliver(letter("for the webhook"))
    house.start()
    hooks.wait_for(1)
    house.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "house.reload" in house.log)
    box.deliver(letter("after the reload"))
    wait_for(lambda: house.count("messages") == 2, AT_ONCE_S, what=house.log)
    assert len({event.id for event in hooks.wait_for(3)}) == 2


def test_deliveries_that_come_home_in_time_are_written_down(house, box, hooks, hanging):
    box.deliver(letter("for the webhook"))
    house.start()
    hooks.wait_for(1)
    house.daemon.send_signal(signal.SIGTERM)
    wait_for(lambda: "house.close" in house.log)
    hanging.go.set()
    assert house.daemon.wait(AT_ONCE_S) == 0
    assert house.sql("SELECT state FROM outbox")[0]["state"] == "delivered"
