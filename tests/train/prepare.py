#!/usr/bin/python3
"""Seeds and outside sources -> the lines that `postroom train` learns from.

prepare.py SEED_FOLDER [DATA_FOLDER [WITHOUT_SOURCE]] > examples.jsonl
prepare.py --held-out DATA_FOLDER > held-out.jsonl

Only sources whose licence allows it are written for training; `--held-out` writes all
others, for measuring. With a source to do without, that one is not written.
"""
import email
import email.policy
import hashlib
import json
import pathlib
import sys

# The data folder's README decides this list; what is not here never trains.
MAY_TRAIN = ("banking77", "cfpb-ibm", "alibaba-rfq-xvrukx", "cypherpunks")
# Seeds of languages that have few of them share spellings with their neighbours.
WEIGHTS = {"en": 1.0, "es": 1.0}
FEW_WEIGHT = 0.5


def seeds(folder):
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            item = json.loads(line)
            if item.get("authored") is not True:
                sys.exit(f"{path}: a seed that is not marked as authored")
            item["source"] = path.stem
            item["weight"] = WEIGHTS.get(item["lang"], FEW_WEIGHT)
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


def by_hash(item):
    return hashlib.sha256(item["id"].encode()).hexdigest()


def outside(folder):
    items = []
    for line in (folder / "text.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        item = json.loads(line)
        if item.get("path") and not item.get("body"):
            item["body"] = plain_body(folder / item["path"])
        item["body"] = without_quotes(item.get("body") or "").replace("\0", " ")
        items.append(item)
    return sorted(items, key=by_hash)


def write(item):
    wanted = ("id", "lang", "label", "source", "weight", "authored", "subject", "body")
    print(json.dumps({key: item[key] for key in wanted if key in item}, ensure_ascii=False))


def main():
    if sys.argv[1] == "--held-out":
        for item in outside(pathlib.Path(sys.argv[2])):
            if item["source"] not in MAY_TRAIN:
                write(item)
        return
    for item in seeds(pathlib.Path(sys.argv[1])):
        write(item)
    without = sys.argv[3:4]
    for item in outside(pathlib.Path(sys.argv[2])) if sys.argv[2:] else []:
        if item["source"] in MAY_TRAIN and item["source"] not in without:
            write(item)


if __name__ == "__main__":
    main()
