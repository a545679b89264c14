"""The sources as the lints see them: files, text without comments, functions.

A lint is a function that takes a tree and gives back its findings, "path:line: what is
wrong". The same function reads the house and the tiny trees that must be reported.
"""

import functools
import json
import os
import re
import subprocess
from typing import NamedTuple

C_FILES = (".c", ".h")
# Macros that stand where ctags expects a declaration to go on.
MACROS = ("G_GNUC_WARN_UNUSED_RESULT,G_GNUC_NULL_TERMINATED,G_GNUC_PRINTF+,G_GNUC_UNUSED"
          ",G_DEFINE_AUTOPTR_CLEANUP_FUNC+,G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC+")
# What a build leaves behind lies in the checkout, but nobody wrote it.
NOT_OURS = re.compile(r"^(\.git|build.*|__pycache__|node_modules|\.cache)$")
TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)"
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')',
    re.DOTALL,
)


class Function(NamedTuple):
    path: str
    line: int
    end: int
    name: str
    is_static: bool
    parameters: str

    @property
    def length(self):
        return self.end - self.line + 1


def blank(text):
    """Spaces of the same shape, so that lines and columns stay true."""
    return re.sub(r"[^\n]", " ", text)


def without(kinds, source):
    """The source with its comments, or its comments and texts, blanked."""
    return TOKEN.sub(
        lambda found: blank(found[0]) if found.lastgroup in kinds else found[0], source
    )


class Tree:
    """The files below a folder; paths are relative to it."""

    def __init__(self, root):
        self.root = str(root)

    @functools.cached_property
    def paths(self):
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not NOT_OURS.match(name)]
            found += [os.path.relpath(os.path.join(folder, name), self.root)
                      for name in names]
        return sorted(found)

    def files(self, endings=C_FILES, below=""):
        return [path for path in self.paths
                if path.endswith(tuple(endings)) and path.startswith(below)]

    @functools.cache
    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace",
                  newline="") as file:
            return file.read()

    @functools.cache
    def uncommented(self, path):
        return without({"comment"}, self.text(path))

    @functools.cache
    def code(self, path):
        return without({"comment", "text"}, self.text(path))

    def hits(self, pattern, path, source=None):
        """Each match of a pattern in a file, as (line, match)."""
        text = self.code(path) if source is None else source
        for found in re.finditer(pattern, text):
            yield text.count("\n", 0, found.start()) + 1, found

    def includes(self, path):
        """Each include, as (line, name, whether it is in angle brackets)."""
        pattern = r'(?m)^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]'
        for line, found in self.hits(pattern, path, self.uncommented(path)):
            yield line, found[2], found[1] == "<"

    @functools.cached_property
    def tags(self):
        """What ctags sees in the C files: functions, prototypes, types, enumerators."""
        files = self.files()
        if not files:
            return []
        command = ["ctags", "--output-format=json", "--languages=C",
                   "--language-force=C", "--kinds-C=fptsuge",
                   "--fields=+neSf", "-I", MACROS, "--sort=no", "-f", "-", "-L", "-"]
        ran = subprocess.run(command, cwd=self.root, input="\n".join(files), text=True,
                             capture_output=True, check=True)
        return [json.loads(line) for line in ran.stdout.splitlines()]

    @functools.cached_property
    def functions(self):
        return [
            Function(tag["path"], tag["line"], tag["end"], tag["name"],
                     tag.get("file", False), tag.get("signature", "()"))
            for tag in self.tags
            if tag["kind"] == "function" and "end" in tag
        ]


def at(path, line, what):
    return f"{path}:{line}: {what}"
