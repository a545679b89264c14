#!/usr/bin/env python3
"""The stage of the demo: servers on loopback, the sample mailbox, Postroom, and a report.

Started by config/quickstart:
  stage.py show PROGRAM [--keep]   one pass over the thirty mails; exit 1 unless all is well
  stage.py deliver FOLDER [FILE]   puts a mail (standard input) into a kept demo
"""

import argparse
import collections
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(PROJECT, "tests"), os.path.join(PROJECT, "config")]
sys.dont_write_bytecode = True

from demo.mailbox import make_mailbox  # noqa: E402
from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.receiver import Receiver  # noqa: E402

MAILS = 30
CONFIGURATION = """\
state: {folder}/state
our_domains: [demo.example]
resolver: {resolver}

mailboxes:
  - name: support
    address: support@demo.example
    server: {server}
    tls: {{ca: {ca}}}
    user: {user}
    password: {{file: {folder}/mailbox.password}}
    start: all
    poll: 30s
    border: {{profile: none, hosts: [mx.demo.example]}}
    department: support

webhooks:
  - name: crm
    url: {url}
    secret: {{file: {folder}/crm.secret}}
    # Spam and held mail are told only to those who ask for them by name.
    events: ["*", message.spam, message.held]
    allow_networks: [127.0.0.0/8]

campaigns:
  headers: [X-Campaign-ID]
  unsubscribe_addresses: [unsubscribe@demo.example]

rules:
  - name: leads go to sales
    when: {{label: lead}}
    then: {{department: sales, priority: high}}
"""


def say(text):
    print(f"== {text}", flush=True)


def write_private(path, text):
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


class Stage:
    """Everything the demo starts; leaving the `with` takes it all down again."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="postroom-demo-")
        self.servers = []
        self.daemon = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.daemon.wait(15)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
        for server in reversed(self.servers):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self, server):
        self.servers.append(server)
        return server

    def path(self, name):
        return os.path.join(self.folder, name)

    def open(self):
        mails, zone = make_mailbox()
        self.box = self.keep(Dovecot())
        say(f"Dovecot listens on {self.box.imaps_url}, certificate made just now")
        for folder in ("Sent", "INBOX", "Junk"):
            self.box.deliver_all(
                [(mail.octets, mail.date) for mail in mails if mail.folder == folder], folder)
        places = collections.Counter(mail.folder for mail in mails)
        say(f"its mailbox holds {len(mails)} mails: "
            + ", ".join(f"{number} in {folder}" for folder, number in places.items()))
        self.dns = self.keep(DnsServer(zone))
        say(f"a DNS server answers on {self.dns.address}, {len(zone)} names")
        self.hooks = self.keep(Receiver())
        say(f"a webhook receiver that checks signatures listens on {self.hooks.url}")
        self.configure()

    def configure(self):
        os.makedirs(self.path("state"), 0o700, exist_ok=True)
        write_private(self.path("mailbox.password"), self.box.password + "\n")
        write_private(self.path("crm.secret"), self.hooks.secret + "\n")
        write_private(self.path("postroom.yaml"), CONFIGURATION.format(
            folder=self.folder, resolver=self.dns.address, server=self.box.imaps_url,
            ca=self.box.ca, user=self.box.user, url=self.hooks.url))
        say(f"the configuration is {self.path('postroom.yaml')}")

    def command(self, *words):
        return [self.program, *words, "-c", self.path("postroom.yaml")]

    def run(self, *words, **more):
        return subprocess.run(self.command(*words), check=False, **more)

    def ask(self, query):
        place = f"file:{self.path('state/postroom.db')}?mode=ro"
        connection = sqlite3.connect(place, uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


WEBHOOK_HEAD = "signature     event                 ticket  sender           subject"


def webhook_line(event):
    body = event.body
    data = body.get("data") or {}
    message, ticket = data.get("message") or {}, data.get("ticket") or {}
    number = f"#{ticket['number']}" if ticket.get("number") else "-"
    verdict = (data.get("auth") or {}).get("verdict", "")
    proof = "verified" if event.verified else "NOT VERIFIED"
    return f"{proof:12}  {body['type']:20}  {number:>6}  {verdict:15}  {message.get('subject') or ''}"


def count_events(stage):
    """What the mails became, the most frequent first."""
    events = collections.Counter(event.body["type"] for event in stage.hooks.events)
    told = ", ".join(f"{number} {kind}" for kind, number in events.most_common())
    ours = stage.ask("SELECT count(*) FROM messages WHERE direction = 'out'")[0][0]
    return f"{told}; {ours} of our own, from Sent"


def report(stage, status):
    """Prints what became of the mails; True when everything is as it should be."""
    say("the tickets, as `postroom tickets` prints them")
    sys.stdout.flush()
    listed = stage.run("tickets").returncode == 0
    say("the webhooks, as the receiver got them")
    print(WEBHOOK_HEAD)
    for event in stage.hooks.events:
        print(webhook_line(event))
    say(f"what the mails became: {count_events(stage)}")
    filed = stage.ask("SELECT count(*) FROM messages")[0][0]
    held = stage.ask("SELECT count(*) FROM held_mail")[0][0]
    waiting = stage.ask("SELECT count(*) FROM outbox WHERE state != 'delivered'")[0][0]
    verified = sum(1 for event in stage.hooks.events if event.verified)
    failed = len(stage.hooks.events) - verified + len(stage.hooks.failures)
    say(f"{filed + held} of {MAILS} mails handled ({filed} filed, {held} held), "
        f"{verified} webhooks verified, {failed} not, {waiting} undelivered; "
        f"postroom ended with {status}")
    return filed + held == MAILS and verified > 0 and not failed and not waiting \
        and listed and status == 0


def run_once(stage):
    say("postroom run --once: fetches, authenticates, sorts, files, and posts the webhooks")
    began = time.monotonic()
    with open(stage.path("once.log"), "wb") as log:
        status = stage.run("run", "--once", stderr=log).returncode
    say(f"that took {time.monotonic() - began:.1f} s")
    return status


def show_log(stage):
    say("not all is well; this is what postroom run --once said")
    with open(stage.path("once.log"), encoding="utf-8", errors="replace") as log:
        shutil.copyfileobj(log, sys.stdout)


def keep_running(stage):
    stage.daemon = subprocess.Popen(stage.command("run"), stdin=subprocess.DEVNULL,
                                    stdout=open(stage.path("daemon.log"), "wb"),
                                    stderr=subprocess.STDOUT, start_new_session=True)
    write_private(stage.path("demo.json"), json.dumps({
        "port": stage.box.imap_port, "user": stage.box.user, "password": stage.box.password}))
    say(f"the demo goes on; its folder is {stage.folder}")
    deliver = f"{sys.executable} {os.path.join(HERE, 'stage.py')} deliver {stage.folder}"
    print(f"""
  deliver a mail:  printf 'From: Eva <eva@webmail.example>\\nSubject: Where is my parcel?\\n\\nOrder 4711.\\n' |
                   {deliver}
              or:  {deliver} FILE.eml
  the tickets:     {stage.program} tickets -c {stage.path('postroom.yaml')}
  by SQL:          sqlite3 -box 'file:{stage.path('state/postroom.db')}?mode=ro' \\
                   'SELECT number, kind, status, requester, subject FROM v_tickets'
  the log:         {stage.path('daemon.log')}
  the webhooks:    {stage.path('webhooks.log')}
  stop it all:     kill {os.getpid()}
