"""Never a mail lost or doubled, whatever the server says of its UIDs.

Each test is a story of a scripted server; its end is the set of filed mails, each once.
"""

import pytest

from letters import letter
from rig.house import is_sanitized, wait_for
from rig.imap_script import ScriptedImap
from scripted import (change, everything_once, fill, hide, resets, scripted_house, states,
                      subjects, told)


@pytest.fixture
def imap():
    with ScriptedImap({}) as server:
        yield server


@pytest.fixture
def house(tmp_path, imap, hooks):
    made = scripted_house(tmp_path, imap, hooks)
    yield made
    made.close()


# The server counts anew


def test_a_renumbered_folder_brings_only_what_is_new(house, imap):
    fill(imap, "one", "two", "three")
    house.once()
    old = list(imap.mails.values())
    imap.mails.clear()
    imap.mails.update({11: old[2], 12: letter("four"), 13: old[0], 15: old[1]})
    imap.uidvalidity = 2
    house.once()
    house.once()
    everything_once(house, "one", "two", "three", "four")
    assert resets(house) == 1


def test_a_change_of_the_number_alone_brings_nothing(house, imap):
    fill(imap, "one", "two")
    house.once()
    imap.uidvalidity = 9
    house.once()
    imap.uidvalidity = 1
    house.once()
    everything_once(house, "one", "two")
    assert resets(house) == 2


def test_two_numberings_in_turn_keep_their_mails_apart(house, imap):
    """The same UIDVALIDITY and UID may name another mail when it comes back."""
    fill(imap, "one")
    house.once()
    imap.uidvalidity = 2
    imap.mails[1] = letter("two")
    house.once()
    imap.uidvalidity = 1
    imap.mails[1] = letter("three")
    house.once()
    everything_once(house, "one", "two", "three")


@pytest.mark.parametrize("number", [0, None], ids=["zero", "missing"])
def test_a_folder_without_a_number_is_collected(house, imap, number):
    imap.uidvalidity = number
    fill(imap, "one", "two")
    house.once()
    fill(imap, "three", first=3)
    house.once()
    everything_once(house, "one", "two", "three")


def test_a_number_that_is_left_out_once_changes_nothing(house, imap):
    fill(imap, "one", "two")
    house.once()
    imap.uidvalidity = None
    house.once()
    imap.uidvalidity = 1
    fill(imap, "three", first=3)
    house.once()
    everything_once(house, "one", "two", "three")
    assert resets(house) == 0


def test_a_missing_next_uid_changes_nothing(house, imap):
    imap.uidnext["INBOX"] = None
    fill(imap, "one", "two")
    house.once()
    fill(imap, "three", first=3)
    house.once()
    everything_once(house, "one", "two", "three")
    assert resets(house) == 0


def test_a_next_uid_that_falls_means_that_uids_are_used_again(house, imap):
    fill(imap, "one", "two", "three", "four")
    house.once()
    imap.mails.clear()
    fill(imap, "five", "six")
    house.once()
    house.once()
    everything_once(house, "one", "two", "three", "four", "five", "six")
    assert resets(house) == 1


def test_a_next_uid_that_always_lies_is_borne(house, imap):
    imap.uidnext["INBOX"] = 1
    fill(imap, "one", "two")
    house.once()
    fill(imap, "three", first=3)
    house.once()
    everything_once(house, "one", "two", "three")
    assert resets(house) == 0


def test_other_mails_under_known_uids_are_noticed_by_size(house, imap):
    imap.uidnext["INBOX"] = None
    fill(imap, "one", "two", "three")
    house.once()
    imap.mails.clear()
    fill(imap, "quite another one", "quite another two", "quite another three")
    house.once()
    house.once()
    everything_once(house, "one", "two", "three", "quite another one",
                    "quite another two", "quite another three")
    assert resets(house) == 1


def test_other_mails_that_look_alike_are_noticed_by_their_names(house, imap):
    imap.uidnext["INBOX"] = None
    one, two = ({"From": "Ana <ana@correo.example>", "Message_ID": f"<{name}@correo.example>"}
                for name in ("one", "two"))
    imap.mails[1] = letter("aaa", **one)
    house.once()
    known, imap.mails[1] = imap.mails[1], letter("bbb", **two)
    assert len(imap.mails[1]) == len(known)
    house.once()
    assert subjects(house) == ["aaa", "bbb"]
    assert resets(house) == 1


def test_a_size_that_changes_its_mind_is_no_other_mail(house, imap):
    """Some servers guess a size until somebody fetched the mail."""
    fill(imap, "one", "two")
    house.once()

    def misjudge(connection, tag, args):
        lines = b"".join(imap.fetch_lines(connection, args))
        return lines.replace(b"RFC822.SIZE ", b"RFC822.SIZE 9") + tag + b" OK done\r\n"

    imap.on("UID FETCH", misjudge)
    house.once()
    house.once()
    everything_once(house, "one", "two")
    assert resets(house) == 0


