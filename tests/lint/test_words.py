"""Words that must not stay: of work left undone, of banners, and of one machine."""

import re

from sources import C_FILES, at

CODE = (*C_FILES, ".S", ".py", ".sh", ".cmake", "CMakeLists.txt", "packages", "/run",
        "/install", "/quickstart", "Dockerfile")
PROSE = (".md", ".1", ".sql", ".json", ".yaml", ".yml")
# This file names what it looks for.
SELF = "tests/lint/test_words.py"

UNDONE = (
    r"(?i)\b(todo|fixme|xxx|hack|wip|tbd|for now|for the moment|simplified|placeholder"
    r"|not (?:yet )?implemented|unimplemented|coming soon|dummy|stubs?|temporary fix"
    r"|work ?around for later|quick and dirty)\b"
)
READS_ALOUD = (
    r"(?i)/\* (get|set|loop over|iterate|increment|return|check if|call|create|initiali[sz]e"
    r"|declare|include|define) (the|a|an|all|each|over|through)?\b[^*\n]{0,40}\*/"
)
# A door with several desks may head each with four dashes; that is all.
BANNER = (r"(?m)^[ \t]*(/\*|//|#|\*|--)[ \t]*"
          r"(?!---- \w[^-\n]* ----(?: \*/)?$)[-=*#/~]{4,}")
AUTHOR = r"(?im)(/\*|^ \*|#|//)\s*(author:|written by|created by|copyright)|@author"

# Folders in which one person's or one machine's files lie, and nobody else's.
A_HOME = (
    r"(?<![\w.:}%/-])(?:/(?:home|Users|mnt|media|work|workspace|builds)/[\w.-]+"
    r"|/root\b(?!:)|[A-Z]:\\\\?Users\b|/tmp/[\w.-]+)"
)
# What an address in the sources may name: examples (RFC 2606, 6761), this machine, and
# the public places that identifiers of formats and licences come from.
A_HOST = (r"(?i)\b(?:https?|imaps?|smtps?|git|ssh|ftp)://(?:[\w%{}$.-]*@)?"
          r"([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
EXAMPLES = r"(^|\.)(example|test|invalid|localhost|example\.(com|org|net))$"
PUBLIC = {
    "json-schema.org", "www.apache.org", "www.w3.org", "www.rfc-editor.org",
    "www.debian.org", "deb.debian.org", "www.standardwebhooks.com", "www.sqlite.org",
    "github.com",
}
# Providers whose ways the house knows by their servers' names.
PROVIDERS = (r"(^|\.)(gmail\.com|google\.com|googleapis\.com|office\.com|office365\.com"
             r"|microsoftonline\.com|yahoo\.com|me\.com|163\.com|yandex\.(com|ru)"
             r"|fastmail\.com|zoho\.(com|eu)|gmx\.(net|com)|web\.de|ionos\.(de|es)|ovh\.net"
             r"|mailbox\.org|gandi\.net|migadu\.com)$")
# The brand that a phish of the tests pretends to be, and names that only look like a
# provider's.
IMITATED = {"www.paypal.com", "notgmail.com", "my163.com"}
LOOPBACK = r"^(127\.\d+\.\d+\.\d+|0\.0\.0\.0)$"


def texts(tree, endings):
    for path in tree.files(endings):
        if path != SELF:
            yield path, tree.text(path)


def work_is_done(tree):
    """What is left belongs into an issue, or into the README's list of what is not."""
    for path, text in texts(tree, CODE + PROSE):
        for line, found in tree.hits(UNDONE, path, text):
            yield at(path, line, f"'{found[0]}'")


def comments_do_not_read_aloud(tree):
    for path, text in texts(tree, C_FILES):
        for line, found in tree.hits(READS_ALOUD, path, text):
            yield at(path, line, f"'{found[0]}' says what the code says")


def comments_are_sentences(tree):
    """No banners, no authors: git knows them."""
    for path, text in texts(tree, CODE):
        for pattern in (BANNER, AUTHOR):
            for line, found in tree.hits(pattern, path, text):
                yield at(path, line, f"'{found[0].strip()}'")


def paths_fit_every_machine(tree):
    for path, text in texts(tree, CODE + PROSE):
        for line, found in tree.hits(A_HOME, path, text):
            yield at(path, line, f"'{found[0]}' is on one machine only")


def hosts_are_examples(tree):
    for path, text in texts(tree, CODE + PROSE):
        for line, found in tree.hits(A_HOST, path, text):
            host = found[1].lower()
            ways = (EXAMPLES, PROVIDERS, LOOPBACK)
            known = host in PUBLIC | IMITATED or any(re.search(w, host) for w in ways)
            if not known:
                yield at(path, line, f"'{host}' is neither an example nor public")


RULES = {
    work_is_done: [
        ({"agent/a/a.c": "int a;\n/* TODO: the rest */\n"}, ["agent/a/a.c:2"]),
        ({"docs/a.md": "One thread is enough for now.\n"}, ["docs/a.md:1"]),
        ({"tests/run": "true # a placeholder\n"}, ["tests/run:1"]),
        ({"agent/a/a.c": "void a(void); /* a stub */\n"}, ["agent/a/a.c:1"]),
    ],
    comments_do_not_read_aloud: [
        ({"agent/a/a.c": "/* Loop over all mails */\n"}, ["agent/a/a.c:1"]),
        ({"agent/a/a.c": "\n/* Get the size. */\n"}, ["agent/a/a.c:2"]),
    ],
    comments_are_sentences: [
        ({"agent/a/a.c": "/*********** parsing ***********/\n"}, ["agent/a/a.c:1"]),
        ({"tests/rig/a.py": "# ---- ours ----\n\n# ---- servers --------\n"},
         ["tests/rig/a.py:3"]),
        ({"agent/a/a.c": "/* Written by me. */\n"}, ["agent/a/a.c:1"]),
    ],
    paths_fit_every_machine: [
        ({"tests/rig/a.py": 'HERE = "/home/ann/postroom"\n'}, ["tests/rig/a.py:1"]),
        ({"agent/a/a.c": 'open("/tmp/socket");\n'}, ["agent/a/a.c:1"]),
        ({"docs/a.md": "Look at\n/work/a.\n"}, ["docs/a.md:2"]),
    ],
    hosts_are_examples: [
        ({"config/a.yaml": "a: imaps://mail.company.com\nb: imaps://mail.example.com\n"},
         ["config/a.yaml:1"]),
        ({"config/install": "fetch http://cache.lan/debian\n"}, ["config/install:1"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []
