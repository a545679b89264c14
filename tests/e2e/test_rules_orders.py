"""What a rule may ask for, and what it may look at: seen in tickets, webhooks, the server."""

import email

import pytest

from letters import letter
from rig.relay import Relay

INSIDE = "ventas@demo.example"


def rules(house, *rows, **more):
    house.configure(rules=[{"name": f"rule {i}", **row} for i, row in enumerate(rows)], **more)


def told(hooks):
    return {event.body["data"]["message"]["subject"]: event.body for event in hooks.events}


def test_tags_of_all_rules_add_up(house, box, hooks):
    rules(house, {"then": {"tag": ["vip", "spain"]}},
          {"when": {"subject": "*order*"}, "then": {"tag": ["vip", "order"], "priority": "high"}},
          {"when": {"subject": "*nothing*"}, "then": {"tag": ["never"]}})
    box.deliver(letter("An order of ours"))
    house.once()
    ticket = told(hooks)["An order of ours"]["data"]["ticket"]
    assert sorted(ticket["tags"]) == ["order", "spain", "vip"] and ticket["priority"] == "high"
    (row,) = house.sql("SELECT tags FROM v_tickets")
    assert sorted(row["tags"].split(", ")) == ["order", "spain", "vip"]
    assert [(hit["rule"], hit["position"]) for hit in house.sql(
        "SELECT rule, position FROM v_rule_hits ORDER BY position")] == [("rule 0", 0), ("rule 1", 1)]


def test_what_a_rule_holds_waits_for_a_person(house, box, hooks):
    rules(house, {"when": {"subject": "*contract*"}, "then": {"hold": True}})
    box.deliver_all([letter("The contract"), letter("A question")])
    house.once()
    assert set(told(hooks)) == {"A question"}
    (held,) = house.sql("SELECT id, stage, because FROM held_mail")
    assert held["stage"] == "rule" and "rule 0" in held["because"]
    house.run("held", "release", str(held["id"]))
    house.once()
    assert [row["subject"] for row in house.sql("SELECT subject FROM v_tickets ORDER BY 1")] == [
        "A question", "The contract"]


def test_what_a_rule_calls_spam_opens_no_ticket(house, box):
    rules(house, {"when": {"from": "*@webmail.example"}, "then": {"spam": True}})
    box.deliver_all([letter("Cheap lamps", From="Bo <bo@webmail.example>"),
                     letter("A question", From="Ana <ana@correo.example>")])
    house.once()
    labels = {row["subject"]: row["label"] for row in house.sql(
        "SELECT subject, label FROM v_messages")}
    assert labels["Cheap lamps"] == "spam" and labels["A question"] != "spam"
    assert [row["subject"] for row in house.sql("SELECT subject FROM v_tickets")] == ["A question"]


def test_a_rule_closes_a_ticket_and_silences_its_event(house, box, hooks):
    rules(house, {"when": {"subject": "*backup*"}, "then": {"close": True, "event": "off"}})
    box.deliver_all([letter("Nightly backup finished"), letter("A question")])
    house.once()
    assert {row["subject"]: row["status"] for row in house.sql(
        "SELECT subject, status FROM v_tickets")} == {
            "Nightly backup finished": "closed", "A question": "open"}
    assert set(told(hooks)) == {"A question"}


def test_a_rule_moves_a_mail_on_the_server(house, box):
    rules(house, {"when": {"subject": "*invoice*"}, "then": {"move": "Invoices"}})
    box.doveadm("mailbox", "create", "-u", box.user, "Invoices")
    box.deliver_all([letter("Your invoice"), letter("A question")])
    house.once()
    assert (len(box.uids("Invoices")), len(box.uids("INBOX"))) == (1, 1)


CONDITIONS = [
    ({"subject": "/inv(oice|\\.) \\d{4}/"}, {"Invoice 2291"}),
    ({"text": "/broken|kaputt/"}, {"A lamp"}),
    ({"any": [{"subject": "*lamp*"}, {"from": "bo@*"}]}, {"A lamp", "From Bo"}),
    ({"all": [{"subject": "*lamp*"}, {"from": "bo@*"}]}, set()),
    ({"not": {"subject": "*lamp*"}}, {"Invoice 2291", "From Bo"}),
    ({"time": "mon-sun 00:00-24:00 UTC"}, {"A lamp", "Invoice 2291", "From Bo"}),
    ({"domain": "webmail.example"}, {"From Bo"}),
    ({"auth": "authenticated"}, set()),
]


@pytest.mark.parametrize("when,expected", CONDITIONS)
def test_a_condition_finds_its_mails(house, box, hooks, when, expected):
    rules(house, {"when": when, "then": {"tag": ["found"]}})
    box.deliver_all([letter("A lamp", "It arrived broken.\r\n"),
                     letter("Invoice 2291"),
                     letter("From Bo", From="Bo <bo@webmail.example>")])
    house.once()
    assert {subject for subject, body in told(hooks).items()
            if body["data"]["ticket"]["tags"] == ["found"]} == expected


def test_an_expression_that_would_take_for_ever_takes_no_time(house, box, hooks):
    rules(house, {"when": {"text": "/(a+)+(a|aa)+$x/"}, "then": {"tag": ["found"]}})
    box.deliver(letter("Many letters", "a" * 15000 + "\r\n"))
    house.once()
    assert told(hooks)["Many letters"]["data"]["ticket"]["tags"] == []


@pytest.mark.parametrize("when,word", [
    ({"subject": "/(open/"}, "/(open/"), ({"subject": "/a(?=b)/"}, "/a(?=b)/"),
    ({"time": "monday at nine"}, "hours such as"),
])
def test_a_condition_that_is_none_is_told_with_its_place(house, when, word):
    rules(house, {"when": when, "then": {"tag": ["x"]}})
    done = house.run("check")
    assert done.returncode == 78
    assert word in done.stderr and "rules[0].when" in done.stderr


def test_a_mail_goes_on_within_a_mail_of_ours(house, box):
    with Relay() as relay:
        rules(house, {"then": {"forward": INSIDE, "forward_as": "attached"}},
              relay={"server": relay.url, "tls": {"required": False}})
        box.deliver(letter("¿Dónde está mi pedido de la semana pasada, por favor?", "Hola.\r\n"))
        house.once()
        (sent,) = relay.mails
    outer = email.message_from_bytes(sent.octets)
    assert outer.get_content_type() == "message/rfc822" and outer["To"] == f"<{INSIDE}>"
    shown = str(email.header.make_header(email.header.decode_header(outer["Subject"])))
    (inner,) = outer.get_payload()
    assert "Hola." in inner.get_payload() and shown.startswith("Fwd: ¿Dónde está mi pedido")
    assert max(map(len, sent.octets.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 76 + 30
    (row,) = house.sql("SELECT message_id FROM sent_messages WHERE recipient = ?", INSIDE)
    assert outer["Message-ID"] == f"<{row['message_id']}>"
