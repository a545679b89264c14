"""What people do with mail teaches the house: Junk, answers, corrections, and undoing."""

import random

import pytest

from letters import letter
from rig.house import wait_for

TAUGHT = 210  # more than the 200 of each kind that a verdict needs
OFFERS = ("casino bonus jackpot spins", "cheap pills pharmacy discount", "replica watches luxury",
          "loan approved cash today", "bitcoin profit doubling system", "miracle diet slim fast")
TOPICS = ("the printer of the warehouse", "the export of invoices", "our account password",
          "the delivery of order", "the calendar of the clinic", "the backup of the server")


def offer(random_):
    words = random_.sample(" ".join(OFFERS).split(), 10)
    return letter(f"{words[0]} {words[1]} for you", " ".join(words) + " claim it at our shop",
                  From=f"{words[2]} <win{random_.randrange(10**6)}@{words[3]}.example>")


def question(random_, number):
    topic = random_.choice(TOPICS)
    return letter(f"Question about {topic}",
                  f"Hello, since Monday {topic} {random_.randrange(1000)} does not work for us. "
                  "Could you please tell us what to do about it?",
                  From=f"Client <client{number}@firm{number}.example>",
                  Message_ID=f"<question-{number}@firm.example>")


def answer(number):
    return letter("Re: your question", "Please restart it, that helps.",
                  From="support@demo.example", To=f"client{number}@firm{number}.example",
                  Message_ID=f"<answer-{number}@demo.example>",
                  In_Reply_To=f"<question-{number}@firm.example>")


def of(house, subject):
    return house.sql("SELECT label, spam_verdict, spam_score, spam_tokens_json FROM messages "
                     "WHERE subject = ?", subject)[0]


def count(house, condition):
    return house.sql(f"SELECT count(*) FROM lessons WHERE {condition}")[0][0]


@pytest.fixture
def taught(house, box):
    """A house with 210 spams in Junk and 210 questions that somebody answered."""
    random_ = random.Random(7)
    box.deliver_all([question(random_, number) for number in range(TAUGHT)])
    box.deliver_all([offer(random_) for _ in range(TAUGHT)], "Junk")
    house.once()
    assert count(house, "says = 'spam' AND state = 'learned'") == TAUGHT
    assert count(house, "says = 'ham'") == 0
    box.deliver_all([answer(number) for number in range(TAUGHT)], "Sent")
    house.once()
    assert count(house, "source = 'answered' AND state = 'learned'") == TAUGHT
    house.random = random_
    return house


NEW = "casino bonus jackpot spins cheap pills discount luxury replica claim it at our shop"


def test_a_taught_house_knows_its_spam(taught, box):
    mails = [
        letter("Last call 4711", NEW, From="x <y@cash.example>"),
        letter("Question about the export of invoices", "Hello, the export of invoices does not "
               "work for us, could you tell us what to do?", From="z@firm900.example"),
        letter("take me off", "Please remove me from your list. " + NEW, From="u@cash.example"),
        letter("Out of office", NEW, From="o@cash.example", Auto_Submitted="auto-replied"),
        letter("Re: Re: your question", NEW, From="client3@firm3.example",
               In_Reply_To="<answer-3@demo.example>"),
    ]
    box.deliver_all(mails)
    taught.once()
    spam = of(taught, "Last call 4711")
    assert tuple(spam[:2]) == ("spam", "spam") and spam[2] > 0.95 and len(spam[3]) > 20
    assert of(taught, "Question about the export of invoices")[1] == "ham"
    assert of(taught, "take me off")[0] == "unsubscribe"
    assert of(taught, "Out of office")[0] == "auto_reply"
    reasons = taught.sql("SELECT reasons_json FROM messages WHERE label = 'spam' AND subject = "
                         "'Last call 4711'")[0][0]
    assert "spam:filter" in reasons and reasons.count('"spam:') >= 3
    # Somebody who writes in a thread of ours is no spammer, whatever words he uses.
    known = of(taught, "Re: Re: your question")
    assert known[0] not in ("spam", "phishing") and known[1] == "spam"


def test_explain_and_the_running_house_judge_alike(taught, box, tmp_path):
    file = tmp_path / "new.eml"
    file.write_bytes(letter("Last call 4711", NEW, From="x <y@cash.example>"))
    told = taught.json("explain", str(file))[0]
    assert told["classification"]["label"] == "spam"
    assert told["spam"]["verdict"] == "spam" and told["spam"]["top_tokens"]


