"""The thirty questions of docs/queries.md, asked on the demo's mail."""

import os
import re
import sqlite3

import pytest

from rig.house import House

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "queries.md")
# Those that nothing in the demo is an answer to.
EMPTY = {2, 6, 10, 12, 28}


def questions():
    with open(PAGE, encoding="utf-8") as file:
        found = re.findall(r"^(\d+)\. (.*?)\n```sql\n(.*?)```", file.read(), re.MULTILINE | re.DOTALL)
    return [(int(number), text, sql) for number, text, sql in found]


@pytest.fixture(scope="module")
def asked(tmp_path_factory, samples):
    from rig.dns import DnsServer
    from rig.dovecot import Dovecot
    from rig.receiver import Receiver

    with DnsServer(samples[1]) as dns, Dovecot() as box, Receiver() as hooks:
        for folder in ("Sent", "INBOX", "Junk"):
            box.deliver_all([(mail.octets, mail.date) for mail in samples[0]
                             if mail.folder == folder], folder)
        house = House(tmp_path_factory.mktemp("queries"), box, dns, hooks)
        house.once()
        yield house


def test_there_are_thirty():
    assert [number for number, _, _ in questions()] == list(range(1, 31))


@pytest.mark.parametrize("number, text, sql", questions(), ids=lambda value: str(value)[:40])
def test_the_question_has_an_answer(asked, number, text, sql):
    try:
        rows = asked.sql(sql)
    except sqlite3.Error as trouble:
        pytest.fail(f"{number}. {text} {trouble}")
    if number not in EMPTY:
        assert rows, f"{number}. {text} nobody"
        assert any(value is not None for value in tuple(rows[0]))
