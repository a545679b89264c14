"""A DNS server that answers from a JSON zone, over UDP and TCP, on loopback.

A zone maps a name to "TIMEOUT", "SERVFAIL" or "REFUSED", or to an object of types:
  {"TXT": [["a", "b"]], "MX": [[10, "host"]], "A": ["192.0.2.1"], "CNAME": "other",
   "AAAA": "SERVFAIL", "*": "TIMEOUT"}
where "*" speaks for every type that is not listed. An absent name is NXDOMAIN, a present
name without the type is NODATA. Characters of strings are bytes (code points 0-255).

In a test:       with DnsServer(zone) as dns: ... dns.address ("127.0.0.1@5300")
By hand:         python3 tests/rig/dns.py --port 5300 zone.json   (SIGHUP reads it again)
"""

import sys

if __name__ == "__main__":
    # Run as a script, this folder stands first on the path and this very file would
    # be taken for the package `dns` (dnspython) that it needs.
    sys.path.pop(0)

import argparse
import json
import signal
import socket
import socketserver
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

TTL = 300
CHAIN_LIMIT = 16  # a CNAME loop ends here, and the resolver finds the loop itself
FAULTS = {"SERVFAIL": dns.rcode.SERVFAIL, "REFUSED": dns.rcode.REFUSED}
SOA = "ns.rig.example. hostmaster.rig.example. 1 3600 600 86400 60"


class Silence(Exception):
    """The zone says that this question gets no answer at all."""


def labels_of(name):
    """The key of a name: lower-case labels as bytes, without the root."""
    return tuple(
        part.encode("latin-1").lower() for part in name.rstrip(".").split(".") if part
    )


def wire_name(text):
    return dns.name.Name(
        [part.encode("latin-1") for part in text.rstrip(".").split(".") if part] + [b""]
    )


def txt_strings(record):
    """One TXT record as character-strings; a longer one than 255 bytes is cut in pieces."""
    pieces = [record] if isinstance(record, str) else record
    strings = []
    for piece in pieces:
        octets = piece.encode("latin-1")
        strings += [octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""]
    return strings or [b""]


def make_rdata(kind, value):
    rdclass = dns.rdataclass.IN
    rdtype = dns.rdatatype.from_text(kind)
    if kind in ("TXT", "SPF"):
        wire = b"".join(bytes([len(s)]) + s for s in txt_strings(value))
    elif kind == "MX":
        wire = struct.pack("!H", int(value[0])) + wire_name(value[1]).to_wire()
    elif kind in ("CNAME", "PTR", "NS", "DNAME"):
        wire = wire_name(value).to_wire()
    else:
        return dns.rdata.from_text(rdclass, rdtype, value)
    return dns.rdata.from_wire(rdclass, rdtype, wire, 0, len(wire))


class Zone:
    def __init__(self, names=None):
        self.names = {}
        for name, answers in (names or {}).items():
            self.names[labels_of(name)] = answers

    def add(self, name, answers):
        """Adds types to a name, or replaces what it says (a string: a fault)."""
        key = labels_of(name)
        old = self.names.get(key)
        if isinstance(answers, dict) and isinstance(old, dict):
            answers = {**old, **answers}
        self.names[key] = answers

    def look(self, labels, kind):
        """What the zone says: None (no such name), a list of values, or a fault's name."""
        entry = self.names.get(labels)
        if entry is None or isinstance(entry, str):
            return entry
        values = entry.get(kind, entry.get("*", []))
        if isinstance(values, str) and (kind == "CNAME" and values not in FAULTS):
            values = [values]
        return values

    def kinds(self, name):
        """The types a name has; aliases are followed before anybody asks."""
        entry = self.names.get(tuple(label.lower() for label in name.labels if label))
        return [kind for kind in entry if kind != "*"] if isinstance(entry, dict) else []

    def alias(self, labels):
        entry = self.names.get(labels)
        target = entry.get("CNAME") if isinstance(entry, dict) else None
        if isinstance(target, list):
            target = target[0] if target else None
        return target if target not in (*FAULTS, "TIMEOUT") else None


