"""Who is told that his mail is here: a proven person, once, in his language; nobody else."""

import email
import email.policy
import json
import os
import sqlite3

import pytest
from letters import letter
from rig.dns import DnsServer
from rig.house import House
from rig.relay import Relay

TRY_LATER = 75
ZONE = {"correo.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]},
        "demo.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]}}
TEXTS = [{"language": "es", "text": "Hemos recibido «{subject}»: es el número {number}.\n"},
         {"department": "ventas", "subject": "Sales: {subject} [#{token}]", "text": "Soon."},
         {"text": "We have your mail, number {number}.\nRegards\n"}]


@pytest.fixture
def relay():
    with Relay() as running:
        yield running


@pytest.fixture
def house(tmp_path, box, hooks, relay):
    with DnsServer(ZONE) as dns:
        made = House(tmp_path, box, dns, hooks)
        made.configure(relay={"server": relay.url, "tls": {"required": False}},
                       acknowledge={"texts": TEXTS})
        yield made
        made.close()


def proven(subject, body="The export button does nothing. How do I fix it?",
           sender="ana@correo.example", domain="correo.example", **fields):
    """As our border took it from the domain's own server."""
    head = (f"Return-Path: <{fields.pop('envelope', sender)}>\r\n"
            f"Received: from out.{domain} (out.{domain} [203.0.113.9])\r\n"
            f"\tby mx.demo.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n")
    return head.encode() + letter(subject, body, From=f"Ana Prieto <{sender}>", **fields)


def told(sent):
    return email.message_from_bytes(sent.octets, policy=email.policy.default)


def text_of(mail):
    return mail.get_content().replace("\r\n", "\n")


def acknowledgements(house):
    return [action for row in house.sql("SELECT actions_json FROM messages ORDER BY id")
            for action in json.loads(row["actions_json"] or "[]")
            if action.startswith("acknowledge=")]


def test_who_opened_a_ticket_is_told_its_number(house, box, relay, hooks):
    box.deliver(proven("The export", Message_ID="<first@correo.example>"))
    house.once()
    (sent,) = relay.mails
    assert sent.sender == "" and sent.recipients == ["ana@correo.example"]
    mail = told(sent)
    assert mail["From"].addresses[0].addr_spec == "support@demo.example"
    assert mail["To"].addresses[0].addr_spec == "ana@correo.example"
    assert mail["Subject"] == "Re: The export"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == mail["References"] == "<first@correo.example>"
    assert text_of(mail) == "We have your mail, number 1.\nRegards\n"
    assert hooks.events[0].body["data"]["route"]["actions"] == [
        "acknowledge=ana@correo.example"]
    house.once()
    assert len(relay.mails) == 1


def test_an_answer_to_it_joins_the_ticket_and_is_not_acknowledged(house, box, relay):
    box.deliver(proven("The export"))
    house.once()
    known = told(relay.mails[0])["Message-ID"]
    box.deliver(proven("Something else", "One more thing.", In_Reply_To=known))
    house.once()
    assert [row["ticket"] for row in house.sql("SELECT ticket FROM messages")] == [1, 1]
    assert len(relay.mails) == 1


def test_the_text_is_that_of_the_language_and_the_department(house, box, relay):
    house.configure(rules=[{"name": "sales", "when": {"subject": "*price*"},
                            "then": {"department": "ventas"}}])
    box.deliver(proven("El botón de exportar",
                       "Hola, el botón de exportar no hace nada desde ayer por la tarde. "
                       "¿Cómo puedo arreglarlo? Muchas gracias por su ayuda."))
    house.once()
    box.deliver(proven("A price", "Hello, what is the price of the large model? Thank you."))
    house.once()
    first, second = map(told, relay.mails)
    assert text_of(first) == "Hemos recibido «El botón de exportar»: es el número 1.\n"
    assert first["Subject"] == "Re: El botón de exportar"
    assert second["Subject"].startswith("Sales: A price [#2-")
    assert second.get_content().strip() == "Soon."


@pytest.mark.parametrize("fields, reason", [
    ({"Auto_Submitted": "auto-generated"}, None),
    ({"Precedence": "bulk"}, None),
    ({"Precedence": "Junk"}, None),
    ({"List_Id": "<friends.correo.example>"}, None),
    ({"List_Unsubscribe": "<mailto:off@correo.example>"}, "List- fields"),
    ({"X_Auto_Response_Suppress": "OOF, AutoReply"}, "X-Auto-Response-Suppress"),
    ({"X_Postroom_Forwarded": "<other@correo.example>"}, "it was forwarded"),
    ({"envelope": ""}, None),
    ({"sender": "noreply@correo.example"}, "nobody reads that address"),
    ({"sender": "postmaster@correo.example"}, None),
    ({"sender": "boss@demo.example", "domain": "demo.example"}, "our own address")])
def test_nobody_is_told_who_should_not_be(house, box, relay, fields, reason):
    """Where it opened a ticket at all, the actions say why."""
    box.deliver(proven("The export", **fields))
    house.once()
    assert house.count("messages") == 1
    assert relay.mails == []
    said = acknowledgements(house)
    assert all("refused: " in action for action in said)
    assert reason is None or (len(said) == 1 and reason in said[0])


def test_only_who_is_proven_is_told_not_whom_he_names(house, box, relay):
    box.deliver(proven("The export", Reply_To="victim@elsewhere.example"))
    house.once()
    assert [sent.recipients for sent in relay.mails] == [["ana@correo.example"]]


def test_a_stranger_is_told_nothing(house, box, relay):
    box.deliver(letter("The export"))
    house.once()
    assert relay.mails == []
    (said,) = acknowledgements(house)
    assert "not authenticated" in said


def test_spam_is_told_nothing(house, box, relay):
    house.configure(rules=[{"name": "no", "then": {"spam": True}}])
    box.deliver(proven("The export"))
    house.once()
    assert relay.mails == [] and house.count("tickets") == 0


def test_who_was_told_often_enough_today_is_told_no_more(house, box, relay):
    house.configure(acknowledge={"most_a_day": 2, "texts": TEXTS})
    for number in range(3):
        box.deliver(proven(f"Matter {number}"))
    box.deliver(proven("Mine", sender="eva@correo.example"))
    house.once()
    assert sorted(sent.recipients[0] for sent in relay.mails) == [
        "ana@correo.example", "ana@correo.example", "eva@correo.example"]
    assert sum("often enough" in said for said in acknowledgements(house)) == 1


def test_who_wants_no_more_mail_gets_none(house, box, relay):
    house.once()
    box.deliver(proven("Before"))
    house.once()
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute(
            "INSERT INTO unsubscribes (message_id, address, via, is_verified, at) "
            "VALUES (1, 'ana@correo.example', 'token', 1, '2026-11-01T00:00:00.000Z')")
    connection.close()
    box.deliver(proven("After"))
    house.once()
    assert len(relay.mails) == 1
    assert "suppressed" in acknowledgements(house)[1]


def test_a_subject_writes_no_header_of_ours(house, box, relay):
    box.deliver(proven("=?utf-8?q?Hi=0D=0ABcc:_victim=40elsewhere.example=0D=0A=0D=0Abody?="))
    house.once()
    (sent,) = relay.mails
    mail = told(sent)
    assert sent.recipients == ["ana@correo.example"] and mail["Bcc"] is None
    assert mail.get_content().startswith("We have your mail")


def test_what_the_relay_refuses_for_now_is_tried_again(house, box, relay):
    relay.script = lambda n, recipient: "450 later" if n == 0 else None
    box.deliver(proven("The export"))
    house.once(expect=TRY_LATER)
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute("UPDATE pending_actions SET due_at = '2026-01-01T00:00:00.000Z'")
    connection.close()
    house.once()
    assert len(relay.mails) == 1
    (row,) = house.sql("SELECT state, attempts FROM pending_actions")
    assert (row["state"], row["attempts"]) == ("done", 2)


def test_it_is_off_and_says_what_it_lacks(house, box, relay):
    house.configure(acknowledge=None)
    box.deliver(proven("The export"))
    house.once()
    assert relay.mails == [] and acknowledgements(house) == []
    house.configure(relay=None, acknowledge={"texts": [{"text": "Hello {name}"}]})
    done = house.run("check")
    assert done.returncode == 78
    assert "acknowledge.texts[0].text: knows {number}" in done.stderr
    house.configure(acknowledge={"texts": TEXTS})
    assert "needs relay.server" in house.run("check").stderr


def test_who_is_erased_leaves_no_word_of_it(house, box, relay):
    box.deliver(proven("The export"))
    house.once()
    assert len(relay.mails) == 1
    assert house.run("erase", "ana@correo.example").returncode == 0
    assert house.count("pending_actions") == 0
    assert house.sql("SELECT count(*) FROM sent_messages WHERE recipient LIKE 'ana%'")[0][0] == 0
    for name in os.listdir(house.state):
        with open(os.path.join(house.state, name), "rb") as file:
            assert b"ana@correo.example" not in file.read(), name
