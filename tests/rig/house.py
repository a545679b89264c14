"""A house to test: configuration, secrets and state in a folder, and the real program.

    house = House(tmp_path, box, dns, hooks)     # a Dovecot, a DnsServer, a Receiver
    house.once()                                 # postroom run --once
    house.start(); ...; house.stop()             # the daemon
    house.sql("SELECT number FROM v_tickets")    # read-only, beside the daemon

The binary is $POSTROOM, else build/release/postroom.
"""

import json
import os
import signal
import sqlite3
import subprocess
import time

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT_PROGRAM = os.path.join(HERE, "..", "..", "build", "release", "postroom")
# Ceilings, not expectations: two busy cores and sanitizers are slow, not wrong.
PATIENCE_S = 60
COMMAND_LIMIT_S = 240
SHORTEST_SECRET = 8  # shorter ones are in other words, too
SECRET = "whsec_cmlnIHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM="


def program():
    return os.path.abspath(os.environ.get("POSTROOM", DEFAULT_PROGRAM))


def is_sanitized():
    """Sanitizers keep what was freed: their memory proves nothing."""
    with open(program(), "rb") as file:
        octets = file.read()
    return b"__asan_init" in octets or b"__tsan_init" in octets


def wait_for(question, patience_s=PATIENCE_S, what="it"):
    """Asks until the answer is true and returns it; an assertion when patience ends."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain for {what}"
        time.sleep(0.05)


def thread_states(pid):
    """The letters of /proc/PID/task/TID/stat (proc(5)): R, S, D, T for stopped, Z…"""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as file:
            yield file.read().rpartition(") ")[2][0]


class House:
    def __init__(self, folder, box, dns=None, hooks=None, **mailbox):
        """hooks: anything with .url and .secret. mailbox: keys that replace the usual."""
        self.folder = str(folder)
        self.box = box
        self.state = self.path("state")
        os.makedirs(self.state, exist_ok=True)
        self.daemon = None
        self.clock = None  # a rig.clock.Clock: by which the daemon lives
        self.secrets = set()  # none of them may be in anything the program says
        self.config = {
            "state": self.state,
            "our_domains": ["demo.example"],
            "resolver": dns.address if dns else "none",
            "log": {"level": "debug", "format": "logfmt"},
            "sorters": 2,
            "http": None,
            "mailboxes": [self.mailbox(**mailbox)],
            "webhooks": [self.webhook(hooks)] if hooks else [],
        }
        self.configure()

    # Configuration

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def mailbox(self, **changes):
        self.write_secret("mailbox.password", self.box.password)
        mailbox = {
            "name": "support",
            "address": "support@demo.example",
            "server": self.box.imaps_url,
            "tls": {"ca": self.box.ca},
            "user": self.box.user,
            "password": {"file": self.path("mailbox.password")},
            "start": "all",
            "poll": "2s",
            "border": {"profile": "none", "hosts": ["mx.demo.example"]},
            "department": "support",
        }
        return {**mailbox, **changes}

    def webhook(self, hooks, **changes):
        self.write_secret("crm.secret", hooks.secret)
        webhook = {
            "name": "crm",
            "url": hooks.url,
            "secret": {"file": self.path("crm.secret")},
            "events": ["*"],
            "allow_networks": ["127.0.0.0/8"],
        }
        return {**webhook, **changes}

    def write_secret(self, name, value):
        if len(value) >= SHORTEST_SECRET:
            self.secrets.add(value)
        descriptor = os.open(self.path(name), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value)

    def configure(self, **changes):
        """Writes the file; keys with the value None are left out of it."""
        self.config.update(changes)
        told = {key: value for key, value in self.config.items() if value is not None}
        self.write_config(yaml.safe_dump(told, sort_keys=False, allow_unicode=True))

    def write_config(self, text):
        with open(self.path("postroom.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    # Running

    def command(self, *words):
        return [program(), *words, "-c", self.path("postroom.yaml")]

    def run(self, *words, limit_s=COMMAND_LIMIT_S, stdin=None):
        done = subprocess.run(
            self.command(*words), input=stdin, capture_output=True, text=True,
            errors="replace", timeout=limit_s, check=False, cwd=self.folder,
        )
        self.assert_discreet(done.stdout + done.stderr)
        return done

    def assert_discreet(self, said):
        """Whatever a test is about: a secret is told to nobody, at no level of the log."""
        told = [secret for secret in self.secrets if secret in said]
        assert not told, f"secrets were told: {told}"

    def json(self, *words):
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def once(self, expect=0):
        done = self.run("run", "--once")
        assert done.returncode == expect, f"exit {done.returncode}: {done.stderr[-3000:]}"
        return done

    def start(self, *words):
        environment = {**os.environ, **self.clock.environment} if self.clock else None
        with open(self.path("daemon.log"), "ab") as log:
            self.daemon = subprocess.Popen(
                self.command("run", *words), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=self.folder, env=environment,
            )
        return self.daemon

    def start_and_settle(self):
        """Starts the daemon and waits until it has a database and filed what was there."""
        self.start()
        expected = len(self.box.uids())
        wait_for(lambda: self.is_up() and self.count("uid_ledger") >= expected,
                 what=f"the first pass\n{self.log}")

    def is_up(self):
        assert self.daemon.poll() is None, f"the daemon died: {self.log[-3000:]}"
        return self.has_database()

    def stop(self, how=signal.SIGTERM, patience_s=PATIENCE_S):
        """Returns the exit code; None when no daemon was there."""
        daemon, self.daemon = self.daemon, None
        if daemon is None:
            return None
        if daemon.poll() is None:
            daemon.send_signal(how)
        try:
            code = daemon.wait(patience_s)
            self.assert_discreet(self.log)
            return code
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            raise

    def freeze(self):
        """SIGSTOP, and back once every thread obeys: a signal sent is not yet a signal taken."""
        pid = self.daemon.pid
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: all(state in "TZX" for state in thread_states(pid)), what="SIGSTOP")

    @property
    def log(self):
        if not os.path.exists(self.path("daemon.log")):
            return ""
        with open(self.path("daemon.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    # Looking

    @property
    def database(self):
        return os.path.join(self.state, "postroom.db")

    def has_database(self):
        try:
            return bool(self.sql("SELECT count(*) FROM uid_ledger"))
        except sqlite3.OperationalError:
            return False  # not there yet, or in the middle of being made

    def sql(self, query, *values):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def count(self, table):
        return self.sql(f"SELECT count(*) FROM {table}")[0][0]

    def counts(self, *tables):
        return {table: self.count(table) for table in
                tables or ("messages", "tickets", "outbox", "held_mail", "uid_ledger")}

    def columns(self, table):
        return [row["name"] for row in self.sql(f"PRAGMA table_info({table})")]

    def close(self):
        if self.daemon is not None:
            self.stop(signal.SIGKILL)
