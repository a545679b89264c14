#!/usr/bin/python3
"""The figures of docs/model.md: what a house will see that no example came from.

measure.py POSTROOM SEED_FOLDER DATA_FOLDER

Trains several models (some minutes) and prints, for each language, every source with the
kind of its figure: cross-validated (the source trains; no text is judged by a model that saw
it), held out (it never trains; by halves, for only the first half was ever looked at) and
left out (it may train, but this model did without it). The totals are those the bars are
about: each text of the data once, cross-validated or held out.
"""
import collections
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import prepare

FOLDS = 5


class House:
    """Trains and judges with one program, in one folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def write(self, name, items):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            for item in items:
                print(json.dumps(item), file=out)
        return path

    def judge(self, lessons, items):
        """Each item with what a model of the lessons says of it: [(item, answer)]."""
        model = os.path.join(self.folder, "model.bin")
        subprocess.run([self.program, "train", "-o", model, self.write("lessons", lessons)],
                       check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run([self.program, "evaluate", "--json", "--model", model,
                               self.write("items", items)],
                              check=True, capture_output=True, text=True).stdout
        return list(zip(items, map(json.loads, told.splitlines())))


def number(item):
    return int(hashlib.sha256(("x" + item["id"]).encode()).hexdigest(), 16)


def half(item):
    return "second half" if number(item) % 2 else "first half"


def macro_f1(pairs):
    scores = []
    for label in {item["label"] for item, _ in pairs}:
        truth = sum(item["label"] == label for item, _ in pairs)
        said = sum(answer["prediction"] == label for _, answer in pairs)
        both = sum(item["label"] == label == answer["prediction"] for item, answer in pairs)
        scores.append(2 * both / (truth + said))
    return sum(scores) / len(scores)


def is_right(pair):
    return pair[0]["label"] == pair[1]["prediction"]


def calibration_error(pairs):
    gaps = collections.Counter()
    for pair in pairs:
        confidence = pair[1]["confidence"]
        gaps[min(9, int(confidence * 10))] += confidence - is_right(pair)
    return sum(map(abs, gaps.values())) / len(pairs)


def tell(name, pairs):
    sure = [pair for pair in pairs if pair[1]["confidence"] >= 0.9]
    print(f"{name:46} n={len(pairs):5} accuracy={sum(map(is_right, pairs)) / len(pairs):.3f} "
          f"macro_f1={macro_f1(pairs):.3f} sure={len(sure) / len(pairs):.3f} "
          f"right_when_sure={sum(map(is_right, sure)) / max(len(sure), 1):.3f} "
          f"ece={calibration_error(pairs):.3f}")


def tell_groups(pairs, name_of):
    groups = collections.defaultdict(list)
    for pair in pairs:
        groups[name_of(pair[0])].append(pair)
    for name in sorted(groups):
        tell(name, groups[name])


def cross_validate(house, seeds, outside):
    pairs = []
    for fold in range(FOLDS):
        judged = [item for item in outside if number(item) % FOLDS == fold]
        learned = [item for item in outside if number(item) % FOLDS != fold]
        pairs += house.judge(seeds + learned, judged)
    return pairs


def main():
    program, seed_folder, data_folder = sys.argv[1:4]
    seeds = list(prepare.seeds(pathlib.Path(seed_folder)))
    data = list(prepare.outside(pathlib.Path(data_folder)))
    outside = [item for item in data if item["source"] in prepare.MAY_TRAIN]
    never = [item for item in data if item["source"] not in prepare.MAY_TRAIN]
    with tempfile.TemporaryDirectory() as folder:
        house = House(program, folder)
        crossed = cross_validate(house, seeds, outside)
        held = house.judge(seeds + outside, never)
        tell_groups(crossed, lambda item: f"{item['lang']} {item['source']}, cross-validated")
        tell_groups(held, lambda item: f"{item['lang']} {item['source']}, held out")
        tell_groups(held, lambda item: f"{item['lang']} held out, {half(item)}")
        tell_groups(crossed + held, lambda item: f"{item['lang']} TOTAL of the data")
        for source in prepare.MAY_TRAIN:
            learned = [item for item in outside if item["source"] != source]
            judged = [item for item in outside if item["source"] == source]
            tell(f"en {source}, left out", house.judge(seeds + learned, judged))


if __name__ == "__main__":
    assert len(sys.argv) == 4, __doc__
    main()
