#!/usr/bin/env python3
"""Makes schema/openapi.yaml: each webhook with an example that a real house sent.

    tests/e2e/write_openapi.py > schema/openapi.yaml      # after a field of an event was added

The house reads the demo's mails and some more; what no mail can cause is made from what
it said about its mailbox. Needs $POSTROOM, or build/release/postroom.
"""

import json
import os
import sys
import tempfile

import yaml

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(PROJECT, "tests"), os.path.join(PROJECT, "config")]

from demo.mailbox import make_mailbox  # noqa: E402
from rig.dns import DnsServer  # noqa: E402
from rig.dovecot import Dovecot  # noqa: E402
from rig.house import House  # noqa: E402
from rig.receiver import Receiver  # noqa: E402

FIRST = """\
# tests/e2e/write_openapi.py makes this file: each example came out of a real house.
"""
SUMMARIES = {
    "ticket.created": "A customer's mail opened a ticket (label support, or other).",
    "ticket.replied": "A customer's mail joined a ticket that was there.",
    "ticket.answered": "Our reply was seen in Sent.",
    "lead.created": "Somebody wants to buy.",
    "campaign.replied": "Somebody answered a campaign.",
    "contact.unsubscribed": "Somebody wants no more campaigns.",
    "complaint.received": "A complaint, by a person or by a feedback loop (RFC 5965).",
    "delivery.failed": "A mail of ours did not arrive (RFC 3464).",
    "delivery.delayed": "A mail of ours is late; its server still tries.",
    "message.auto_reply": "Out of office, or an acknowledgement; opens and reopens nothing.",
    "message.spam": "Spam or phishing was filed. Sent only where subscribed by name.",
    "message.held": "No sorter could read a mail; `postroom held` has it. Sent only where "
                    "subscribed by name.",
    "mailbox.failing": "A mailbox cannot be read.",
    "mailbox.recovered": "A mailbox can be read again.",
    "mailbox.reset": "The server renumbered a folder (a new UIDVALIDITY).",
    "webhook.disabled": "Another webhook answered 410, or nothing but failures for 120 "
                        "hours, and gets no more events.",
    "ticket.updated": "A sender who could not be judged at first is judged now.",
    "webhook.test": "Somebody ran `postroom webhooks test`. Never sent by itself.",
}
DESCRIPTION = """\
Postroom posts these to every webhook of postroom.yaml that subscribes to them, signed by
Standard Webhooks 1.0.0: verify with any of its libraries and the webhook's secret. Any 2xx is
success. Redirects are not followed. 410 disables the webhook; 429 and 503 with Retry-After
wait that long; all else is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h
and 24 h. An event keeps its webhook-id on each try: skip an id that you have seen. Events of
one ticket arrive in their order.
"""
KEPT_HEADERS = {"From", "To", "Subject", "Message-ID"}
ANSWER = """\
From: Demo Support <support@demo.example>
To: t.whitlock@oldtown.example
Subject: Re: CSV export stops at 10,000 rows
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <answer-rows@demo.example>
In-Reply-To: <export-10000@oldtown.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Tom, the limit is lifted. Please try again.
"""


def delayed(bounce):
    return (bounce.replace(b"Action: failed", b"Action: delayed")
            .replace(b"Status: 5.1.1", b"Status: 4.4.1").replace(b"dsn-4711", b"dsn-4712")
            .replace(b"550 5.1.1 no mailbox of this name here", b"connection timed out")
            .replace(b"Undelivered Mail Returned to Sender", b"Delayed Mail (still being tried)"))


def fill(box, mails):
    for folder in ("Sent", "INBOX", "Junk"):
        box.deliver_all([(mail.octets, mail.date) for mail in mails
                         if mail.folder == folder], folder)
    box.deliver(delayed(next(m.octets for m in mails if m.name.startswith("13-"))))


def real_events():
    """The first event of each type that a house over the demo's mails makes."""
    mails, zone = make_mailbox()
    with tempfile.TemporaryDirectory() as folder, Dovecot() as box, \
            DnsServer(zone) as dns, Receiver() as hooks:
        house = House(folder, box, dns, hooks)
        fill(box, mails)
        house.once()
        box.deliver(ANSWER.replace("\n", "\r\n").encode(), "Sent")
        hooks.script = lambda n, event: 410
        house.once()
        house.write_secret("mailbox.password", "wrong")
        house.once(expect=78)
        events = [json.loads(row["body"]) for row in
                  house.sql("SELECT body FROM events ORDER BY rowid")]
    return {event["type"]: event for event in reversed(events)}


