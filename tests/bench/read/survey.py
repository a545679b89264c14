#!/usr/bin/python3
"""Reads every mail below some folders through the real program and prints how it went.

    tests/bench/read/survey.py build/release/postroom FOLDER…

One table row a folder: mails, those that were held (a sorter died or overran), texts that are no
UTF-8, mails without `from` though a field names a sender, those read from headers alone, the
slowest mail and the biggest sorter. `--list` names the mails behind the figures.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time

BATCH = 40
NO_MAIL = (".json", ".tsv", ".jsonl", "COPYING", "LICENSE", ".html")
SENDER = re.compile(rb"^(from|sender|reply-to|return-path):[^\n]*[^\s<>@,;:]@[^\s<>@,;:]",
                    re.IGNORECASE | re.MULTILINE)
EXCESS = ("mail_too_large", "header_too_large", "too_many_headers", "too_many_parts", "too_deep",
          "boundary_too_long")


def mails_below(folder):
    found = []
    for place, _, names in os.walk(folder):
        found += [os.path.join(place, name) for name in names if not name.endswith(NO_MAIL)
                  and not name.startswith("COPYING") and "expected" not in name]
    return sorted(found)


def explain(program, paths):
    """Each mail's facts with the seconds it took, and the memory of the biggest process."""
    command = [program, "explain", "--json", "--resolver", "none", *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        before = None
        for line in process.stdout:
            now = time.monotonic()
            yield json.loads(line.decode("utf-8", "strict")), now - before if before else 0.0
            before = now


def has_sender(path):
    with open(path, "rb") as file:
        header = re.split(rb"\r?\n\r?\n", file.read(1 << 20), maxsplit=1)[0]
    return SENDER.search(header) is not None


def biggest_kb(program, paths):
    done = subprocess.Popen([program, "explain", "--json", "--resolver", "none", *paths],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(done.pid, 0)
    done.returncode = 0
    return usage.ru_maxrss


def survey(program, folder, list_them):
    paths = mails_below(folder)
    row = dict(mails=0, held=0, no_from=0, limited=0, slowest=0.0, slowest_path="", kb=0, seconds=0.0)
    for first in range(0, len(paths), BATCH):
        batch = paths[first:first + BATCH]
        for facts, seconds in explain(program, batch):
            path = facts["file"]
            message = facts["message"] or {}
            row["mails"] += 1
            row["seconds"] += seconds
            if facts.get("held"):
                row["held"] += 1
                print("held", path, facts["held"], file=sys.stderr)
                continue
            if not (message.get("from") or {}).get("address") and has_sender(path):
                row["no_from"] += 1
                if list_them:
                    print("no from", path, file=sys.stderr)
            if set(message["defects"]) & set(EXCESS):
                row["limited"] += 1
                if list_them:
                    print("limited", path, message["defects"], file=sys.stderr)
            if seconds > row["slowest"]:
                row["slowest"], row["slowest_path"] = seconds, path
        row["kb"] = max(row["kb"], biggest_kb(program, batch))
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("program")
    parser.add_argument("folders", nargs="+")
    told = parser.parse_args()
    print(f"{'folder':<16}{'mails':>7}{'held':>6}{'no from':>9}{'limited':>9}{'mails/s':>9}"
          f"{'slowest ms':>12}{'biggest MB':>12}")
    for folder in told.folders:
        row = survey(told.program, folder, told.list)
        name = os.path.basename(folder.rstrip("/"))
        print(f"{name:<16}{row['mails']:>7}{row['held']:>6}{row['no_from']:>9}{row['limited']:>9}"
              f"{row['mails'] / max(row['seconds'], 1e-9):>9.0f}{row['slowest'] * 1000:>12.1f}"
              f"{row['kb'] / 1024:>12.1f}   {row['slowest_path']}")


if __name__ == "__main__":
    main()
