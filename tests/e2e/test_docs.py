"""What README and docs/ show is there: commands, options, keys, SQL, alerts, links; the cast is real."""

import functools
import glob
import json
import os
import re
import subprocess

import pytest
import yaml

from rig.house import program

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ["README.md"] + sorted(os.path.relpath(page, PROJECT)
                               for page in glob.glob(os.path.join(PROJECT, "docs", "*.md")))
LEAST = {"state": "/var/lib/postroom", "our_domains": ["example.com"], "mailboxes": [{
    "name": "support", "server": "imaps://imap.example.com", "user": "support@example.com",
    "password": {"file": "/etc/postroom/support.password"}, "border": {"profile": "none"}}]}
# Whose help names words to choose from: 'list|show N|set N'. Others take free words.
CHOOSING = re.compile(r"\[OPTION…\] \[?([a-z]+(?: [A-Z\[\].]+)*(?:\|[a-z].*)+?)\]?$", re.MULTILINE)


def text_of(page):
    with open(os.path.join(PROJECT, page), encoding="utf-8") as file:
        return file.read()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.M | re.S)


def all_blocks(language):
    return [pytest.param(block, id=f"{page}-{n}") for page in PAGES
            for n, block in enumerate(blocks(page, language))]


def code_of(page):
    """Every line of code of a page: fenced, indented and inline."""
    text = text_of(page)
    fenced = re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S)
    prose = re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.M | re.S)
    lines = [line for block in fenced for line in block.splitlines()]
    lines += re.findall(r"^ {4}(\S.*)$", prose, re.M)
    return lines + [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


# ---- commands ----

@functools.lru_cache(maxsize=None)
def help_of(command=None):
    words = [program(), *([command] if command else []), "--help"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, f"there is no 'postroom {command}'"
    return done.stdout


def commands_of(page):
    """Every `postroom COMMAND ...`, up to what ends a command in a shell or begins a comment."""
    for line in code_of(page):
        for found in re.finditer(r"(?:^|[$;&(|] ?|^then )postroom ([^;&|>#)`]*)", line):
            yield found[1].split()


def faults_of(words):
    """What the help of the command does not know of these words."""
    known = re.findall(r"^  (\w+) +\S", help_of(), re.MULTILINE)
    if words[0] in ("COMMAND", "--version", "--help") or words[0] == "sort":
        return []
    if words[0] not in known:
        return [f"no command '{words[0]}'"]
    text = help_of(words[0])
    options = set(re.findall(r"(?<![\w-])(-[a-z]|--[a-z-]+)", text)) | {"--help"}
    faults = [f"{words[0]}: no option '{word}'" for word in words[1:]
              if word.startswith("-") and word != "-" and word.split("=")[0] not in options]
    choice = CHOOSING.search(text)
    if choice and len(words) > 1 and re.fullmatch("[a-z]+", words[1]):
        verbs = re.findall(r"(?:^|\|)([a-z]+)", choice[1])
        faults += [] if words[1] in verbs else [f"{words[0]}: no '{words[1]}'"]
    return faults


@pytest.mark.parametrize("page", PAGES)
def test_each_command_of_the_page_is_there(page):
    assert [fault for words in commands_of(page) if words for fault in faults_of(words)] == []


def test_what_is_not_there_is_found():
    assert faults_of(["ticket", "list"]) == ["no command 'ticket'"]
    assert faults_of(["tickets", "--state", "open"]) == ["tickets: no option '--state'"]
    assert faults_of(["held", "free", "3"]) == ["held: no 'free'"]
    assert len([words for page in PAGES for words in commands_of(page)]) > 80


# ---- configuration ----

@functools.lru_cache(maxsize=None)
def keys():
    return json.loads(text_of("schema/config.schema.json"))


def within(schema, name):
    """The schema of a key's value; None where the key is not known."""
    found = schema.get("properties", {}).get(name)
    for part in (found or {}).get("oneOf", []) + (found or {}).get("anyOf", []):
        if "properties" in part or "items" in part:
            found = part
    return found.get("items", found) if found else None


def whole(block):
    """A block of a page as a whole configuration: of the top level, or of one mailbox."""
    shown = yaml.safe_load(block)
    if set(shown) <= set(keys()["properties"]):
        config = {**LEAST, **shown}
        config["mailboxes"] = [{**LEAST["mailboxes"][0], **box} for box in config["mailboxes"]]
        return config
    mailbox = {**LEAST["mailboxes"][0], **shown}
    if "oauth2" in shown:
        del mailbox["password"]
    return {**LEAST, "mailboxes": [mailbox]}


def check(config, folder):
    path = os.path.join(folder, "postroom.yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file)
    return subprocess.run([program(), "check", "-c", path], capture_output=True, text=True,
                          timeout=60, check=False)


@pytest.mark.parametrize("block", all_blocks("yaml"))
def test_each_piece_of_configuration_is_good(block, tmp_path):
    done = check(whole(block), tmp_path)
    assert done.returncode == 0, done.stderr


def inline_keys(page):
    """`limits.text`, and `retention: {raw: 30d}` as a block of its own."""
    prose = re.sub(r"^```\w*\n.*?^```$", "", text_of(page), flags=re.M | re.S)
    log_events = re.findall(r"^\| `([a-z_.]+)` \|", text_of("docs/events.md"), re.M)
    for span in re.findall(r"`([^`]+)`", prose):
        path = span.split(".")
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", span) and within(keys(), path[0]):
            if span not in log_events:
                yield path, None
        elif re.match(r"[a-z_0-9]+: [\[{].*[\]}]$", span, re.S):
            yield [], span


@pytest.mark.parametrize("page", PAGES)
def test_each_key_named_in_passing_is_there(page, tmp_path):
    for path, block in inline_keys(page):
        at = keys()
        for name in path:
            at = within(at, name)
            assert at, f"{'.'.join(path)} is no key"
        known = block and set(yaml.safe_load(block)) <= (
            set(keys()["properties"]) | set(within(keys(), "mailboxes")["properties"]))
        if known:
            done = check(whole(block), tmp_path)
            assert done.returncode == 0, f"{block}: {done.stderr}"


# ---- the rest ----

def cast():
    """Command and answer, by turns, of README's console."""
    (block,) = blocks("README.md", "console")
    return re.findall(r"^\$ postroom (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)


def test_the_cast_is_what_the_program_says(house, samples):
    named = {"invoice.eml": "01-es-support-invoice-twice", "password.eml": "19-es-phish-forged-own-domain"}
    for file, sample in named.items():
        (mail,) = [mail for mail in samples[0] if mail.name == sample]
        with open(house.path(file), "wb") as out:
            out.write(mail.octets)
    assert len(cast()) == len(named)
    for words, answer in cast():
        done = subprocess.run(house.command(*words.split()), capture_output=True, text=True,
                              timeout=120, check=False, cwd=house.folder,
                              env={**os.environ, "LC_ALL": "C.UTF-8"})
        assert done.stdout.rstrip() == answer.rstrip()


def test_each_query_is_one(house):
    house.once()
    shown = [block for page in PAGES if page != "docs/queries.md" for block in blocks(page, "sql")]
    assert shown
    for block in shown:
        for query in filter(str.strip, re.sub(r"--.*", "", block).split(";")):
            house.sql(query)


def test_each_alert_has_a_row_and_each_row_an_alert():
    rules = re.findall(r"- alert: (\w+)", text_of("config/prometheus/postroom.rules.yml"))
    assert re.findall(r"^\| (Postroom\w+) \|", text_of("docs/operate.md"), re.M) == rules


@pytest.mark.parametrize("page", PAGES)
def test_each_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text_of(page))
    folder = os.path.join(PROJECT, os.path.dirname(page))
    assert [link for link in links if not os.path.exists(os.path.join(folder, link))] == []
