#!/usr/bin/python3
"""The figures of docs/model.md: what a house will see that no example came from.

measure.py TRAIN_MODEL SEED_FOLDER DATA_FOLDER

Trains several models (some minutes) and prints, for each language, every source with the
kind of its figure: cross-validated (the source trains; no text is judged by a model that saw
it), held out (it never trains) and left out (it may train, but this model did without it).
The totals are those the bars are about: each text of the data once, cross-validated or held
out. Figures of the model alone, without the leaning of the opt-out lexicon; `postroom
evaluate` gives those with it, but for what trained.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import prepare

LABELS = ["support", "lead", "campaign_reply", "unsubscribe", "complaint", "other"]
LINE = re.compile(r"(cross-validation|held-out) (\w\w) (\S+) +n= *(\d+) .*sure=(\S+) "
                  r"right_when_sure=(\S+) ece=(\S+)")


class Figure:
    def __init__(self, n=0, sure=0.0, sure_right=0.0, gap=0.0):
        self.n, self.sure, self.sure_right, self.gap = n, sure, sure_right, gap
        self.table = {}

    def add(self, other):
        self.n += other.n
        self.sure += other.sure
        self.sure_right += other.sure_right
        self.gap += other.gap
        for truth, row in other.table.items():
            mine = self.table.setdefault(truth, [0] * len(LABELS))
            self.table[truth] = [a + b for a, b in zip(mine, row)]

    def right(self):
        return sum(row[LABELS.index(truth)] for truth, row in self.table.items())

    def macro_f1(self):
        scores = []
        for truth, row in self.table.items():
            at = LABELS.index(truth)
            said = sum(other[at] for other in self.table.values())
            scores.append(2 * row[at] / (sum(row) + said))
        return sum(scores) / len(scores)

    def tell(self, name):
        print(f"{name:44} n={self.n:5} accuracy={self.right() / self.n:.3f} "
              f"macro_f1={self.macro_f1():.3f} sure={self.sure / self.n:.3f} "
              f"right_when_sure={self.sure_right / max(self.sure, 1e-9):.3f} "
              f"ece<={self.gap / self.n:.3f}")


def train(trainer, seeds, data, without=()):
    """(kind, language, source) -> Figure of a model trained on all but `without`."""
    with tempfile.TemporaryDirectory() as folder:
        examples = os.path.join(folder, "examples.tsv")
        with open(examples, "wb") as out:
            subprocess.run([sys.executable, prepare.__file__, seeds, data, *without],
                           stdout=out, check=True)
        told = subprocess.run([trainer, examples, os.path.join(folder, "model.bin")],
                              capture_output=True, check=True, text=True).stdout
    figures = {}
    figure = None
    for line in told.splitlines():
        head = LINE.match(line)
        if head:
            n = int(head[4])
            sure = float(head[5]) * n
            figure = Figure(n, sure, sure * float(head[6]), float(head[7]) * n)
            figures[head[1], head[2], head[3]] = figure
        elif figure and line.split() and line.split()[0] in LABELS:
            figure.table[line.split()[0]] = [int(count) for count in line.split()[1:]]
    return figures


def main():
    trainer, seeds, data = sys.argv[1:4]
    whole = train(trainer, seeds, data)
    for language in ("en", "es"):
        total = Figure()
        for (kind, spoken, source), figure in sorted(whole.items()):
            if spoken != language or source == "all":
                continue
            figure.tell(f"{language} {source}, {kind}")
            if source != "seed":
                total.add(figure)
        total.tell(f"{language} TOTAL of the data")
    for source in prepare.MAY_TRAIN:
        figures = train(trainer, seeds, data, (source,))
        for (kind, spoken, name), figure in sorted(figures.items()):
            if kind == "held-out" and name == source:
                figure.tell(f"{spoken} {source}, left out")


if __name__ == "__main__":
    assert pathlib.Path(sys.argv[2]).is_dir(), __doc__
    main()
