"""A rule sends mail on through the relay: as it came, once, and never in a circle."""

import email
import email.policy
import sqlite3
import threading

import pytest
import rig.relay

from letters import letter
from rig.house import wait_for
from rig.imap_script import ScriptedImap
from rig.relay import Relay
from scripted import scripted_house

TRY_LATER = 75
INSIDE = "ventas@demo.example"


@pytest.fixture
def relay():
    with Relay() as running:
        yield running


def forward_to(house, relay, address, **when):
    house.configure(
        relay={"server": relay.url, "tls": {"required": False}},
        rules=[{"name": "on to them", "then": {"forward": address},
                **({"when": when} if when else {})}])


def forwards(house):
    return [(row["state"], row["attempts"], row["because"]) for row in house.sql(
        "SELECT * FROM pending_actions WHERE action = 'forward' ORDER BY id")]


def test_a_mail_goes_on_as_it_came_behind_resent_fields(house, box, relay):
    mail = letter("An order", "Dear shop,\r\n.hidden dot\r\nbye\r\n")
    forward_to(house, relay, INSIDE)
    box.deliver(mail)
    house.once()
    (sent,) = relay.mails
    assert sent.sender == "support@demo.example"
    assert sent.recipients == [INSIDE]
    (row,) = house.sql("SELECT id FROM messages")
    raw = house.run("message", "raw", str(row["id"])).stdout.replace("\r\n", "\n")
    head, whole = sent.octets[:600], sent.octets.replace(b"\r\n", b"\n").decode()
    assert whole.endswith(raw) and len(whole) > len(raw)
    for field in (b"Resent-From: <support@demo.example>", b"Resent-To: <ventas@demo.example>",
                  b"Resent-Date: ", b"Resent-Message-ID: <", b"X-Postroom-Forwarded: "):
        assert field in head
    assert forwards(house) == [("done", 1, None)]
    house.once()
    assert len(relay.mails) == 1


def test_what_a_stranger_wrote_is_no_command_to_the_relay(tmp_path, relay):
    """A line's end that is none, and a single dot: some servers take it for the end of the mail."""
    smuggled = b"\n.\nMAIL FROM:<boss@demo.example>\r\n\r.\rRCPT TO:<all@demo.example>\r.\nbye\r"
    with ScriptedImap({1: letter("An order", "Hello") + smuggled}) as imap:
        house = scripted_house(tmp_path, imap)
        forward_to(house, relay, INSIDE)
        house.once()
    (sent,) = relay.mails
    assert sent.octets.endswith(
        b"Hello\r\n\r\n.\r\nMAIL FROM:<boss@demo.example>\r\n\r\n.\r\n"
        b"RCPT TO:<all@demo.example>\r\n.\r\nbye\r\n")
    assert b"\r" not in sent.octets.replace(b"\r\n", b"")
    assert b"\n" not in sent.octets.replace(b"\r\n", b"")


def test_the_running_house_forwards_too(house, box, relay):
    forward_to(house, relay, INSIDE, subject="*order*")
    house.start_and_settle()
    box.deliver_all([letter("An order"), letter("A question")])
    wait_for(lambda: house.count("messages") == 2 and len(relay.mails) == 1, what=house.log)
    assert house.stop() == 0
    assert b"An order" in relay.mails[0].octets


def test_what_was_forwarded_before_stops_here(house, box, relay):
    forward_to(house, relay, INSIDE)
    box.deliver(letter("round and round", X_Postroom_Forwarded="<other@demo.example>"))
    house.once()
    assert relay.mails == []
    (row,) = house.sql("SELECT actions_json FROM messages")
    assert "refused: it was forwarded before" in row["actions_json"]


def test_nothing_goes_to_where_it_came_from(house, box, relay):
    forward_to(house, relay, "Support@demo.example")
    box.deliver(letter("round"))
    house.once()
    assert relay.mails == []


