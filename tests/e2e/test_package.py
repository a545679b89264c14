"""The Debian package: what is in it, and that Debian's own critic finds no fault."""

import os
import re
import shutil
import subprocess

import pytest

from rig.house import is_sanitized, program

BUILD = os.path.dirname(program())
INSIDE = """
./usr/bin/postroom
./usr/lib/systemd/system/postroom.service
./usr/share/man/man1/postroom.1.gz
./usr/share/man/man5/postroom.yaml.5.gz
./usr/share/man/man7/postroom-events.7.gz
./usr/share/bash-completion/completions/postroom
./usr/share/zsh/vendor-completions/_postroom
./usr/share/fish/vendor_completions.d/postroom.fish
./usr/share/locale/es/LC_MESSAGES/postroom.mo
./usr/share/doc/postroom/postroom.example.yaml
./usr/share/doc/postroom/copyright
./usr/share/postroom/schema/event.schema.json
./usr/share/postroom/grafana/postroom.json
./usr/share/postroom/prometheus/postroom.rules.yml
""".split()

pytestmark = pytest.mark.skipif(
    is_sanitized() or not os.path.exists(os.path.join(BUILD, "CPackConfig.cmake")),
    reason="packages are made of the release build")


def run(*words, cwd=None):
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("package"))
    run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder)
    found = [name for name in os.listdir(folder) if name.endswith(".deb")]
    assert len(found) == 1
    return os.path.join(folder, found[0])


def test_all_is_in_it(package):
    rows = [line.split() for line in run("dpkg-deb", "-c", package).splitlines()]
    names = [row[5] for row in rows]
    assert [name for name in INSIDE if name not in names] == []
    assert {row[1] for row in rows} == {"root/root"}


def test_it_depends_on_what_it_loads(package):
    depends = run("dpkg-deb", "-f", package, "Depends")
    for name in ("libgmime-3.0-0", "libunbound8", "libsqlite3-0", "libexttextcat-data",
                 "ca-certificates", "procps"):
        assert re.search(rf"\b{re.escape(name)}\b", depends), depends


@pytest.mark.skipif(not shutil.which("lintian"), reason="lintian is not installed")
def test_the_critic_finds_no_fault(package):
    root = ["--allow-root"] if os.geteuid() == 0 else []
    assert run("lintian", *root, "--fail-on", "error,warning", package) == ""
