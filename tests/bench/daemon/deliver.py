#!/usr/bin/python3
"""Webhooks a second, and how long a mail takes to become one.

    tests/bench/deliver [--events 10000] [--rounds 3] [--mails 100] [--program FILE]

Each event arrives exactly once and is durably recorded before it counts (synchronous=FULL).
The rate runs from the first arrival to the last record; the CPU time is the daemon's own. The
load tool posts the same body to the same receiver, by turns with us, and records nothing.
"""

import argparse
import itertools
import os
import socket
import sqlite3
import ssl
import statistics
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", ".."), os.path.join(HERE, "..", "whole"),
                os.path.join(HERE, "..", "..", "e2e")]

import sink as sinks  # noqa: E402
from letters import letter  # noqa: E402
from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.house import House, wait_for  # noqa: E402
from signed_mails import make_mails  # noqa: E402

ENDPOINTS = 10
PATIENCE_S = 300
TEXT = "The export button does nothing. How do I fix it? " * 20  # a letter of 1,000 letters


def open_house(where, box, dns, sink, endpoints):
    house = House(where, box, dns, sink, poll="1h")  # so that only IDLE can tell
    house.configure(log={"level": "warning", "format": "logfmt"}, webhooks=[
        house.webhook(sink, name=f"crm{n}", url=f"{sink.url}/{n}") for n in range(endpoints)])
    return house


# Rates


def copy_row(db, table, key, changes):
    """Another row like the one with that key."""
    row = db.execute(f"SELECT * FROM {table} WHERE {key[0]} = ?", key[1:])
    names = [column[0] for column in row.description]
    values = {**dict(zip(names, row.fetchone())), **changes}
    return (f"INSERT INTO {table} ({', '.join(names)}) VALUES "
            f"({', '.join(':' + name for name in names)})", values)


def fill(house, events, endpoints):
    """Events like the first real one, each of a ticket of its own, due now."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    db = sqlite3.connect(house.database, timeout=60)
    template, ticket = db.execute("SELECT id, ticket FROM events WHERE ticket NOT NULL "
                                  "ORDER BY created_at LIMIT 1").fetchone()
    with db:
        next_ticket = db.execute("SELECT max(number) + 1 FROM tickets").fetchone()[0]
        for number in range(next_ticket, next_ticket + events):
            event_id = str(uuid.uuid4())
            db.execute(*copy_row(db, "tickets", ("number", ticket), {
                "number": number, "reply_token": f"{number}-{event_id}"}))
            db.execute(*copy_row(db, "events", ("id", template), {
                "id": event_id, "ticket": number, "created_at": now}))
            db.executemany("INSERT INTO outbox (event_id, endpoint, ticket, due_at, created_at) "
                           "VALUES (?, ?, ?, ?, ?)",
                           [(event_id, f"crm{n}", number, now, now) for n in range(endpoints)])
    body = db.execute("SELECT body FROM events WHERE id = ?", (template,)).fetchone()[0]
    db.close()
    return body


def waiting(house):
    return house.sql("SELECT count(*) FROM outbox WHERE state = 'waiting'")[0][0]


def run_once(house, sink, events, endpoints):
    """Deliveries a second, and CPU microseconds each."""
    before = len(sink.arrivals())
    used = sinks.cpu_s(house.daemon.pid)
    fill(house, events, endpoints)
    wait_for(lambda: sink.count() >= before + events * endpoints and waiting(house) == 0,
             PATIENCE_S, "the deliveries")
    done_s = time.time()
    used = sinks.cpu_s(house.daemon.pid) - used
    found = sink.arrivals()[before:]
    assert len(found) == events * endpoints == len({(one.path, one.id) for one in found})
    return len(found) / (done_s - found[0].at_s), 1e6 * used / len(found)


def measure_rates(chosen, where, box, dns, endpoints):
    """In turns with the load tools; the median of the rounds."""
    tools = sinks.load_tools() if endpoints == 1 else {}
    rates, costs, others = [], [], {name: [] for name in tools}
    events = chosen.events // endpoints
    with sinks.Sink(chosen.receiver) as sink:
        house = open_house(where, box, dns, sink, endpoints)
        house.start_and_settle()
        wait_for(lambda: sink.count() >= endpoints and waiting(house) == 0, what=house.log)
        path = house.path("body.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(house.sql("SELECT body FROM events LIMIT 1")[0][0])
        for _ in range(chosen.rounds):
            rate, cost = run_once(house, sink, events, endpoints)
            rates.append(rate)
            costs.append(cost)
            for name, tool in tools.items():
                others[name].append(tool(sink.url + "/load", path, chosen.events))
        assert house.stop() == 0
    rate = statistics.median(rates)
    print(f"{endpoints:2} endpoint{'s' if endpoints > 1 else ' '}  {rate:8.0f} events/s  "
          f"{statistics.median(costs):6.0f} us of CPU each   body {os.path.getsize(path)} bytes",
          flush=True)
    for name, values in others.items():
        other = statistics.median(values)
        print(f"{name:12} {other:8.0f} posts/s, nothing recorded   ratio {rate / other:.3f}",
              flush=True)


# From push to webhook


class Listener:
    """A bare IDLE session beside the daemon's: when Dovecot tells of a mail."""

    def __init__(self, box):
        self.told_s = []
        context = ssl.create_default_context(cafile=box.ca)
        plain = socket.create_connection(("localhost", box.imaps_port))
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self.lines = self.socket.makefile("rb")
        self.lines.readline()
        for number, command in enumerate((f'LOGIN "{box.user}" "{box.password}"',
                                          "SELECT INBOX")):
            self.socket.sendall(f"a{number} {command}\r\n".encode())
            while not self.lines.readline().startswith(f"a{number} ".encode()):
                continue
        self.socket.sendall(b"b IDLE\r\n")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.lines:
            if line.endswith(b" EXISTS\r\n"):
                self.told_s.append((int(line.split()[1]), time.time()))

    def told_of(self, number):
        """When the mailbox was said to hold so many mails."""
        return next(at for count, at in self.told_s if count >= number)