def test_strangers_are_not_sent_on_to_other_domains(house, box, hooks, relay):
    """The letter has no signature, and nobody to ask for SPF."""
    forward_to(house, relay, "partner@elsewhere.example")
    box.deliver(letter("who am I"))
    house.once()
    assert relay.mails == []
    (action,) = hooks.events[0].body["data"]["route"]["actions"]
    assert action.startswith("forward=partner@elsewhere.example (refused: not ours")


def test_a_mail_goes_on_whole_within_one_of_ours(house, box, relay):
    forward_to(house, relay, INSIDE)
    house.config["rules"][0]["then"]["forward_as"] = "attached"
    house.configure()
    box.deliver(letter("Añadido", "Hola\r\n.\r\n"))
    house.once()
    (sent,) = relay.mails
    outer = email.message_from_bytes(sent.octets, policy=email.policy.default)
    assert outer.get_content_type() == "message/rfc822"
    assert outer["From"] == "support@demo.example" and outer["Subject"] == "Fwd: Añadido"
    (row,) = house.sql("SELECT id FROM messages")
    raw = house.run("message", "raw", str(row["id"])).stdout.replace("\r\n", "\n")
    inner = sent.octets.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n").decode()
    assert inner == raw
    (known,) = house.sql("SELECT message_id, recipient FROM sent_messages")
    assert f"<{known['message_id']}>" == outer["Message-ID"]
    assert known["recipient"] == INSIDE


def test_strangers_are_sent_on_where_a_rule_says_so(house, box, relay):
    forward_to(house, relay, "partner@elsewhere.example")
    house.config["rules"][0]["then"]["forward_strangers"] = True
    house.configure()
    box.deliver(letter("who am I"))
    house.once()
    assert len(relay.mails) == 1


def test_a_bounce_of_what_was_sent_on_is_about_ours(house, box, hooks, relay):
    forward_to(house, relay, INSIDE, subject="On to them")
    box.deliver(letter("On to them", Message_ID="<first@correo.example>"))
    house.once()
    boundary = "=-b"
    box.deliver(letter(
        "Undelivered Mail Returned to Sender",
        f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.demo.example\r\n\r\n"
        f"Final-Recipient: rfc822; {INSIDE}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        "Message-ID: <first@correo.example>\r\nSubject: On to them\r\n"
        f"\r\n--{boundary}--\r\n",
        From="MAILER-DAEMON@relay.demo.example",
        Content_Type=f"multipart/report; report-type=delivery-status; boundary=\"{boundary}\""))
    house.once()
    (bounce,) = hooks.events[-1].body["data"]["bounces"]
    assert bounce["recipient"] == INSIDE and bounce["verified"] is True


def ruled(house, box, **then):
    house.configure(rules=[{"name": "as told", "when": {"subject": "/^re?port \\d+/"},
                            "then": then}])
    box.deliver(letter("Report 17"))
    house.once()


def test_a_rule_closes_tags_and_keeps_silent(house, box, hooks):
    ruled(house, box, close=True, tag=["nightly", "robot"], event="off")
    (row,) = house.sql("SELECT status, tags, closed_at, unanswered_since FROM v_tickets")
    assert (row["status"], row["tags"]) == ("closed", "nightly, robot")
    assert row["closed_at"] and not row["unanswered_since"]
    assert hooks.events == []
    (hit,) = house.sql("SELECT rule, ticket FROM v_rule_hits")
    assert (hit["rule"], hit["ticket"]) == ("as told", 1)


def test_a_rule_calls_it_spam(house, box, hooks):
    ruled(house, box, spam=True)
    (row,) = house.sql("SELECT label, ticket, reasons_json FROM messages")
    assert (row["label"], row["ticket"]) == ("spam", None)
    assert "the rule 'as told' says so; it looked like" in row["reasons_json"]


