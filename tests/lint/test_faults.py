"""A fault reaches whoever can act on it: none is dropped where it is made."""

import re

from sources import at

ERROR = r"GError\s*\*\*\s*\w*\s*\)\s*$"
# Of GLib, what the house calls that can fail.
GLIB = {"g_file_get_contents", "g_file_set_contents", "g_dir_open", "g_regex_new",
        "g_spawn_async", "g_spawn_sync", "g_convert", "g_locale_to_utf8",
        "g_file_open_tmp", "g_dir_make_tmp"}


def can_fail(tree):
    """Names of functions that take an error."""
    return GLIB | {tag["name"] for tag in tree.tags
                   if re.search(ERROR, tag.get("signature", ""))}


def last_argument(code, start):
    """The last argument of the call whose parenthesis opens at `start`."""
    depth, begin = 0, start + 1
    for place in range(start, len(code)):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(code[place], 0)
        if depth == 1 and code[place] == ",":
            begin = place + 1
        if depth == 0:
            return code[begin:place].strip()
    return ""


def no_fault_is_dropped(tree):
    """agent/ never passes NULL as `error`: whoever ignores a fault reads it first."""
    names = can_fail(tree)
    for path in tree.files([".c"], below="agent/"):
        code = tree.code(path)
        for line, found in tree.hits(r"\b(\w+)\s*\(", path):
            if found[1] in names and last_argument(code, found.end() - 1) == "NULL":
                yield at(path, line, f"{found[1]}(..., NULL) drops its fault")


def error_stands_last(tree):
    """But for the text of a new fault, which stands behind it as in g_set_error."""
    for tag in tree.tags:
        signature = tag.get("signature", "")
        if tag["path"].startswith("agent/") and re.search(r"GError\s*\*\*", signature):
            is_maker = tag["name"].endswith("_fault") or "..." in signature
            if not is_maker and not re.search(ERROR, signature):
                yield at(tag["path"], tag["line"], f"{tag['name']}: `error` stands last")


RULES = {
    no_fault_is_dropped: [
        ({"agent/a/a.c": "bool\na_open(int a, GError **error)\n{\n    return a;\n}\n"
          "\nvoid\na_try(GError **error)\n{\n    a_open(1, error);\n"
          "    if (a_open(b(1, NULL), error) && a_open(2,\n  NULL))\n        c(NULL);\n}\n"},
         ["agent/a/a.c:11"]),
        ({"agent/a/a.c": "void\na(void)\n{\n    g_file_get_contents(a, &b, &c, NULL);\n}\n"},
         ["agent/a/a.c:4"]),
    ],
    error_stands_last: [
        ({"agent/a/a.h": "bool a_open(GError **error, int a);\n"}, ["agent/a/a.h:1"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []
