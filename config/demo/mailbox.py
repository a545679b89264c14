#!/usr/bin/env python3
"""Makes the sample mailbox: 30 mails as they would arrive today, and the DNS to judge them.

    from demo.mailbox import make_mailbox
    mails, zone = make_mailbox()        # [SampleMail(folder, octets, date, name)], zone
    python3 config/demo/mailbox.py OUT  # OUT/NN-name.eml and OUT/zone.json

The texts lie in mails/NN-name.eml. Their `Demo-` lines say what the generator adds:
  Demo-From: IP HELO <ENVELOPE>   the Return-Path and the Received line of mx.demo.example
  Demo-Sign: DOMAIN               a DKIM signature with a key that is made on the spot
  Demo-Age: 1d2h30m               how long ago it arrived
  Demo-Folder: Junk               INBOX where it is missing
  Demo-Charset: windows-1252      utf-8 where it is missing
Lines of the header that are not ASCII become encoded words.
"""

import base64
import email.header
import email.utils
import io
import json
import os
import re
import sys
import time
import unittest.mock
import zipfile
from dataclasses import dataclass

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

MAILS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mails")
OUR_HOST = "mx.demo.example"
SELECTOR = "demo"
SIGNED = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
          "Reply-To", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
UNITS_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}

# What each domain publishes besides its key: the senders it names, and its policy.
DOMAINS = {
    "demo.example": ("v=spf1 ip4:203.0.113.5 -all", "v=DMARC1; p=reject"),
    "aurora.example": ("v=spf1 ip4:192.0.2.10 -all", "v=DMARC1; p=quarantine"),
    "brightfield.example": ("v=spf1 ip4:192.0.2.40 ~all", "v=DMARC1; p=reject"),
    "norte.example": ("v=spf1 a:smtp.norte.example -all", "v=DMARC1; p=none"),
    "webmail.example": ("v=spf1 ip4:192.0.2.60 ip4:192.0.2.80 -all", "v=DMARC1; p=reject"),
    "correo.example": ("v=spf1 include:_spf.correo.example -all", "v=DMARC1; p=none"),
    "oldtown.example": ("v=spf1 mx -all", None),
    "bulk.example": (None, None),
}


@dataclass
class SampleMail:
    name: str
    folder: str
    octets: bytes
    date: int  # epoch seconds: when the server took it in


def stamp(when):
    return email.utils.formatdate(when).replace("-0000", "+0000")


def seconds_of(age):
    return sum(int(n) * UNITS_S[unit] for n, unit in re.findall(r"(\d+)([dhms])", age))


def encoded_words(text, charset):
    if text.isascii():
        return text
    return email.header.Header(text, charset, maxlinelen=10_000).encode()


def header_line(line, charset):
    """ASCII for the wire: display names and subjects become encoded words."""
    if line.isascii():
        return line
    name, _, value = line.partition(": ")
    person = re.fullmatch(r"(.*?) (<[^<>]*>)", value)
    if person:
        return f"{name}: {encoded_words(person[1], charset)} {person[2]}"
    return f"{name}: {encoded_words(value, charset)}"


def in_lines(octets):
    return base64.encodebytes(octets).decode("ascii").rstrip("\n")


