"""Which ticket a mail joins, on the real program: what belongs together, and who gets in."""

import time

import pytest

from letters import letter

ANA = "Ana Prieto <ana@correo.example>"
EVE = "Eve <eve@bulk.example>"
AGENT = "Support <support@demo.example>"
SUBJECT = "Printer prints upside down"


@pytest.fixture
def filed(house, box):
    """Ticket 1: Ana's question."""
    box.deliver(letter(SUBJECT, From=ANA, Message_ID="<asked@correo.example>"))
    house.once()
    return house


def deliver(house, *mails, folder="INBOX"):
    house.box.deliver_all(list(mails), folder)
    house.once()


def reply(parent="<asked@correo.example>", subject=f"Re: {SUBJECT}", **fields):
    header = {"From": ANA, "In_Reply_To": parent, **fields}
    return letter(subject, **{name: text for name, text in header.items() if text is not None})


def answer(parent="<asked@correo.example>", **fields):
    """What an agent sent with a client of his own."""
    return reply(parent, **{"From": AGENT, "To": ANA, "Message_ID": "<answer@demo.example>",
                            **fields})


def ticket(house, number):
    return house.sql("SELECT * FROM v_tickets WHERE number = ?", number)[0]


def last(house):
    return house.sql("SELECT * FROM v_messages ORDER BY id DESC LIMIT 1")[0]


def token(house, number=1):
    return ticket(house, number)["reply_token"]


# What belongs together

@pytest.mark.parametrize("fields, method", [
    ({"In_Reply_To": "<asked@correo.example>"}, "message_id"),
    ({"In_Reply_To": "<nobody@knows.example>",
      "References": "<asked@correo.example> <nobody@knows.example>"}, "references"),
    ({"In_Reply_To": "<nobody@knows.example> <asked@correo.example>"}, "references"),
    ({"In_Reply_To": "Your message of Monday <asked@correo.example>"}, "message_id"),
    ({"In_Reply_To": None, "References": "<asked@correo.example>"}, "references"),
])
def test_a_known_id_joins_its_ticket(filed, fields, method):
    deliver(filed, reply(**fields))
    assert (last(filed)["ticket"], last(filed)["thread_method"]) == (1, method)
    assert "ticket 1" in last(filed)["thread_because"]


@pytest.mark.parametrize("place", ["To", "Delivered-To", "Subject", "In-Reply-To", "Cc"])
def test_our_token_joins_its_ticket_wherever_it_stands(filed, place):
    code = token(filed)
    value = {"To": f"support+{code}@demo.example", "Delivered-To": f"support+{code}@demo.example",
             "Cc": f"x@demo.example, support+{code}@demo.example",
             "Subject": f"Another subject [#{code}]", "In-Reply-To": f"<{code}@demo.example>"}
    fields = {"In_Reply_To": None, place.replace("-", "_"): value[place]}
    deliver(filed, reply(subject=fields.pop("Subject", "Another subject"), **fields))
    assert (last(filed)["ticket"], last(filed)["thread_method"]) == (1, "token")


def test_siblings_of_a_parent_nobody_saw_are_one_ticket(house, box):
    parent = "<never-seen@correo.example>"
    deliver(house, reply(parent), reply(parent))
    assert [row["ticket"] for row in house.sql("SELECT ticket FROM messages")] == [1, 1]


@pytest.mark.parametrize("fields", [
    {"In_Reply_To": ""}, {"In_Reply_To": "<>"}, {"In_Reply_To": "yesterday's mail"},
    {"In_Reply_To": None, "Thread_Index": "AdRkh1Q0vJ2hPqkmRe2Wq1n8yX2Xug=="},
])
def test_what_names_no_mail_joins_none(house, box, fields):
    deliver(house, reply(**fields), reply(**fields))
    assert [row["ticket"] for row in house.sql("SELECT ticket FROM messages")] == [1, 2]


def test_mail_for_a_merged_ticket_goes_along_the_chain(filed):
    deliver(filed, letter("Second", From=ANA, Message_ID="<second@correo.example>"),
            letter("Third", From=ANA, Message_ID="<third@correo.example>"))
    filed.json("tickets", "merge", "1", "2")
    filed.json("tickets", "merge", "2", "3")
    deliver(filed, reply())
    assert last(filed)["ticket"] == 3
    code = token(filed)
    deliver(filed, reply(In_Reply_To=None, To=f"support+{code}@demo.example"))
    assert last(filed)["ticket"] == 3


