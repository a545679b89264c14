"""What lies around the program says what the program says: man pages, alerts, the board, the unit."""

import json
import os
import re
import shutil
import subprocess

import pytest

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
METRIC = re.compile(r"\bpostroom_[a-z_]+\b")


def path(name):
    return os.path.join(PROJECT, name)


def text_of(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


def metrics_of_the_program():
    names = set(METRIC.findall(text_of("agent/daemon/metrics.c")))
    assert "postroom_sorter_seconds_bucket" in names
    return names


def needs(command):
    return pytest.mark.skipif(not shutil.which(command), reason=f"{command} is not installed")


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@needs("promtool")
def test_each_alert_fires_when_it_should():
    code, text = said("promtool", "test", "rules", path("config/prometheus/postroom.rules_test.yml"))
    assert code == 0, text


def test_each_alert_is_tried():
    rules = re.findall(r"- alert: (\w+)", text_of("config/prometheus/postroom.rules.yml"))
    tried = text_of("config/prometheus/postroom.rules_test.yml")
    assert len(rules) > 5
    assert [name for name in rules if tried.count(f"alertname: {name}") < 2] == []


def test_alerts_and_board_ask_for_metrics_that_are_there():
    board = json.loads(text_of("config/grafana/postroom.json"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = re.findall(r"expr: (?:>-)?(.*(?:\n {10}[^ ].*)*)",
                       text_of("config/prometheus/postroom.rules.yml"))
    for text in asked + rules:
        assert set(METRIC.findall(text)) <= metrics_of_the_program(), text
    assert len(asked) > 10


def test_the_page_of_commands_has_each_command():
    commands = re.findall(r'^    \{"(\w+)", (?!NULL)', text_of("agent/main.c"), re.MULTILINE)
    page = text_of("docs/postroom.1")
    assert len(commands) > 15
    headings = re.findall(r'^\.(?:B|BR|BI) "?(\w+)', page, re.MULTILINE)
    assert [name for name in commands if name not in headings] == []


def test_the_page_of_events_has_each_event():
    events = json.loads(text_of("schema/event.schema.json"))["$defs"]["type"]["enum"]
    headings = re.findall(r"^\.TP\n\.B ([a-z_.]+)$", text_of("docs/postroom-events.7"), re.MULTILINE)
    assert set(headings) & set(events) == set(events)


@needs("man")
@pytest.mark.parametrize("page", ["postroom.1", "postroom.yaml.5", "postroom-events.7"])
def test_man_pages_are_sound(page):
    done = subprocess.run(["man", "--warnings=all", "-l", path(f"docs/{page}")],
                          capture_output=True, text=True, check=False)
    assert done.stderr == ""


@needs("systemd-analyze")
def test_the_unit_is_tight():
    code, text = said("systemd-analyze", "security", "--offline=true", "--no-pager",
                      path("config/postroom.service"))
    found = re.search(r"Overall exposure level for postroom.service: ([0-9.]+)", text)
    assert code == 0 and found, text
    assert float(found[1]) <= 1.5


@needs("systemd-analyze")
def test_the_unit_says_what_systemd_knows():
    _, text = said("systemd-analyze", "verify", "--man=no", path("config/postroom.service"))
    found = [line for line in text.splitlines()
             if line.strip() and "Command postroom is not executable" not in line]
    assert found == [], "of all that it says only that it is not installed here is true"
