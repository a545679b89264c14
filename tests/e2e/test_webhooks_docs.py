"""The snippets of docs/webhooks.md do what it says, on events that a real house sent."""

import json
import os
import re
import subprocess
import sys

import pytest

from letters import letter
from rig.receiver import Receiver

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FORGERY = {"SECRET": "whsec_b3RoZXIgc2VjcmV0IG9mIG5vYm9keSBhdCBhbGw="}
NODE = """
const { secret, headers, body } = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(verify(secret, headers, body));
"""
PYTHON = """
import json, sys
told = json.load(sys.stdin)
print(str(verify(told["secret"], told["headers"], told["body"].encode())).lower())
"""
PHP = """
$told = json_decode(file_get_contents('php://stdin'), true);
echo verify($told['secret'], $told['headers'], $told['body']) ? 'true' : 'false';
"""
PROGRAMS = {"javascript": (["node", "-e"], NODE), "python": ([sys.executable, "-c"], PYTHON),
            "php": (["php", "-r"], PHP)}


def snippets(language):
    with open(os.path.join(PROJECT, "docs", "webhooks.md"), encoding="utf-8") as file:
        return re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.M | re.S)


@pytest.fixture
def event(house, box, hooks):
    box.deliver(letter("¿Dónde está mi pedido? 📦"))
    house.once()
    return hooks.events[0]


def says(language, event, secret, **changes):
    (snippet,) = snippets(language)
    program, driver = PROGRAMS[language]
    headers = {"webhook-id": event.id, "webhook-timestamp": event.timestamp,
               "webhook-signature": event.signature}
    told = {"secret": secret, "body": event.raw.decode(), "headers": {**headers, **changes}}
    done = subprocess.run([*program, snippet + driver], input=json.dumps(told), text=True,
                          capture_output=True, timeout=60, check=True)
    return done.stdout.strip()


def shell(snippet, **variables):
    done = subprocess.run(["bash", "-euc", snippet], env={**os.environ, **variables}, text=True,
                          capture_output=True, timeout=60, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("language", sorted(PROGRAMS))
def test_a_snippet_knows_a_true_event_from_a_forged_one(event, hooks, language):
    assert says(language, event, hooks.secret) == "true"
    assert says(language, event, FORGERY["SECRET"]) == "false"
    stale = {"webhook-timestamp": str(int(event.timestamp) - 3600)}
    assert says(language, event, hooks.secret, **stale) == "false"
    two = {"webhook-signature": f"v1,AAAA v1a,BBBB {event.signature}"}
    assert says(language, event, hooks.secret, **two) == "true"
    event.raw = event.raw.replace(b"pedido", b"perdido")
    assert says(language, event, hooks.secret) == "false"


def test_openssl_makes_the_same_signature(event, hooks):
    by_hand, _ = snippets("bash")
    known = {"ID": event.id, "TIMESTAMP": event.timestamp, "BODY": event.raw.decode()}
    assert "v1," + shell(by_hand, SECRET=hooks.secret, **known) == event.signature
    assert "v1," + shell(by_hand, **FORGERY, **known) != event.signature


def test_curl_hands_the_event_in_once_more(event, hooks):
    _, curl = snippets("bash")
    with Receiver(secret=hooks.secret) as other:
        said = shell(curl, URL=other.url, ID=event.id, TIMESTAMP=event.timestamp,
                     SIGNATURE=event.signature, BODY=event.raw.decode())
        assert said == "204"
        assert other.failures == []
        assert other.events[0].raw == event.raw


def test_the_printed_recipe_is_that_of_the_docs(house):
    by_hand, _ = snippets("bash")
    printed = house.run("webhooks", "test", "crm").stdout
    for line in ("base64 -d | od -An -tx1", "openssl dgst -sha256 -mac HMAC"):
        assert line in by_hand and line in printed
