"""Events and `explain --json` keep what schema/event.schema.json promises, and all of it."""

import copy
import json
import os
import subprocess

import jsonschema
import pytest

from hostile import CASES
from letters import letter
from rig.dns import DnsServer
from rig.dovecot import Dovecot
from rig.house import House, program
from rig.receiver import Receiver

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPES = """ticket.created ticket.replied ticket.answered lead.created campaign.replied
    contact.unsubscribed complaint.received delivery.failed delivery.delayed
    message.auto_reply message.spam message.held mailbox.failing mailbox.recovered
    mailbox.reset webhook.disabled ticket.updated webhook.test""".split()
# What the thirty mails of the demo make.
SEEN = {"ticket.created", "ticket.replied", "ticket.answered", "lead.created",
        "campaign.replied", "contact.unsubscribed", "complaint.received", "delivery.failed",
        "message.auto_reply", "message.spam"}


@pytest.fixture(scope="module")
def schema():
    with open(os.path.join(PROJECT, "schema", "event.schema.json"), encoding="utf-8") as file:
        made = json.load(file)
    jsonschema.Draft202012Validator.check_schema(made)
    return made


@pytest.fixture(scope="module")
def valid(schema):
    """Raises for an event that the schema refuses."""
    return jsonschema.Draft202012Validator(schema).validate


def bodies(house):
    return [json.loads(row["body"]) for row in house.sql("SELECT body FROM events ORDER BY rowid")]


@pytest.fixture(scope="module")
def heard(tmp_path_factory, samples):
    """One pass over the thirty mails: (every event on record, those the webhook got)."""
    folder = tmp_path_factory.mktemp("house")
    with Dovecot() as box, DnsServer(samples[1]) as dns, Receiver() as hooks:
        for name in ("Sent", "INBOX", "Junk"):
            box.deliver_all([(mail.octets, mail.date) for mail in samples[0]
                             if mail.folder == name], name)
        house = House(folder, box, dns, hooks)
        house.once()
        return bodies(house), [event.body for event in hooks.events]


@pytest.fixture
def events(heard):
    return copy.deepcopy(heard[0])


def explained(mails):
    done = subprocess.run([program(), "explain", "--json", "--resolver", "none", "-"],
                          input=mails, capture_output=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def places(value, path=()):
    """Every key of every object: (path, object, key); items of a list share a path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), value, key
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner, (*path, "[]"))


def one_of_each_key(events):
    """(path, event, spot): a copy of an event, and the object in it that has the key."""
    seen = set()
    for event in events:
        for path, _, _ in places(event):
            if path in seen or path[-2:-1] == ("scores",):
                continue
            seen.add(path)
            changed = copy.deepcopy(event)
            spot = next(spot for found, spot, _ in places(changed) if found == path)
            yield path, changed, spot


def test_every_type_of_the_contract_is_named(schema):
    assert schema["$defs"]["type"]["enum"] == TYPES


def test_every_property_is_required(schema):
    objects = [thing for _, thing, key in places(schema) if key == "required"]
    assert len(objects) > 25
    for thing in objects:
        assert set(thing["required"]) == set(thing["properties"])


def test_events_of_a_real_house_are_valid(heard, valid):
    for event in heard[0] + heard[1]:
        valid(event)
    assert {event["type"] for event in heard[0]} == SEEN


def test_our_answer_is_an_event_too(house, box, valid):
    box.deliver(letter("Where is my parcel?", Message_ID="<parcel@correo.example>"))
    house.once()
    box.deliver(letter("Re: Where is my parcel?", From="Demo <support@demo.example>",
                       In_Reply_To="<parcel@correo.example>"), "Sent")
    house.once()
    answered = bodies(house)[-1]
    valid(answered)
    assert answered["type"] == "ticket.answered"
    assert answered["data"]["ticket"]["first_response_seconds"] is not None


def test_a_mailbox_in_trouble_is_an_event_too(house, valid):
    house.write_secret("mailbox.password", "not the password at all")
    house.once(expect=78)
    (failing,) = bodies(house)
    valid(failing)
    assert failing["type"] == "mailbox.failing"
    assert failing["data"]["mailbox"]["name"] == "support"
    del failing["data"]["because"]
    with pytest.raises(jsonschema.ValidationError):
        valid(failing)


def test_events_of_hostile_mail_are_valid_and_short(house, box, hooks, valid):
    house.configure(webhooks=[house.webhook(hooks, events=["*", "message.spam",
                                                           "message.held"])])
    box.deliver_all([case() for case in CASES])
    house.once()
    assert len(hooks.events) == house.count("events") == len(CASES)
    assert hooks.failures == []
    for event in hooks.events:
        valid(event.body)
        assert len(event.raw) < 20_000


def test_nothing_is_sent_that_the_schema_does_not_name(events, schema):
    def check(value, rule, path):
        for part in [rule, *rule.get("anyOf", [])]:
            if "$ref" in part:
                rule = schema["$defs"][part["$ref"].rsplit("/", 1)[1]]
        if isinstance(value, dict) and "properties" in rule:
            for key, inner in value.items():
                assert key in rule["properties"], f"{path}.{key}"
                check(inner, rule["properties"][key], f"{path}.{key}")
        if isinstance(value, list):
            for inner in value:
                check(inner, rule["items"], f"{path}[]")

    for event in events:
        check(event["data"], {"$ref": "#/$defs/data"}, event["type"])


def test_a_missing_key_is_refused_wherever_it_is_missing(events, valid):
    removed = 0
    for path, event, spot in one_of_each_key(events):
        del spot[path[-1]]
        with pytest.raises(jsonschema.ValidationError):
            valid(event)
            pytest.fail(f"nobody misses {'.'.join(path)}")
        removed += 1
    assert removed > 120


@pytest.mark.parametrize("path", [
    ("type",), ("data", "ticket", "status"), ("data", "ticket", "kind"),
    ("data", "message", "direction"), ("data", "auth", "verdict"),
    ("data", "auth", "spf", "result"), ("data", "classification", "label"),
    ("data", "spam", "verdict"), ("data", "thread", "method"),
])
def test_a_wrong_word_is_refused(events, valid, path):
    event = next(event for event in events if event["type"] == "ticket.created")
    spot = event
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = "unheard-of"
    with pytest.raises(jsonschema.ValidationError):
        valid(event)


def test_a_time_without_zone_is_refused(events, valid):
    events[0]["timestamp"] = "2026-11-23 10:00:00"
    with pytest.raises(jsonschema.ValidationError):
        valid(events[0])


def test_new_fields_are_welcome(events, valid):
    events[0]["data"]["message"]["mood"] = "sunny"
    valid(events[0])


def test_explain_prints_what_the_schema_says(samples, schema):
    check = jsonschema.Draft202012Validator(
        {"$ref": "#/$defs/explained", "$defs": schema["$defs"]}).validate
    for mail in samples[0]:
        for data in explained(mail.octets):
            check(data)
            with pytest.raises(jsonschema.ValidationError):
                check({**data, "auth": {}})


def test_an_empty_mail_is_explained_in_full(schema):
    check = jsonschema.Draft202012Validator(
        {"$ref": "#/$defs/explained", "$defs": schema["$defs"]}).validate
    for mail in (b"\r\n", b"x", b"Subject: alone\r\n\r\n"):
        (data,) = explained(mail)
        check(data)
