#!/usr/bin/python3
"""Reads the same mails with the program's parser, GMime alone and mailparser (npm), one after the other.

    tests/bench/read/peers.py build/release [FOLDER]

FOLDER keeps the npm package between runs; without it, it is fetched into a temporary one. Each
figure is of one core. Ends with how many times mailparser's CPU time the program's reading is faster.
"""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def rate(text, name):
    return float(re.search(rf"^{name}\s+(\d+) messages/s", text, re.MULTILINE).group(1))


def compare(build, folder):
    bench = os.path.join(build, "tests", "bench_sort_parse_read")
    subprocess.run(["ninja", "-C", build, "bench_sort_parse_read"], check=True, stdout=subprocess.DEVNULL)
    if not os.path.isdir(os.path.join(folder, "node_modules", "mailparser")):
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder,
                        "mailparser"], check=True)
    with tempfile.TemporaryDirectory() as mails:
        subprocess.run([bench, "--make", mails], check=True)
        ours = subprocess.run([bench, mails], check=True, capture_output=True, text=True).stdout
        theirs = subprocess.run(["node", os.path.join(HERE, "mailparser.mjs"), mails], cwd=folder, check=True,
                                capture_output=True, text=True).stdout
    print(ours + theirs, end="")
    print(f"{rate(ours, 'postroom') / rate(theirs, 'mailparser'):.1f} times mailparser")


def main():
    if len(sys.argv) > 2:
        compare(sys.argv[1], sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(sys.argv[1], folder)


if __name__ == "__main__":
    main()
