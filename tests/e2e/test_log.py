"""The log: every event has its line in docs/events.md, and nobody is named in it."""

import json
import os
import re
import socket
import threading

import pytest

from rig.house import House

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# An event's name is the second argument, or one of the two of a condition there.
CALL = re.compile(r"\blog_(?:write|fault)\(([^;]*?);", re.DOTALL)
NAME = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def events_of_the_code():
    names = set()
    for folder, _, files in os.walk(os.path.join(PROJECT, "agent")):
        for file in files:
            if file.endswith(".c") and file != "log.c":
                with open(os.path.join(folder, file), encoding="utf-8") as source:
                    for arguments in CALL.findall(source.read()):
                        names.update(NAME.findall(arguments))
    return names


def events_of_the_page():
    with open(os.path.join(PROJECT, "docs", "events.md"), encoding="utf-8") as page:
        return set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| \S", page.read(), re.MULTILINE))


def test_each_event_has_its_line_on_the_page():
    assert len(events_of_the_code()) > 20
    assert events_of_the_code() - events_of_the_page() == set()


def test_the_page_names_no_event_that_is_none():
    assert events_of_the_page() - events_of_the_code() == set()


@pytest.fixture
def rude_port():
    """A server that names somebody in its greeting."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.sendall(b"* BYE ask <ana.prieto+x@shop.example>, 'eva@shop.example' or 10.0.0.1@53\r\n")
            client.close()

    threading.Thread(target=answer, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def failure(tmp_path, box, port, **log):
    house = House(tmp_path, box, server=f"imap://localhost:{port}", tls={"required": False})
    house.configure(log={"format": "json", "level": "info", **log})
    lines = [json.loads(line) for line in house.run("run", "--once").stderr.splitlines()]
    return next(line for line in lines if line["event"] == "mailbox.failed")["error"]


def test_nobody_is_named(tmp_path, box, rude_port):
    told = failure(tmp_path, box, rude_port)
    assert "<***@shop.example>, '***@shop.example'" in told
    assert "ana" not in told and "eva" not in told
    assert "10.0.0.1@53" in told, "a resolver is nobody"


def test_an_operator_may_want_the_names(tmp_path, box, rude_port):
    assert "<ana.prieto+x@shop.example>" in failure(tmp_path, box, rude_port, addresses=True)
