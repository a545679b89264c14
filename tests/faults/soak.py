#!/usr/bin/python3
"""Does the daemon grow? Thousands of signed mails through one `postroom run`, watched from outside.

    tests/faults/soak.py [--program build/release/postroom] [--first 5000] [--mails 20000]

The long form is --first 20000 --mails 200000. Every mail is signed, comes over TLS from a private
Dovecot, is authenticated, sorted, filed, indexed and posted to a webhook. Prints at each quarter of
`first` what the daemon holds; ends with 0 when its resident memory at the end is within 5 % of
that after `first`, its open descriptors and threads are no more, sorters were recycled, and
every mail is there once.
"""

import argparse
import os
import random
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "bench", "whole")]
sys.dont_write_bytecode = True

from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.house import House, wait_for  # noqa: E402
from rig.receiver import Receiver  # noqa: E402
from signed_mails import Company, make_mail  # noqa: E402

SENDERS = 4  # a key takes its time
LEEWAY = 0.05
SORTER_MAILS = 20000  # then the pool starts a fresh one
PATIENCE_S = 1800
REST_S = 5  # the index and the outbox follow the commit


def kilobytes(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        found = set(file.read().split())
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found |= set(file.read().split())
    return found


class Watcher:
    def __init__(self, house, hooks):
        self.house, self.hooks, self.pid = house, hooks, house.daemon.pid
        self.sorters = set()  # every process that ever sorted
        self.begun = time.monotonic()

    def is_settled(self, mails):
        self.sorters |= children(self.pid)
        filed = self.house.count("messages")
        return filed >= mails and len(self.hooks.events) >= mails

    def look(self, mails):
        """What the daemon holds when it is done with so many mails."""
        wait_for(lambda: self.is_settled(mails), PATIENCE_S, f"{mails} mails")
        time.sleep(REST_S)
        held = {"rss": kilobytes(self.pid, "VmRSS"), "anonymous": kilobytes(self.pid, "RssAnon"),
                "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
                "threads": kilobytes(self.pid, "Threads")}
        print(f"{mails:8} mails  RSS {held['rss'] / 1024:6.1f} MB  anonymous "
              f"{held['anonymous'] / 1024:6.1f} MB  descriptors {held['descriptors']:4}  threads "
              f"{held['threads']:3}  sorters so far {len(self.sorters):4}  "
              f"{time.monotonic() - self.begun:6.0f} s", flush=True)
        return held


def soak(chosen, where):
    chance = random.Random(9)
    companies = [Company(number) for number in range(SENDERS)]
    zone = {}
    for company in companies:
        zone.update(company.zone())
    step = chosen.first // 4
    with DnsServer(zone) as dns, Dovecot() as box, Receiver() as hooks:
        house = House(where, box, dns, hooks)
        house.configure(log={"level": "warning", "format": "logfmt"}, sorters=None)
        house.start()
        watcher, looks = Watcher(house, hooks), {}
        wait_for(house.has_database)
        for mails in range(step, chosen.mails + 1, step):
            box.deliver_all([make_mail(chance, chance.choice(companies), number)
                             for number in range(mails - step, mails)])
            looks[mails] = watcher.look(mails)
            for event in hooks.events:  # the test's own memory, not the daemon's
                event.raw, event.body, event.headers = b"", {}, {}
        looks["unlike"] = house.sql("SELECT count(DISTINCT subject) FROM v_messages")[0][0]
        assert house.stop() == 0
    return looks, watcher.sorters


def judge(chosen, looks, sorters):
    early, late = looks[chosen.first], looks[max(n for n in looks if n != "unlike")]
    first = [look for n, look in looks.items() if n != "unlike" and n <= chosen.first]
    later = [look for n, look in looks.items() if n != "unlike" and n > chosen.first]
    growth = late["rss"] / early["rss"] - 1
    faults = []
    if growth > LEEWAY:
        faults.append(f"resident memory grew by {growth:.1%}")
    for name in ("descriptors", "threads"):  # connections to webhooks come and go
        most, more = max(look[name] for look in first), max(look[name] for look in later)
        if more > most:
            faults.append(f"{name}: at most {most}, then {more}")
    if chosen.mails > SORTER_MAILS * len(sorters):
        faults.append(f"{len(sorters)} sorters did all the work")
    if looks["unlike"] != chosen.mails:
        faults.append(f"{looks['unlike']} subjects of {chosen.mails} mails")
    print(f"RSS {growth:+.1%} from {chosen.first} to {chosen.mails} mails; "
          + ("; ".join(faults) or "nothing grew"))
    return 1 if faults else 0


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", default=os.environ.get("POSTROOM"))
    options.add_argument("--first", type=int, default=5000)
    options.add_argument("--mails", type=int, default=20000)
    chosen = options.parse_args()
    if chosen.program:
        os.environ["POSTROOM"] = os.path.abspath(chosen.program)
    with tempfile.TemporaryDirectory(prefix="postroom-soak-") as where:
        return judge(chosen, *soak(chosen, where))


if __name__ == "__main__":
    sys.exit(main())