""", flush=True)


def note_webhooks(stage, done):
    """While the demo is kept, each webhook becomes a line of webhooks.log."""
    told = 0
    with open(stage.path("webhooks.log"), "a", encoding="utf-8") as file:
        while not done.wait(0.3):
            events = list(stage.hooks.events)
            for event in events[told:]:
                print(time.strftime("%H:%M:%S"), webhook_line(event), file=file, flush=True)
            told = len(events)


def detach(verdict_pipe, well):
    """Tells the waiting quickstart how it went, and lets go of its terminal."""
    os.write(verdict_pipe, b"0" if well else b"1")
    os.close(verdict_pipe)
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)


def show(program, verdict_pipe):
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # SystemExit unwinds the `with`, so that every server is stopped.
        signal.signal(number, lambda *_: (done.set(), sys.exit(130)))
    with Stage(program) as stage:
        stage.open()
        status = run_once(stage)
        well = report(stage, status)
        if not well:
            show_log(stage)
        if verdict_pipe is not None and well:
            keep_running(stage)
            detach(verdict_pipe, well)
            note_webhooks(stage, done)
    return 0 if well else 1


def show_and_keep(program):
    """The stage lives on in a child of its own session; we leave when it has reported."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        os.setsid()
        sys.exit(show(program, writing))
    os.close(writing)
    try:
        return 0 if os.read(reading, 1) == b"0" else 1
    except KeyboardInterrupt:
        return 130


def deliver(folder, file):
    import imaplib

    with open(os.path.join(folder, "demo.json"), encoding="utf-8") as notes:
        demo = json.load(notes)
    source = open(file, "rb") if file else sys.stdin.buffer
    client = imaplib.IMAP4("127.0.0.1", demo["port"])
    client.login(demo["user"], demo["password"])
    status, said = client.append("INBOX", "", None, source.read())
    client.logout()
    print(said[0].decode())
    return 0 if status == "OK" else 1


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    does = options.add_subparsers(dest="does", required=True)
    showing = does.add_parser("show")
    showing.add_argument("program")
    showing.add_argument("--keep", action="store_true")
    delivering = does.add_parser("deliver")
    delivering.add_argument("folder")
    delivering.add_argument("file", nargs="?")
    chosen = options.parse_args()
    if chosen.does == "deliver":
        return deliver(chosen.folder, chosen.file)
    if chosen.keep:
        return show_and_keep(chosen.program)
    return show(chosen.program, None)


if __name__ == "__main__":
    sys.exit(main())
