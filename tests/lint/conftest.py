"""Every lint module has RULES, each with its breaches, and the two tests below them.

A breach is a tree of a few lines that breaks one rule: the rule must name the place, and
no other rule of the module may see anything in it. So a rule that has gone blind fails.
"""

import os

import pytest
from sources import Tree

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))


class Breach:
    """Files that break `rule`, and the places where it must say so."""

    def __init__(self, rules, rule, files, places, root):
        self.rules, self.rule, self.places = rules, rule, places
        for path, text in files.items():
            whole = root / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_text(text, encoding="utf-8")
        self.tree = Tree(root)

    def places_found(self, rule):
        return [found.split(": ")[0] for found in rule(self.tree)]

    def others_that_fire(self):
        return [rule.__name__ for rule in self.rules
                if rule is not self.rule and self.places_found(rule)]


@pytest.fixture(scope="session")
def house():
    return Tree(PROJECT)


@pytest.fixture
def breach(breach_of, request, tmp_path):
    rule, files, places = breach_of
    return Breach(list(request.module.RULES), rule, files, places, tmp_path)


def pytest_generate_tests(metafunc):
    rules = getattr(metafunc.module, "RULES", {})
    if "rule" in metafunc.fixturenames:
        metafunc.parametrize("rule", rules, ids=lambda rule: rule.__name__)
    if "breach_of" in metafunc.fixturenames:
        cases = [(rule, files, places) for rule, breaches in rules.items()
                 for files, places in breaches]
        assert all(rules.values()), "a rule without a breach proves nothing"
        metafunc.parametrize("breach_of", cases, ids=lambda case: case[0].__name__)
