"""Commands that write: they hand their order to the daemon, or obey it themselves."""

import os
import socket
import stat
import subprocess

import pytest

from letters import letter
from rig.house import wait_for

NO_TICKET = 65


@pytest.fixture(params=["daemon", "alone"])
def filed(request, house, box):
    """Three tickets; a daemon runs, or none does."""
    box.deliver_all([letter(f"Lamp number {number}") for number in range(1, 4)])
    if request.param == "daemon":
        house.start_and_settle()
        wait_for(lambda: house.count("tickets") == 3, what=house.log)
    else:
        house.once()
    yield house
    assert house.daemon is None or house.stop() == 0


def steps(house, ticket):
    return [tuple(row) for row in house.sql(
        "SELECT kind, actor, field, old_value, new_value FROM ticket_events "
        "WHERE ticket = ? ORDER BY sequence", ticket)]


def who():
    return subprocess.run(["id", "-un"], capture_output=True, text=True,
                          check=True).stdout.strip()


def test_set_changes_a_ticket_and_tells_who_did_it(filed):
    ticket = filed.json("tickets", "set", "2", "--status", "closed", "--assignee", "marta",
                        "--priority", "urgent", "--department", "ventas")[0]
    assert (ticket["status"], ticket["assignee"], ticket["priority"],
            ticket["department"]) == ("closed", "marta", "urgent", "ventas")
    assert steps(filed, 2)[1:] == [
        ("changed", who(), "status", "open", "closed"),
        ("changed", who(), "assignee", None, "marta"),
        ("changed", who(), "priority", "normal", "urgent"),
        ("changed", who(), "department", "support", "ventas"),
    ]
    row = filed.sql("SELECT status, closed_at, assignee FROM v_tickets WHERE number = 2")[0]
    assert row["status"] == "closed" and row["closed_at"] and row["assignee"] == "marta"
    assert [row[0] for row in filed.sql("SELECT status FROM tickets WHERE number <> 2")] \
        == ["open", "open"]


def test_what_is_so_already_is_no_step(filed):
    filed.json("tickets", "set", "1", "--status", "open")
    filed.json("tickets", "set", "1", "--assignee", "")
    assert len(steps(filed, 1)) == 1


def test_one_bad_field_changes_nothing(filed):
    done = filed.run("tickets", "set", "1", "--assignee", "marta", "--priority", "whenever")
    assert done.returncode == 65
    assert "priority 'whenever' is none of low, normal, high or urgent" in done.stderr
    assert filed.sql("SELECT assignee FROM tickets WHERE number = 1")[0][0] is None


@pytest.mark.parametrize("words, trouble", [
    (["set", "99", "--status", "closed"], "there is no ticket 99"),
    (["merge", "99", "1"], "there is no ticket 99"),
    (["merge", "1", "99"], "there is no ticket 99"),
    (["merge", "1", "1"], "ticket 1 cannot be merged into itself"),
    (["set", "1", "--status", "merged"], "none of open, waiting, closed"),
    (["set", "1", "--assignee", "m" * 201], "one line of at most 200 bytes"),
    (["set", "1", "--department", "sales\nlist"], "one line of at most 200 bytes"),
])
def test_what_cannot_be_is_said(filed, words, trouble):
    done = filed.run("tickets", *words)
    assert done.returncode == NO_TICKET
    assert trouble in done.stderr
    assert filed.sql("SELECT DISTINCT status FROM tickets")[0][0] == "open"


def test_a_merged_ticket_names_its_target(filed):
    assert filed.json("tickets", "merge", "1", "2")[0]["merged_into"] == 2
    assert filed.json("tickets", "merge", "2", "3")[0]["status"] == "merged"
    done = filed.run("tickets", "set", "1", "--status", "open")
    assert done.returncode == 65 and "was merged into ticket 3" in done.stderr
    done = filed.run("tickets", "merge", "3", "1")
    assert done.returncode == 65, "a ring of merges"
    assert steps(filed, 3)[-1] == ("merged", who(), "merged_from", None, "2")


def waits(house, number):
    return house.sql("SELECT unanswered_since FROM v_tickets WHERE number = ?", number)[0][0]


@pytest.mark.parametrize("status", ["closed", "spam", "waiting"])
def test_nobody_waits_in_a_ticket_that_a_person_settled(filed, status):
    since = waits(filed, 1)
    assert since
    filed.json("tickets", "set", "1", "--status", status)
    assert waits(filed, 1) is None
    filed.json("tickets", "set", "1", "--status", "reopened")
    assert waits(filed, 1) == since


def test_who_waits_does_not_vanish_in_a_closed_ticket(filed):
    filed.json("tickets", "set", "2", "--status", "closed")
    filed.json("tickets", "merge", "1", "2")
    target = filed.json("tickets", "show", "2")[0]
    assert (target["status"], target["closed_at"]) == ("reopened", None)
    assert target["unanswered_since"] and waits(filed, 1) is None
    assert [(kind, old, new) for kind, _, _, old, new in steps(filed, 2)[-2:]] == [
        ("merged", None, "1"), ("changed", "closed", "reopened")]
    filed.json("tickets", "set", "2", "--status", "closed")
    filed.json("tickets", "set", "3", "--status", "closed")
    filed.json("tickets", "merge", "3", "2")
    assert filed.json("tickets", "show", "2")[0]["status"] == "closed", "nobody waits"


def test_set_without_a_wish_is_usage(filed):
    done = filed.run("tickets", "set", "1")
    assert done.returncode == 64 and "--status" in done.stderr


def test_the_socket_is_ours_alone_and_goes_with_the_daemon(house, box):
    house.start_and_settle()
    path = os.path.join(house.state, "postroom.sock")
    wait_for(lambda: os.path.exists(path), what=house.log)
    mode = os.lstat(path).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    assert house.stop() == 0
    assert not os.path.exists(path)


@pytest.mark.parametrize("message", [b"\0", b"nonsense\0", b"tickets set\0", b"x" * 200,
                                     b"tickets set\x001\0", b"tickets merge\0a\0b\0"])
def test_nonsense_at_the_socket_hurts_nobody(house, box, message):
    box.deliver(letter("Lamp"))
    house.start_and_settle()
    folder = os.open(house.state, os.O_RDONLY)
    path = f"/proc/self/fd/{folder}/postroom.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
        caller.settimeout(30)
        caller.connect(path)
        caller.send(message)
        answer = caller.recv(4096)
    os.close(folder)
    assert answer[:1] != b"0"
    assert house.run("tickets", "set", "1", "--status", "closed").returncode == 0
    assert house.stop() == 0
