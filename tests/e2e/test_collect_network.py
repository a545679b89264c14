"""Servers that ask for peace, refuse, fall silent or hang up; and the network between."""

import os
import random
import time

import pytest

from letters import letter
from rig.house import is_sanitized, wait_for
from rig.imap_script import ScriptedImap
from rig.proxy import Proxy
from scripted import everything_once, fill, scripted_house, subjects


@pytest.fixture
def imap():
    with ScriptedImap({}) as server:
        yield server


@pytest.fixture
def house(tmp_path, imap, hooks):
    made = scripted_house(tmp_path, imap, hooks, poll="1h")
    yield made
    made.close()


def settle(house, *expected):
    wait_for(lambda: house.is_up() and set(expected) <= set(subjects(house)), what=house.log)


def is_idle(imap):
    return any(connection.idle_tag for connection in list(imap.connections))


def failing(hooks):
    return [e for e in hooks.events if e.body["type"] == "mailbox.failing"]


# IDLE


def test_what_is_pushed_is_filed(house, imap):
    fill(imap, "one")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap))
    for name in ("two", "three", "four"):
        imap.deliver(letter(name))
        settle(house, name)
    everything_once(house, "one", "two", "three", "four")


def test_a_server_that_ends_idle_by_itself_is_asked_again(house, imap):
    fill(imap, "one")
    house.start()
    settle(house, "one")
    for name in ("two", "three"):
        wait_for(lambda: is_idle(imap))
        for connection in list(imap.connections):
            tag, connection.idle_tag = connection.idle_tag, None
            imap.mails[max(imap.mails) + 1] = letter(name)
            connection.send(tag + b" OK that is enough\r\n")
        settle(house, name)
    everything_once(house, "one", "two", "three")


def test_a_session_that_breaks_while_idle_is_opened_again(house, imap):
    fill(imap, "one")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap))
    fill(imap, "two", first=2)
    imap.hang_up()
    settle(house, "two")
    everything_once(house, "one", "two")


def test_news_of_mails_that_are_gone_is_borne(house, imap):
    fill(imap, "one")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap))
    for connection in list(imap.connections):
        connection.send(b"* 99 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 5000 EXISTS\r\n")
    imap.deliver(letter("two"))
    settle(house, "two")
    everything_once(house, "one", "two")


# Refusals


def test_a_log_in_refused_three_times_stops_until_the_secret_changes(house, imap, hooks):
    imap.password, right = "another word", imap.password
    house.start()
    wait_for(lambda: "stopped=yes" in house.log, what=house.log)
    wait_for(lambda: failing(hooks))
    assert len(imap.credentials) == 3
    fill(imap, "one")
    house.write_secret("mailbox.password", "another word")
    settle(house, "one")
    assert len(failing(hooks)) == 1
    wait_for(lambda: [e for e in hooks.events if e.body["type"] == "mailbox.recovered"])
    assert right not in house.log and "another word" not in house.log


def told(hooks):
    return [e.body["type"] for e in hooks.events if e.body["type"].startswith("mailbox.")]


def test_passes_of_cron_tell_a_failure_once_and_its_end_once(house, imap, hooks):
    right, imap.password = imap.password, "another word"
    for _ in range(3):
        house.once(expect=78)
    assert told(hooks) == ["mailbox.failing"]
    imap.password = right
    for _ in range(2):
        house.once()
    assert told(hooks) == ["mailbox.failing", "mailbox.recovered"]
    imap.greeting = b"* BYE come later"
    for _ in range(4):
        house.once(expect=75)
    assert told(hooks)[2:] == ["mailbox.failing"], "after the third pass in vain"


def test_the_state_of_a_stopped_mailbox_is_in_the_database(house, imap):
    imap.password = "another word"
    said = house.run("run", "--once")
    assert said.returncode == 78
    row = house.sql("SELECT state, last_error FROM v_mailbox_health")[0]
    assert row["state"] == "stopped" and "Invalid credentials" in row["last_error"]


def test_a_limit_is_not_run_against(house, imap):
    fill(imap, "one")
    imap.greeting = b"* BYE too many connections from your address\r\n"
    house.start()
    wait_for(lambda: imap.n_connections >= 1)
    time.sleep(10)
    assert imap.n_connections <= 3
    assert "stopped=yes" not in house.log


def test_throttling_is_obeyed_though_the_server_obeys_too(house, imap):
    fill(imap, "one")
    imap.on("UID FETCH", lambda connection, tag, args: b"".join(
        imap.fetch_lines(connection, args)) + tag +
        b" OK [THROTTLED] done, Suggested Backoff Time: 3600000 milliseconds\r\n")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap) or not imap.connections)
    asked = len(imap.commands)
    imap.deliver(letter("two"))
    time.sleep(2)
    assert len(imap.commands) <= asked + 1
    assert subjects(house) == ["one"]


def test_the_same_words_in_a_mail_mean_nothing(house, imap):
    imap.mails[1] = letter("one", body="NO [THROTTLED] Suggested Backoff Time: 3600000 "
                                       "milliseconds\r\nA0004 OK done\r\n* BYE [LIMIT]")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap))
    imap.deliver(letter("two"))
    settle(house, "two")
    everything_once(house, "one", "two")


