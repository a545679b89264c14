#!/usr/bin/python3
"""Reads one mailbox of a real Dovecot with our transport, imaplib and mbsync, in one run.

    tests/bench/imap/compare.py BUILD/tests/bench_imap_fetch [--mails 20000] [--rounds 3]

Then once more over a line of 20 ms round trip, for the share of the loopback rate that is
left. The best of the rounds counts for everybody. Our program and imaplib forget the mails;
mbsync (package isync; left out where it is not installed) writes a maildir. Needs nothing
but the packages of the tests.
"""

import argparse
import imaplib
import json
import os
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from rig.dovecot import Dovecot  # noqa: E402

PIECE = 1 << 20


class DelayLine:
    """A link that is far but not slow: every byte arrives `delay_s` later, however many
    are under way. (The rig's proxy waits once for each piece, so it is slow, too.)"""

    def __init__(self, target_port, delay_s):
        self.target_port = target_port
        self.delay_s = delay_s
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target_port))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.carry(near, far)
            self.carry(far, near)

    def carry(self, source, sink):
        under_way = deque()
        arrived = threading.Semaphore(0)

        def read():
            octets = b"?"
            while octets:
                try:
                    octets = source.recv(PIECE)
                except OSError:
                    octets = b""
                under_way.append((time.monotonic() + self.delay_s, octets))
                arrived.release()

        def write():
            while True:
                arrived.acquire()
                due, octets = under_way.popleft()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not octets:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(octets)
                except OSError:
                    return

        threading.Thread(target=read, daemon=True).start()
        threading.Thread(target=write, daemon=True).start()

    def close(self):
        self.listener.close()


def mail(number):
    dice = random.Random(number)
    words = " ".join(str(dice.random()) for _ in range(dice.choice((20, 60, 120, 400))))
    text = re.sub(r"(.{70})", r"\1\r\n", words)
    return (
        f"From: Ann <ann@demo.example>\r\nTo: box@demo.example\r\n"
        f"Subject: mail {number}\r\nMessage-ID: <{number}@demo.example>\r\n"
        f"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


def fill(box, count):
    """By files, because APPEND of so many takes minutes."""
    box.deliver(mail(0))
    inbox = box.path("home", box.user, "Maildir")
    owner = os.stat(inbox)
    for number in range(1, count):
        path = os.path.join(inbox, "cur", f"{1700000000 + number}.M{number}.bench:2,")
        with open(path, "wb") as file:
            file.write(mail(number))
        os.chown(path, owner.st_uid, owner.st_gid)


def ours(program, port, box, *more):
    done = subprocess.run(
        [program, f"imap://127.0.0.1:{port}", box.user, box.password, *more],
        check=True, capture_output=True, text=True,
    )
    return json.loads(done.stdout)


def with_imaplib(box):
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.monotonic()
    client = box.connect()
    client.select("INBOX", readonly=True)
    uids = client.uid("SEARCH", "ALL")[1][0].split()
    count = 0
    for first in range(0, len(uids), 500):
        chosen = b",".join(uids[first : first + 500]).decode()
        answers = client.uid("FETCH", chosen, "(UID BODY.PEEK[])")[1]
        count += sum(isinstance(answer, tuple) for answer in answers)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_SELF)
    client.logout()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"mails": count, "fetch_s": seconds, "processor_s": used}


MBSYNC = """
FSync {fsync}

IMAPAccount box
Host 127.0.0.1
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account box

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Sync Pull
Create Near
SyncState *
"""


def with_mbsync(box, fsync):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mbsyncrc")
        with open(path, "w", encoding="utf-8") as file:
            file.write(MBSYNC.format(port=box.imap_port, user=box.user, fsync=fsync,
                                     password=box.password, folder=folder))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        subprocess.run(["mbsync", "-q", "-c", path, "all"], check=True)
        seconds = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        inbox = os.path.join(folder, "INBOX")
        count = sum(len(os.listdir(os.path.join(inbox, d))) for d in ("cur", "new"))
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"mails": count, "fetch_s": seconds, "processor_s": used}


def best(rounds, measure):
    return min((measure() for _ in range(rounds)), key=lambda found: found["fetch_s"])


def report(name, found):
    rate = found["mails"] / found["fetch_s"]
    print(f"{name:34} {found['mails']:7} mails {found['fetch_s']:8.2f} s "
          f"{rate:9.0f} mails/s   processor {found['processor_s']:6.2f} s", flush=True)
    return rate


def with_peers(box, rate, rounds):
    peer = report("imaplib", best(rounds, lambda: with_imaplib(box)))
    print(f"{'':34} {rate / peer:.1f} times imaplib's rate")
    for fsync in ("no", "yes") if shutil.which("mbsync") else ():
        peer = report(f"mbsync, FSync {fsync}",
                      best(1, lambda word=fsync: with_mbsync(box, word)))
        print(f"{'':34} {rate / peer:.1f} times mbsync's rate")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("--mails", type=int, default=20000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only-ours", action="store_true", help="leave the peers out")
    chosen = options.parse_args()
    imaplib._MAXLINE = 1 << 24
    with Dovecot() as box:
        fill(box, chosen.mails)
        with_imaplib(box)  # Dovecot writes its cache once
        rounds = chosen.rounds
        near = best(rounds, lambda: ours(chosen.program, box.imap_port, box))
        print(f"{near['megabytes']:.0f} MB in {near['mails']} mails; listed in "
              f"{near['list_s']:.2f} s")
        rate = report("postroom", near)
        if not chosen.only_ours:
            with_peers(box, rate, rounds)
        line = DelayLine(box.imap_port, 0.010)
        far = report("postroom, 20 ms round trip",
                     best(rounds, lambda: ours(chosen.program, line.port, box)))
        line.close()
        line = DelayLine(box.imap_port, 0.0)
        through = report("postroom, same line without delay",
                         best(rounds, lambda: ours(chosen.program, line.port, box)))
        line.close()
        print(f"{'':34} {far / rate:.2f} of the loopback rate, "
              f"{far / through:.2f} of the line's own")


if __name__ == "__main__":
    main()
