"""Turns a JSON-lines suite into lines that the C test reads: `key token token ...`,
each token percent-encoded, a case from `case` to `end`."""

import base64
import json
import sys
from urllib.parse import quote


def say(key, *tokens):
    print(key, *(quote(str(token), safe="") or "%20" for token in tokens))


def say_records(name, kind, values):
    if isinstance(values, str) and values in ("TIMEOUT", "SERVFAIL", "REFUSED"):
        say("dns", name, kind)
        return
    for value in [values] if isinstance(values, str) else values:
        if value in ("TIMEOUT", "SERVFAIL", "REFUSED"):
            say("dns", name, kind)
        elif kind == "TXT":
            text = value if isinstance(value, str) else "".join(value)
            say("dns", name, kind, text.replace("\0", "\ufffd"))
        elif kind == "MX":
            say("dns", name, kind, f"{value[0]} {value[1]}")
        else:
            say("dns", name, kind, value)


def say_zone(zone):
    for name, types in zone.items():
        if isinstance(types, str):
            say("dns", name, "*")
            continue
        say("dns", name, "-", "exists")
        for kind, values in types.items():
            say_records(name, kind, values)


def say_value(key, value):
    if isinstance(value, list):
        say(key, *(v if isinstance(v, str) else json.dumps(v) for v in value))
    elif isinstance(value, dict):
        for inner, what in value.items():
            say_value(f"{key}.{inner}", what)
    elif value is not None:
        say(key, value)


def as_bytes(text):
    try:
        return base64.b64encode(text.encode("latin-1")).decode()
    except UnicodeEncodeError:
        return base64.b64encode(text.encode("utf-8")).decode()


def say_results(case):
    """The expected header in the one-line form that the C test prints of its own."""
    options = (case["opts"] + [False, False])[:2]
    say("relaxed", int(options[0]))
    say("utf8", int(options[1]))
    say("header", as_bytes(case["header"].split(":", 1)[1]))
    expect = case["expect"]
    if "error" in expect:
        say("expect", "error")
    else:
        parts = [expect["authserv_id"], str(expect["version"])]
        for result in expect["results"]:
            properties = sorted(
                f"{kind}.{name}={value}"
                for kind, inner in result["props"].items()
                for name, value in inner.items()
            )
            parts.append(
                f"{result['method']}/{result['method_version']}={result['result']}"
                f" [{result.get('reason', '')}] " + ",".join(properties)
            )
        say("expect", "; ".join(parts))
    print("end")


def say_trustpath(case):
    """SpamAssassin's networks as ours: short forms written out, loopback always inside,
    exceptions (`!`) left out because we have none."""
    words = [w for c in case["config"] if not c.startswith("msa") for w in c.split()[1:]]
    networks = ["127.0.0.0/8"]
    for word in words or ["10/8", "192.168/16", "172.16/12"]:
        base, slash, prefix = word.partition("/")
        if ":" not in base:
            base += ".0" * (3 - base.count("."))
        if not word.startswith("!"):
            networks.append(base + slash + prefix)
    say("networks", *networks)
    say("headers", *case["headers"])
    say("border", (case["expect"]["untrusted"] or [""])[0])
    print("end")


def main():
    with open(sys.argv[1], encoding="utf-8") as suite:
        for line in suite:
            case = json.loads(line)
            say("case", case["id"])
            say_zone(case.get("dns", {}))
            if case["kind"] == "ar_parse":
                say_results(case)
                continue
            if case["kind"] == "trustpath":
                say_trustpath(case)
                continue
            for key, value in case.items():
                if key not in ("id", "dns", "kind", "why", "note"):
                    say_value(key, value)
            if "expect" in case and case["expect"] is None:
                say("expect_null", "true")
            print("end")


main()