class Answerer:
    """Turns a question's bytes into an answer's bytes; raises Silence for TIMEOUT."""

    def __init__(self, zone, signer=None):
        self.zone = zone
        self.signer = signer  # of tests/rig/signed.py; None: nothing is signed
        self.log = []  # (name, type, "udp" or "tcp") of every question, in order

    def answer(self, wire, transport):
        query = dns.message.from_wire(wire, ignore_trailing=True)
        reply = dns.message.make_response(query, recursion_available=True)
        if len(query.question) != 1:
            reply.set_rcode(dns.rcode.FORMERR)
            return reply, query
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.log.append((question.name.to_text(True).lower(), kind, transport))
        self.fill(reply, question.name, kind)
        if self.signer:
            self.signer.complete(reply, self.zone)
        return reply, query

    def fill(self, reply, name, kind):
        own = self.signer and self.signer.own_records(name, kind)
        if own:
            reply.answer.append(dns.rrset.from_rdata_list(name, TTL, own))
            return
        for _ in range(CHAIN_LIMIT):
            labels = tuple(label.lower() for label in name.labels if label)
            target = self.zone.alias(labels)
            if target is None or kind == "CNAME":
                break
            self.add(reply, name, "CNAME", [target])
            name = wire_name(target)
        else:
            return
        values = self.zone.look(labels, kind)
        if values == "TIMEOUT":
            raise Silence
        if isinstance(values, str):
            reply.answer = []
            reply.set_rcode(FAULTS[values])
        elif values:
            self.add(reply, name, kind, values)
        else:
            self.deny(reply, name, values is None)

    def add(self, reply, name, kind, values):
        rdtype = dns.rdatatype.from_text(kind)
        rrset = reply.find_rrset(
            reply.answer, name, dns.rdataclass.IN, rdtype, create=True
        )
        for value in values:
            rrset.add(make_rdata(kind, value), TTL)

    def deny(self, reply, name, no_such_name):
        """NXDOMAIN or NODATA, with the SOA that lets a resolver remember it."""
        if no_such_name:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        apex = dns.name.Name(name.labels[-3:]) if len(name.labels) > 3 else name
        reply.authority.append(dns.rrset.from_text(apex, 60, "IN", "SOA", SOA))


def udp_bytes(reply, query):
    size = max(512, query.payload if query.edns >= 0 else 512)
    try:
        return reply.to_wire(max_size=size)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()


def tcp_bytes(reply, query):
    try:
        wire = reply.to_wire(max_size=65535)
    except dns.exception.TooBig:
        refusal = dns.message.make_response(query, recursion_available=True)
        refusal.set_rcode(dns.rcode.SERVFAIL)
        wire = refusal.to_wire()
    return struct.pack("!H", len(wire)) + wire


class UdpHandler(socketserver.BaseRequestHandler):
    def handle(self):
        wire, sock = self.request
        try:
            reply, query = self.server.answerer.answer(wire, "udp")
            sock.sendto(udp_bytes(reply, query), self.client_address)
        except (Silence, dns.exception.DNSException, OSError):
            pass  # silence is an answer too; a broken question deserves none


class TcpHandler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while True:
                head = self.read(2)
                wire = self.read(struct.unpack("!H", head)[0])
                self.reply_to(wire)
        except (EOFError, OSError, dns.exception.DNSException):
            pass  # the client left, or never spoke DNS

    def reply_to(self, wire):
        try:
            reply, query = self.server.answerer.answer(wire, "tcp")
            self.request.sendall(tcp_bytes(reply, query))
        except Silence:
            pass  # the connection stays open and mute

    def read(self, count):
        octets = b""
        while len(octets) < count:
            piece = self.request.recv(count - len(octets))
            if not piece:
                raise EOFError
            octets += piece
        return octets


class UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65535


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def bind_both(port):
    """One port for UDP and TCP; with port 0 tries until both have the same one."""
    for _ in range(50):
        tcp = TcpServer(("127.0.0.1", port), TcpHandler)
        try:
            return UdpServer(tcp.server_address, UdpHandler), tcp
        except OSError:
            tcp.server_close()
            if port:
                raise
    raise OSError("no port is free for both UDP and TCP")


class DnsServer:
    def __init__(self, names=None, port=0, signer=None):
        self.answerer = Answerer(Zone(names), signer)
        self.servers = bind_both(port)
        self.port = self.servers[1].server_address[1]
        self.address = f"127.0.0.1@{self.port}"
        for server in self.servers:
            server.answerer = self.answerer
            threading.Thread(
                target=server.serve_forever, args=(0.05,), daemon=True
            ).start()

    @property
    def zone(self):
        return self.answerer.zone

    @property
    def log(self):
        return self.answerer.log

    def load(self, names):
        self.answerer.zone = Zone(names)

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def main():
    options = argparse.ArgumentParser(description="DNS server on loopback, JSON zone")
    options.add_argument("--port", type=int, default=0, help="UDP and TCP; 0: any free one")
    options.add_argument("--verbose", action="store_true", help="print every question")
    options.add_argument("zone", help="file with the zone, see the head of this file")
    chosen = options.parse_args()

    def read():
        with open(chosen.zone, encoding="utf-8") as file:
            return json.load(file)

    done = threading.Event()
    # Handlers stand before the address is printed: who reads it may signal at once.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    server = DnsServer(read(), chosen.port)
    signal.signal(signal.SIGHUP, lambda *_: server.load(read()))
    print(server.address, flush=True)
    told = 0
    while not done.wait(0.2):
        for name, kind, transport in server.log[told:] if chosen.verbose else []:
            print(name, kind, transport, flush=True)
        told = len(server.log)
    server.stop()


if __name__ == "__main__":
    main()
