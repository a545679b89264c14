"""Forwards through a real SMTP server: signatures survive, circles end, refusals are told."""

import email
import email.policy
import json
import subprocess

import dkim
import pytest
from letters import letter
from rig.dovecot import Dovecot
from rig.house import House, program, wait_for
from rig.postfix import Postfix, why_not
from test_rules_forward import forward_to, forwards

TRY_LATER = 75
SALES, US = "ventas@demo.example", "support@demo.example"
LATER, NEVER, LOST = "later@demo.example", "never@demo.example", "lost@demo.example"

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture
def post():
    with Postfix([SALES, US], {LATER: "450 4.2.0 come back later",
                               NEVER: "550 5.7.1 we do not want it"}, [LOST]) as running:
        yield running


@pytest.fixture
def signed(samples):
    """A mail of the demo whose signature verifies."""
    return next(mail.octets for mail in samples[0]
                if mail.folder == "INBOX" and b"DKIM-Signature" in mail.octets)


def test_the_signature_verifies_behind_the_relay(house, box, dns, post, samples, signed):
    forward_to(house, post, SALES)
    box.deliver(signed)
    house.once()
    (arrived,) = post.wait_for(SALES)
    assert b"Resent-From: <support@demo.example>" in arrived
    assert b"Received: from" in arrived  # it did go through a server
    told = subprocess.run([program(), "auth", "dkim", "-", "--json", "--resolver", dns.address],
                          input=arrived, capture_output=True, check=False)
    results = [json.loads(line)["result"] for line in told.stdout.splitlines()]
    assert results and set(results) == {"pass"}, told

    def key_of(name, timeout=5):
        del timeout
        return "".join(samples[1][name.decode().rstrip(".")]["TXT"][0]).encode()

    assert dkim.verify(arrived.replace(b"\n", b"\r\n"), dnsfunc=key_of)


def test_a_mail_within_a_mail_has_its_bytes(house, box, post, signed):
    forward_to(house, post, SALES)
    house.config["rules"][0]["then"]["forward_as"] = "attached"
    house.configure()
    box.deliver(signed)
    house.once()
    (arrived,) = post.wait_for(SALES)
    outer = email.message_from_bytes(arrived, policy=email.policy.default)
    assert outer.get_content_type() == "message/rfc822"
    within = arrived.partition(b"\n\n")[2].replace(b"\r\n", b"\n")
    assert within.rstrip(b"\n") == signed.replace(b"\r\n", b"\n").rstrip(b"\n")


def test_a_circle_of_mailboxes_ends(tmp_path, dns, hooks, post):
    """Support sends on to sales, sales to support: each has it once."""
    with Dovecot(users={US: "support-password", SALES: "ventas-password"}) as box:
        house = House(tmp_path, box, dns, hooks)
        house.write_secret("ventas.password", "ventas-password")
        house.configure(
            relay={"server": post.url, "tls": {"required": False}},
            mailboxes=[house.mailbox(user=US), house.mailbox(
                name="ventas", address=SALES, user=SALES,
                password={"file": house.path("ventas.password")})],
            rules=[{"name": "on", "when": {"mailbox": "support"}, "then": {"forward": SALES}},
                   {"name": "back", "when": {"mailbox": "ventas"}, "then": {"forward": US}}])
        box.deliver(letter("round and round"), user=US)
        house.once()
        (arrived,) = post.wait_for(SALES)
        box.deliver(arrived.replace(b"\n", b"\r\n"), user=SALES)
        house.once()
        assert post.mails(US) == []
        assert len(forwards(house)) == 1
        said = [row["actions_json"] for row in house.sql("SELECT actions_json FROM messages")]
        assert sum("refused: it was forwarded before" in text for text in said) == 1


@pytest.mark.parametrize("address, state, reason, code", [
    (NEVER, "dead", "550", 0), (LATER, "waiting", "450", TRY_LATER),
    ("nobody@demo.example", "dead", "550", 0)])
def test_a_refusal_is_told_in_its_words(house, box, post, address, state, reason, code):
    forward_to(house, post, address)
    box.deliver(letter("does it want me?"))
    house.once(expect=code)
    ((found, attempts, because),) = forwards(house)
    assert (found, attempts) == (state, 1) and reason in because


def test_a_bounce_of_a_forward_is_known_as_ours(house, box, hooks, post):
    """The relay takes it, then sends its own report: that report, as it came."""
    forward_to(house, post, LOST, subject="Lost and found")
    box.deliver(letter("Lost and found"))
    house.once()
    (report,) = post.wait_for(US)
    assert b"MAILER-DAEMON" in report
    box.deliver(report.replace(b"\n", b"\r\n"))
    house.once()
    wait_for(lambda: len(hooks.events) == 2, what="the report's event")
    told = hooks.events[-1].body
    assert told["type"] == "delivery.failed"
    (bounce,) = told["data"]["bounces"]
    assert (bounce["recipient"], bounce["verified"], bounce["hard"]) == (LOST, True, True)
    assert len(forwards(house)) == 1  # and is not sent on itself
