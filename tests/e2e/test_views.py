"""Analysts read the database with sqlite3 while the daemon writes."""

import os
import sqlite3
import subprocess

from rig.house import wait_for
from letters import letter

VIEWS = ["v_tickets", "v_open_tickets", "v_messages", "v_first_response", "v_volume_daily",
         "v_mailbox_health", "v_delivery_problems", "v_suppressed", "v_webhook_health",
         "v_sender_reputation"]
TABLES = """mailboxes folders uid_ledger messages message_refs recipients headers attachments
    raw_mail tickets ticket_events contacts organisations bounces complaints unsubscribes
    leads campaigns sent_messages sender_rules corrections held_mail outbox
    delivery_attempts pending_actions""".split()
QUESTION = "SELECT number, kind, status, requester, subject FROM v_tickets ORDER BY number"


def ask(house, query):
    return subprocess.run(
        ["sqlite3", "-json", f"file:{house.database}?mode=ro", query],
        capture_output=True, text=True, errors="replace", timeout=60, check=False,
    )


def test_the_contracts_question_while_the_daemon_writes(house, box):
    house.start_and_settle()
    for number in range(20):
        box.deliver(letter(f"Lamp number {number}"))
        done = ask(house, QUESTION)
        assert done.returncode == 0, done.stderr
    wait_for(lambda: house.count("tickets") == 20, what=house.log)
    done = ask(house, QUESTION)
    assert '"subject":"Lamp number 19"' in done.stdout, done.stdout
    assert house.stop() == 0


def test_every_view_and_table_of_the_contract_is_there(house, full_box):
    house.once()
    for name in VIEWS + TABLES:
        done = ask(house, f"SELECT * FROM {name} LIMIT 3")
        assert done.returncode == 0, f"{name}: {done.stderr}"


def test_times_are_iso_8601_in_utc(house, full_box):
    house.once()
    stamps = [row["created_at"] for row in house.sql("SELECT created_at FROM tickets")]
    assert stamps
    assert all(stamp[10] == "T" and stamp.endswith("Z") for stamp in stamps), stamps[:3]


def test_a_reader_that_keeps_its_transaction_stops_no_writer(house, box):
    """D10: the log grows meanwhile, and goes with the last checkpoint."""
    house.start_and_settle()
    box.deliver(letter("Before"))
    wait_for(lambda: house.count("tickets") == 1, what=house.log)
    reader = sqlite3.connect(f"file:{house.database}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM tickets").fetchone()[0] == 1
    box.deliver_all([letter(f"Lamp number {number}") for number in range(40)])
    wait_for(lambda: house.count("tickets") == 41, what=house.log)
    assert reader.execute("SELECT count(*) FROM tickets").fetchone()[0] == 1, "its own state"
    assert os.path.getsize(house.database + "-wal") > 0
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM tickets").fetchone()[0] == 41
    reader.close()
    assert house.stop() == 0
    log = house.database + "-wal"
    assert not os.path.exists(log) or os.path.getsize(log) == 0
