"""The look of the C files, which clang-format settles so that nobody discusses it."""

import os
import re
import shutil
import subprocess

from conftest import PROJECT
from sources import at

STYLE = os.path.join(PROJECT, ".clang-format")
# Versions of clang-format disagree with each other; Debian 12's is the one that counts.
VERSION = "14"


def clang_format():
    named = shutil.which(f"clang-format-{VERSION}")
    return named or shutil.which("clang-format")


def lines_are_as_formatted(tree):
    """One finding a place where clang-format would write something else."""
    files = tree.files()
    if not files:
        return
    ran = subprocess.run([clang_format(), f"--style=file:{STYLE}", "--dry-run", *files],
                         cwd=tree.root, capture_output=True, text=True)
    pattern = r"(?m)^(\S+?):(\d+):\d+: (?:warning|error): (.*)$"
    seen = re.findall(pattern, ran.stderr)
    if ran.returncode and not seen:
        raise RuntimeError(ran.stderr)
    for path, line, what in dict.fromkeys(seen):
        yield at(path, line, what)


def texts_are_plain(tree):
    """No tabs, no blanks at the end of a line, no carriage returns, one last newline."""
    for path in tree.files((".c", ".h", ".py", ".sql", ".S", ".sh", ".cmake", ".md",
                            ".yaml", "CMakeLists.txt")):
        text = tree.text(path)
        for line, found in tree.hits(r"\t|[ \r]+(?=\n)", path, text):
            what = "a tab" if found[0] == "\t" else "blanks at the end"
            yield at(path, line, what)
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield at(path, text.count("\n") + 1, "the file ends in one newline")


GOOD = "int\ngo(void)\n{\n    return 1;\n}\n"
RULES = {
    lines_are_as_formatted: [
        ({"agent/a/a.c": GOOD.replace("    return", "  return")}, ["agent/a/a.c:3"]),
        ({"agent/a/a.c": GOOD.replace("int\n", "int ")}, ["agent/a/a.c:1"]),
        ({"agent/a/a.c": '#include "b.h"\n#include "a.h"\n'}, ["agent/a/a.c:1"]),
        ({"tests/unit/a/a.h": "char*a;\n"}, ["tests/unit/a/a.h:1"]),
    ],
    texts_are_plain: [
        ({"docs/a.md": "a\nb \n"}, ["docs/a.md:2"]),
        ({"tests/rig/a.py": "if a:\n\tb()\n"}, ["tests/rig/a.py:2"]),
        ({"schema/a.sql": "SELECT 1;\n\n"}, ["schema/a.sql:3"]),
        ({"schema/a.sql": "SELECT 1;"}, ["schema/a.sql:1"]),
    ],
}


def test_the_formatter_is_the_one_that_counts():
    ran = subprocess.run([clang_format(), "--version"], capture_output=True, text=True)
    assert re.search(rf"version {VERSION}\.", ran.stdout), ran.stdout


def test_good_text_passes(tmp_path):
    from sources import Tree

    (tmp_path / "a.c").write_text(GOOD)
    assert list(lines_are_as_formatted(Tree(tmp_path))) == []


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []
