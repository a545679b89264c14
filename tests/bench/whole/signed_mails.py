"""Mails as companies send them: HTML beside text, a third with an attachment, 22 kB on
average, each signed with DKIM by a key that was made for this run. Returns the mails and
the zone that answers for them. The same seed gives the same texts."""

import base64
import email.utils
import hashlib
import random
import re

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

DOMAINS = 40
SENDING_HOST = "192.0.2.{}"
WORDS = ("invoice order delivery lamp printer export button account password refund size"
         " colour week parcel customer number please thanks question broken error screen"
         " offer price licence contract factura pedido entrega gracias pregunta").split()
SIGNED = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]


class Company:
    def __init__(self, number):
        self.domain = f"company{number}.example"
        self.ip = SENDING_HOST.format(number + 1)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def zone(self):
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        told = base64.b64encode(public).decode()
        return {
            self.domain: {"TXT": [[f"v=spf1 ip4:{self.ip} -all"]], "A": [self.ip],
                          "MX": [[10, f"mail.{self.domain}"]]},
            f"mail.{self.domain}": {"A": [self.ip]},
            f"bench._domainkey.{self.domain}": {"TXT": [[f"v=DKIM1; k=rsa; p={told}"]]},
            f"_dmarc.{self.domain}": {"TXT": [["v=DMARC1; p=reject"]]},
        }

    def signature(self, fields, body):
        """relaxed/simple; our fields are written as relaxed would write them."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        unsigned = (f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.domain}; s=bench; "
                    f"h={':'.join(SIGNED)}; bh={digest}; b=")
        lines = [f"{name}:{fields[name]}" for name in SIGNED]
        lines.append(f"dkim-signature:{unsigned}")
        octets = "\r\n".join(lines).encode()
        made = self.key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        return unsigned + base64.b64encode(made).decode()


def prose(chance, size):
    words = []
    while size > 0:
        words.append(chance.choice(WORDS))
        size -= len(words[-1]) + 1
    return re.sub(r"((?:\S+ ){10})", r"\1\r\n", " ".join(words))


def body_of(chance, size, boundary):
    text = prose(chance, min(size // 6, 3000))
    markup = "".join(f"<p style=\"margin:0 0 12px\">{line}</p>\r\n"
                     for line in prose(chance, size // 2).split("\r\n"))
    parts = [f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
             f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{markup}</body></html>\r\n"]
    if chance.random() < 0.33:
        octets = base64.encodebytes(chance.randbytes(size)).decode().replace("\n", "\r\n")
        parts.append("Content-Type: application/pdf; name=\"order.pdf\"\r\n"
                     "Content-Disposition: attachment; filename=\"order.pdf\"\r\n"
                     f"Content-Transfer-Encoding: base64\r\n\r\n{octets}")
    return "".join(f"--{boundary}\r\n{part}" for part in parts) + f"--{boundary}--\r\n"


def make_mail(chance, company, number):
    boundary = f"part{chance.getrandbits(64):016x}"
    body = body_of(chance, int(chance.lognormvariate(9.55, 0.5)), boundary).encode()
    fields = {
        "from": f"Person {number % 997} <person{number % 997}@{company.domain}>",
        "to": "support@demo.example",
        "subject": f"{prose(chance, 30).strip()} {number}".replace("\r\n", ""),
        "date": email.utils.formatdate(1790000000 + number),
        "message-id": f"<{number}.{chance.getrandbits(48):x}@{company.domain}>",
        "mime-version": "1.0",
        "content-type": f"multipart/mixed; boundary=\"{boundary}\"",
    }
    fields["subject"] = " ".join(fields["subject"].split())
    signature = company.signature(fields, body)
    head = [f"Return-Path: <bounce@{company.domain}>",
            f"Received: from mail.{company.domain} (mail.{company.domain} [{company.ip}])"
            f" by mx.demo.example with ESMTPS id {number:x}; {fields['date']}",
            f"DKIM-Signature: {signature}"]
    head += [f"{name}: {fields[name]}" for name in SIGNED]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def make_mails(count, seed=9):
    chance = random.Random(seed)
    companies = [Company(number) for number in range(DOMAINS)]
    zone = {}
    for company in companies:
        zone.update(company.zone())
    return [make_mail(chance, chance.choice(companies), number)
            for number in range(count)], zone