def test_an_inbox_that_is_refused_is_tried_again_and_never_given_up(house, imap):
    fill(imap, "one")
    imap.on("EXAMINE", lambda connection, tag, args: tag + b" NO not now\r\n", times=4)
    house.start()
    settle(house, "one")
    assert "stopped=yes" not in house.log
    everything_once(house, "one")


# What is told about it


def test_state_and_lag_are_told_to_the_monitor(house, imap):
    from urllib.request import urlopen

    from rig.dovecot import free_ports

    port = free_ports(1)[0]
    house.configure(http={"listen": f"127.0.0.1:{port}"})
    fill(imap, "one")
    house.start()
    settle(house, "one")
    wait_for(lambda: is_idle(imap))

    def lines():
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines()
                        if not line.startswith("#"))

    last = 'postroom_mailbox_last_success_timestamp_seconds{mailbox="support"}'
    told = wait_for(lambda: lines() if last in lines() else None)
    assert abs(int(told[last]) - time.time()) < 60
    assert told['postroom_mailbox_lag_seconds{mailbox="support"}'] == "0"
    assert told["postroom_mailboxes_failing"] == "0"


# One server and the others


def test_a_dead_server_keeps_no_other_mailbox_waiting(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks, poll="1h")
    with ScriptedImap({}) as silent, Proxy(silent.port) as proxy:
        proxy.faults.silent = True
        dead = [house.mailbox(name=f"dead{n}", address=f"dead{n}@demo.example",
                              server=f"imap://localhost:{proxy.port}",
                              tls={"required": False}) for n in range(20)]
        alive = house.config["mailboxes"][0]
        house.configure(mailboxes=[*dead[:10], alive, *dead[10:]], collectors=4)
        fill(imap, "one")
        house.start()
        settle(house, "one")
        house.close()


def test_one_user_has_no_more_connections_than_a_provider_bears(tmp_path, imap, hooks):
    """Eight, where nothing is known of the provider."""
    house = scripted_house(tmp_path, imap, hooks, poll="1h")
    first = house.config["mailboxes"][0]
    house.configure(collectors=64, mailboxes=[
        {**first, "name": f"box{n}", "address": f"box{n}@demo.example"} for n in range(20)])
    fill(imap, "one")
    most = []

    def linger(connection, tag, args):
        most.append(len(imap.connections))
        time.sleep(0.2)

    imap.on("LIST", linger)
    house.once()
    assert house.count("deliveries") == 20 and subjects(house) == ["one"]
    assert 2 <= max(most) <= 8


# The connection is cut


def recorded(house, imap, proxy):
    """How many bytes the server says in a whole session."""
    house.once()
    return proxy.links[0].passed["down"]


def test_a_server_that_repeats_the_password_is_not_quoted(house, imap):
    """The rig's house looks for it in everything the program says."""
    word = imap.password.encode()
    imap.on("AUTHENTICATE PLAIN", lambda connection, tag, args:
            b"* OK you said " + args + b"\r\n" + tag + b" NO [ALERT] wrong: " + word + b"\r\n")
    said = house.run("run", "--once")
    assert said.returncode == 78
    assert imap.password not in house.sql("SELECT last_error FROM v_mailbox_health")[0][0]


@pytest.mark.parametrize("part", range(4))
def test_cut_at_any_byte_each_mail_is_there_once(tmp_path, part):
    """200 offsets by chance, all with POSTROOM_ALL_OFFSETS=1; a session for each."""
    mails = {uid: letter(f"mail {uid}", body="text\r\n" * uid) for uid in range(1, 8)}
    with ScriptedImap(mails) as imap, Proxy(imap.port) as proxy:
        imap.imaps_url, imap.ca = f"imap://127.0.0.1:{proxy.port}", None
        first = scripted_house(tmp_path / "whole", imap, server=imap.imaps_url)
        total = recorded(first, imap, proxy)
        everything_once(first, *(f"mail {uid}" for uid in mails))
        offsets = range(part, total, 4)
        if not os.environ.get("POSTROOM_ALL_OFFSETS"):
            offsets = sorted(random.Random(part).sample(range(total), 15 if is_sanitized() else 50))
        house = scripted_house(tmp_path / "cut", imap, server=imap.imaps_url)
        for offset in offsets:
            proxy.faults.down.cut_after = offset
            proxy.faults.down.ending = ("close", "reset")[offset % 2]
            house.run("run", "--once")
            proxy.faults.down.cut_after = -1
            if len(subjects(house)) == len(mails) or not house.has_database():
                house.once()
                everything_once(house, *(f"mail {uid}" for uid in mails))
                for name in os.listdir(house.state):
                    os.unlink(os.path.join(house.state, name))
        house.once()
        everything_once(house, *(f"mail {uid}" for uid in mails))


def test_a_mailbox_that_is_configured_no_more_is_shown_as_removed(house, imap):
    fill(imap, "one")
    house.once()
    (first,) = house.config["mailboxes"]
    house.configure(mailboxes=[{**first, "name": "renamed"}])
    house.once()
    shown = {row["mailbox"]: row for row in house.json("mailboxes")}
    assert shown["renamed"]["state"] == "working"
    assert shown[first["name"]]["state"] == "removed"
    assert shown[first["name"]]["seconds_since_success"] is None
