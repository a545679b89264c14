"""What a monitor sees of the house: /livez, /readyz and /metrics."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request

import pytest
from letters import letter
from rig.dovecot import free_ports
from rig.house import wait_for

LABELS = ("support lead campaign_reply unsubscribe complaint other bounce auto_reply spam"
          " phishing").split()


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def desk(house):
    port = free_ports(1)[0]
    house.configure(http={"listen": f"127.0.0.1:{port}"})

    def ask(path):
        wait_for(lambda: is_open(port), what="the desk")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    return ask


# The text format 0.0.4, read strictly


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def unescaped(value):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)


def samples_of(text):
    """{(name, ((label, value), ...)): float}. Fails on what Prometheus would refuse, and
    on what promtool would complain about."""
    assert text.endswith("\n") and "\n\n" not in text
    helped, typed, closed, samples = set(), {}, set(), {}
    current = None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split(" ", 3)[2]
            assert current not in helped, f"{current} twice"
            assert line.split(" ", 3)[3].endswith("."), line
            helped.add(current)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and name not in typed and kind in SUFFIXES, line
            assert kind != "counter" or name.endswith("_total"), line
            typed[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            family = next((current for suffix in SUFFIXES[typed[current]]
                           if found[1] == current + suffix), None)
            assert family and family not in closed, line
            labels = tuple((name, unescaped(value))
                           for name, value in re.findall(LABEL, found[2] or ""))
            assert len(dict(labels)) == len(labels), line
            assert (found[1], labels) not in samples, line
            samples[found[1], labels] = float(found[SAMPLE.groups])
    return samples


def value(samples, name, **labels):
    return samples.get((name, tuple(labels.items())))


def read(desk):
    status, text = desk("/metrics")
    assert status == 200
    return samples_of(text)


def test_each_counter_of_the_contract_is_there_and_right(house, desk, full_box, hooks):
    house.start_and_settle()
    wait_for(lambda: house.count("outbox") and not house.sql(
        "SELECT 1 FROM outbox WHERE state = 'waiting'"), what="all deliveries")
    told = read(desk)
    rows = house.sql("SELECT label, count(*) AS n FROM messages GROUP BY label")
    filed = {row["label"]: row["n"] for row in rows}
    assert len(filed) > 5
    for label in LABELS:
        assert value(told, "postroom_messages_filed_total", mailbox="support",
                     label=label) == filed.get(label, 0)
    assert value(told, "postroom_webhook_deliveries_total", endpoint="crm",
                 outcome="delivered") == len(hooks.events)
    assert value(told, "postroom_webhook_deliveries_total", endpoint="crm", outcome="dead") == 0
    assert value(told, "postroom_outbox_oldest_seconds") == 0
    assert value(told, "postroom_sorter_deaths_total") == 0
    # The search index may still be written behind the commits.
    wait_for(lambda: value(read(desk), "postroom_wal_bytes")
             == os.path.getsize(house.database + "-wal") > 0, what="the size of the log")
    assert value(told, "postroom_disk_free_bytes") > 0
    assert value(told, "postroom_mailbox_last_success_timestamp_seconds", mailbox="support")
    assert value(told, "postroom_mailbox_lag_seconds", mailbox="support") < 60
    for outcome in ("found", "nodata", "nxdomain", "temporary"):
        assert value(told, "postroom_dns_lookups_total", outcome=outcome) is not None
    assert value(told, "postroom_dns_lookups_total", outcome="found") > 0
    assert house.stop() == 0


def test_sorter_seconds_are_a_histogram_of_all_mails(house, desk, full_box):
    house.start_and_settle()
    told = read(desk)
    buckets = [(labels[0][1], count) for (name, labels), count in told.items()
               if name == "postroom_sorter_seconds_bucket"]
    assert buckets[-1][0] == "+Inf"
    bounds = [float(bound) for bound, _ in buckets]
    counts = [count for _, count in buckets]
    assert bounds == sorted(bounds) and counts == sorted(counts)
    mails = len(full_box.uids()) + len(full_box.uids("Sent")) + len(full_box.uids("Junk"))
    assert counts[-1] == value(told, "postroom_sorter_seconds_count") >= mails
    assert 0 < value(told, "postroom_sorter_seconds_sum") < 60 * mails


def test_no_address_is_a_label_and_odd_names_are_escaped(house, desk, full_box):
    odd = 'shop "süd"\\1'
    house.configure(mailboxes=[house.mailbox(name=odd)])
    house.start_and_settle()
    status, text = desk("/metrics")
    assert status == 200
    assert "@" not in text
    assert any(dict(labels).get("mailbox") == odd for _, labels in samples_of(text))


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_accepts_the_text(house, desk, full_box):
    house.start_and_settle()
    checked = subprocess.run(["promtool", "check", "metrics"], input=desk("/metrics")[1],
                             capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and not checked.stderr, checked.stderr


def test_what_a_webhook_does_not_take_grows_old(house, desk, box, hooks):
    hooks.script = lambda n, event: 500
    box.deliver(letter("nobody takes this"))
    house.start_and_settle()
    told = wait_for(lambda: next((samples for samples in [read(desk)] if value(
        samples, "postroom_outbox_oldest_seconds") >= 1), None))
    assert value(told, "postroom_webhook_deliveries_total", endpoint="crm", outcome="later") >= 1
    assert value(told, "postroom_webhook_deliveries_total", endpoint="crm",
                 outcome="delivered") == 0


# Ready or not


def test_a_house_at_work_is_alive_and_ready(house, desk):
    house.start_and_settle()
    assert desk("/livez") == (200, "alive\n")
    assert desk("/readyz") == (200, "ready\n")


def test_a_database_that_cannot_be_written_is_not_ready(house, desk):
    house.start_and_settle()
    assert desk("/readyz") == (200, "ready\n")
    other = sqlite3.connect(house.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        text = wait_for(lambda: next((text for status, text in [desk("/readyz")]
                                      if status == 503), None), what="not ready")
        assert "database cannot be written" in text
        assert desk("/livez")[0] == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    wait_for(lambda: desk("/readyz")[0] == 200, what="the way back")


def test_a_database_that_is_gone_is_not_ready(house, desk):
    house.start_and_settle()
    assert desk("/readyz") == (200, "ready\n")
    os.rename(house.database, house.database + ".moved")
    wait_for(lambda: desk("/readyz")[0] == 503, what="not ready")


def test_a_house_whose_mailboxes_are_all_stopped_is_not_ready(house, desk):
    house.write_secret("mailbox.password", "wrong")
    house.start()
    wait_for(lambda: house.is_up() and desk("/readyz")[0] == 503, what=house.log)
    assert desk("/readyz") == (503, "not ready: every mailbox is stopped\n")
    assert value(read(desk), "postroom_mailboxes_stopped") == 1
