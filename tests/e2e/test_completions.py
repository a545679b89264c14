"""Completions are those of the program, and its help teaches by examples that hold."""

import filecmp
import os
import re
import shutil
import subprocess

import pytest

from rig.house import program

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config", "completions")
FILES = ("postroom.bash", "_postroom", "postroom.fish")


def said(*words):
    done = subprocess.run([program(), *words], capture_output=True, text=True, timeout=60,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands():
    return re.findall(r"^  (\w+) +\S", said("--help"), re.MULTILINE)


def test_they_are_what_the_program_says(tmp_path):
    subprocess.run(["/usr/bin/python3", os.path.join(HERE, "write.py"), program(), str(tmp_path)],
                   check=True)
    for name in FILES:
        assert filecmp.cmp(os.path.join(HERE, name), tmp_path / name, shallow=False), (
            f"{name}: run config/completions/write.py PROGRAM config/completions")


def complete(line):
    script = (f". {HERE}/postroom.bash; COMP_WORDS=({line}); COMP_CWORD=$(({len(line.split())}-1));"
              "_postroom; printf '%s\\n' \"${COMPREPLY[@]}\"")
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                          check=True).stdout.split()


def test_bash_completes():
    assert complete("postroom mail") == ["mailboxes"]
    assert complete("postroom tickets me") == ["merge"]
    assert complete("postroom explain --re") == ["--resolver", "--received-at"]


@pytest.mark.parametrize("shell, file", [("bash", "postroom.bash"), ("zsh", "_postroom"),
                                         ("fish", "postroom.fish")])
def test_the_shell_reads_them(shell, file):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", os.path.join(HERE, file)], check=True)


def test_each_help_teaches_with_commands_and_options_that_are_there():
    for name in commands():
        text = said(name, "--help")
        examples = re.findall(rf"^  (postroom {name}\b.*?)(?:  |$)", text, re.MULTILINE)
        assert examples, f"{name} shows no example"
        known = set(re.findall(r"--[\w-]+", text.split("Examples:")[0]))
        for example in examples:
            assert set(re.findall(r"--[\w-]+", example)) <= known, example