def made_from(event, kind, because, **more):
    return {**event, "type": kind, "data": {**event["data"], **more, "because": because}}


def judged_late(event):
    """What follows `event` when its sender's verdict came later."""
    known = event["data"]
    data = {key: known[key] for key in ("mailbox", "ticket", "message", "auth")}
    data["ticket"] = {**known["ticket"], "is_new": False,
                      "sequence": known["ticket"]["sequence"] + 1}
    return {**event, "type": "ticket.updated", "data": data}


def trimmed(event):
    """Shorter, and in times that do not move when nothing else does."""
    message = event["data"].get("message")
    if message:
        event["timestamp"] = message["received_at"]
        message["headers"] = [pair for pair in message["headers"] if pair[0] in KEPT_HEADERS]
        message["html"] = None
    classified = event["data"].get("classification")
    if classified:
        classified["reasons"] = classified["reasons"][:2]
        classified["scores"] = {label: round(score, 6)
                                for label, score in classified["scores"].items()}
    return event


def examples():
    found = real_events()
    failing = found["mailbox.failing"]
    mailbox = found["ticket.created"]["data"]["mailbox"]
    found["mailbox.recovered"] = made_from(failing, "mailbox.recovered",
                                           "the mailbox works again")
    found["mailbox.reset"] = made_from(failing, "mailbox.reset",
                                       "the server renumbered the folder (UIDVALIDITY)")
    found["message.held"] = made_from(failing, "message.held", "two sorters died of it",
                                      mailbox=mailbox, size=88123)
    found["webhook.test"] = made_from(found["webhook.disabled"], "webhook.test",
                                      "postroom webhooks test")
    found["ticket.updated"] = judged_late(found["ticket.created"])
    return {kind: trimmed(found[kind]) for kind in SUMMARIES}


def header(name, description, pattern=None):
    schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "required": True, "description": description,
            "schema": schema}


def webhook(kind, example):
    schema = {"allOf": [{"$ref": "event.schema.json"},
                        {"properties": {"type": {"const": kind}}}]}
    return {"post": {
        "operationId": kind.replace(".", "_"),
        "summary": SUMMARIES[kind],
        "parameters": [{"$ref": f"#/components/parameters/{name}"}
                       for name in ("id", "timestamp", "signature")],
        "requestBody": {"required": True, "content": {"application/json": {
            "schema": schema, "examples": {kind: {"value": example}}}}},
        "responses": {code: {"$ref": f"#/components/responses/{name}"} for code, name in
                      (("2XX", "taken"), ("410", "gone"), ("429", "later"),
                       ("503", "later"), ("default", "failed"))},
    }}


def document():
    with open(os.path.join(PROJECT, "CMakeLists.txt"), encoding="utf-8") as file:
        version = file.read().split("VERSION ")[2].split()[0]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Postroom webhooks", "version": version, "description": DESCRIPTION,
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "webhooks": {kind: webhook(kind, event) for kind, event in examples().items()},
        "components": {
            "parameters": {
                "id": header("webhook-id", "a UUID; the same on each try of an event"),
                "timestamp": header("webhook-timestamp", "seconds since the epoch of this try",
                                    "^[0-9]+$"),
                "signature": header(
                    "webhook-signature", "v1 and base64 of HMAC-SHA256 over id, timestamp and "
                    "body; two while a secret is rotated", "^v1,[A-Za-z0-9+/=]+( v1,.+)*$"),
            },
            "responses": {
                "taken": {"description": "taken; nothing else is read of the answer"},
                "gone": {"description": "no more, please: the webhook is disabled"},
                "later": {"description": "tried again after Retry-After, or by schedule",
                          "headers": {"Retry-After": {
                              "description": "seconds or an HTTP date (RFC 9110), at most a day",
                              "schema": {"type": "string"}}}},
                "failed": {"description": "tried again by schedule; redirects too"},
            },
        },
    }


class Writer(yaml.SafeDumper):
    """Repeats what is repeated: anchors are not for readers of an API."""

    def ignore_aliases(self, data):
        return True


def write_text(writer, text):
    style = "|" if text.count("\n") > 1 and not text.endswith("\n\n") else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Writer.add_representer(str, write_text)

if __name__ == "__main__":
    sys.stdout.write(FIRST + yaml.dump(document(), Dumper=Writer, sort_keys=False, width=100,
                                       allow_unicode=True, default_flow_style=None))
