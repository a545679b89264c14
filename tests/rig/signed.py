"""Signs what the rig's DNS server says, with keys made on the spot (RFC 4034, RFC 4035).

    signer = Signer("example", open_zones=["plain.example"])
    with DnsServer(zone, signer=signer) as dns:
        signer.write_anchor(path)      # the file a validating resolver trusts

Everything below the apex is one signed zone, except what lies below `open_zones`: those are
delegations without a DS record. `spoil(name, how)` makes the answers about a name false:
"forged" (signed, then altered), "stripped" (no signatures), "expired", "stranger" (signed
with a key nobody published).
"""

import time

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.NSEC
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec

IN = dns.rdataclass.IN
ALGORITHM = dns.dnssec.Algorithm.ECDSAP256SHA256
TTL = 300
HOUR = 3600
SOA = "ns.rig.example. hostmaster.rig.example. 1 3600 600 86400 60"
NSEC_TYPES = ["RRSIG", "NSEC"]


class Key:
    def __init__(self, apex):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.record = dns.dnssec.make_dnskey(self.private.public_key(), ALGORITHM, flags=257)
        self.apex = apex

    def sign(self, rrset, age_s=0):
        now = int(time.time()) - age_s
        return dns.dnssec.sign(rrset, self.private, self.apex, self.record,
                               inception=now - HOUR, expiration=now + HOUR)


def bitmap(kinds):
    """The type bitmaps of an NSEC record (RFC 4034 section 4.1.2); all in window 0."""
    octets = bytearray(32)
    for kind in kinds:
        number = dns.rdatatype.from_text(kind)
        octets[number // 8] |= 0x80 >> number % 8
    return [(0, bytes(octets).rstrip(b"\0"))]


class Signer:
    def __init__(self, apex, open_zones=()):
        self.apex = dns.name.from_text(apex)
        self.key = Key(self.apex)
        self.stranger = Key(self.apex)
        self.open_zones = [dns.name.from_text(name) for name in open_zones]
        self.spoiled = {}

    def spoil(self, name, how):
        self.spoiled[dns.name.from_text(name)] = how

    def write_anchor(self, path):
        with open(path, "w", encoding="ascii") as file:
            file.write(f"{self.apex} IN DNSKEY {self.key.record}\n")
        return str(path)

    def delegation(self):
        """The DS record a parent zone would hold."""
        return dns.dnssec.make_ds(self.apex, self.key.record, dns.dnssec.DSDigest.SHA256)

    def own_records(self, name, kind):
        """Values of the types only a signed zone has; None: ask the zone."""
        if name == self.apex and kind == "DNSKEY":
            return [self.key.record]
        if name == self.apex and kind == "SOA":
            return [dns.rdata.from_text(IN, dns.rdatatype.SOA, SOA)]
        return None

    def covers(self, name):
        return name.is_subdomain(self.apex) and not any(
            name.is_subdomain(open_zone) for open_zone in self.open_zones)

    def complete(self, reply, zone):
        """Adds signatures and proofs of absence to a reply that is otherwise whole."""
        question = reply.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        for rrset in list(reply.answer):
            if self.covers(rrset.name):
                self.sign_into(reply.answer, rrset)
        end = self.end_of(reply)
        if reply.rcode() in (0, 3) and not self.is_answered(reply, end):
            self.prove_absence(reply, end, kind, zone)

    def end_of(self, reply):
        """Where the aliases lead."""
        name = reply.question[0].name
        for rrset in reply.answer:
            if rrset.rdtype == dns.rdatatype.CNAME and rrset.name == name:
                name = rrset[0].target
        return name

    def is_answered(self, reply, end):
        wanted = reply.question[0].rdtype
        return any(rrset.name == end and rrset.rdtype == wanted for rrset in reply.answer)

    def prove_absence(self, reply, name, kind, zone):
        if name in self.open_zones and kind == "DS":
            reply.set_rcode(0)
            self.absent(reply, name, ["NS"])
        elif not self.covers(name):
            return
        elif reply.rcode() == 3:
            self.nonexistent(reply, name)
        else:
            self.absent(reply, name, zone.kinds(name))

    def absent(self, reply, name, kinds):
        """NODATA: the name is there, the type is not."""
        self.begin_proof(reply, name)
        self.add_nsec(reply, name, (name, dns.name.Name((b"\0", *name.labels))), kinds)

    def nonexistent(self, reply, name):
        """NXDOMAIN, by records that cover just this name and its wildcard: neither it nor
        anything the zone really holds may lie between (RFC 4470)."""
        self.begin_proof(reply, name)
        parent = name.parent()
        before = dns.name.Name((name.labels[0][:-1] + bytes([name.labels[0][-1] - 1]) + b"~",
                                *parent.labels))
        behind = dns.name.Name((name.labels[0] + b"\0", *parent.labels))
        self.add_nsec(reply, name, (before, behind), [])
        self.add_nsec(reply, name, (dns.name.Name((b"!", *parent.labels)),
                                    dns.name.Name((b"+", *parent.labels))), [])

    def begin_proof(self, reply, name):
        soa = dns.rrset.from_text(self.apex, 60, "IN", "SOA", SOA)
        reply.authority = [soa]
        self.sign_into(reply.authority, soa, name)

    def add_nsec(self, reply, about, span, kinds):
        owner, following = span
        record = dns.rdtypes.ANY.NSEC.NSEC(IN, dns.rdatatype.NSEC, following,
                                           bitmap([*NSEC_TYPES, *kinds]))
        rrset = dns.rrset.from_rdata(owner, 60, record)
        reply.authority.append(rrset)
        self.sign_into(reply.authority, rrset, about)

    def sign_into(self, section, rrset, about=None):
        """`about`: the name a proof of absence speaks of."""
        how = self.spoiled.get(about or rrset.name)
        if how == "stripped":
            return
        key = self.stranger if how == "stranger" else self.key
        signature = key.sign(rrset, age_s=90 * 24 * HOUR if how == "expired" else 0)
        if how == "forged":
            altered = bytearray(signature.signature)
            altered[10] ^= 1
            signature = signature.replace(signature=bytes(altered))
        section.append(dns.rrset.from_rdata(rrset.name, rrset.ttl, signature))
