"""`postroom train` learns a model that `evaluate` judges by; the same lines, the same bytes."""

import json
import subprocess

from rig.house import program

WORDS = {"support": "printer jams and shows an error", "lead": "quote for forty chairs please",
         "campaign_reply": "webinar sounds good count me in", "unsubscribe": "take me off the list",
         "complaint": "dreadful rude staff ruined it", "other": "minutes of the choir meeting"}
ODD = "zorbling quux"


def lines(labels=WORDS):
    for label, words in labels.items():
        for number in range(8):
            yield {"lang": "en", "label": label, "subject": "", "source": f"s{number % 2}",
                   "body": f"{words} {number} {ODD if label == 'other' else ''}",
                   "authored": number % 4 != 0}


def write(path, items):
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return str(path)


def train(*words):
    return subprocess.run([program(), "train", *words], capture_output=True, timeout=120, check=False)


def test_the_same_lines_give_the_same_bytes_and_others_give_others(tmp_path):
    lessons = write(tmp_path / "lessons.jsonl", lines())
    fewer = write(tmp_path / "fewer.jsonl", list(lines())[1:])
    for name, source in (("a", lessons), ("b", lessons), ("c", fewer)):
        done = train("-o", str(tmp_path / name), source)
        assert done.returncode == 0 and b"learned from" in done.stdout
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()
    assert (tmp_path / "a").stat().st_size <= 1_000_000


def test_evaluate_judges_by_the_model_it_is_given(tmp_path):
    model = str(tmp_path / "model")
    assert train("-o", model, write(tmp_path / "lessons.jsonl", lines())).returncode == 0
    asked = write(tmp_path / "asked.jsonl", [{"lang": "en", "body": ODD, "label": "other"}])
    told = subprocess.run([program(), "evaluate", "--json", "--model", model, asked],
                          capture_output=True, timeout=60, check=True).stdout
    answer = json.loads(told.splitlines()[0])
    assert answer["prediction"] == "other"
    assert any(reason["signal"].startswith("word:zorbling") for reason in answer["reasons"])


def test_a_line_that_cannot_be_learned_is_named(tmp_path):
    wrong = list(lines())[:2] + [{"lang": "en", "body": "x", "label": "bounce"}]
    done = train("-o", str(tmp_path / "model"), write(tmp_path / "wrong.jsonl", wrong))
    assert done.returncode == 65 and b"wrong.jsonl:3: the label" in done.stderr
    assert not (tmp_path / "model").exists()
    assert train(str(tmp_path / "wrong.jsonl")).returncode == 64


def test_a_damaged_model_is_refused(tmp_path):
    model = tmp_path / "model"
    assert train("-o", str(model), write(tmp_path / "lessons.jsonl", lines())).returncode == 0
    spoilt = bytearray(model.read_bytes())
    spoilt[-1] ^= 1
    model.write_bytes(spoilt)
    asked = write(tmp_path / "asked.jsonl", [{"body": "x"}])
    done = subprocess.run([program(), "evaluate", "--model", str(model), asked],
                          capture_output=True, timeout=60, check=False)
    assert done.returncode != 0 and b"checksum" in done.stderr