def test_an_absence_note_called_spam_teaches_nothing(house, box):
    box.deliver_all([letter("Out of office", "I am away.", Auto_Submitted="auto-replied")])
    house.once()
    house.json("correct", "1", "--spam")
    assert house.sql("SELECT state, tokens FROM lessons")[0][:] == ("automatic", None)
    assert house.count("spam_tokens") == 0


def hello(number):
    return letter(f"Terrace {number}", "The terrace furniture and the parasols of the garden "
                  f"range, table number {number}.", From=f"a@garden{number}.example")


def label_of(house, message):
    return house.sql("SELECT label FROM messages WHERE id = ?", message)[0][0]


def test_corrections_teach_and_undoing_unteaches(house, box):
    """By the running daemon, whose sorters take the new table without a restart."""
    box.deliver_all([hello(number) for number in range(6)])
    house.start_and_settle()
    wait_for(lambda: house.count("messages") == 6, what=house.log)
    first = label_of(house, 1)
    wanted = "complaint" if first != "complaint" else "other"
    pid = house.daemon.pid
    for message in range(1, 6):
        house.json("correct", str(message), "--label", wanted)
    assert count(house, "state = 'learned'") == 5
    assert house.sql("SELECT count(*), sum(is_refused) FROM overlays")[0][:] == (5, 0)
    box.deliver_all([hello(77)])
    wait_for(lambda: house.count("messages") == 7, what=house.log)
    assert label_of(house, 7) == wanted
    assert "+5" in house.sql("SELECT model FROM messages WHERE id = 7")[0][0]
    for message in range(1, 6):
        house.json("correct", str(message), "--undo")
    assert house.count("lessons") == 0
    box.deliver_all([hello(78)])
    wait_for(lambda: house.count("messages") == 8, what=house.log)
    assert label_of(house, 8) == first
    assert house.daemon.pid == pid and house.stop() == 0


def test_people_who_contradict_each_other_are_asked_again(house, box):
    same = "We would like to have the blue one in the larger size instead of the red one."
    box.deliver_all([letter("Swap", same), letter("Swap", same)])
    house.once()
    house.json("correct", "1", "--label", "complaint")
    assert count(house, "state = 'learned'") == 1
    house.json("correct", "2", "--label", "lead")
    assert count(house, "state = 'contradicted'") == 2
    assert house.sql("SELECT sum(review) FROM messages")[0][0] == 2


def test_one_sender_teaches_only_so_much_a_day(house, box):
    box.deliver_all([letter(f"offer {n}", f"offer number {n}", From=f"a{n}@flood.example")
                     for n in range(60)], "Junk")
    house.once()
    assert count(house, "state = 'learned'") == 50
    assert count(house, "state = 'capped' AND tokens IS NULL") == 10


def test_erasing_a_person_unteaches(house, box):
    box.deliver_all([letter("offer", "casino bonus", From="a@gone.example")], "Junk")
    house.once()
    assert house.count("spam_tokens") > 0
    house.json("erase", "a@gone.example")
    assert house.count("lessons") == 0 and house.count("spam_tokens") == 0


def test_a_stranger_with_a_customers_name_is_told_apart(house, box):
    known = letter("Re: your visit", "Thank you, and see you on Monday.",
                   From="Carla Montes <carla@cliente.example>",
                   Message_ID="<carla-1@cliente.example>")
    reply = letter("Re: your visit", "See you then.", From="support@demo.example",
                   To="carla@cliente.example", In_Reply_To="<carla-1@cliente.example>")
    box.deliver_all([known])
    house.once()
    box.deliver_all([reply], "Sent")
    house.once()
    plain = letter("From home", "It is me, from my own account.",
                   From="Carla Montes <carla.home@private.example>")
    bait = letter("Invoice", "Please verify your account at https://pay.example/login today.",
                  From="Carla Montes <carla@pay.example>", Reply_To="x@elsewhere.example")
    box.deliver_all([plain, bait])
    house.once()
    rows = {row[0]: row for row in house.sql(
        "SELECT subject, label, phishing_signals_json FROM messages WHERE subject IN "
        "('From home', 'Invoice')")}
    assert rows["From home"][1] != "phishing" and "carla@cliente.example" in rows["From home"][2]
    assert rows["Invoice"][1] == "phishing"
