#!/usr/bin/python3
"""Seeds and outside sources -> one TSV for train_model.

prepare.py SEED_FOLDER [DATA_FOLDER [WITHOUT_SOURCE]] > examples.tsv

Only sources whose licence allows it get the role `train`; every other one is
`measure`. Sources weigh little, so that no single house drowns the authored seeds.
"""
import email
import email.policy
import hashlib
import json
import pathlib
import sys

# The data folder's README decides this list; what is not here never trains. The
# number is the most that one source may give to one label. All of an outside source
# weighs little: it is alike in itself and would otherwise teach its own voice.
MAY_TRAIN = {
    "banking77": 3000,
    "cfpb-ibm": 3000,
    "alibaba-rfq-xvrukx": 3000,
    "cypherpunks": 3000,
}
OUTSIDE_WEIGHT = 0.07


def cell(text):
    out = (text or "").replace("\0", " ").replace("\\", "\\\\")
    return out.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "")


def row(role, item, source):
    weight = 1.0 if source == "seed" else OUTSIDE_WEIGHT
    fields = [role, item["lang"], item["label"], f"{weight}", source]
    print("\t".join(fields + [cell(item.get("subject")), cell(item.get("body"))]))


def seeds(folder):
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            item = json.loads(line)
            if item.get("authored") is not True:
                sys.exit(f"{path}: a seed that is not marked as authored")
            yield item


def plain_body(path):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            raw = part.get_payload(decode=True) or b""
            return raw.decode("utf-8", "replace")
    return ""


def without_quotes(text):
    kept = [line for line in text.splitlines() if not line.startswith(">")]
    return "\n".join(kept)


def outside(folder):
    for line in (folder / "text.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        item = json.loads(line)
        if item.get("path") and not item.get("body"):
            item["body"] = plain_body(folder / item["path"])
        item["body"] = without_quotes(item.get("body") or "")
        yield item


def by_hash(item):
    return hashlib.sha256(item["id"].encode()).hexdigest()


def main():
    for item in seeds(pathlib.Path(sys.argv[1])):
        row("train", item, "seed")
    if len(sys.argv) < 3:
        return
    without = sys.argv[3:4]
    taken = {}
    for item in sorted(outside(pathlib.Path(sys.argv[2])), key=by_hash):
        source = item["source"]
        pot = (source, item["label"])
        if source not in MAY_TRAIN or source in without:
            row("measure", item, source)
        elif taken.setdefault(pot, 0) < MAY_TRAIN[source]:
            taken[pot] += 1
            row("train", item, source)


if __name__ == "__main__":
    main()
