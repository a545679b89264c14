"""Who may include whom, which library lives where, and which rooms are pure."""

import graphlib
import os
import re

from sources import at

# A room and the doors it may open besides base/ and model/, whose headers are all open.
# Only ingest/, daemon/ and cli/ open several; sort/ is its three halves as one function,
# and sorters/ is the house's end of sort/'s conversation.
DOORS = {
    "base": [],
    "model": [],
    "config": [],
    "imap": [],
    "sort/parse": [],
    "sort/auth": [],
    "sort/classify": [],
    "sort": ["sort/parse", "sort/auth", "sort/classify"],
    "sorters": ["sort"],
    "route": [],
    "event": [],
    "store": [],
    "deliver": [],
    "oauth": [],
    "autoconfig": [],
    "desk": [],
    "ingest": ["config", "event", "imap", "route", "sorters", "store"],
    "daemon": ["config", "deliver", "desk", "event", "imap", "ingest", "oauth", "sorters", "store"],
    "cli": ["autoconfig", "config", "daemon", "deliver", "event", "route", "sort", "sorters", "store"],
    "main": ["cli"],
}
OPEN = {"base": [], "model": ["base"]}  # and what of each other they may see

# A library's headers, and the rooms that may see them. Two rooms for one library are two
# uses of it: connections and posts (curl), digests and signatures (openssl), charsets,
# host names and look-alikes (ICU).
LIBRARIES = {
    "archive": ["sort/parse"],
    "archive_entry": ["sort/parse"],
    "curl": ["imap", "deliver", "oauth", "autoconfig"],
    "glib": ["cli", "main"],  # gi18n.h: who speaks to people translates
    "gmime": ["sort/parse"],
    "json-c": ["event", "oauth"],
    "libexttextcat": ["sort/classify"],
    "libical": ["sort/parse"],
    "libxml": ["sort/parse", "autoconfig"],
    "microhttpd": ["desk"],
    "openssl": ["base", "imap", "sort/parse", "sort/auth"],
    "seccomp": ["sort"],
    "spf2": ["sort/auth"],
    "sqlite3": ["store"],
    "systemd": ["daemon"],
    "unbound": ["sorters"],
    "unicode": ["sort/parse", "sort/auth", "sort/classify"],
    "yaml": ["config"],
    "zlib": ["imap"],
    "zstd": ["store"],
    # Of the system, but as telling as a library: who runs threads, who may make glibc
    # open a file for a charset, and who tells it what to keep.
    "pthread": ["daemon", "imap", "sorters", "store"],
    "iconv": ["sort/parse"],
    "malloc": ["sort"],
}
# A test may look at a room's work with its own eyes, and play the other side of it: read
# the database as its users do, be the server on the other end of a connection.
TESTS_MAY = {"store": ["sqlite3"], "imap": ["pthread", "openssl"], "deliver": ["pthread"]}
ANYWHERE = set(
    """
    arpa/inet assert ctype errno fcntl float fnmatch glib glib/gstdio inttypes
    langinfo limits locale math netdb netinet/in netinet/tcp poll pwd signal spawn stdarg
    stdatomic stdbool stddef stdint stdio stdlib string strings sys/epoll sys/eventfd
    sys/file sys/ioctl sys/mman sys/prctl sys/random sys/resource sys/socket sys/stat
    sys/statvfs sys/time sys/timex sys/types sys/uio sys/un sys/wait sysexits syslog termios
    time unistd
    """.split()
)

PURE = ("sort/classify", "route", "event")
WORLD = (
    r"\b(clock_now_m?s|clock_monotonic_us|clock_gettime|gettimeofday|time|g_get_real_time"
    r"|g_get_monotonic_time|g_date_time_new_now\w*|random|getrandom|g_random_\w+|getenv"
    r"|g_getenv|fopen|g_file_get_contents|g_file_set_contents|socket|connect)\s*\("
)
SPEAKERS = ("base", "ingest", "daemon", "cli", "main")
SPEECH = (
    r"\b(log_write|log_fault|g_log|g_log_structured|g_message|g_warning|g_info|g_debug|g_critical"
    r"|g_print|g_printerr|printf|puts|syslog|perror)\s*\("
)
GOBJECT = r"\b(g_object_\w+|g_signal_\w+|GObject|G_OBJECT|g_mime_\w+|GMime\w+)\b"


