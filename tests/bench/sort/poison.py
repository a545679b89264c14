"""What wrong corrections of one domain, or of many, cost after 200 honest ones.

    python3 tests/bench/sort/poison.py build/release/tests/bench_sort_learning DATA/classify

Texts of sources that train no model, shuffled; honest corrections come from forty domains.
"""

import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "train"))
import prepare  # noqa: E402

LABELS = ("support", "lead", "campaign_reply", "unsubscribe", "complaint", "other")


def texts(folder, language):
    found = [item for item in prepare.outside(pathlib.Path(folder))
             if item["lang"] == language and item["source"] not in prepare.MAY_TRAIN
             and item["label"] in LABELS]
    random.Random(7).shuffle(found)
    return found


def line(kind, sender, item, label=None):
    words = [" ".join((item.get(key) or "").split()) for key in ("subject", "body")]
    return "\t".join((kind, sender, item["lang"], label or item["label"], *words))


def run(program, taught, judged):
    done = subprocess.run([program], input="\n".join(taught + judged) + "\n", text=True,
                          capture_output=True, check=True)
    return done.stdout.strip()


def main():
    program, folder = sys.argv[1:3]
    for language in ("en", "es"):
        found = texts(folder, language)
        honest = [line("teach", f"house{number % 40}.example", item)
                  for number, item in enumerate(found[:200])]
        judged = [line("judge", "-", item) for item in found[300:1100]]
        print(f"{language}, honest: {run(program, honest, judged)}")
        for label in LABELS:
            lies = [line("teach", "liar.example", item, label) for item in found[200:250]]
            print(f"{language}, 50 at once call everything {label}: "
                  f"{run(program, honest + lies, judged)}")
        trickle = list(honest)
        for number, item in enumerate(found[200:250]):
            trickle.insert(20 + 4 * number,
                           line("teach", "liar.example", item, LABELS[1 + number % 5]))
        print(f"{language}, 50 between the others, at random: {run(program, trickle, judged)}")
        for label in LABELS:
            spread = [line("teach", f"liar{number}.example", item, label)
                      for number, item in enumerate(found[200:250])]
            print(f"{language}, 50 of as many domains call everything {label}: "
                  f"{run(program, honest + spread, judged)}")
        wrong = [line("teach", f"liar{number}.example", item, LABELS[1 + number % 5])
                 for number, item in enumerate(found[200:250])]
        print(f"{language}, 50 of as many domains, at random: "
              f"{run(program, honest + wrong, judged)}")


if __name__ == "__main__":
    main()