def sample_pdf():
    """The smallest file that a viewer opens: one empty page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"]
    octets, places = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(octets))
        octets += b"%d 0 obj%sendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return octets + (b"xref\n0 4\n0000000000 65535 f \n" + table
                     + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(octets))


def sample_zip():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for night in ("monday", "tuesday"):
            archive.writestr(f"{night}.log", f"02:00:01 sync started\n02:00:31 {night}: 502\n")
    return made.getvalue()


class Keys:
    """One RSA key a domain, made when it is first needed."""

    def __init__(self):
        self.keys = {}

    def private_pem(self, domain):
        if domain not in self.keys:
            self.keys[domain] = rsa.generate_private_key(65537, 2048)
        return self.keys[domain].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption())

    def record(self, domain):
        public = self.keys[domain].public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        return [text[i : i + 255] for i in range(0, len(text), 255)]


def make_zone(keys):
    zone = {
        "_spf.correo.example": {"TXT": [["v=spf1 ip4:192.0.2.70 ?all"]]},
        "smtp.norte.example": {"A": ["192.0.2.50"]},
        "mx.oldtown.example": {"A": ["192.0.2.25"], "TXT": [["v=spf1 a -all"]]},
        OUR_HOST: {"A": ["203.0.113.9"]},
    }
    for domain, (spf, dmarc) in DOMAINS.items():
        server = {"oldtown.example": "mx.oldtown.example"}.get(domain, f"mx.{domain}")
        zone[domain] = {"MX": [[10, server]]}
        zone.setdefault(server, {"A": ["192.0.2.99"]})
        if spf:
            zone[domain]["TXT"] = [[spf]]
        if dmarc:
            zone[f"_dmarc.{domain}"] = {"TXT": [[dmarc]]}
        if domain in keys.keys:
            zone[f"{SELECTOR}._domainkey.{domain}"] = {"TXT": [keys.record(domain)]}
    return zone


def split_template(text):
    """The Demo- lines as a dict, the header lines, the body."""
    header, _, body = text.partition("\n\n")
    orders, lines = {}, []
    for line in header.split("\n"):
        if line.startswith("Demo-"):
            name, _, value = line[5:].partition(": ")
            orders[name] = value
        else:
            lines.append(line)
    return orders, lines, body


def arrival_lines(orders, when):
    ip, helo, envelope = orders["From"].split(" ")
    return [
        f"Return-Path: {envelope}",
        f"Received: from {helo} ({helo} [{ip}])",
        f"\tby {OUR_HOST} (Postfix) with ESMTPS id {when % 0xFFFFFFF:07X}",
        f"\tfor <support@demo.example>; {stamp(when)}",
    ]


def signature(mail, domain, keys, when):
    # dkimpy stamps t= with the wall clock; the mail was signed when it was sent.
    with unittest.mock.patch("dkim.time.time", return_value=when):
        return dkim.sign(mail, SELECTOR.encode(), domain.encode(),
                         keys.private_pem(domain), canonicalize=(b"relaxed", b"relaxed"),
                         include_headers=[name.lower().encode() for name in SIGNED
                                          if f"\n{name.lower()}:".encode() in
                                          b"\n" + mail.split(b"\r\n\r\n")[0].lower()])


def make_mail(name, text, now, keys):
    orders, lines, body = split_template(text)
    when = int(now) - seconds_of(orders["Age"])
    charset = orders.get("Charset", "utf-8")
    lines.insert(0, f"Date: {stamp(when - 2)}")
    header = [header_line(line, charset) for line in lines]
    body = (body.replace("@@DATE@@", stamp(when - 5))
            .replace("@@PDF@@", in_lines(sample_pdf()))
            .replace("@@ZIP@@", in_lines(sample_zip())))
    mail = "\r\n".join(header).encode("ascii") + b"\r\n\r\n"
    mail += body.replace("\n", "\r\n").encode(charset)
    if "Sign" in orders:
        mail = signature(mail, orders["Sign"], keys, when - 1) + mail
    if "From" in orders:
        mail = "\r\n".join(arrival_lines(orders, when)).encode("ascii") + b"\r\n" + mail
    return SampleMail(name, orders.get("Folder", "INBOX"), mail, when)


def make_mailbox(now=None):
    """All mails in the order of their numbers, and the zone that speaks for their senders."""
    keys = Keys()
    mails = []
    for file in sorted(os.listdir(MAILS)):
        with open(os.path.join(MAILS, file), encoding="utf-8") as template:
            mails.append(make_mail(file.removesuffix(".eml"), template.read(),
                                   time.time() if now is None else now, keys))
    return mails, make_zone(keys)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    mails, zone = make_mailbox()
    for mail in mails:
        with open(os.path.join(folder, f"{mail.name}.eml"), "wb") as file:
            file.write(mail.octets)
    with open(os.path.join(folder, "zone.json"), "w", encoding="utf-8") as file:
        json.dump(zone, file, indent=1)
    print(f"{len(mails)} mails and zone.json are in {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: config/demo/mailbox.py FOLDER")
    main(sys.argv[1])
