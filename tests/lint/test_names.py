"""What files and functions may be called, which calls are banned, and copied code."""

import collections
import os
import re
import warnings

from sources import at

JUNK_DRAWERS = {"util", "utils", "utility", "helper", "helpers", "common", "misc",
                "shared", "manager", "stuff", "tools"}
BANNED = {
    "strcpy": "no bound", "strcat": "no bound", "strncpy": "no end", "strncat": "no bound",
    "sprintf": "no bound", "vsprintf": "no bound", "gets": "no bound", "scanf": "no bound",
    "sscanf": "overflows are undefined", "atoi": "hides faults", "atol": "hides faults",
    "atof": "hides faults", "strtok": "global state", "gmtime": "global state",
    "localtime": "global state", "asctime": "global state", "ctime": "global state",
    "strerror": "global state: g_strerror", "system": "a shell", "popen": "a shell",
    "g_spawn_command_line_sync": "a shell", "g_spawn_command_line_async": "a shell",
    "mktemp": "a race", "tmpnam": "a race", "alloca": "the stack", "rand": "guessable",
    "srand": "guessable", "setjmp": "jumps over cleanup", "longjmp": "jumps over cleanup",
    "g_thread_new": "pthread, for ThreadSanitizer", "g_mutex_lock": "pthread",
    "g_cond_wait": "pthread", "g_async_queue_new": "pthread", "g_once": "pthread",
}
VAGUE = r"^(handle|process|do|manage|perform)_"
# _new/_free on the heap, _init/_clear in place; nothing else begins or ends a life.
OTHER_LIVES = r"_(create|alloc|destroy|delete|dispose|deinit|cleanup|ref|unref)$"
# Lists of model/ are GLib's arrays: nouns without a type of their own.
UNTYPED_NOUNS = {"list", "texts"}
SHORTEST_COPY = 4  # lines of a body; below, two files may well have the same thought


def words_of(name):
    """mail_new -> mail, new; MailPlace -> mail, place."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def ours(tree):
    """Functions of the program, without those a test brings along."""
    return [one for one in tree.functions if one.path.startswith("agent/")]


def no_junk_drawers(tree):
    """A name that fits everything will be given everything."""
    for path in tree.files(("",)):
        stem = os.path.splitext(os.path.basename(path))[0]
        for word in re.split(r"[_\-.]", stem):
            if word.lower() in JUNK_DRAWERS:
                yield at(path, 1, f"'{word}' says nothing about what is inside")


def files_are_lower_case(tree):
    for path in tree.files():
        if not re.fullmatch(r"[a-z][a-z0-9_]*\.[ch]", os.path.basename(path)):
            yield at(path, 1, "a C file's name is lower_case")


def is_public(header):
    """Doors, and all headers of base/ and model/, which have no door."""
    folder, name = os.path.split(header)
    in_the_open = folder in ("agent/base", "agent/model") and name.endswith(".h")
    return in_the_open or (
        folder.startswith("agent/") and name == f"{folder.split('/')[-1]}.h")


def public_functions_carry_their_noun(tree):
    """store_open, or resolver_ask for the header's Resolver: the reader knows the door."""
    nouns = collections.defaultdict(set)
    for tag in tree.tags:
        is_type = tag["kind"] in ("typedef", "struct", "enum")
        if is_type and not tag["name"].startswith("__anon"):
            nouns[tag["path"]].add(words_of(tag["name"])[0])
    for tag in tree.tags:
        path = tag["path"]
        if tag["kind"] != "prototype" or not is_public(path):
            continue
        room, header = path.split("/")[-2:]
        words = words_of(tag["name"])
        known = nouns[path] | {room, header.removesuffix(".h")} | UNTYPED_NOUNS
        if words[0] not in known and words[0] + "s" not in known:
            yield at(path, tag["line"], f"{tag['name']} is named after none of"
                     f" {', '.join(sorted(known))}")


def external_names_are_unique(tree):
    """The linker takes the first of two and says nothing when each sits in a library."""
    first = {}
    for one in ours(tree):
        if not one.is_static and one.path.endswith(".c"):
            if one.name in first:
                yield at(one.path, one.line, f"{one.name} is also in {first[one.name]}")
            first.setdefault(one.name, one.path)


def banned_calls_stay_out(tree):
    for path in tree.files():
        pattern = rf"(?<![\w.>])({'|'.join(BANNED)})\s*\("
        for line, found in tree.hits(pattern, path):
            yield at(path, line, f"{found[1]}(): {BANNED[found[1]]}")


def cleanup_is_by_scope(tree):
    for path in tree.files():
        for line, _ in tree.hits(r"\bgoto\b", path):
            yield at(path, line, "goto")


def functions_say_what_they_do(tree):
    for one in ours(tree):
        if re.search(VAGUE, one.name):
            yield at(one.path, one.line, f"{one.name}: what does it do?")


def lives_begin_and_end_alike(tree):
    for one in ours(tree):
        if re.search(OTHER_LIVES, one.name):
            yield at(one.path, one.line,
                     f"{one.name}: _new and _free, or _init and _clear")