def test_a_reset_is_told_once_though_the_process_dies(house, imap):
    fill(imap, "one", "two")
    house.once()
    imap.uidvalidity = 2
    imap.on("UID FETCH", lambda conn, tag, args: conn.close() or b"", times=1)
    house.once(expect=75)
    assert resets(house) == 1
    house.once()
    assert resets(house) == 1
    everything_once(house, "one", "two")


def test_what_was_held_is_held_once_though_the_server_counts_anew(house, imap):
    house.once()
    change(house, """CREATE TRIGGER refuse BEFORE INSERT ON messages
        WHEN new.subject = 'refused' BEGIN SELECT RAISE(ABORT, 'not this one'); END""")
    fill(imap, "one", "refused", "two")
    house.once()
    imap.uidvalidity = 2
    house.once()
    assert subjects(house) == ["one", "two"]
    assert house.count("held_mail") == 1 and told(house, "message.held") == 1
    assert states(house) == {1: "filed", 2: "held", 3: "filed"}


def test_uids_as_sparse_as_they_can_be(house, imap):
    for uid, name in ((1, "one"), (70000, "two"), (4294967293, "three"), (4294967294, "four")):
        imap.mails[uid] = letter(name)
    house.once()
    house.once()
    everything_once(house, "one", "two", "three", "four")
    assert imap.count("UID FETCH") < 20


def test_a_mail_that_appears_below_others_is_found_by_the_number_of_mails(house, imap):
    fill(imap, "one", first=1)
    fill(imap, "three", first=3)
    house.once()
    fill(imap, "two", first=2)
    house.once()
    everything_once(house, "one", "two", "three")


def test_a_mail_that_appears_as_another_goes_is_found_by_the_daily_count(house, imap):
    fill(imap, "one", first=1)
    fill(imap, "three", first=3)
    house.once()
    del imap.mails[1]
    fill(imap, "two", first=2)
    house.once()
    assert subjects(house) == ["one", "three"]
    change(house, "UPDATE folders SET recounted_at = '2020-01-01T00:00:00.000Z'")
    house.once()
    house.once()
    everything_once(house, "one", "two", "three")


# Mails that are listed and do not come


def test_a_mail_that_does_not_come_blocks_no_other_and_comes_later(house, imap):
    fill(imap, "one", "two", "three")
    imap.on("UID FETCH", hide(2))
    house.once(expect=75)
    assert subjects(house) == ["one", "three"]
    assert states(house) == {1: "filed", 2: "hole", 3: "filed"}
    fill(imap, "four", first=4)
    imap.on("UID FETCH", None)
    house.once()  # who asks for one pass wants it tried now
    everything_once(house, "one", "two", "three", "four")


def test_a_daemon_leaves_a_hole_alone_for_a_while(house, imap):
    fill(imap, "one", "two", "three")
    imap.on("UID FETCH", hide(2))
    house.start()
    wait_for(lambda: house.is_up() and states(house).get(2) == "hole", what=house.log)
    imap.on("UID FETCH", None)
    imap.deliver(letter("four"))
    wait_for(lambda: "four" in subjects(house), what=house.log)
    assert subjects(house) == ["four", "one", "three"]
    assert house.stop() == 0


def test_a_mail_that_never_comes_is_held_with_an_alarm(house, imap):
    fill(imap, "one", "two", "three")
    imap.on("UID FETCH", hide(2))
    for _ in range(8):
        said = house.run("run", "--once")
        if house.count("held_mail"):
            break
        change(house, "UPDATE uid_ledger SET due_at = '2020-01-01T00:00:00.000Z' "
                      "WHERE state = 'hole'")
    held = house.sql("SELECT uid, stage, because FROM held_mail")
    assert [(row["uid"], row["stage"]) for row in held] == [(2, "collect")]
    assert "mail.missing" in said.stderr
    assert told(house, "message.held") == 1
    assert states(house) == {1: "filed", 2: "held", 3: "filed"}
    house.once()
    assert subjects(house) == ["one", "three"]


def test_a_mail_that_is_expunged_meanwhile_is_no_hole(house, imap):
    fill(imap, "one", "two", "three")

    def expunge(connection, tag, args):
        if b"BODY.PEEK[]" in args.upper():
            imap.mails.pop(2, None)
        return None

    imap.on("UID FETCH", expunge)
    house.once()
    everything_once(house, "one", "three")
    assert states(house) == {1: "filed", 2: "absent", 3: "filed"}


def test_a_poisoned_mail_is_told_with_the_servers_words(house, imap):
    fill(imap, *(f"mail {n}" for n in range(1, 21)))

    def refuse(connection, tag, args):
        from rig.imap_script import uids_of

        wanted = uids_of(args.split(b" ")[0], imap.mails)
        if b"BODY.PEEK[]" in args.upper() and 7 in wanted:
            return tag + b" NO message 7 is corrupt\r\n"
        return None

    imap.on("UID FETCH", refuse)
    house.once(expect=75)
    assert len(subjects(house)) == 19
    assert states(house)[7] == "hole"


# What the first connection takes


def test_history_is_left_where_it_lies(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks, start="now")
    fill(imap, "old one", "old two")
    house.once()
    fill(imap, "new", first=3)
    house.once()
    everything_once(house, "new")


def test_a_first_connection_that_breaks_makes_no_history_new(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks, start="now")
    fill(imap, "old one", "old two", "old three")
    imap.cut_after("UID FETCH", 60)
    house.once(expect=75)
    house.once()
    fill(imap, "new", first=4)
    house.once()
    everything_once(house, "new")


def test_history_stays_history_when_the_folder_is_renumbered(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks, start="now")
    fill(imap, "old one", "old two")
    house.once()
    fill(imap, "new one", first=3)
    house.once()
    old = dict(imap.mails)
    imap.mails.clear()
    imap.mails.update({uid + 100: mail for uid, mail in old.items()})
    fill(imap, "new two, while nobody looked", first=110)
    imap.uidvalidity = 2
    house.once()
    house.once()
    everything_once(house, "new one", "new two, while nobody looked")


def test_a_date_divides_history_from_the_rest(tmp_path, imap, hooks):
    house = scripted_house(tmp_path, imap, hooks, start="2026-03-01")
    fill(imap, "February", "March")
    imap.received_at = {1: "28-Feb-2026 10:00:00 +0000", 2: " 1-Mar-2026 10:00:00 +0000"}
    house.once()
    house.once()
    everything_once(house, "March")


# Looked through again


@pytest.fixture
def late(tmp_path, imap, hooks):
    """A house that came when three mails lay there already."""
    made = scripted_house(tmp_path, imap, hooks, start="now")
    fill(imap, "January", "February", "March")
    imap.received_at = {uid: f" 1-{month}-2026 10:00:00 +0000"
                        for uid, month in ((1, "Jan"), (2, "Feb"), (3, "Mar"))}
    made.once()
    fill(imap, "new", first=4)
    made.once()
    yield made
    made.close()


def outbox(house):
    return house.sql("SELECT count(*) FROM outbox")[0][0]


def test_history_is_taken_in_without_a_word(late, imap):
    fill(imap, "not looked at yet", first=5)
    before = outbox(late)
    assert late.json("mailboxes", "backfill", "support", "--since", "2026-02-01") == [
        {"mailbox": "support", "filed": 2, "copies": 0, "held": 0, "holes": 0}]
    assert outbox(late) == before == 1
    assert subjects(late) == ["February", "March", "new"]
    late.once()
    everything_once(late, "February", "March", "new", "not looked at yet")
    assert outbox(late) == 2


def test_history_is_taken_in_with_its_webhooks_where_asked(late, hooks):
    late.json("mailboxes", "backfill", "support", "--since", "2026-01-01", "--notify")
    assert late.json("mailboxes", "backfill", "support", "--since", "2026-01-01",
                     "--notify")[0]["filed"] == 0
    late.once()
    everything_once(late, "January", "February", "March", "new")
    assert len(hooks.events) == outbox(late) == 4


def test_a_rescan_finds_what_was_missed_and_no_history(late, imap):
    imap.mails[7] = letter("far")
    late.once()
    imap.mails[6] = letter("in between")
    del imap.mails[4]
    change(late, "UPDATE folders SET recounted_at = '2099-01-01T00:00:00.000Z'")
    late.once()
    assert subjects(late) == ["far", "new"]
    late.json("mailboxes", "rescan", "support")
    everything_once(late, "far", "in between", "new")


def test_a_rescan_asks_again_for_what_was_held_without_bytes(house, imap):
    fill(imap, "one", "two")
    imap.on("UID FETCH", hide(2))
    for _ in range(8):
        house.run("run", "--once")
        change(house, "UPDATE uid_ledger SET due_at = '2020-01-01T00:00:00.000Z' "
                      "WHERE state = 'hole'")
    assert states(house) == {1: "filed", 2: "held"}
    imap.on("UID FETCH", None)
    house.json("mailboxes", "rescan", "support")
    everything_once(house, "one", "two")


def test_beside_a_daemon_nothing_is_looked_through(house, imap):
    fill(imap, "one")
    house.start()
    wait_for(house.is_up)
    said = house.run("mailboxes", "rescan", "support")
    assert said.returncode == 75 and "another postroom is running" in said.stderr
    said = house.run("mailboxes", "backfill", "support")
    assert said.returncode == 64 and "--since" in said.stderr


def most_memory_kb(house):
    with open(f"/proc/{house.daemon.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def test_a_huge_mail_takes_no_memory(house, imap):
    fill(imap, "small")
    house.start()
    wait_for(lambda: house.is_up() and subjects(house) == ["small"], what=house.log)
    usual = most_memory_kb(house)
    imap.deliver(letter("huge") + b"y" * 70 * (3 << 20))
    wait_for(lambda: subjects(house) == ["huge", "small"], what=house.log)
    if not is_sanitized():
        assert most_memory_kb(house) < usual + 5 * 1024
    imap.mails.pop(2)
    assert house.stop() == 0