def test_a_chain_of_many_merges_has_one_end(house, box):
    tickets = 40
    box.deliver_all([letter(f"Chain {number}", From=ANA, Message_ID=f"<{number}@chain.example>")
                     for number in range(1, tickets + 1)])
    house.start_and_settle()
    for number in range(1, tickets):
        house.json("tickets", "merge", str(number), str(number + 1))
    assert house.run("tickets", "merge", str(tickets), "1").returncode != 0, "a ring of merges"
    house.stop()
    deliver(house, reply("<1@chain.example>", "Re: Chain 1"))
    assert (last(house)["ticket"], ticket(house, tickets)["status"]) == (tickets, "open")


def test_everybody_in_a_crowded_ticket_may_answer(filed):
    crowd = [f"guest{number:03}@norte.example" for number in range(270)]
    for first in range(0, len(crowd), 90):
        deliver(filed, reply(Cc=", ".join(crowd[first:first + 90])))
    deliver(filed, reply(From=f"Last <{crowd[-1].upper()}>"), reply(From=EVE))
    assert [row["ticket"] for row in filed.sql("SELECT ticket FROM messages ORDER BY id DESC LIMIT 2")] \
        == [2, 1]


# Who gets in

@pytest.mark.parametrize("fields", [
    {"From": EVE},
    {"From": EVE, "References": "<asked@correo.example>"},
    {"From": EVE, "Subject": f"Re: [#1] {SUBJECT}", "In_Reply_To": None},
    {"From": EVE, "To": "support+1-aaaaaaaaaaaaaaaaaaaa@demo.example", "In_Reply_To": None},
    {"From": EVE, "To": "support+1@demo.example", "In_Reply_To": None},
    {"From": EVE, "In_Reply_To": "<1-aaaaaaaaaaaaaaaaaaaa@demo.example>"},
])
def test_a_stranger_never_gets_into_a_ticket(filed, hooks, fields):
    deliver(filed, reply(**{"subject": fields.get("Subject", f"Re: {SUBJECT}"),
                            **{k: v for k, v in fields.items() if k != "Subject"}}))
    row = last(filed)
    assert row["ticket"] == 2 and row["thread_method"] == "none"
    assert ticket(filed, 2)["requester"] == "eve@bulk.example"
    assert ticket(filed, 1)["messages"] == 1
    assert ticket(filed, 1)["requester"] == "ana@correo.example"
    if fields.get("In_Reply_To") != "<1-aaaaaaaaaaaaaaaaaaaa@demo.example>" and \
            fields.get("In_Reply_To", "") is not None:
        assert ticket(filed, 2)["linked_to"] == 1
        assert "no participant" in row["thread_because"]


def test_a_forged_customer_does_not_get_in(filed):
    mail = reply(From="Ana <ana@aurora.example>")
    deliver(filed, letter("Other", From="Ana <ana@aurora.example>",
                          Message_ID="<real@aurora.example>"))
    deliver(filed, b"Authentication-Results: x\r\n" + mail)
    assert last(filed)["ticket"] != 1


def test_a_forged_agent_is_no_answer(filed):
    deliver(filed, answer(From=AGENT))  # in INBOX, not in Sent
    assert ticket(filed, 1)["first_response_seconds"] is None
    assert ticket(filed, 1)["status"] == "open"


def test_who_was_copied_blindly_gets_a_ticket_of_his_own(filed):
    deliver(filed, answer(Bcc="Bob <bob@norte.example>"), folder="Sent")
    deliver(filed, reply("<answer@demo.example>", From="Bob <bob@norte.example>"))
    assert ticket(filed, 1)["requester"] == "ana@correo.example"
    assert last(filed)["ticket"] == 2
    assert ticket(filed, 2)["linked_to"] == 1


def test_the_same_references_with_a_new_subject_open_a_linked_ticket(filed):
    deliver(filed, reply(subject="Invoice 77 is wrong"))
    assert last(filed)["ticket"] == 2 and ticket(filed, 2)["linked_to"] == 1


def test_a_house_may_join_what_others_keep_apart(filed):
    filed.configure(threads={"join_new_subject": True})
    deliver(filed, reply(subject="Invoice 77 is wrong"))
    assert (last(filed)["ticket"], last(filed)["thread_method"]) == (1, "message_id")


