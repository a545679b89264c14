#!/usr/bin/python3
"""From IMAP over TLS to the database, and to a webhook: Postroom beside a Node pipeline.

    tests/bench/whole/whole.py [--program build/release/postroom] [--mails 5000]
                               [--node FOLDER] [--no-peer]

FOLDER keeps the npm packages between runs (package.json beside this file); without it they are
installed into a temporary one. Prints for each run the rate, the CPU time of all its
processes, and its memory; then the ratios. It asserts that every mail was stored and that
every sender was authenticated.

First of all the mails are fetched and forgotten: the rate of a program that costs nothing, which
nobody can beat on that machine, and the CPU time Dovecot takes for each mail.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "..")]

from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.house import House  # noqa: E402
from rig.receiver import Receiver  # noqa: E402
from signed_mails import make_mails  # noqa: E402


def measured(command, **more):
    """Wall time, CPU time of the process and all it waited for, the largest's memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    wall_s = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    assert done.returncode == 0, done.stderr[-3000:]
    return done, wall_s, cpu_s


def tell(name, mails, wall_s, cpu_s):
    print(f"{name:28} {mails / wall_s:8.0f} mails/s   {wall_s:6.2f} s   CPU {cpu_s:6.2f} s"
          f" ({1000 * cpu_s / mails:.2f} ms a mail)", flush=True)
    return mails / wall_s


def cpu_of(root):
    """CPU time of a process and of all that descend from it, those that ended included."""
    children, used = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
        used[int(name)] = sum(map(int, fields[11:15]))
    seconds, left = 0, [root]
    while left:
        process = left.pop()
        seconds += used.get(process, 0)
        left += children.get(process, [])
    return seconds / os.sysconf("SC_CLK_TCK")


def read_to_end(box, buffer):
    """One connection over TLS, one FETCH of all; the number of bytes that came."""
    context = ssl.create_default_context(cafile=box.ca)
    with socket.create_connection(("localhost", box.imaps_port)) as plain, \
            context.wrap_socket(plain, server_hostname="localhost") as line:
        line.sendall(f'1 LOGIN "{box.user}" "{box.password}"\r\n'.encode())
        while b"1 OK" not in line.recv(4096):
            pass
        line.sendall(b"2 EXAMINE INBOX\r\n3 UID FETCH 1:* BODY.PEEK[]\r\n4 LOGOUT\r\n")
        received, got = 0, 1
        while got:
            got = line.recv_into(buffer)
            received += got
    return received


def fetch_alone(box, mails):
    dovecot = cpu_of(box.process.pid)
    before, begun = time.process_time(), time.monotonic()
    received = read_to_end(box, bytearray(1 << 20))
    wall_s = time.monotonic() - begun
    cpu_s = time.process_time() - before
    assert received > sum(map(len, mails)), received
    rate = tell("fetched and forgotten", len(mails), wall_s, cpu_s)
    dovecot = (cpu_of(box.process.pid) - dovecot) / len(mails)
    print(f"Dovecot itself: {1000 * dovecot:.2f} ms of CPU a mail")
    return rate, dovecot


def tell_limits(alone, dovecot, rate, peer):
    """What is left to win: nobody is faster than who forgets the mails."""
    print(f"{100 * rate * dovecot / os.cpu_count():.0f} % of the machine went to Dovecot while "
          f"postroom ran; {100 * rate / alone:.0f} % of the rate of a program that costs nothing")
    if peer:
        print(f"ratio {rate / peer:.1f}; a program that costs nothing would have "
              f"{alone / peer:.1f}")


def run_postroom(folder, box, dns, mails, hooks):
    os.makedirs(folder)
    house = House(folder, box, dns, hooks)
    house.configure(log={"level": "warning", "format": "logfmt"}, sorters=None)
    _, wall_s, cpu_s = measured(house.command("run", "--once"), cwd=folder)
    verdicts = dict(house.sql("SELECT verdict, count(*) FROM v_messages GROUP BY 1"))
    assert verdicts == {"authenticated": mails}, verdicts
    if hooks:
        assert len({event.id for event in hooks.events}) == mails == len(hooks.events)
    return tell("postroom" + (", with webhooks" if hooks else ""), mails, wall_s, cpu_s)


def packages(folder):
    shutil.copy(os.path.join(HERE, "package.json"), folder)
    shutil.copy(os.path.join(HERE, "pipeline.mjs"), folder)
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder,
                       check=True)
    return folder


def run_peer(folder, where, box, dns, mails):
    command = ["node", "pipeline.mjs", "localhost", str(box.imaps_port), box.user,
               box.password, box.ca, dns.address.replace("@", ":"),
               os.path.join(where, "peer.db")]
    done, wall_s, cpu_s = measured(command, cwd=folder)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"total": mails, "passed": mails}, told
    return tell("node, webhooks never", mails, wall_s, cpu_s)


def compare(chosen, where):
    mails, zone = make_mails(chosen.mails)
    mean = sum(map(len, mails)) / len(mails)
    print(f"{len(mails)} mails, {mean / 1000:.1f} kB on average, {os.cpu_count()} cores")
    with DnsServer(zone) as dns, Dovecot() as box:
        box.deliver_all([(mail, None) for mail in mails])
        read_to_end(box, bytearray(1 << 20))  # Dovecot writes its cache once
        alone, dovecot = fetch_alone(box, mails)
        rate = run_postroom(os.path.join(where, "quiet"), box, dns, len(mails), None)
        with Receiver() as hooks:
            run_postroom(os.path.join(where, "telling"), box, dns, len(mails), hooks)
        peer = None
        if not chosen.no_peer:
            peer = run_peer(packages(chosen.node or where), where, box, dns, len(mails))
        tell_limits(alone, dovecot, rate, peer)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", default=os.environ.get("POSTROOM"))
    options.add_argument("--mails", type=int, default=5000)
    options.add_argument("--node", help="a folder for the npm packages")
    options.add_argument("--no-peer", action="store_true", help="Postroom alone")
    chosen = options.parse_args()
    if chosen.program:
        os.environ["POSTROOM"] = os.path.abspath(chosen.program)
    with tempfile.TemporaryDirectory(prefix="postroom-whole-") as where:
        compare(chosen, where)


if __name__ == "__main__":
    main()
