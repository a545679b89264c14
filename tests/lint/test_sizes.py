"""How long a function and a file may be, and how much a function may ask for."""

import ast
import re

from sources import C_FILES, at

MOST_LINES = 60
USUAL_LINES = 45  # nine functions in ten are shorter
MOST_PARAMETERS = 5
MOST_FILE_LINES = 500
MOST_NESTING = 3
# A library calls these and says what they are given.
DICTATED = {("agent/desk/desk.c", "serve"), ("tests/bench/desk/bench_receiver.c", "serve")}
# Debt: these ask for more than they may. None may grow, none may join, and who is mended
# leaves the table.
PARAMETERS_YET = {
    ("agent/cli/options.c", "options_parse"): 7,
    ("agent/deliver/deliverer.c", "deliver_begin"): 6,
    ("agent/event/event.c", "event_body"): 6,
    ("agent/ingest/corridor.c", "ingest_folder"): 6,
    ("agent/ingest/filing.c", "announce"): 6,
    ("agent/sort/classify/classify.c", "classify_mail"): 6,
    ("agent/store/folders.c", "make_folder_row"): 6,
    ("agent/store/folders.c", "store_open_folder"): 9,
    ("agent/store/folders.c", "store_settle_uid"): 6,
    ("agent/store/held.c", "insert_held"): 7,
    ("agent/store/held.c", "store_put_held"): 6,
    ("agent/store/messages.c", "insert_row"): 6,
    ("agent/store/messages.c", "store_put_message"): 6,
    ("agent/store/outbox.c", "insert_event"): 6,
    ("agent/store/outbox.c", "store_put_event"): 8,
    ("agent/store/outbox.c", "lend_due"): 6,
    ("agent/store/related.c", "store_related"): 6,
    ("agent/store/tickets.c", "insert_ticket"): 6,
    ("agent/store/tickets.c", "join"): 6,
    ("agent/store/tickets.c", "join_ticket"): 6,
    ("agent/store/tickets.c", "store_place"): 8,
}
WRITTEN = (*C_FILES, ".py", ".sh", ".cmake", "CMakeLists.txt")


def count_parameters(signature):
    """Commas of the outermost parentheses, and one."""
    inside = signature.strip()[1:-1].strip()
    if inside in ("", "void"):
        return 0
    while re.search(r"\([^()]*\)", inside):
        inside = re.sub(r"\([^()]*\)", "", inside)
    return inside.count(",") + 1


def python_functions(tree):
    """(path, line, name, lines, parameters) of what the tests are written in."""
    for path in tree.files([".py"]):
        for node in ast.walk(ast.parse(tree.text(path))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                given = node.args
                names = [arg.arg for arg in
                         given.posonlyargs + given.args + given.kwonlyargs]
                yield (path, node.lineno, node.name, node.end_lineno - node.lineno + 1,
                       len([name for name in names if name not in ("self", "cls")]))


def c_functions(tree):
    for one in tree.functions:
        yield (one.path, one.line, one.name, one.length,
               count_parameters(one.parameters))


def functions_are_short(tree):
    for read in (c_functions, python_functions):
        for path, line, name, lines, _ in read(tree):
            if lines > MOST_LINES:
                yield at(path, line, f"{name} has {lines} lines (most: {MOST_LINES})")


def nine_in_ten_are_shorter(tree):
    long = [one for one in tree.functions if one.length >= USUAL_LINES]
    if len(long) * 10 > len(tree.functions):
        for one in long:
            yield at(one.path, one.line, f"{one.name} has {one.length} lines, one of"
                     f" {len(long)} long among {len(tree.functions)}")


def parameters_are_few(tree):
    """Whoever needs more has a struct to name. `error` counts: it is passed like others."""
    for path, line, name, _, parameters in c_functions(tree):
        most = PARAMETERS_YET.get((path, name), MOST_PARAMETERS)
        if parameters > most and (path, name) not in DICTATED:
            yield at(path, line, f"{name} takes {parameters} (most: {most})")


def nesting_is_shallow(tree):
    """clang-format indents by four, so the column of a statement is its depth."""
    for path in tree.files():
        pattern = r"(?m)^((?: {4})+)(?:if|for|while|switch|do)\b"
        for line, found in tree.hits(pattern, path):
            depth = len(found[1]) // 4
            if depth > MOST_NESTING:
                yield at(path, line, f"nested {depth} deep (most: {MOST_NESTING})")


def files_are_short(tree):
    for path in tree.files(WRITTEN):
        lines = tree.text(path).count("\n")
        if lines > MOST_FILE_LINES:
            yield at(path, MOST_FILE_LINES + 1, f"{lines} lines")


def c_function(lines, parameters="void", name="go"):
    """The text of a function of so many lines."""
    body = "    go();\n" * (lines - 4)
    return f"void\n{name}({parameters})\n{{\n{body}    go();\n}}\n"


SHORT = "".join(c_function(6, name=f"go{number}") for number in range(20))

RULES = {
    functions_are_short: [
        ({"agent/a/a.c": c_function(60) + SHORT + c_function(61, name="far")},
         ["agent/a/a.c:203"]),
        ({"tests/rig/a.py": "\n\ndef far():\n" + "    far()\n" * 60},
         ["tests/rig/a.py:3"]),
    ],
    nine_in_ten_are_shorter: [
        ({"agent/a/a.c": c_function(46) + c_function(6, name="b") * 8},
         ["agent/a/a.c:2"]),
    ],
    parameters_are_few: [
        ({"agent/a/a.c": c_function(9, "int a, int b, int c, int d, int e, int f")},
         ["agent/a/a.c:2"]),
        ({"agent/a/a.c": c_function(9, "int a, int b, int c, int d, int (*e)(int, int)")
          + c_function(9, "int a, int b, int c, int d, int e, int (*f)(int)", "h")},
         ["agent/a/a.c:12"]),
    ],
    nesting_is_shallow: [
        ({"agent/a/a.c": "void\ngo(void)\n{\n    if (a)\n        for (;;) {\n"
          "            while (b)\n                if (c)\n                    d();\n"
          "        }\n}\n"},
         ["agent/a/a.c:7"]),
    ],
    files_are_short: [
        ({"agent/a/a.c": "\n" * 501, "agent/a/b.c": "\n" * 500}, ["agent/a/a.c:501"]),
        ({"tests/rig/a.py": "\n" * 501}, ["tests/rig/a.py:501"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []


def test_paid_debts_leave_the_table(house):
    now = {(path, name): parameters
           for path, _, name, _, parameters in c_functions(house)}
    paid = [debt for debt, owed in PARAMETERS_YET.items() if now.get(debt) != owed]
    assert not paid, f"mended or gone: take {paid} out of PARAMETERS_YET"
