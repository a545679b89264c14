#!/usr/bin/python3
"""Reads one mailbox of a real Dovecot into a database, beside imaplib and mbsync, in one run.

    tests/bench/ingest/collect.py BUILD/tests/bench_ingest_collect [--mails 20000] [--rounds 3]

Ours commits every mail to the disk before it counts as read; mbsync is measured with and
without its fsync, imaplib forgets the mails. Then over a line of 20 ms round trip.
"""

import argparse
import imaplib
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", ".."), os.path.join(HERE, "..", "imap")]

from compare import DelayLine, best, fill, report, with_imaplib, with_peers  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402


def ours(program, port, box, where):
    folder = tempfile.mkdtemp(prefix="postroom-bench-", dir=where)
    try:
        done = subprocess.run(
            [program, f"imap://127.0.0.1:{port}", box.user, box.password, folder],
            check=True, capture_output=True, text=True,
        )
    finally:
        shutil.rmtree(folder)
    return json.loads(done.stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("--mails", type=int, default=20000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folder", help="on the disk to be measured")
    chosen = options.parse_args()
    imaplib._MAXLINE = 1 << 24
    with Dovecot() as box:
        fill(box, chosen.mails)
        with_imaplib(box)  # Dovecot writes its cache once

        def measure(port):
            return lambda: ours(chosen.program, port, box, chosen.folder)

        rate = report("postroom, committed", best(chosen.rounds, measure(box.imap_port)))
        with_peers(box, rate, chosen.rounds)
        line = DelayLine(box.imap_port, 0.010)
        far = report("postroom, 20 ms round trip", best(chosen.rounds, measure(line.port)))
        line.close()
        print(f"{'':34} {far / rate:.2f} of the loopback rate")


if __name__ == "__main__":
    main()
