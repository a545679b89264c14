"""The program speaks Spanish to those who ask for it, and only to them."""

import json
import os
import re
import subprocess

import pytest

from rig.house import program

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def said(*words, code=0, stdin="", **environment):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("LC_") and name not in ("LANG", "LANGUAGE")}
    done = subprocess.run([program(), *words], capture_output=True, text=True, timeout=60,
                          check=False, env={**kept, **environment}, input=stdin)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def commands():
    return re.findall(r"^  (\w+) +\S", said("--help"), re.MULTILINE)


@pytest.mark.parametrize("environment", [{"LC_MESSAGES": "es"}, {"LANG": "es_ES.UTF-8"},
                                         {"LC_ALL": "es_MX.UTF-8", "LANG": "C"}])
def test_whoever_asks_for_spanish_gets_it(environment):
    assert "comprueba la configuración" in said("--help", **environment)


@pytest.mark.parametrize("environment", [{}, {"LC_ALL": "C", "LANG": "es_ES.UTF-8"},
                                         {"LANG": "en_US.UTF-8"}, {"LANG": "de_DE.UTF-8"}])
def test_all_others_get_english(environment):
    assert "validates the configuration" in said("--help", **environment)


def test_each_command_is_explained_in_spanish():
    for name in commands():
        english, spanish = said(name, "--help"), said(name, "--help", LC_ALL="es_ES.UTF-8")
        assert "Ejemplos:" in spanish
        paragraphs = [text.split("\n\n")[1] for text in (english, spanish)]
        assert paragraphs[0] != paragraphs[1], f"{name} is not translated"


def options_of(text):
    """Option: what it is for."""
    return dict(re.findall(r"^  (?:-\w, )?(--[a-z-]+)\S* +(\S.*)$", text, re.MULTILINE))


# Words of the configuration and of the database: the same in each language.
SAME_WORDS = {("auth", "--profile"), ("tickets", "--label"), ("tickets", "--status")}


def test_each_option_is_explained_in_spanish():
    for name in commands():
        english = options_of(said(name, "--help"))
        spanish = options_of(said(name, "--help", LC_ALL="es_ES.UTF-8"))
        assert set(english) == set(spanish) and "--config" in english
        same = {(name, option) for option in english if english[option] == spanish[option]}
        assert same <= SAME_WORDS


def test_headings_and_answers_are_spanish(house, full_box, monkeypatch):
    del full_box
    house.once()
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    heads = {("tickets",): "prioridad", ("tickets", "show", "1"): "espera desde",
             ("stats",): "mensajes por etiqueta", ("mailboxes",): "último error",
             ("held",): "retenido", ("senders",): "trato", ("webhooks",): "espera desde",
             ("search", "factur*"): "palabras", ("campaign",): "primer envío",
             ("message", "show", "5"): "apunta a soporte",
             ("senders", "block", "bulk.example"): "trato"}
    for words, heading in heads.items():
        done = house.run(*words)
        assert done.returncode == 0 and heading in done.stdout, done.stdout
    assert [row["status"] for row in house.json("tickets", "--limit", "1")] == ["open"]


def test_faults_and_questions_are_spanish(tmp_path):
    assert "no existe la orden 'correo'" in said("correo", code=64, LC_MESSAGES="es")
    asked = said("init", "--resolver", "none", "-c", str(tmp_path / "a.yaml"), code=64,
                 stdin="nadie\n", LC_MESSAGES="es")
    assert "Dirección del buzón" in asked and "'nadie' no lo es" in asked


def test_json_has_the_same_names_in_each_language():
    mail = os.path.join(PROJECT, "config", "demo", "mails", "05-es-lead-presupuesto.eml")
    words = ("explain", "--json", "--resolver", "none", "--lang", "en", mail)
    assert json.loads(said(*words)) == json.loads(said(*words, LC_MESSAGES="es"))


def test_the_catalogue_is_of_texts_that_are_there():
    texts = ""
    for folder, _, files in os.walk(os.path.join(PROJECT, "agent")):
        for file in files:
            if file.endswith(".c"):
                with open(os.path.join(folder, file), encoding="utf-8") as source:
                    texts += re.sub(r'"\s*\n\s*"', "", source.read())
    with open(os.path.join(PROJECT, "config", "po", "es.po"), encoding="utf-8") as file:
        known = [text for text in re.findall(r'^msgid "(.+)"$', file.read(), re.MULTILINE)]
    stale = [text for text in known if f'"{text}"' not in texts]
    assert len(known) > 150
    assert len(stale) * 20 < len(known), stale