def types_are_nouns(tree):
    """Types are PascalCase and enumerators shout, so that neither is taken for a call."""
    for tag in tree.tags:
        name = tag["name"]
        if not tag["path"].startswith("agent/") or name.startswith("__anon"):
            continue
        wanted = {"typedef": r"[A-Z][A-Za-z0-9]*", "struct": r"[A-Z][A-Za-z0-9]*",
                  "enumerator": r"[A-Z][A-Z0-9_]*"}.get(tag["kind"])
        if wanted and not re.fullmatch(wanted, name):
            yield at(tag["path"], tag["line"], f"{tag['kind']} '{name}'")


def body_of(tree, function):
    """The lines between the braces, without comments and indentation."""
    lines = tree.uncommented(function.path).split("\n")[function.line:function.end - 1]
    return tuple(line.strip() for line in lines if line.strip(" {"))


def nothing_is_copied(tree):
    """The same body in two files is one idea without a home."""
    first = {}
    for one in ours(tree):
        body = body_of(tree, one)
        if len(body) < SHORTEST_COPY:
            continue
        known = first.setdefault(body, one)
        if known.path != one.path:
            yield at(one.path, one.line,
                     f"{one.name} is {known.name} of {known.path} again")


def namesakes(tree):
    """Static functions of one name in two files: often a copy that has drifted."""
    places = collections.defaultdict(set)
    for one in ours(tree):
        if one.is_static and one.path.endswith(".c"):
            places[one.name].add(one.path)
    return {name: sorted(paths) for name, paths in places.items() if len(paths) > 1}


def function(name, *body, kind="static void"):
    return f"{kind}\n{name}(void)\n{{\n" + "".join(f"    {b}\n" for b in body) + "}\n"


FOUR = ("a();", "b();", "c();", "d();")
RULES = {
    no_junk_drawers: [
        ({"agent/base/string_utils.c": ""}, ["agent/base/string_utils.c:1"]),
        ({"tests/rig/common.py": ""}, ["tests/rig/common.py:1"]),
    ],
    files_are_lower_case: [({"agent/imap/Idle.c": ""}, ["agent/imap/Idle.c:1"])],
    public_functions_carry_their_noun: [
        ({"agent/desk/desk.h": "typedef struct Page Page;\nvoid desk_open(void);\n"
          "void page_free(Page *page);\nbool open_all(void) G_GNUC_WARN_UNUSED_RESULT;\n"},
         ["agent/desk/desk.h:4"]),
        ({"agent/model/mail.h": "void parse_mail(void);\n"}, ["agent/model/mail.h:1"]),
    ],
    external_names_are_unique: [
        ({"agent/imap/a.c": function("settle", kind="void"),
          "agent/store/b.c": function("settle", kind="void")}, ["agent/store/b.c:2"]),
    ],
    banned_calls_stay_out: [
        ({"agent/imap/a.c": '/* strcpy() */\nchar *a = "atoi()";\nint n = atoi(a);\n'},
         ["agent/imap/a.c:3"]),
        ({"tests/unit/imap/test_a.c": "\nint n = system(0);\n"},
         ["tests/unit/imap/test_a.c:2"]),
    ],
    cleanup_is_by_scope: [
        ({"agent/imap/a.c": function("go", "goto out;", "out:")}, ["agent/imap/a.c:4"]),
    ],
    functions_say_what_they_do: [
        ({"agent/imap/a.c": function("process_mail")}, ["agent/imap/a.c:2"]),
    ],
    lives_begin_and_end_alike: [
        ({"agent/imap/a.c": function("letter_destroy")}, ["agent/imap/a.c:2"]),
    ],
    types_are_nouns: [
        ({"agent/imap/a.c": "typedef struct letter_t {\n    int size;\n} letter_t;\n"},
         ["agent/imap/a.c:1", "agent/imap/a.c:3"]),
        ({"agent/imap/a.c": "enum {\n    MOST = 1,\n    least = 2\n};\n"},
         ["agent/imap/a.c:3"]),
    ],
    nothing_is_copied: [
        ({"agent/imap/a.c": function("trim", *FOUR),
          "agent/route/b.c": function("shorten", "/* why */", *FOUR)},
         ["agent/route/b.c:2"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert sorted(breach.places_found(breach.rule)) == breach.places
    assert breach.others_that_fire() == []


def test_namesakes_are_shown(house):
    """A smoke detector, not a rule: each hit wants a look, many are innocent."""
    found = namesakes(house)
    if found:
        warnings.warn(f"{len(found)} names of static functions are in several files:\n"
                      + "\n".join(f"{name}: {' '.join(paths)}"
                                  for name, paths in sorted(found.items())))


def test_namesakes_are_found(tmp_path):
    from sources import Tree

    for name in ("a", "b"):
        (tmp_path / "agent" / name).mkdir(parents=True)
        (tmp_path / "agent" / name / f"{name}.c").write_text(function("trim"))
    assert namesakes(Tree(tmp_path)) == {"trim": ["agent/a/a.c", "agent/b/b.c"]}
