"""Servers that die of a mail, leave mails out, answer twice, or can hardly do anything.

Each test is a story of a scripted server; its end is the set of filed mails, each once.
"""

import re

import pytest

from letters import letter
from rig.house import wait_for
from rig.imap_script import ScriptedImap, uids_of
from scripted import everything_once, fill, resets, scripted_house, states, subjects

BODY = b"BODY.PEEK[]"


@pytest.fixture
def imap():
    with ScriptedImap({}) as server:
        yield server


@pytest.fixture
def house(tmp_path, imap, hooks):
    made = scripted_house(tmp_path, imap, hooks, poll="1s")
    yield made
    made.close()


def names(count):
    return [f"mail {n}" for n in range(1, count + 1)]


def passes(house, most, *expected):
    """`run --once` until the mails are there, at most so often."""
    for _ in range(most):
        house.run("run", "--once")
        if set(expected) <= set(subjects(house)):
            return
    assert subjects(house) == sorted(expected)


# Mails that kill


def dies_of(imap, poison, last_words):
    """UID FETCH of bodies: up to the poison, then `last_words` and the end."""
    def answer(connection, tag, args):
        wanted = uids_of(args.split(b" ")[0], imap.mails)
        if BODY not in args.upper() or not set(poison) & set(wanted):
            return None
        for line in imap.fetch_lines(connection, args):
            uid = int(re.search(rb"UID (\d+)", line)[1])
            if uid in poison:
                connection.send(last_words % {b"uid": uid})
                connection.close()
                return b""
            connection.send(line)
        return b""
    return answer


LAST_WORDS = {
    "silence": b"",
    "half-a-literal": b"* 7 FETCH (UID %(uid)d BODY[] {100}\r\nSubject: x\r\n",
    "bye": b"* BYE internal error, core dumped\r\n",
    "garbage": b"* 7 FETCH (UID %(uid)d BODY[] {-1}\r\n",
    "short-literal": b"* 7 FETCH (UID %(uid)d BODY[] {3}\r\nSubject: x\r\n)\r\n",
    "endless-literal": b"* 7 FETCH (UID %(uid)d BODY[] {18446744073709551615}\r\nx",
    "deep": b"* 7 FETCH (UID %(uid)d X " + b"(" * 500 + b"\r\n",
}


@pytest.mark.parametrize("last_words", LAST_WORDS.values(), ids=LAST_WORDS)
def test_a_mail_that_kills_the_session_blocks_no_other(house, imap, last_words):
    fill(imap, *names(10))
    imap.on("UID FETCH", dies_of(imap, {7}, last_words))
    rest = [name for name in names(10) if name != "mail 7"]
    passes(house, 2, *rest)
    assert states(house)[7] == "hole"
    fill(imap, "new", first=11)
    house.run("run", "--once")
    everything_once(house, *rest, "new")
    imap.on("UID FETCH", None)
    house.once()
    everything_once(house, *names(10), "new")


def test_several_mails_that_kill_are_found_one_by_one(house, imap):
    fill(imap, *names(20))
    imap.on("UID FETCH", dies_of(imap, {1, 8, 9, 20}, b""))
    passes(house, 8, *(f"mail {n}" for n in range(1, 21) if n not in (1, 8, 9, 20)))


def test_a_server_that_dies_before_its_first_word_is_pinned_down(house, imap):
    """Nothing tells which of the mails it was."""
    fill(imap, *names(40))

    def die(connection, tag, args):
        if BODY in args.upper() and 33 in uids_of(args.split(b" ")[0], imap.mails):
            connection.close()
            return b""
        return None

    imap.on("UID FETCH", die)
    passes(house, 6, *(f"mail {n}" for n in range(1, 41) if n != 33))


def test_a_mail_that_always_kills_is_held_in_the_end(house, imap):
    fill(imap, *names(3))
    imap.on("UID FETCH", dies_of(imap, {2}, b""))
    for _ in range(9):
        if house.run("run", "--once").returncode == 0:
            break
    assert states(house) == {1: "filed", 2: "held", 3: "filed"}
    assert house.count("held_mail") == 1
    house.once()
    everything_once(house, "mail 1", "mail 3")


def test_a_daemon_survives_a_mail_that_kills(house, imap):
    fill(imap, *names(6))
    imap.on("UID FETCH", dies_of(imap, {1}, b""))
    house.start()
    wait_for(lambda: house.is_up() and len(subjects(house)) == 5, what=house.log)
    imap.deliver(letter("new"))
    wait_for(lambda: "new" in subjects(house), what=house.log)
    assert house.stop() == 0
    everything_once(house, *names(6)[1:], "new")


