"""`postroom rules`: what the rules would do with a mail, and would have done with past ones."""

import json

from letters import letter

USAGE, BAD_INPUT = 64, 65


def rules(house, *rows, **more):
    house.configure(rules=[{"name": f"rule {i}", **row} for i, row in enumerate(rows)], **more)


def told(house, *words, expect=0):
    done = house.run("rules", *words)
    assert done.returncode == expect, done.stderr
    return done.stdout


def lines(house, *words):
    return [json.loads(line) for line in told(house, *words, "--json").splitlines()]


def tried(house, mail, *words):
    with open(house.path("mail.eml"), "wb") as file:
        file.write(mail)
    (record,) = lines(house, "test", house.path("mail.eml"), *words, "--resolver", "none")
    return record


def test_each_rule_says_what_decided(house):
    rules(house,
          {"when": {"subject": "*invoice*"}, "then": {"department": "billing"}},
          {"when": {"subject": "*order*", "not": {"from": ["*@bad.example", "*@worse.example"]}},
           "then": {"priority": "high", "tag": ["vip"], "assignee": "eva"}},
          {"when": {"any": [{"to": "nobody@x.example"}, {"domain": "*.example"}]},
           "then": {"event": "off", "close": True, "move": "Orders"}},
          {"then": {"priority": "low", "tag": "all"}})
    record = tried(house, letter("My order of lamps", From="Ana <ana@correo.example>"))
    assert [(rule["rule"], rule["matches"], rule["decided"]) for rule in record["rules"]] == [
        ("rule 0", False, "subject: *invoice*"),
        ("rule 1", True, "from: *@bad.example | *@worse.example"),
        ("rule 2", True, "domain: *.example"),
        ("rule 3", True, "always")]
    assert record["priority"] == "high" and record["assignee"] == "eva"
    assert record["tags"] == ["vip", "all"] and record["move"] == "Orders"
    assert record["event"] == "off" and record["close"] is True
    assert record["hold"] is False and record["spam"] is False and record["forward"] == []


def test_spam_hold_and_a_refused_forward(house):
    rules(house, {"then": {"spam": True, "hold": True, "forward": "a@elsewhere.example"}},
          relay={"server": "smtp://127.0.0.1:9", "tls": {"required": False}})
    record = tried(house, letter("Lamps"))
    assert record["spam"] is True and record["hold"] is True
    assert record["label"] != "spam"  # what the rules were asked about
    assert record["forward"] == []
    assert any("refused" in action for action in record["actions"])


def test_hours_are_those_of_the_arrival(house):
    rules(house, {"when": {"time": "mon-fri 09:00-18:00 UTC"}, "then": {"tag": "day"}})
    day = tried(house, letter("A"), "--received-at", "2026-11-25T10:00:00Z")
    night = tried(house, letter("A"), "--received-at", "2026-11-25T22:00:00Z")
    assert (day["tags"], night["tags"]) == (["day"], [])


def test_it_says_the_same_to_a_person_and_writes_nothing(house, box):
    rules(house, {"when": {"subject": "*order*"}, "then": {"department": "sales"}})
    with open(house.path("mail.eml"), "wb") as file:
        file.write(letter("An order"))
    said = told(house, "test", house.path("mail.eml"), "--resolver", "none")
    assert "+ rule 0 (subject: *order*)" in said and "department=sales" in said


def test_what_is_asked_wrongly_is_refused(house):
    rules(house, {"then": {"tag": "x"}})
    told(house, "test", expect=USAGE)
    told(house, "dry-run", expect=USAGE)
    told(house, "dry-run", "--since", "yesterday", expect=USAGE)
    told(house, "test", house.path("none.eml"), expect=BAD_INPUT)


def test_a_dry_run_tells_what_would_have_been_otherwise(house, box):
    rules(house, {"when": {"subject": "*order*"}, "then": {"department": "sales", "tag": "a"}},
          {"when": {"subject": "*lamps*"}, "then": {"spam": True}})
    box.deliver_all([letter("An order"), letter("A question"), letter("Cheap lamps")])
    house.once()
    assert lines(house, "dry-run", "--since", "2020-01-01") == [
        {"summary": {"messages": 3, "changed": 0, "unjudged": 0}}]
    rules(house, {"when": {"subject": "*question*"}, "then": {"priority": "high"}},
          {"when": {"subject": "*order*"}, "then": {"department": "billing", "tag": "a"}},
          {"when": {"all": [{"subject": "*lamps*"}, {"label": "lead"}]}, "then": {"tag": "b"}})
    *rows, summary = lines(house, "dry-run", "--since", "2020-01-01")
    assert summary == {"summary": {"messages": 3, "changed": 2, "unjudged": 1}}
    rows = {row["subject"]: row for row in rows}
    assert rows["An order"]["actions_then"] == ["department=sales", "tag=a"]
    assert rows["An order"]["actions_now"] == ["department=billing", "tag=a"]
    assert rows["A question"]["rules_now"] == ["rule 0"]
    assert rows["A question"]["rules_then"] == []
    # What a rule called spam had a label before, which nobody knows any more.
    assert "label" in rows["Cheap lamps"]["unjudged"]
    assert rows["Cheap lamps"]["actions_now"] is None
    said = told(house, "dry-run", "--since", "2020-01-01")
    assert "- department=sales" in said and "+ department=billing" in said
    assert "? the rule 'rule 2'" in said
    assert lines(house, "dry-run", "--since", "2099-01-01") == [
        {"summary": {"messages": 0, "changed": 0, "unjudged": 0}}]


def test_a_dry_run_sees_recipients_attachments_text_and_sender(house, box):
    rules(house)
    mail = letter("With a file", From="Ana <ana@correo.example>")
    box.deliver(mail)
    house.once()
    conditions = [{"text": "*"}, {"from": "ana@correo.example"}, {"mailbox": "*"},
                  {"attachment": "false"}, {"spam": ["ham", "unsure", "spam"]},
                  {"time": "mon-sun 00:00-24:00 UTC"}, {"domain": "correo.example"}]
    rules(house, *[{"when": condition, "then": {"tag": f"t{i}"}}
                   for i, condition in enumerate(conditions)])
    row, _ = lines(house, "dry-run", "--since", "2020-01-01")
    assert row["rules_now"] == [f"rule {i}" for i in range(len(conditions))]
