"""`postroom evaluate` measures on labelled texts; `explain` gives reasons a person understands."""

import json
import os
import subprocess

from rig.house import program

TEXTS = [
    {"id": "one", "subject": "Error", "lang": "en", "label": "support", "source": "desk",
     "body": "I cannot log in since the update, the page shows an error. Can you help?"},
    {"subject": "", "lang": "en", "label": "unsubscribe", "source": "desk",
     "body": "Please take me off this mailing list."},
    {"subject": "Presupuesto", "lang": "es", "label": "complaint", "source": 'a "b"',
     "body": "¿Nos pueden enviar un presupuesto para 40 sillas de oficina?"},
    {"subject": "no label", "body": "just text"},
]
SPANISH_MAIL = b"""From: ana@cliente.example\r
To: soporte@example.com\r
Subject: La misma factura\r
Date: Tue, 24 Nov 2026 10:00:00 +0000\r
Message-ID: <a@cliente.example>\r
\r
Hola, la factura de la misma empresa sigue con un error y no se abre. Me ayudan?\r
"""
NO_REASONS = {"the", "and", "you", "la", "de", "misma", "hola", "con", "una", "un", "se", "no"}


def run(*words, stdin=None, locale="C.UTF-8"):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("POSTROOM_CONFIG", "LC_ALL", "LC_MESSAGES")}
    environment["LANG"] = locale
    return subprocess.run([program(), *words], input=stdin, capture_output=True, timeout=60,
                          check=True, env=environment).stdout.decode()


def lines_of(path):
    return [json.loads(line) for line in run("evaluate", "--json", str(path)).splitlines()]


def write(folder):
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps(text) + "\n" for text in TEXTS), encoding="utf-8")
    return path


def test_each_line_is_answered_and_the_summary_comes_last(tmp_path):
    *answers, last = lines_of(write(tmp_path))
    assert [answer["id"] for answer in answers] == ["one", "2", "3", "4"]
    for answer in answers:
        assert set(answer) == {"id", "label", "prediction", "confidence", "language", "reasons"}
    assert [answer["prediction"] for answer in answers[:3]] == ["support", "unsubscribe", "lead"]
    assert answers[3]["label"] is None
    assert list(last) == ["summary"]


def test_the_summary_counts_by_language_and_source(tmp_path):
    *answers, last = lines_of(write(tmp_path))
    summary = last["summary"]
    assert set(summary) == {"all", "en", "es", "sources"}
    assert set(summary["sources"]) == {"desk", 'a "b"'}
    assert summary["all"]["texts"] == 3
    assert summary["en"]["accuracy"] == 1 and summary["es"]["accuracy"] == 0
    assert abs(summary["all"]["accuracy"] - 2 / 3) < 1e-3
    assert summary["es"]["confusion"] == {"complaint": {"lead": 1}}
    # One wrong answer: the error of calibration is the confidence it was given with.
    assert abs(summary["es"]["ece"] - answers[2]["confidence"]) < 1e-3
    sure = [answer for answer in answers[:2] if answer["confidence"] >= 0.9]
    nine = [row for row in summary["en"]["coverage"] if row["confidence"] == 0.9]
    assert nine[0]["share"] == len(sure) / 2


def test_quotes_and_signatures_are_not_judged(tmp_path):
    quoted = ("Thanks, the printer works again.\n\nOn Mon, 2 Nov 2026 at 10:00, News "
              "<news@shop.example> wrote:\n> To be removed from this mailing list\n"
              "> click unsubscribe and take me off the list\n")
    path = tmp_path / "quoted.jsonl"
    path.write_text(json.dumps({"lang": "en", "body": quoted}) + "\n", encoding="utf-8")
    answer = lines_of(path)[0]
    assert answer["prediction"] != "unsubscribe"
    assert "lexicon:opt-out" not in [reason["signal"] for reason in answer["reasons"]]


def test_the_table_for_people_names_what_was_taken_for_what(tmp_path):
    told = run("evaluate", str(write(tmp_path)))
    assert "all: 3 texts" in told and "ECE" in told and "lead=1" in told


def test_small_words_are_no_reasons():
    data = json.loads(run("explain", "--json", "--resolver", "none", "-", stdin=SPANISH_MAIL))
    signals = [reason["signal"] for reason in data["classification"]["reasons"]]
    words = [signal[len("word:"):] for signal in signals if signal.startswith("word:")]
    assert words and not NO_REASONS & set(words)
    assert len(signals) == len(set(signals))


def reasons_of(told):
    """What follows the word before it, which is of the locale."""
    return [line.split("“", 1)[-1] for line in told.splitlines() if "apunta a" in line]


def test_reasons_are_told_in_the_language_asked_for():
    asked = run("explain", "--lang", "es", "--resolver", "none", "-", stdin=SPANISH_MAIL)
    assert "apunta a soporte" in asked and "speaks for" not in asked
    by_locale = run("explain", "--resolver", "none", "-", stdin=SPANISH_MAIL,
                    locale="es_MX.UTF-8")
    assert reasons_of(by_locale) == reasons_of(asked)
    english = run("explain", "--lang", "en", "--resolver", "none", "-", stdin=SPANISH_MAIL,
                  locale="es_ES.UTF-8")
    assert "speaks for support" in english and "apunta" not in english


def test_no_text_is_no_success(tmp_path):
    (tmp_path / "nothing.jsonl").write_bytes(b"")
    done = subprocess.run([program(), "evaluate", str(tmp_path / "nothing.jsonl")],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 64 and "there is no text" in done.stderr