def test_a_poisoned_mail_with_temporary_words_is_a_hole(house, imap):
    fill(imap, *names(5))

    def refuse(connection, tag, args):
        if BODY in args.upper() and 3 in uids_of(args.split(b" ")[0], imap.mails):
            return tag + b" NO [SERVERBUG] internal error, try again\r\n"
        return None

    imap.on("UID FETCH", refuse)
    for _ in range(3):
        house.once(expect=75)
    everything_once(house, *(f"mail {n}" for n in (1, 2, 4, 5)))
    assert states(house)[3] == "hole"


# Mails that are left out


def leaves_out(imap, uids, times):
    """Every FETCH leaves these out, `times` often, and says OK."""
    left = [times]

    def answer(connection, tag, args):
        if left[0] == 0:
            return None
        left[0] -= 1
        for line in imap.fetch_lines(connection, args):
            if int(re.search(rb"UID (\d+)", line)[1]) not in uids:
                connection.send(line)
        return tag + b" OK done\r\n"
    return answer


@pytest.mark.parametrize("missing,times", [
    ({3}, 1), ({3}, 2), ({3}, 3), ({3}, 4), ({3}, 9), ({1}, 1), ({5}, 2), ({2, 4}, 3)], ids=str)
def test_what_any_answer_leaves_out_comes_later(house, imap, missing, times):
    fill(imap, *names(5))
    imap.on("UID FETCH", leaves_out(imap, missing, times))
    passes(house, 8, *names(5))
    everything_once(house, *names(5))


@pytest.mark.parametrize("missing,times", [
    ({6}, 1), ({6}, 3), ({7}, 2), ({7}, 9), ({6, 7}, 1), ({6, 7}, 2)], ids=str)
def test_what_is_left_out_of_the_news_comes_later(house, imap, missing, times):
    fill(imap, *names(5))
    house.once()
    fill(imap, "mail 6", "mail 7", first=6)
    imap.on("UID FETCH", leaves_out(imap, missing, times))
    passes(house, 8, *names(7))
    everything_once(house, *names(7))


def test_an_absent_mail_that_is_listed_again_is_fetched(house, imap):
    """Gone, as the second listing has it; and then it is there."""
    fill(imap, *names(3))

    def lose(connection, tag, args):
        if BODY in args.upper():
            lose.mail = lose.mail or imap.mails.pop(2)
        return None

    lose.mail = None
    imap.on("UID FETCH", lose)
    house.once()
    assert states(house)[2] == "absent"
    imap.on("UID FETCH", None)
    imap.mails[2] = lose.mail
    house.once()
    everything_once(house, *names(3))


def test_a_folder_without_numbers_that_is_made_anew(house, imap):
    imap.uidvalidity = None
    imap.uidnext["INBOX"] = None
    for uid, name in ((101, "old one"), (102, "old two")):
        imap.mails[uid] = letter(name)
    house.once()
    imap.mails.clear()
    fill(imap, "new one")
    house.once()
    house.once()
    everything_once(house, "old one", "old two", "new one")
    assert resets(house) <= 1


def test_a_number_of_mails_that_lies_is_borne(house, imap):
    def lie(connection, tag, args):
        usual = imap._examine(connection, tag, args)
        return re.sub(rb"\* \d+ EXISTS", b"* 4711 EXISTS", usual)

    imap.on("EXAMINE", lie)
    fill(imap, "one", "two")
    house.once()
    fill(imap, "three", first=3)
    house.once()
    house.once()
    everything_once(house, "one", "two", "three")


def test_an_empty_text_of_a_mail_with_a_size_is_not_filed(house, imap):
    fill(imap, "one", "two")

    def empty(connection, tag, args):
        for line in imap.fetch_lines(connection, args):
            if BODY in args.upper() and b"(UID 2 " in line:
                line = b"* 2 FETCH (UID 2 BODY[] {0}\r\n)\r\n"
            connection.send(line)
        return tag + b" OK done\r\n"

    imap.on("UID FETCH", empty)
    house.once(expect=75)
    assert subjects(house) == ["one"] and states(house)[2] == "hole"
    imap.on("UID FETCH", None)
    house.once()
    everything_once(house, "one", "two")


# Answers said twice, late, or in between


def chatter(imap):
    """Every reply comes twice, with empty lines and news nobody asked for."""
    def around(usual):
        def answer(connection, tag, args):
            connection.send(b"\r\n* 3 EXISTS\r\n* 9999 FETCH (FLAGS ())\r\n* OK still here\r\n")
            reply = usual(connection, tag, args)
            last = reply.splitlines(keepends=True)[-1]
            return reply + b"\r\n" + last + b"* 2 RECENT\r\n* SEARCH 1 2 3\r\n+ \r\n"
        return answer
    for verb in ("EXAMINE", "UID FETCH", "LIST", "CAPABILITY", "ID"):
        imap.on(verb, around(getattr(imap, "_" + verb.lower().replace(" ", "_"))))


