"""`postroom correct`: what people say that a message was, kept and taken back."""

import pytest

from letters import letter
from rig.house import wait_for

USAGE, NO_MESSAGE = 64, 65


@pytest.fixture(params=["daemon", "alone"])
def filed(request, house, box):
    box.deliver_all([letter("Lamp")])
    if request.param == "daemon":
        house.start_and_settle()
        wait_for(lambda: house.count("messages") == 1, what=house.log)
    else:
        house.once()
    yield house
    assert house.daemon is None or house.stop() == 0


def label(house):
    return tuple(house.sql("SELECT label, confidence, review FROM messages WHERE id = 1")[0])


def log(house):
    return [tuple(row) for row in house.sql(
        "SELECT label_before, label_after, via, undone_at IS NOT NULL FROM corrections "
        "ORDER BY id")]


def test_a_correction_is_kept_and_undone(filed):
    before = label(filed)
    assert before[0] != "lead"
    told = filed.json("correct", "1", "--label", "lead")[0]
    assert (told["message"], told["label"]) == (1, "lead")
    assert label(filed) == ("lead", 1.0, 0)
    assert log(filed) == [(before[0], "lead", "command", 0)]
    assert filed.sql("SELECT actor FROM corrections")[0][0]
    filed.json("correct", "1", "--undo")
    assert label(filed) == before
    assert log(filed) == [(before[0], "lead", "command", 1)]


def test_each_undo_takes_one_word_back(filed):
    before = label(filed)
    filed.json("correct", "1", "--spam")
    filed.json("correct", "1", "--not-spam")
    assert label(filed)[0] == "other"
    filed.json("correct", "1", "--undo")
    assert label(filed)[0] == "spam"
    filed.json("correct", "1", "--undo")
    assert label(filed) == before
    assert filed.run("correct", "1", "--undo").returncode == NO_MESSAGE


@pytest.mark.parametrize("words", [["1"], ["--spam"], ["1", "--spam", "--undo"],
                                   ["1", "--label", "nonsense"], ["x", "--spam"]])
def test_half_an_order_is_refused(house, words):
    assert house.run("correct", *words).returncode == USAGE


def test_a_message_that_is_not_there_is_said_so(filed):
    assert filed.run("correct", "77", "--spam").returncode == NO_MESSAGE
    assert filed.count("corrections") == 0
