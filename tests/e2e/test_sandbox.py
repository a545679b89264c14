"""No secret of the house is in the memory of a running sorter."""

import os
import re

import pytest

from rig.house import wait_for
from letters import letter


def sorters_of(daemon):
    """Process ids of the daemon's `postroom sort` children."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/status", encoding="ascii", errors="replace") as file:
                parent = re.search(r"^PPid:\s*(\d+)", file.read(), re.M)
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent[1]) == daemon.pid and b"sort" in words[1:]:
            found.append(int(name))
    return found


def memory_of(pid):
    """All that can be read of a process: mappings, arguments, environment."""
    octets = bytearray()  # grows in place
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "r" not in line.split()[1] or "[v" in line:
                continue
            # Sanitizers map terabytes of shadow that hold nothing of ours.
            if end - start > 1 << 30:
                continue
            try:
                memory.seek(start)
                octets += memory.read(end - start) or b""
            except (OSError, OverflowError, ValueError):
                continue  # a guard page
    for part in ("cmdline", "environ"):
        with open(f"/proc/{pid}/{part}", "rb") as file:
            octets += file.read()
    return bytes(octets)


@pytest.fixture
def working_sorters(house, box):
    box.deliver_all([letter(f"warm up {n}") for n in range(8)])
    house.start_and_settle()
    return wait_for(lambda: sorters_of(house.daemon), what="a sorter")


def test_memory_holds_no_password_and_no_webhook_secret(working_sorters, house, box, hooks):
    del house
    key = hooks.secret.removeprefix("whsec_")
    import base64
    secrets = [box.password.encode(), key.encode(), base64.b64decode(key)]
    for pid in working_sorters:
        try:
            memory = memory_of(pid)
        except PermissionError:
            pytest.skip("this user may not read the memory of its own children")
        # The proof that we looked at the right memory: this very word is in it.
        assert b"demo.example" in memory or b"postroom" in memory
        for secret in secrets:
            assert secret not in memory, f"a secret lies in the memory of sorter {pid}"


def test_a_sorter_is_locked_down(working_sorters):
    for pid in working_sorters:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            status = dict(line.split(":", 1) for line in file.read().splitlines())
        assert status["NoNewPrivs"].strip() == "1"
        assert status["Seccomp"].strip() == "2", "no filter is in force"


def test_a_sorter_has_no_file_and_no_network(working_sorters):
    for pid in working_sorters:
        try:
            names = os.listdir(f"/proc/{pid}/fd")
            targets = [os.readlink(f"/proc/{pid}/fd/{name}") for name in names]
        except PermissionError:
            pytest.skip("this user may not look at the files of its own children")
        for target in targets:
            assert not target.endswith((".db", ".db-wal", ".yaml", ".password")), targets
            assert target.startswith(("socket:", "pipe:", "/dev/null", "/memfd:")) or \
                target.endswith("daemon.log"), targets


def test_a_killed_sorter_is_replaced_and_no_mail_is_lost(working_sorters, house, box):
    for pid in working_sorters:
        os.kill(pid, 9)
    box.deliver(letter("after the massacre"))
    wait_for(lambda: house.sql("SELECT 1 FROM v_tickets WHERE subject = 'after the massacre'"),
             what=house.log[-3000:])
    assert house.count("held_mail") == 0
    assert house.stop() == 0