def test_replies_said_twice_with_news_in_between(house, imap):
    fill(imap, *names(3))
    chatter(imap)
    house.once()
    fill(imap, "mail 4", first=4)
    house.once()
    everything_once(house, *names(4))


def test_the_same_in_a_daemon(house, imap):
    fill(imap, *names(3))
    chatter(imap)
    house.start()
    wait_for(lambda: house.is_up() and len(subjects(house)) == 3, what=house.log)
    imap.deliver(letter("mail 4"))
    wait_for(lambda: len(subjects(house)) == 4, what=house.log)
    assert house.stop() == 0
    everything_once(house, *names(4))


# Servers of few abilities


def test_a_server_that_can_do_nothing_but_the_old_commands(house, imap):
    imap.capabilities = "IMAP4rev1"
    fill(imap, "one")
    house.start()
    wait_for(lambda: house.is_up() and subjects(house) == ["one"], what=house.log)
    imap.mails[2] = letter("two")
    wait_for(lambda: subjects(house) == ["one", "two"], what=house.log)
    assert [mechanism for mechanism, *_ in imap.credentials][0] == "LOGIN"
    assert imap.count("IDLE") == 0
    assert house.stop() == 0
    everything_once(house, "one", "two")


@pytest.mark.parametrize("reply", [b"%s OK nothing to say\r\n", b"%s BAD what is that\r\n"],
                         ids=["silent", "unknown"])
def test_abilities_that_only_the_greeting_and_the_log_in_tell(house, imap, reply):
    imap.on("CAPABILITY", lambda connection, tag, args: reply % tag)
    imap.greeting = b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN SASL-IR] hello\r\n"

    def welcome(connection, tag, args):
        usual = imap._authenticate_plain(connection, tag, args)
        return usual.replace(b" OK ", b" OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS] ")

    imap.on("AUTHENTICATE PLAIN", welcome)
    fill(imap, "one")
    house.start()
    wait_for(lambda: house.is_up() and subjects(house) == ["one"], what=house.log)
    wait_for(lambda: imap.count("IDLE"))
    assert imap.count("LOGIN") == 0
    assert house.stop() == 0
    everything_once(house, "one")


def test_a_server_that_offers_idle_and_refuses_it_is_polled(house, imap):
    imap.on("IDLE", lambda connection, tag, args: tag + b" BAD not today\r\n")
    fill(imap, "one")
    house.start()
    wait_for(lambda: house.is_up() and subjects(house) == ["one"], what=house.log)
    imap.mails[2] = letter("two")
    wait_for(lambda: subjects(house) == ["one", "two"], what=house.log)
    assert "mailbox.failed" not in house.log
    assert house.stop() == 0


def test_a_polled_session_that_the_server_has_ended_is_no_failure(house, imap):
    imap.capabilities = imap.capabilities.replace(" IDLE", "")
    fill(imap, "one")
    house.start()
    wait_for(lambda: house.is_up() and subjects(house) == ["one"], what=house.log)
    for number in (2, 3):
        imap.hang_up()
        imap.mails[number] = letter(f"mail {number}")
        wait_for(lambda: f"mail {number}" in subjects(house), what=house.log)
    assert "mailbox.failed" not in house.log
    assert house.stop() == 0


@pytest.mark.parametrize("reply", [b"NO not for you", b"BAD what is that"])
def test_a_server_that_lists_no_folders_still_has_an_inbox(house, imap, reply):
    imap.on("LIST", lambda connection, tag, args: tag + b" " + reply + b"\r\n")
    fill(imap, "one")
    house.once()
    everything_once(house, "one")


def test_folders_in_literals_that_need_no_leave(house, imap):
    imap.on("LIST", lambda connection, tag, args:
            b"* LIST (\\HasNoChildren) NIL {5+}\r\ninbox\r\n* LIST () \"/\" {4}\r\nJunk\r\n"
            b"* LIST () NIL NIL\r\n" + tag + b" OK done\r\n")
    fill(imap, "one")
    house.once()
    everything_once(house, "one")


@pytest.mark.parametrize("reply", [b"NO [CANNOT] no such item", b"BAD strange item"])
def test_a_server_that_tells_no_sizes_and_dates(house, imap, reply):
    def refuse(connection, tag, args):
        return tag + b" " + reply + b"\r\n" if b"RFC822.SIZE" in args else None

    imap.on("UID FETCH", refuse)
    fill(imap, "one", "two")
    house.once()
    fill(imap, "three", first=3)
    house.once()
    everything_once(house, "one", "two", "three")


