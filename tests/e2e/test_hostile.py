"""A hostile mail can hurt only itself: it is filed or held, and the next one flows."""

import json
import sqlite3
import subprocess

import pytest

from hostile import CASES
from rig.house import program, wait_for
from letters import letter

# Nothing hangs: a mail has two seconds, a sanitizer build on a busy machine many more.
HANGS_S = 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_explain_ends_soon_with_one_object(tmp_path, case):
    path = tmp_path / "hostile.eml"
    path.write_bytes(case())
    done = subprocess.run(
        [program(), "explain", "--json", "--resolver", "none", str(path)],
        capture_output=True, timeout=HANGS_S, check=False, cwd=tmp_path)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == 1, done.stderr
    assert "held" in objects[0] or objects[0]["message"] is not None


def test_between_ordinary_mails_nothing_is_lost(house, box):
    mails = []
    for case in CASES:
        mails += [case(), letter(f"ordinary mail behind {case.__name__}")]
    house.start_and_settle()
    box.deliver_all(mails)
    wait_for(lambda: house.count("messages") + house.count("held_mail") >= len(mails),
             patience_s=300, what=f"{len(mails)} mails\n{house.log[-3000:]}")
    assert house.count("messages") + house.count("held_mail") == len(mails)
    subjects = {row["subject"] for row in house.sql("SELECT subject FROM messages")}
    for case in CASES:
        assert f"ordinary mail behind {case.__name__}" in subjects
    box.deliver(letter("the next one flows"))
    wait_for(lambda: house.sql("SELECT 1 FROM v_tickets WHERE subject = 'the next one flows'"),
             what=house.log[-3000:])
    assert house.stop() == 0


def test_what_the_database_refuses_is_held_and_the_next_one_flows(house, box):
    house.once()
    with sqlite3.connect(house.database) as database:
        database.execute("""CREATE TRIGGER refuse BEFORE INSERT ON messages
            WHEN new.subject = 'refused' BEGIN SELECT RAISE(ABORT, 'not this one'); END""")
    box.deliver_all([letter("before"), letter("refused"), letter("behind")])
    house.once()
    assert [row["subject"] for row in house.sql("SELECT subject FROM messages")] == [
        "before", "behind"]
    held = house.sql("SELECT stage, because FROM held_mail")
    assert [row["stage"] for row in held] == ["store"]
    assert "not this one" in held[0]["because"]
    house.once()
    assert house.count("held_mail") == 1


def test_markup_and_escapes_are_stored_as_they_came_and_printed_escaped(house, box):
    subject = "'; DROP TABLE tickets; -- <script>alert(1)</script> \x1b[31mred"
    box.deliver(letter(subject))
    house.once()
    assert house.sql("SELECT subject FROM messages")[0]["subject"] == subject
    shown = house.run("tickets")
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout
    assert "DROP TABLE" in shown.stdout


@pytest.mark.parametrize("lines, cut", [(1, False), (1000, True)])
def test_texts_are_kept_up_to_the_size_that_is_configured(house, box, lines, cut):
    house.configure(limits={"text": "4KiB"})
    box.deliver(letter("how long", "many words\n" * lines))
    house.once()
    row, = house.sql("SELECT is_truncated, text FROM messages")
    assert bool(row["is_truncated"]) is cut
    assert len(row["text"]) <= 4096 and row["text"].startswith("many words")