def room_of(path):
    """The room of a file of agent/, or the one a test drives; None: of no room."""
    folder, name = os.path.split(path)
    if path == "agent/main.c":
        return "main"
    if path.startswith("tests/fuzz/"):
        found = re.match(r"fuzz_(auth|parse|classify|[a-z]+)_", name)
        word = found[1] if found else ""
        return word if word in DOORS else f"sort/{word}"
    for top in ("agent/", "tests/unit/", "tests/bench/"):
        if folder.startswith(top):
            return folder[len(top):]
    return None


def is_door(header):
    return header.endswith(f"{os.path.dirname(header).split('/')[-1]}.h")


def is_inside(path):
    """Fuzzers drive what lies behind the door."""
    return path.startswith(("agent/", "tests/fuzz/"))


def why_not(path, header):
    """Why a file may not include a header of ours; None: it may."""
    ours, theirs = room_of(path), os.path.dirname(header)
    if header.startswith(".") or theirs not in DOORS:
        return "is in no room"
    if theirs == ours:
        may = is_inside(path) or theirs in OPEN or is_door(header)
        return None if may else f"is private to {theirs}/"
    if theirs in OPEN:
        may = ours not in OPEN or theirs in OPEN[ours]
        return None if may else f"is above {ours}/"
    if theirs not in DOORS[ours]:
        return f"is another room's: {ours}/ may not open {theirs}/"
    return None if is_door(header) else f"is private to {theirs}/"


def rooms_are_known(tree):
    """A new room takes its place in the table first."""
    for path in tree.files():
        room = room_of(path)
        if room is not None and room not in DOORS:
            yield at(path, 1, f"no room '{room}' in the table of doors")


def rooms_open_only_their_doors(tree):
    """One door, room/room.h; and only the rooms of the table open any."""
    for path in tree.files():
        if room_of(path) not in DOORS:
            continue
        for line, name, is_system in tree.includes(path):
            beside = os.path.join(os.path.dirname(path), name)
            if is_system or ("/" not in name and beside.startswith("tests/")):
                continue
            header = name if "/" in name else beside.removeprefix("agent/")
            reason = why_not(path, header)
            if reason:
                yield at(path, line, f'"{name}" {reason}')


def libraries_stay_in_their_rooms(tree):
    """A library's header appears in its own room only."""
    for path in tree.files():
        room = room_of(path)
        tests_may = [] if path.startswith("agent/") else TESTS_MAY.get(room, [])
        for line, name, is_system in tree.includes(path):
            whole = name.removesuffix(".h")
            library = whole.split("/")[0]
            if not is_system or whole in ANYWHERE:
                continue
            if library not in LIBRARIES:
                yield at(path, line, f"<{name}> is not in the table of libraries")
            elif room not in LIBRARIES[library] and library not in tests_may:
                yield at(path, line, f"<{name}> belongs to {LIBRARIES[library]}")


def references_stay_in_parse(tree):
    """GObject counts references; everywhere else a thing has one owner."""
    for path in tree.files():
        if room_of(path) != "sort/parse":
            for line, found in tree.hits(GOBJECT, path):
                yield at(path, line, f"{found[0]} outside sort/parse/")


def pure_rooms_ask_nobody(tree):
    """The same mail has the same opinion, place and event whenever it is judged."""
    for path in tree.files(below="agent/"):
        if room_of(path) in PURE:
            for line, found in tree.hits(WORLD, path):
                yield at(path, line, f"{found[1]}() in a pure room")


def only_speakers_log(tree):
    """Rooms return faults; whoever hears a fault in the end says it, once."""
    for path in tree.files(below="agent/"):
        if room_of(path) not in SPEAKERS:
            for line, found in tree.hits(SPEECH, path):
                yield at(path, line, f"{found[1]}() in a room that returns faults")


