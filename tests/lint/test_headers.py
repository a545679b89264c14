"""A header teaches: it says why it is there, stands alone, and holds no bodies."""

import concurrent.futures
import functools
import os
import re
import subprocess

from sources import at

OUR_FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-Iagent", '-DTEST_FOLDER=""']
MODULES = ("glib-2.0 libcurl gmime-3.0 sqlite3 json-c libcrypto yaml-0.1 libxml-2.0"
           " icu-i18n libical libarchive libexttextcat libmicrohttpd libsystemd").split()
# Of the first comment: a line for a private header, a paragraph for a door.
FEWEST_WORDS, FEWEST_OF_A_DOOR = 5, 15
COMPILERS = 2


@functools.cache
def library_flags():
    ran = subprocess.run(["pkg-config", "--cflags", *MODULES], capture_output=True,
                         text=True, check=True)
    return ran.stdout.split()


def headers(tree):
    return tree.files([".h"])


def first_comment(text):
    found = re.match(r"/\*.*?\*/", text, re.DOTALL)
    return found[0] if found else ""


def is_door(path):
    folder, name = os.path.split(path)
    return folder.startswith("agent/") and name == f"{folder.split('/')[-1]}.h"


def headers_begin_with_why(tree):
    for path in headers(tree):
        words = re.findall(r"[\w'`]{2,}", first_comment(tree.text(path)))
        fewest = FEWEST_OF_A_DOOR if is_door(path) else FEWEST_WORDS
        if len(words) < fewest:
            yield at(path, 1, f"begins with {len(words)} words of why (least: {fewest})")


def headers_are_read_once(tree):
    for path in headers(tree):
        code = tree.uncommented(path)
        if not code.lstrip().startswith("#pragma once\n"):
            line = code[:len(code) - len(code.lstrip())].count("\n") + 1
            yield at(path, line, "#pragma once stands right behind the first comment")


def headers_hold_no_bodies(tree):
    """Fixtures of tests may: each test is one file, and they are its other half."""
    for one in tree.functions:
        if one.path.startswith("agent/") and one.path.endswith(".h"):
            yield at(one.path, one.line, f"{one.name} has a body")


def compile_alone(tree, paths):
    command = ["gcc", "-w", "-fsyntax-only", *OUR_FLAGS, *library_flags(), *paths]
    return subprocess.run(command, cwd=tree.root, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"})


def headers_stand_alone(tree):
    """Each compiles with nothing before it, so no includer must know what it needs."""
    paths = headers(tree)
    shares = [paths[i::COMPILERS] for i in range(COMPILERS) if paths[i::COMPILERS]]
    with concurrent.futures.ThreadPoolExecutor(COMPILERS) as threads:
        for ran in threads.map(lambda share: compile_alone(tree, share), shares):
            pattern = r"(?m)^(\S+?):(\d+):\d+: (?:fatal )?error: (.*)$"
            found = re.findall(pattern, ran.stderr)
            if ran.returncode and not found:
                raise RuntimeError(ran.stderr)
            for path, line, what in found:
                yield at(path, line, what)


def sources_begin_with_their_header(tree):
    """Then the compiler proves at every build that the header stands alone."""
    there = set(tree.files([".h"], below="agent/"))
    for path in tree.files([".c"], below="agent/"):
        header = path[:-2] + ".h"
        first = next(iter(tree.includes(path)), None)
        names = (header.removeprefix("agent/"), os.path.basename(header))
        if header in there and (first is None or first[1] not in names):
            yield at(path, first[0] if first else 1, f"begins without {names[0]}")


WHY = "/* Speaks to the other side of the wire. */\n#pragma once\n\n"
RULES = {
    headers_begin_with_why: [
        ({"agent/a/b.h": "#pragma once\n"}, ["agent/a/b.h:1"]),
        ({"agent/a/a.h": WHY}, ["agent/a/a.h:1"]),
        ({"tests/unit/a/b.h": "/* Server. */\n#pragma once\n"}, ["tests/unit/a/b.h:1"]),
    ],
    headers_are_read_once: [
        ({"agent/a/b.h": "/* Speaks to the other side of it. */\nint a(void);\n"},
         ["agent/a/b.h:2"]),
    ],
    headers_hold_no_bodies: [
        ({"agent/a/b.h": WHY + "static inline int\ngo(void)\n{\n    return 1;\n}\n"},
         ["agent/a/b.h:5"]),
    ],
    headers_stand_alone: [
        ({"agent/a/b.h": WHY + "size_t length(const char *text);\n"},
         ["agent/a/b.h:4"]),
        ({"agent/a/b.h": WHY + '#include "a/c.h"\n'}, ["agent/a/b.h:4"]),
    ],
    sources_begin_with_their_header: [
        ({"agent/a/b.h": WHY, "agent/a/b.c": '#include <stdio.h>\n#include "a/b.h"\n'},
         ["agent/a/b.c:1"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []
