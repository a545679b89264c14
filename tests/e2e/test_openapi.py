"""schema/openapi.yaml names every webhook, and its examples are events as they are sent.

Where a field was added: tests/e2e/write_openapi.py > schema/openapi.yaml
"""

import json
import os

import jsonschema
import pytest
import yaml

SCHEMA = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "schema")


def read(name, reader):
    with open(os.path.join(SCHEMA, name), encoding="utf-8") as file:
        return reader(file)


@pytest.fixture(scope="module")
def api():
    return read("openapi.yaml", yaml.safe_load)


@pytest.fixture(scope="module")
def schema():
    return read("event.schema.json", json.load)


def content(webhook):
    return webhook["post"]["requestBody"]["content"]["application/json"]


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_names_the_same_types_as_the_schema(api, schema):
    assert api["openapi"].startswith("3.1")
    assert list(api["webhooks"]) == schema["$defs"]["type"]["enum"]


def test_every_type_has_an_example_and_it_is_valid(api, schema):
    # A newer `referencing` is not in Debian 12: the one file it refers to is put in place.
    for kind, webhook in api["webhooks"].items():
        rules = [schema if part == {"$ref": "event.schema.json"} else part
                 for part in content(webhook)["schema"]["allOf"]]
        assert rules[0] is schema
        (example,) = content(webhook)["examples"].values()
        for rule in rules:
            jsonschema.Draft202012Validator(rule).validate(example["value"])
        assert example["value"]["type"] == kind


def test_an_example_of_another_type_is_refused(api):
    rule = content(api["webhooks"]["ticket.created"])["schema"]["allOf"][1]
    (other,) = content(api["webhooks"]["lead.created"])["examples"].values()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(rule).validate(other["value"])


def test_every_reference_leads_somewhere(api):
    found = set(references(api["webhooks"]))
    assert "event.schema.json" in found
    for reference in found - {"event.schema.json"}:
        place = api
        assert reference.startswith("#/")
        for key in reference[2:].split("/"):
            place = place[key]


def test_every_webhook_says_what_it_sends_and_how_answers_are_taken(api):
    for webhook in api["webhooks"].values():
        post = webhook["post"]
        names = [reference["$ref"].rsplit("/", 1)[1] for reference in post["parameters"]]
        assert names == ["id", "timestamp", "signature"]
        assert {"2XX", "410", "429", "503", "default"} == set(post["responses"])
        assert post["summary"].endswith(".")


def test_examples_hold_nothing_secret_and_stay_readable(api):
    for webhook in api["webhooks"].values():
        (example,) = content(webhook)["examples"].values()
        text = json.dumps(example)
        assert "whsec_" not in text
        assert len(text) < 20_000
