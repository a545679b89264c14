"""What the service manager hears: ready, alive, reloading, stopping; and what it may refuse."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from rig.house import is_sanitized, wait_for

UNIT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config",
                    "postroom.service")


class Manager:
    """The end of $NOTIFY_SOCKET that systemd holds."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.heard = []

    def listen(self):
        while True:
            try:
                self.heard += self.socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return self.heard

    def wait_for(self, words, after=0):
        """Returns the place behind them."""
        wait_for(lambda: words in self.listen()[after:], what=f"{words} in {self.heard}")
        return self.heard.index(words, after) + 1


@pytest.fixture
def manager(tmp_path, monkeypatch):
    made = Manager(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    yield made
    made.socket.close()


def test_the_manager_hears_of_each_step(house, manager):
    house.start()
    at = manager.wait_for("READY=1")
    at = manager.wait_for("WATCHDOG=1", at)
    at = manager.wait_for("WATCHDOG=1", at)
    house.daemon.send_signal(signal.SIGHUP)
    at = manager.wait_for("RELOADING=1", at)
    at = manager.wait_for("READY=1", at)
    at = manager.wait_for("WATCHDOG=1", at)
    assert house.stop() == 0
    manager.wait_for("STOPPING=1", at)


def test_a_broken_file_is_no_reload(house, manager):
    house.start()
    at = manager.wait_for("READY=1")
    house.write_config("mailboxes: [}\n")
    house.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "config.refused" in house.log)
    manager.wait_for("WATCHDOG=1", at)
    assert "RELOADING=1" not in manager.listen()


def allowed_calls():
    """Those that the unit's SystemCallFilter= lets through."""
    with open(UNIT, encoding="utf-8") as file:
        lines = re.findall(r"^SystemCallFilter=(~?)(.*)$", file.read(), re.MULTILINE)
    allowed = set()
    for not_these, names in lines:
        for name in names.split():
            calls = members(name) if name.startswith("@") else {name}
            allowed = allowed - calls if not_these else allowed | calls
    return allowed | members("@default")


def members(group):
    text = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True,
                          text=True, check=True).stdout
    words = [line.strip() for line in text.splitlines()[1:]]
    found = set()
    for word in words:
        if word.startswith("@"):
            found |= members(word)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


@pytest.mark.skipif(not shutil.which("systemd-analyze") or not shutil.which("strace"),
                    reason="systemd or strace is not installed")
@pytest.mark.skipif(is_sanitized(), reason="sanitizers make calls of their own")
def test_the_unit_refuses_no_call_that_is_made(house, box, full_box, tmp_path):
    del full_box, box
    house.configure(http={"listen": "127.0.0.1:0"})
    done = subprocess.run(["strace", "-f", "-c", "-o", str(tmp_path / "calls"),
                           *house.command("run", "--once")], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with open(tmp_path / "calls", encoding="utf-8") as file:
        made = {line.split()[-1] for line in file if re.match(r" +[0-9]+\.[0-9]+ .* [a-z_0-9]+$", line)}
    made -= {"total", "fchown"}  # SQLite gives its files away only as root, whom we are here
    assert "openat" in made and "execve" in made
    assert made - allowed_calls() == set()