def test_a_rule_holds_it_until_somebody_looked(house, box, hooks):
    ruled(house, box, hold=True)
    assert house.count("messages") == 0
    (held,) = house.json("held", "list")
    assert (held["stage"], held["because"]) == ("rule", "the rule 'as told' holds it")
    assert house.run("held", "release", str(held["id"])).returncode == 0
    assert house.count("tickets") == 1


def test_a_rule_moves_it_on_its_server(house, box, hooks):
    box.doveadm("mailbox", "create", "-u", box.user, "Reports")
    ruled(house, box, move="Reports")
    assert box.uids() == []


def test_a_broken_expression_is_told_where_it_stands(house):
    house.configure(rules=[{"name": "x", "when": {"subject": "/(a/"}, "then": {"tag": "y"}}])
    done = house.run("check")
    assert done.returncode == 78
    assert "no regular expression we know: a '(' without an end" in done.stderr


def test_a_relay_that_says_later_is_asked_again(house, box, relay):
    relay.script = lambda n, recipient: "450 later" if n == 0 else None
    forward_to(house, relay, INSIDE)
    box.deliver(letter("patience"))
    house.once(expect=TRY_LATER)
    ((state, attempts, because),) = forwards(house)
    assert (state, attempts) == ("waiting", 1) and "450" in because
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute("UPDATE pending_actions SET due_at = '2026-01-01T00:00:00.000Z'")
    connection.close()
    house.once()
    assert len(relay.mails) == 1
    assert forwards(house) == [("done", 2, None)]


def test_a_relay_that_says_never_is_not_asked_again(house, box, relay):
    relay.script = lambda n, recipient: "550 no such user"
    forward_to(house, relay, INSIDE)
    box.deliver(letter("nobody there"))
    house.once()
    ((state, attempts, because),) = forwards(house)
    assert (state, attempts) == ("dead", 1) and "550" in because


def test_a_relay_without_tls_gets_nothing_unless_it_may(house, box, relay):
    forward_to(house, relay, INSIDE)
    house.configure(relay={"server": relay.url})
    box.deliver(letter("in clear"))
    house.once(expect=TRY_LATER)
    assert relay.mails == []
    house.configure(relay={"server": "smtp://mail.elsewhere.example",
                           "tls": {"required": False}})
    done = house.run("check")
    assert done.returncode == 78 and "loopback servers only" in done.stderr


@pytest.fixture
def slow_relay(monkeypatch):
    """It has the mail and says nothing yet, as one does that looks for viruses."""
    taken, go_on = threading.Event(), threading.Event()

    def read_slowly(lines, read=rig.relay.read_mail):
        octets = read(lines)
        taken.set()
        go_on.wait()
        return octets

    monkeypatch.setattr(rig.relay, "read_mail", read_slowly)
    with Relay() as relay:
        yield relay, taken, go_on
        go_on.set()


def test_a_relay_that_takes_its_time_holds_up_no_webhook(house, box, hooks, slow_relay):
    relay, taken, go_on = slow_relay
    forward_to(house, relay, INSIDE, subject="*order*")
    house.start()
    box.deliver(letter("An order"))
    assert taken.wait(60), house.log
    box.deliver(letter("A question"))
    wait_for(lambda: len(hooks.events) == 2, what=house.log)
    assert forwards(house) == [("waiting", 0, None)]
    go_on.set()
    wait_for(lambda: forwards(house) == [("done", 1, None)], what=house.log)
    assert house.stop() == 0


def test_a_silent_relay_does_not_hold_up_the_end(house, box, slow_relay):
    """libcurl would wait two minutes; what is given up is sent again."""
    relay, taken, go_on = slow_relay
    forward_to(house, relay, INSIDE, subject="*order*")
    house.start()
    box.deliver(letter("An order"))
    assert taken.wait(60), house.log
    assert house.stop(patience_s=30) == 0
    assert forwards(house) == [("waiting", 0, None)]
    go_on.set()
    house.once()
    assert forwards(house) == [("done", 1, None)]
