"""Webhooks when all goes wrong: every status, silence, floods, drips, SIGKILL, a dead neighbour."""

import contextlib
import re
import signal
import socket
import socketserver
import sqlite3
import statistics
import struct
import threading
import time
from datetime import datetime

from letters import letter
from rig.house import is_sanitized, wait_for
from rig.receiver import Receiver
from test_webhooks import endpoint, health

TRY_LATER = 75
OPERATOR = 78
EVENTS = 100 if is_sanitized() else 1000


class Brute:
    """Reads each request, then does to it what the path says: http://…/drip drips."""

    def __init__(self):
        self.over = threading.Event()
        brute = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    brute.serve(self)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.secret = "whsec_cmlnIHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM="
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def serve(self, request):
        path = request.rfile.readline().split()[1].decode()
        length = 0
        for line in iter(request.rfile.readline, b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        request.rfile.read(length)
        getattr(self, path.strip("/"))(request.connection)

    def hang(self, _):
        self.over.wait()

    def reset(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def close(self, _):
        pass

    def half(self, connection):
        connection.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nhalf of it")

    def garbage(self, connection):
        connection.sendall(b"\x00\xff" * 1000)

    def upgrade(self, connection):
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")

    def flood(self, connection, head, piece):
        connection.sendall(head)
        while not self.over.is_set():
            connection.sendall(piece)

    def endless(self, connection):
        self.flood(connection, b"HTTP/1.1 500 Oh\r\n\r\n", b"no end " * 1000)

    def headers(self, connection):
        self.flood(connection, b"HTTP/1.1 500 Oh\r\n", b"X-More: and more\r\n" * 100)

    def interim(self, connection):
        self.flood(connection, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)

    def drip(self, connection, head=b"HTTP/1.1 200 "):
        connection.sendall(head)
        while not self.over.wait(0.2):
            connection.sendall(b".")

    def dawdle(self, connection):
        self.drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")


def outcomes(house):
    """Endpoint -> its attempts."""
    rows = house.sql("SELECT o.endpoint, o.state, o.attempts, a.* FROM outbox o JOIN "
                     "delivery_attempts a ON a.outbox_id = o.id")
    return {row["endpoint"]: dict(row) for row in rows}


def meaning(status):
    return "delivered" if status // 100 == 2 else "later"


def test_every_status_has_its_meaning(house, box):
    """200 to 599, each from a webhook of its own."""
    statuses = range(200, 600)
    with Receiver() as hooks:
        hooks.script = lambda n, event: int(event.path.rpartition("/")[2])
        house.configure(webhooks=[endpoint(
            house, hooks, f"s{status}", url=f"{hooks.url}/{status}", events=["ticket.*"])
            for status in statuses])
        box.deliver(letter("to all of them"))
        house.once(expect=OPERATOR)  # 410 disables
        assert hooks.failures == []
    found = {int(name[1:]): (row["http_status"], row["outcome"])
             for name, row in outcomes(house).items()}
    wanted = {status: (status, meaning(status)) for status in statuses}
    assert {status: found.get(status) for status in statuses
            if found.get(status) != wanted[status]} == {}
    off = house.sql("SELECT webhook FROM v_webhook_health WHERE state = 'disabled'")
    assert [row["webhook"] for row in off] == ["s410"]


def test_no_misbehaviour_is_taken_for_success_or_holds_a_pass(house, box, hooks):
    ways = ["hang", "reset", "close", "half", "garbage", "upgrade", "endless", "headers",
            "interim", "drip"]
    with Brute() as brute:
        house.configure(webhooks=[house.webhook(hooks), *(
            endpoint(house, brute, way, url=f"{brute.url}/{way}") for way in [*ways, "dawdle"])])
        box.deliver(letter("to all of them"))
        house.once(expect=TRY_LATER)
    found = outcomes(house)
    assert found["crm"]["outcome"] == "delivered"
    assert found["dawdle"]["outcome"] == "delivered"  # 2xx was said; nobody needs the rest
    assert {way: found[way]["outcome"] for way in ways} == {way: "later" for way in ways}
    assert all(found[way]["because"] for way in ways)
    assert found["endless"]["http_status"] == 500
    assert 0 < len(found["endless"]["response"].encode()) <= 20_000
    assert found["half"]["response"] == "half of it"
    assert {health(house, way)["waiting"] for way in ways} == {1}


# SIGKILL between the answer and its record


def thread_of(subject, replies):
    name, address = subject.lower(), f"{subject.lower()}@correo.example"
    yield letter(subject, From=address, Message_ID=f"<{name}@correo.example>")
    for number in range(replies):
        yield letter(f"Re: {subject}", f"And {number} more.", From=address,
                     In_Reply_To=f"<{name}@correo.example>")


def settle_all(house, hooks):
    hooks.script = hooks.after = None
    wait_for(lambda: house.run("run", "--once").returncode == 0, what="the rest")


def assert_told_in_order(house, hooks):
    """Every event arrived and is recorded; the first arrivals of a ticket are in order."""
    told = {row["id"] for row in house.sql("SELECT id FROM events")}
    first = {}
    for event in hooks.events:
        first.setdefault(event.id, event.body["data"]["ticket"])
    assert set(first) == told
    for number in {ticket["number"] for ticket in first.values()}:
        steps = [ticket["sequence"] for ticket in first.values() if ticket["number"] == number]
        assert steps == sorted(steps) and len(set(steps)) == len(steps)
    assert {row["state"] for row in house.sql("SELECT state FROM outbox")} == {"delivered"}
    assert hooks.failures == []


def test_killed_before_it_heard_the_answer_it_asks_again(house, box, hooks):
    """SIGSTOP when the request is there, 200, SIGKILL: at each event of two tickets."""
    seen, fallen = set(), threading.Event()

    def freeze(_, event):
        if event.id not in seen and not fallen.is_set():
            house.freeze()
        return 200

    def kill(_, event):
        if event.id not in seen and not fallen.is_set():
            seen.add(event.id)
            fallen.set()
            house.daemon.kill()

    hooks.script, hooks.after = freeze, kill
    box.deliver_all([*thread_of("Order", 2), *thread_of("Invoice", 1)])
    for _ in range(5):
        fallen.clear()
        house.start()
        wait_for(fallen.is_set, what=house.log)
        assert house.stop() == -signal.SIGKILL
    assert len(seen) == 5
    settle_all(house, hooks)
    assert_told_in_order(house, hooks)
    ids = [event.id for event in hooks.events]
    assert all(ids.count(event_id) >= 2 for event_id in seen)


def test_killed_before_it_wrote_the_answer_down_it_asks_again(house, box, hooks):
    """The answer was read; the database is locked by somebody; SIGKILL."""
    locks = []

    def lock(n, event):
        if not locks:
            locks.append(sqlite3.connect(house.database, timeout=30, isolation_level=None,
                                         check_same_thread=False))
            locks[0].execute("BEGIN IMMEDIATE")
        return 200

    hooks.script = lock
    box.deliver_all(list(thread_of("Order", 2)))
    house.start()
    wait_for(lambda: re.search("webhook.(delivered|unrecorded)", house.log), what=house.log)
    assert house.stop(signal.SIGKILL) == -signal.SIGKILL
    locks[0].close()
    assert house.count("delivery_attempts") == 0
    (first,) = hooks.events
    settle_all(house, hooks)
    assert_told_in_order(house, hooks)
    assert [event.id for event in hooks.events].count(first.id) == 2
    assert hooks.events[1].raw == first.raw


# A dead neighbour


def p99_ms(house, events):
    """From the event's record to its arrival."""
    at = {row["id"]: datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
          for row in house.sql("SELECT id, created_at FROM events")}
    waits = [(event.at - at[event.id].timestamp()) * 1000 for event in events]
    return statistics.quantiles(waits, n=100)[98]


def tell(house, box, living, name):
    box.deliver_all([letter(f"{name} {number}") for number in range(EVENTS)])
    before = len(living.events)
    started = time.monotonic()
    house.start()
    wait_for(lambda: len(living.events) >= before + EVENTS, 240, what=house.log[-3000:])
    took = time.monotonic() - started
    wait_for(lambda: health(house, "living")["waiting"] == 0, what=house.log[-3000:])
    events = living.events[before:]
    assert len({event.id for event in events}) == EVENTS
    print(f"{EVENTS} events, {name}: all there after {took:.1f} s, p99 from record to arrival "
          f"{p99_ms(house, events):.0f} ms")


def test_dead_webhooks_take_nothing_from_the_living(house, box):
    """One hangs, one refuses connections, one says 503."""
    dead = ["hang", "refuse", "busy"]
    with Receiver() as living, Receiver() as busy, Receiver() as refuse, Brute() as hang:
        busy.script = lambda n, event: 503
        refuse.stop()
        house.configure(log={"level": "warning"}, webhooks=[endpoint(house, living, "living")])
        tell(house, box, living, "no neighbour")
        assert house.stop() == 0
        house.configure(webhooks=[
            endpoint(house, living, "living"), endpoint(house, busy, "busy"),
            endpoint(house, refuse, "refuse"),
            endpoint(house, hang, "hang", url=f"{hang.url}/hang")])
        tell(house, box, living, "three dead neighbours")
        for name in dead:
            assert health(house, name)["waiting"] == EVENTS
            assert health(house, name)["delivered"] == 0
        assert living.failures == []
        house.stop(signal.SIGKILL)  # what hangs would be waited for
