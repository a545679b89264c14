"""The rig itself: a test that leans on a crooked server proves nothing."""

import imaplib
import socket
import ssl
import threading

import dkim
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from rig.dns import DnsServer
from rig.dovecot import Dovecot
from rig.proxy import Proxy
from letters import letter

ZONE = {
    "a.example": {"TXT": [["v=spf1 ", "-all"]], "MX": [[10, "mx.a.example"]],
                  "AAAA": "SERVFAIL"},
    "alias.example": {"CNAME": "a.example"},
    "dangling.example": {"CNAME": "nowhere.example"},
    "loop.example": {"CNAME": "loop.example"},
    "mute.example": "TIMEOUT",
    "broken.example": "SERVFAIL",
    "closed.example": "REFUSED",
    "half.example": {"A": ["192.0.2.1"], "*": "TIMEOUT"},
    "long.example": {"TXT": [["x" * 700]]},
    "bytes.example": {"TXT": [["\xff\x00"]]},
}
# name, type, rcode (None: silence), records in the answer
QUESTIONS = [
    ("a.example", "TXT", "NOERROR", 1),
    ("A.EXAMPLE", "MX", "NOERROR", 1),
    ("a.example", "A", "NOERROR", 0),
    ("a.example", "DNSKEY", "NOERROR", 0),
    ("a.example", "AAAA", "SERVFAIL", 0),
    ("x.a.example", "A", "NXDOMAIN", 0),
    ("alias.example", "TXT", "NOERROR", 2),
    ("dangling.example", "A", "NXDOMAIN", 1),
    ("loop.example", "A", "NOERROR", 1),
    ("mute.example", "A", None, 0),
    ("broken.example", "A", "SERVFAIL", 0),
    ("closed.example", "A", "REFUSED", 0),
    ("half.example", "A", "NOERROR", 1),
    ("half.example", "TXT", None, 0),
    ("bytes.example", "TXT", "NOERROR", 1),
]


@pytest.fixture(scope="module")
def zone_server():
    with DnsServer(ZONE) as server:
        yield server


@pytest.mark.parametrize("ask", [dns.query.udp, dns.query.tcp], ids=["udp", "tcp"])
@pytest.mark.parametrize("name,kind,rcode,records", QUESTIONS)
def test_dns_answers_as_the_zone_says(zone_server, ask, name, kind, rcode, records):
    query = dns.message.make_query(name, kind)
    if rcode is None:
        with pytest.raises(dns.exception.Timeout):
            ask(query, "127.0.0.1", port=zone_server.port, timeout=0.3)
        return
    reply = ask(query, "127.0.0.1", port=zone_server.port, timeout=5)
    assert dns.rcode.to_text(reply.rcode()) == rcode
    assert sum(len(rrset) for rrset in reply.answer) == records
    assert reply.flags & dns.flags.RA
    if rcode == "NXDOMAIN" or (rcode == "NOERROR" and not records):
        assert reply.authority, "a negative answer carries the SOA"


def test_dns_cuts_long_answers_over_udp_only(zone_server):
    query = dns.message.make_query("long.example", "TXT", use_edns=False)
    short = dns.query.udp(query, "127.0.0.1", port=zone_server.port, timeout=5)
    assert short.flags & dns.flags.TC and not short.answer
    whole = dns.query.tcp(query, "127.0.0.1", port=zone_server.port, timeout=5)
    assert b"".join(whole.answer[0][0].strings) == b"x" * 700


def test_dovecot_takes_mail_and_logs_in_by_every_way(box):
    box.tokens["a-token"] = box.user
    box.deliver(letter("hello"), date=1_700_000_000)
    box.deliver(letter("junk"), "Junk")
    assert (len(box.uids()), len(box.uids("Junk")), box.uids("Sent")) == (1, 1, [])
    trust = ssl.create_default_context(cafile=box.ca)
    with imaplib.IMAP4_SSL("localhost", box.imaps_port, ssl_context=trust) as client:
        client.login(box.user, box.password)
        assert "IDLE" in client.capabilities
    with imaplib.IMAP4("localhost", box.imap_port) as client:
        client.starttls(trust)
        words = f"user={box.user}\x01auth=Bearer a-token\x01\x01"
        assert client.authenticate("XOAUTH2", lambda _: words.encode())[0] == "OK"
    for method in ("XOAUTH2", "PLAIN"):
        with imaplib.IMAP4("localhost", box.imap_port) as client:
            wrong = {"XOAUTH2": f"user={box.user}\x01auth=Bearer no\x01\x01",
                     "PLAIN": f"\0{box.user}\0no"}[method]
            with pytest.raises(imaplib.IMAP4.error):
                client.authenticate(method, lambda c, w=wrong: b"" if c else w.encode())


def test_dovecot_keeps_its_mail_over_a_halt(box):
    box.deliver(letter("stays"))
    box.halt()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", box.imap_port), 1)
    box.start()
    assert len(box.uids()) == 1


def test_dovecot_can_hide_capabilities():
    with Dovecot(imap_extra="imap_capability = IMAP4rev1 UIDPLUS") as box:
        client = box.connect()
        assert "IDLE" not in client.capability()[1][0].decode()
        client.logout()


def serve_echo(listener):
    def echo(client):
        try:
            client.sendall(b"x" * 100)
            while octets := client.recv(99):
                client.sendall(octets)
        except OSError:
            pass  # the proxy did its work

    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=(client,), daemon=True).start()


@pytest.fixture
def proxy():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve_echo, args=(listener,), daemon=True).start()
        with Proxy(listener.getsockname()[1]) as made:
            yield made


def hear(client, most=1000):
    """What comes until silence, end or reset: (bytes, how it ended)."""
    client.settimeout(0.5)
    heard = b""
    try:
        while len(heard) < most:
            octets = client.recv(most)
            if not octets:
                return len(heard), "end"
            heard += octets
    except TimeoutError:
        return len(heard), "silence"
    except ConnectionResetError:
        return len(heard), "reset"
    return len(heard), "enough"


@pytest.mark.parametrize("ending,heard",
                         [("close", "end"), ("reset", "reset"), ("freeze", "silence")])
def test_proxy_cuts_after_so_many_bytes(proxy, ending, heard):
    proxy.faults.down.cut_after = 37
    proxy.faults.down.ending = ending
    client = socket.create_connection(("127.0.0.1", proxy.port))
    assert hear(client) == (37, heard)


def test_proxy_freezes_thaws_and_drops(proxy):
    proxy.faults.down.slice_bytes = 7
    client = socket.create_connection(("127.0.0.1", proxy.port))
    assert hear(client) == (100, "silence")
    proxy.freeze()
    client.sendall(b"hello")
    assert hear(client) == (0, "silence")
    proxy.thaw()
    assert hear(client, 5) == (5, "enough")
    proxy.drop()
    assert hear(client)[1] == "reset"


def test_demo_mails_are_thirty_and_their_signatures_hold(samples):
    mails, zone = samples
    assert len(mails) == 30
    assert len({mail.octets for mail in mails}) == 30

    def key_of(name, timeout=5):
        del timeout
        records = zone[name.decode().rstrip(".")]["TXT"]
        return "".join(records[0]).encode()

    signed = [mail for mail in mails if b"\r\nDKIM-Signature:" in mail.octets]
    assert len(signed) > 15
    for mail in signed:
        assert dkim.verify(mail.octets, dnsfunc=key_of), mail.name