def tell(name, waits_s):
    cuts = statistics.quantiles(waits_s, n=100, method="inclusive")
    print(f"{name:44} p50 {1000 * cuts[49]:7.0f} ms   p99 {1000 * cuts[98]:7.0f} ms", flush=True)


def measure_pushes(chosen, where, box, dns, mails):
    """One mail after the other, each when the one before has arrived."""
    begun_s, stored_s = [], []
    with sinks.Sink(chosen.receiver) as sink:
        house = open_house(where, box, dns, sink, 1)
        house.start_and_settle()
        wait_for(lambda: sink.count() >= len(box.uids()) and waiting(house) == 0, what=house.log)
        first = sink.count()
        listener = Listener(box)
        client = box.connect()
        for number, mail in enumerate(mails, start=first + 1):
            begun_s.append(time.time())
            client.append("INBOX", "", None, mail)
            stored_s.append(time.time())
            wait_for(lambda n=number: sink.count() >= n, what=house.log)
        client.logout()
        assert house.stop() == 0
        arrived_s = [one.at_s for one in sink.arrivals()[first:]]
    assert len(arrived_s) == len(mails)
    tell("APPEND begun -> webhook", [b - a for a, b in zip(begun_s, arrived_s)])
    tell("APPEND begun -> its OK", [b - a for a, b in zip(begun_s, stored_s)])
    told_s = [listener.told_of(number) for number in
              itertools.islice(itertools.count(first + 1), len(mails))]
    tell("APPEND begun -> EXISTS at a bare IDLE session", [b - a for a, b in zip(begun_s, told_s)])
    tell("EXISTS there -> webhook", [b - a for a, b in zip(told_s, arrived_s)])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("receiver")
    options.add_argument("--events", type=int, default=10000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mails", type=int, default=100)
    options.add_argument("--program", help="in place of build/release/postroom")
    chosen = options.parse_args()
    if chosen.program:
        os.environ["POSTROOM"] = os.path.abspath(chosen.program)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    mails, zone = make_mails(chosen.mails)
    with tempfile.TemporaryDirectory(prefix="postroom-deliver-") as where, DnsServer(zone) as dns, \
            Dovecot() as box:
        box.deliver(letter("The export button", TEXT))
        for endpoints in (1, ENDPOINTS):
            measure_rates(chosen, os.path.join(where, f"to{endpoints}"), box, dns, endpoints)
        measure_pushes(chosen, os.path.join(where, "push"), box, dns, mails)


if __name__ == "__main__":
    main()