def test_two_helpdesks_that_acknowledge_each_other_are_capped(filed, hooks):
    """Neither says that it is a program."""
    filed.configure(threads={"loop_pair": 5})
    filed.json("tickets", "set", "1", "--status", "closed")
    for number in range(9):
        deliver(filed, reply(Message_ID=f"<ack{number}@correo.example>"))
    labels = [row["label"] for row in filed.sql(
        "SELECT label FROM messages WHERE in_reply_to IS NOT NULL ORDER BY id")]
    assert [label == "auto_reply" for label in labels] == [False] * 5 + [True] * 4
    told = filed.sql("SELECT reasons_json FROM v_messages ORDER BY id DESC LIMIT 1")[0][0]
    assert "loop_pair" in told
    filed.json("tickets", "set", "1", "--status", "closed")
    deliver(filed, reply(Message_ID="<ack-last@correo.example>"))
    assert ticket(filed, 1)["status"] == "closed"
    assert filed.count("tickets") == 1


# The life of a ticket

def test_our_reply_in_sent_answers_the_ticket_once(filed, hooks):
    assert ticket(filed, 1)["unanswered_since"] is not None
    deliver(filed, answer(), folder="Sent")
    row = ticket(filed, 1)
    assert (row["status"], row["messages"], row["unanswered_since"]) == ("waiting", 2, None)
    first = row["first_response_seconds"]
    assert first is not None
    deliver(filed, answer(Message_ID="<again@demo.example>"), folder="Sent")
    assert ticket(filed, 1)["first_response_seconds"] == first
    told = [event.body["data"]["ticket"] for event in hooks.events
            if event.body["type"] == "ticket.answered"]
    assert [one["first_response_seconds"] for one in told] == [first, None] or \
        [one["first_response_seconds"] for one in told] == [first, first]
    assert filed.sql("SELECT count(*) FROM v_first_response")[0][0] == 1


def test_business_seconds_leave_out_nights_and_weekends(house, box):
    house.configure(business_hours={"time_zone": "Europe/Madrid", "open": ["mon-fri 09:00-18:00"]})
    friday, monday = 1795190400, 1795424400  # 2026-11-20 16:00, 2026-11-23 09:00 UTC
    box.deliver_all([(letter(SUBJECT, From=ANA, Message_ID="<asked@correo.example>"), friday)])
    house.once()
    box.deliver_all([(answer(), monday)], "Sent")
    house.once()
    row = ticket(house, 1)
    assert row["first_response_seconds"] == monday - friday
    assert row["first_response_business_seconds"] == 2 * 3600  # to 18:00, and from 9:00 on
    assert house.sql("SELECT first_response_business_seconds FROM v_first_response")[0][0] == 7200
    house.json("tickets", "set", "1", "--status", "closed")
    assert ticket(house, 1)["resolution_business_seconds"] is not None
    deliver(house, reply())
    assert ticket(house, 1)["resolution_business_seconds"] is None


def test_an_answer_that_lay_in_sent_before_the_question_was_seen(house, box):
    box.deliver(letter(SUBJECT, From=ANA, Message_ID="<asked@correo.example>"))
    box.deliver(answer(), "Sent")
    house.once()
    row = ticket(house, 1)
    assert (row["messages"], row["status"]) == (2, "waiting")
    assert row["first_response_seconds"] is not None


def test_an_answer_that_is_filed_late_takes_nobodys_turn(filed):
    now = int(time.time())
    filed.box.deliver_all([(reply(), now + 60)])
    filed.once()
    filed.box.deliver_all([(answer(), now + 30)], "Sent")
    filed.once()
    row = ticket(filed, 1)
    assert (row["status"], row["messages"]) == ("open", 3)
    assert row["first_response_seconds"] is not None


@pytest.mark.parametrize("fields", [{"Auto_Submitted": "auto-replied"},
                                    {"Precedence": "auto_reply", "X_Autoreply": "yes"}])
def test_an_automatic_answer_of_ours_never_counts(filed, fields):
    deliver(filed, answer(**fields), folder="Sent")
    row = ticket(filed, 1)
    assert row["first_response_seconds"] is None
    assert row["status"] == "open" and row["unanswered_since"] is not None


def test_out_of_office_reopens_nothing_and_opens_nothing(filed):
    filed.json("tickets", "set", "1", "--status", "closed")
    deliver(filed, reply(subject=f"Automatic reply: {SUBJECT}", Auto_Submitted="auto-replied",
                         X_Auto_Response_Suppress="All"))
    assert ticket(filed, 1)["status"] == "closed"
    assert filed.count("tickets") == 1


