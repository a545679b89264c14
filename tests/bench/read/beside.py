#!/usr/bin/python3
"""Lays what the program reads beside what another parser said of the same mail.

    tests/bench/read/beside.py build/release/postroom FOLDER

For each FOLDER/**/X.eml with an X.json of mail-parser (Stalwart) beside it: subject, addresses,
texts, and names and sizes of attachments. Prints each difference on a line of its own.
"""

import json
import os
import subprocess
import sys

ADDRESS_FIELDS = ("from", "to", "cc", "reply_to", "sender")


def pairs(folder):
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            told = os.path.join(place, name[:-4] + ".json")
            if name.endswith(".eml") and os.path.exists(told):
                yield os.path.join(place, name), told


def words(text):
    return "".join((text or "").replace("\0", "").split())


def kind(part):
    body = part["body"]
    return body if isinstance(body, str) else next(iter(body))


def content(part):
    body = part["body"]
    return body if isinstance(body, str) else next(iter(body.values()))


def field(headers, name):
    for header in headers:
        said = header["name"]
        said = said if isinstance(said, str) else next(iter(said.values()))
        if said.lower().replace("-", "_") == name:
            return header["value"]
    return None


def addresses(value):
    if not isinstance(value, dict):
        return []
    found = value.get("Address", value)
    listed = found.get("List") or found.get("AddressList") or []
    for group in found.get("Group") or []:
        listed = listed + group.get("addresses", [])
    if "Address" in value and isinstance(found, dict) and "address" in found:
        listed = [found]
    return [((one.get("name") or "").strip(), (one.get("address") or "").strip()) for one in listed]


def name_of(part):
    for header, key in (("content_disposition", "filename"), ("content_type", "name")):
        value = field(part["headers"], header)
        typed = value.get("ContentType") if isinstance(value, dict) else None
        for attribute in (typed or {}).get("attributes") or []:
            if attribute["name"] == key:
                return attribute["value"]
    return None


def theirs(told):
    parts = told["parts"]
    headers = parts[0]["headers"]
    subject = field(headers, "subject")
    texts = [content(parts[at]) for at in told["text_body"] if kind(parts[at]) == "Text"]
    pages = [at for at in told["text_body"] if kind(parts[at]) == "Html"]
    seen = {
        "subject": (subject or {}).get("Text") if isinstance(subject, dict) else None,
        "attachments": sorted((
            (name_of(parts[at]) or "",
             len(content(parts[at])) if kind(parts[at]) in ("Binary", "InlineBinary") else None)
            for at in told["attachments"]), key=repr),
        "text": None if pages else words("".join(texts)),
    }
    for name in ADDRESS_FIELDS:
        seen[name] = addresses(field(headers, name))
    return seen


def one(address):
    return (address.get("name") or "", address.get("address") or "")


def ours(message):
    def listed(value):
        return [one(address) for address in (value if isinstance(value, list) else [value])
                if address and (address.get("address") or address.get("name"))]
    seen = {
        "subject": message["subject"],
        "attachments": sorted(((part["filename"] or "", part["size"])
                               for part in message["attachments"]), key=repr),
        "text": words(message["text"]),
    }
    for name in ADDRESS_FIELDS:
        seen[name] = listed(message[name])
    return seen


def same(name, their, our):
    if name == "text":
        return their is None or their == our
    if name == "subject":
        return words(their) == words(our)
    if name == "attachments":
        return [part[0] for part in their] == [part[0] for part in our] and {
            part for part in their if part[1] is not None} <= set(our)
    if name in ("from", "sender"):
        their, our = their[:1], our[:1]
    return [(words(one[0]), one[1].lower()) for one in their] == [
        (words(one[0]), one[1].lower()) for one in our]


def differences(program, folder):
    """(path, field, theirs, ours) of each difference, and how many mails were laid side by side."""
    found = []
    all_pairs = list(pairs(folder))
    for first in range(0, len(all_pairs), 50):
        batch = all_pairs[first:first + 50]
        done = subprocess.run([program, "explain", "--json", "--resolver", "none", *[mail for mail, _ in batch]],
                              capture_output=True, check=False)
        for (mail, told), line in zip(batch, done.stdout.splitlines(), strict=True):
            facts = json.loads(line)
            with open(told, encoding="utf-8") as file:
                other = theirs(json.load(file))
            mine = ours(facts["message"])
            found += [(os.path.relpath(mail, folder), name, other[name], mine[name])
                      for name in mine if not same(name, other[name], mine[name])]
    return found, len(all_pairs)


def main():
    found, count = differences(sys.argv[1], sys.argv[2])
    for path, name, other, mine in found:
        print(f"{path} {name}\n    theirs {str(other)[:300]!r}\n    ours   {str(mine)[:300]!r}")
    print(f"{count} mails, {len(found)} differences")


if __name__ == "__main__":
    main()