@pytest.mark.parametrize("said", [True, False], ids=["announced", "not-announced"])
@pytest.mark.parametrize("word", [b"OK", b"NO"])
def test_a_limit_on_messages_is_kept(house, imap, said, word):
    """RFC 9738: the server answers for the newest ones and says how far it came."""
    limit = 3
    if said:
        imap.capabilities += f" MESSAGELIMIT={limit}"

    def answer(connection, tag, args):
        wanted = uids_of(args.split(b" ")[0], imap.mails)
        if len(wanted) <= limit:
            return None
        if word == b"NO" and BODY in args.upper():
            return tag + b" NO [MESSAGELIMIT %d] too many\r\n" % limit
        newest = b",".join(b"%d" % uid for uid in wanted[-limit:])
        lines = b"".join(imap.fetch_lines(connection, newest + b" " + args.split(b" ", 1)[1]))
        return lines + tag + b" OK [MESSAGELIMIT %d %d] partly\r\n" % (limit, wanted[-limit])

    imap.on("UID FETCH", answer)
    fill(imap, *names(11))
    house.once()
    house.once()
    everything_once(house, *names(11))


# Log-ins


@pytest.mark.parametrize("turn", [b"+\r\n", b"+ \r\n", b"+ Ready for your secrets\r\n",
                                  b"* OK one moment\r\n+ Z28gb24=\r\n"],
                         ids=["bare", "blank", "words", "news"])
def test_a_log_in_without_an_initial_answer(house, imap, turn):
    imap.capabilities = "IMAP4rev1 AUTH=PLAIN LOGINDISABLED IDLE"

    def ask(connection, tag, args):
        assert not args
        connection.send(turn)
        return imap._authenticate_plain(connection, tag, connection.line())

    imap.on("AUTHENTICATE PLAIN", ask)
    fill(imap, "one")
    house.once()
    everything_once(house, "one")


def test_a_password_is_not_sent_where_no_log_in_is_offered(house, imap):
    imap.capabilities = "IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5"
    assert house.run("run", "--once").returncode == 78
    assert imap.credentials == [] and imap.count("LOGIN") == imap.count("AUTHENTICATE") == 0


# How it comes


def test_every_byte_alone(house, imap):
    """No line and no literal comes in one piece."""
    fill(imap, *names(3))

    def dribble(usual):
        def answer(connection, tag, args):
            for octet in usual(connection, tag, args) or b"":
                connection.send(bytes([octet]))
            return b""
        return answer

    def fetch(connection, tag, args):
        return b"".join(imap.fetch_lines(connection, args)) + tag + b" OK done\r\n"

    imap.on("UID FETCH", dribble(fetch))
    for verb in ("EXAMINE", "LIST", "CAPABILITY", "ID", "LOGOUT"):
        imap.on(verb, dribble(getattr(imap, "_" + verb.lower())))
    house.once()
    everything_once(house, *names(3))


def test_answers_backwards_halved_and_in_odd_words(house, imap):
    fill(imap, *names(6))

    def scramble(connection, tag, args):
        lines = list(imap.fetch_lines(connection, args))
        out = []
        for number, line in enumerate(reversed(lines)):
            head, _, rest = line.partition(b"FETCH (")
            uid, _, items = rest.partition(b" ")[2].partition(b" ")
            if number % 3 == 0:  # UID behind all else
                line = head + b"fetch (" + items[:-3] + b" uid " + uid + b")\r\n"
            elif number % 3 == 1:  # in two responses
                line = (head + b"FETCH (UID " + uid + b" FLAGS (\\Seen))\r\n" +
                        head + b"FETCH (" + items)
            out += [line, b"* 1 FETCH (FLAGS ())\r\n", b"* 4711 EXPUNGE\r\n"] if number == 5 else [line]
        return b"".join(out) + tag + b" OK done\r\n"

    imap.on("UID FETCH", scramble)
    house.once()
    house.once()
    everything_once(house, *names(6))


def test_two_folders_that_swap_their_numbers(tmp_path, hooks):
    """What lay in Junk lies in INBOX under its UIDs, and the other way round."""
    folders = {"Junk": ("\\Junk", {1: letter("offer")})}
    with ScriptedImap({1: letter("one")}, folders=folders) as imap:
        numbers = {b"INBOX": 7, b"Junk": 9}

        def examine(connection, tag, args):
            imap.uidvalidity = numbers[args.strip(b'"')]
            return None

        imap.on("EXAMINE", examine)
        house = scripted_house(tmp_path, imap, hooks, folders={"inbox": "INBOX", "junk": "auto"})
        house.once()
        numbers.update({b"INBOX": 9, b"Junk": 7})
        house.once()
        house.once()
        assert subjects(house) == ["offer", "one"]
        assert resets(house) == 2