def test_a_customers_reply_reopens_a_closed_ticket(filed):
    filed.json("tickets", "set", "1", "--status", "closed")
    deliver(filed, reply())
    row = ticket(filed, 1)
    assert (row["status"], row["reopened"], row["closed_at"]) == ("reopened", 1, None)
    step = filed.sql("SELECT * FROM ticket_events ORDER BY sequence DESC LIMIT 1")[0]
    assert (step["kind"], step["actor"], step["old_value"], step["new_value"]) == (
        "reopened", "customer", "closed", "reopened")
    assert filed.sql("SELECT number FROM v_open_tickets")[0]["number"] == 1


def test_a_reply_in_a_spam_ticket_stays_spam(filed, hooks):
    filed.json("tickets", "set", "1", "--status", "spam")
    heard = len(hooks.events)
    deliver(filed, reply())
    assert last(filed)["ticket"] == 1
    assert ticket(filed, 1)["status"] == "spam"
    assert len(hooks.events) == heard, "spam is told to those who ask for it by name"


def test_two_replies_in_one_pass_find_each_other(house, box):
    deliver(house, letter(SUBJECT, From=ANA, Message_ID="<asked@correo.example>"), reply(), reply())
    assert house.count("tickets") == 1 and house.count("messages") == 3


# The web form

@pytest.mark.parametrize("body, fields, requester, source", [
    ("The printer prints upside down. How can I repair it?",
     {"Reply_To": "Luis <luis@norte.example>"}, "luis@norte.example", "reply_to"),
    ("Name: Luis\nEmail: luis@norte.example\n\nMessage: The printer prints upside down. How can "
     "I repair it?", {}, "luis@norte.example", "body"),
])
def test_our_web_form_writes_for_a_customer(house, box, body, fields, requester, source):
    house.configure(our_domains=["demo.example", "oldtown.example"])
    deliver(house, letter("Contact form", body, From="Website <web@oldtown.example>", **fields))
    row = house.sql("SELECT requester_address, requester_source FROM tickets")[0]
    assert tuple(row) == (requester, source)
    assert house.sql("SELECT 1 FROM contacts WHERE address = 'web@oldtown.example'") == []


@pytest.mark.parametrize("sender", ["noreply@norte.example", "no-reply@norte.example",
                                    "MAILER-DAEMON@norte.example", "donotreply@norte.example"])
def test_nobody_answers_is_no_contact(house, box, sender):
    deliver(house, letter("Your printer", From=f"Robot <{sender}>"))
    assert house.count("contacts") == 0


def test_a_mail_to_two_of_our_mailboxes_is_one_ticket(house, box, tmp_path):
    mail = letter(SUBJECT)
    box.deliver(mail)
    box.deliver(mail)
    house.once()
    assert house.counts("messages", "tickets", "deliveries") == {
        "messages": 1, "tickets": 1, "deliveries": 2}


# Who may not be written to

def report(recipient, original="<answer@demo.example>"):
    """A delivery status notification about one recipient of a mail of ours."""
    header = letter("Undelivered Mail Returned to Sender", "", **{
        "From": "MAILER-DAEMON@correo.example", "Auto_Submitted": "auto-replied",
        "Content_Type": "multipart/report; report-type=delivery-status; boundary=b"})
    parts = ("--b", "Content-Type: text/plain", "", "It did not arrive.", "--b",
             "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.correo.example",
             "", f"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.1.1",
             "Diagnostic-Code: smtp; 550 5.1.1 no such user", "", "--b",
             "Content-Type: text/rfc822-headers", "", f"Message-ID: {original}",
             "From: support@demo.example", f"To: {recipient}", "", "--b--", "")
    return header + "\r\n".join(parts).encode()


@pytest.mark.parametrize("recipient, suppressed", [
    ("ana@correo.example", ["ana@correo.example"]), ("ANA@correo.example", ["ANA@correo.example"]),
    ("victim@norte.example", []),
])
def test_only_a_recipient_of_that_mail_can_have_bounced(filed, recipient, suppressed):
    deliver(filed, answer(), folder="Sent")
    deliver(filed, report(recipient))
    assert [row["address"] for row in filed.sql("SELECT address FROM v_suppressed")] == suppressed
    assert filed.count("bounces") == 1
