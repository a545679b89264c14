"""Deciding beside other filters, on the same mails in one run.

    python3 tests/bench/sort/decide.py build/release/tests/bench_sort_decide DATA/classify

Postroom, bogofilter and rspamd are taught every other mail and judge the rest; what is not
installed is passed over. CPU time of whole processes for the others: theirs holds the
reading of the mail, ours does not (bench_parse tells what that costs).
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile

import rspamd

KINDS = {"spam": "spam", "ham": "ham", "support": "support"}


def sample(folder, kinds):
    with open(os.path.join(folder, "mail", "labels.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    found = [(row[0], KINDS[row[1]]) for row in rows if row[1] in kinds]
    random.Random(1).shuffle(found)
    return found


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(program, folder, mails):
    lines = "".join(f"{path}\t{kind}\n" for path, kind in mails)
    print(subprocess.run([program, folder], input=lines, capture_output=True, text=True,
                         check=True).stdout, end="")


def bogofilter(folder, mails):
    if not shutil.which("bogofilter"):
        print("bogofilter: not installed")
        return
    with tempfile.TemporaryDirectory() as words:
        for kind, flag in (("spam", "-s"), ("ham", "-n")):
            paths = [os.path.join(folder, path) for path, is_ in mails[::2]
                     if (is_ == "spam") == (kind == "spam")]
            subprocess.run(["bogofilter", "-d", words, flag, "-b"], text=True, check=True,
                           input="".join(path + "\n" for path in paths), stdout=subprocess.DEVNULL)
        judged = mails[1::2]
        before = cpu_s()
        done = subprocess.run(["bogofilter", "-d", words, "-t", "-v", "-b"], text=True, check=False,
                              capture_output=True,
                              input="".join(os.path.join(folder, p) + "\n" for p, _ in judged))
        took = cpu_s() - before
    verdicts = [line.split() for line in done.stdout.splitlines()]
    print(f"bogofilter: {took / len(judged) * 1e6:.1f} us of CPU a mail, reading it included")
    for kind in KINDS:
        told = [words for words, (_, is_) in zip(verdicts, judged) if is_ == kind]
        spam = sum("S" in words[:2] for words in told)
        unsure = sum("U" in words[:2] for words in told)
        if told:
            print(f"{kind:8} {len(told):5} mails, called spam {spam:5} "
                  f"({spam / len(told):.4f}), unsure {unsure}")


def read(folder, path):
    with open(os.path.join(folder, path), "rb") as file:
        return file.read()


def rspamd_beside(folder, mails):
    if not rspamd.is_there():
        print("rspamd: not installed, or redis-server is not")
        return
    with tempfile.TemporaryDirectory() as place, rspamd.Rspamd(place) as other:
        for path, kind in mails[::2]:
            other.learn(read(folder, path), kind == "spam")
        judged = [(read(folder, path), kind) for path, kind in mails[1::2]]
        before = other.cpu_s()
        told = [(other.says_spam(mail), kind) for mail, kind in judged]
        took = other.cpu_s() - before
    print(f"rspamd: {took / len(judged) * 1e6:.1f} us of CPU a mail, reading, rules and Redis "
          "included, without network tests")
    for kind in KINDS:
        spam = [is_spam for is_spam, is_ in told if is_ == kind]
        if spam:
            print(f"{kind:8} {len(spam):5} mails, called spam {sum(spam):5} "
                  f"({sum(spam) / len(spam):.4f})")


def main():
    program, folder = sys.argv[1:3]
    for name, kinds in (("a house: support and spam", ("support", "spam")),
                        ("archives: support, lists, newsletters and spam", tuple(KINDS))):
        mails = sample(folder, kinds)
        print(f"== {name}")
        ours(program, folder, mails)
        bogofilter(folder, mails)
        rspamd_beside(folder, mails)


if __name__ == "__main__":
    main()