def c_file(*includes):
    return "".join(f"#include {name}\n" for name in includes)


RULES = {
    rooms_are_known: [
        ({"agent/cellar/cellar.c": "int x;\n"}, ["agent/cellar/cellar.c:1"]),
    ],
    rooms_open_only_their_doors: [
        ({"agent/route/place.c": c_file('"route/route.h"', '"store/store.h"')},
         ["agent/route/place.c:2"]),
        ({"agent/ingest/filing.c": c_file('"store/store.h"', '"store/statement.h"')},
         ["agent/ingest/filing.c:2"]),
        ({"agent/ingest/filing.c": c_file('"daemon/daemon.h"')},
         ["agent/ingest/filing.c:1"]),
        ({"agent/sort/auth/spf.c": c_file('"spf.h"', '"sort/parse/parse.h"')},
         ["agent/sort/auth/spf.c:2"]),
        ({"agent/base/log.c": c_file('"base/log.h"', '"model/mail.h"')},
         ["agent/base/log.c:2"]),
        ({"agent/desk/desk.c": c_file('"desk/desk.h"', '"../store/store.h"')},
         ["agent/desk/desk.c:2"]),
        ({"tests/unit/store/test_a.c": c_file('"store/store.h"', '"fixture.h"',
                                              '"store/statement.h"')},
         ["tests/unit/store/test_a.c:3"]),
        ({"tests/fuzz/fuzz_imap_a.c": c_file('"imap/parser.h"', '"event/data.h"')},
         ["tests/fuzz/fuzz_imap_a.c:2"]),
    ],
    libraries_stay_in_their_rooms: [
        ({"agent/route/place.c": c_file("<glib.h>", "<sqlite3.h>")},
         ["agent/route/place.c:2"]),
        ({"agent/sort/auth/dkim.c": c_file("<openssl/evp.h>", "<gmime/gmime.h>")},
         ["agent/sort/auth/dkim.c:2"]),
        ({"agent/desk/desk.c": c_file("<microhttpd.h>", "<gnutls/gnutls.h>")},
         ["agent/desk/desk.c:2"]),
        ({"agent/deliver/deliver.c": c_file("<curl/curl.h>", "<pthread.h>")},
         ["agent/deliver/deliver.c:2"]),
        ({"tests/unit/route/test_a.c": c_file("<sqlite3.h>")},
         ["tests/unit/route/test_a.c:1"]),
    ],
    references_stay_in_parse: [
        ({"agent/sort/judgement.c": "/* GObject */\nint y = g_object_ref(x);\n"},
         ["agent/sort/judgement.c:2"]),
        ({"agent/sort/auth/auth.h": "void auth_read(GMimeMessage *mail);\n"},
         ["agent/sort/auth/auth.h:1"]),
    ],
    pure_rooms_ask_nobody: [
        ({"agent/route/place.c": "\nlong now = clock_now_s();\n"},
         ["agent/route/place.c:2"]),
        ({"agent/event/event.c": "long id = g_random_int();\n"},
         ["agent/event/event.c:1"]),
        ({"agent/sort/classify/spam.c": 'char *a = "time()";\nlong n = time(NULL);\n'},
         ["agent/sort/classify/spam.c:2"]),
    ],
    only_speakers_log: [
        ({"agent/store/store.c": '\n\nlog_write(LEVEL_INFO, "store.opened", NULL);\n'},
         ["agent/store/store.c:3"]),
        ({"agent/imap/fetch.c": 'g_warning("lost");\n'}, ["agent/imap/fetch.c:1"]),
    ],
}


def test_the_house_keeps_the_rule(rule, house):
    found = list(rule(house))
    assert not found, "\n" + "\n".join(found)


def test_a_breach_is_reported(breach):
    assert breach.places_found(breach.rule) == breach.places
    assert breach.others_that_fire() == []


def test_no_door_leads_back():
    assert list(graphlib.TopologicalSorter(DOORS).static_order())
