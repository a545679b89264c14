"""Houses at scripted servers, and what is looked at in them."""

import sqlite3

from letters import letter
from rig.house import House


def scripted_house(folder, imap, hooks=None, **mailbox):
    """A house whose mailbox is at a scripted server on loopback, in plain text."""
    imap.imaps_url, imap.ca = imap.url, None
    usual = {"tls": {"required": False}, "folders": {"inbox": "INBOX"}}
    return House(folder, imap, None, hooks, **{**usual, **mailbox})


def subjects(house):
    return sorted(row["subject"] for row in house.sql("SELECT subject FROM v_messages"))


def tickets(house):
    return sorted(row["subject"] for row in house.sql("SELECT subject FROM v_tickets"))


def states(house):
    rows = house.sql("SELECT uid, state FROM uid_ledger u JOIN folders f ON "
                     "f.id = u.folder_id AND f.epoch = u.epoch ORDER BY uid")
    return {row["uid"]: row["state"] for row in rows}


def resets(house):
    return house.sql("SELECT count(*) FROM events WHERE type = 'mailbox.reset'")[0][0]


def told(house, *types):
    marks = ",".join("?" * len(types))
    return house.sql(f"SELECT count(*) FROM events WHERE type IN ({marks})", *types)[0][0]


def everything_once(house, *expected):
    assert subjects(house) == sorted(expected)
    assert tickets(house) == sorted(expected)
    events = house.sql("SELECT message_id, count(*) AS n FROM events "
                       "WHERE message_id IS NOT NULL GROUP BY message_id")
    assert [row["n"] for row in events] == [1] * len(expected)


def change(house, statement):
    """Time passes, or a disk forgets: what no server can bring about."""
    with sqlite3.connect(house.database) as connection:
        connection.execute(statement)
    connection.close()


def fill(imap, *names, first=1):
    for uid, name in enumerate(names, first):
        imap.mails[uid] = letter(name)


def hide(*uids):
    """FETCH of a body leaves these out and says OK."""
    def answer(connection, tag, args):
        if b"BODY" not in args.upper() or b"BODY.PEEK[]" not in args.upper():
            return None
        for line in connection.server.fetch_lines(connection, args):
            if not any(b"(UID %d " % uid in line for uid in uids):
                connection.send(line)
        return tag + b" OK done\r\n"
    return answer


def with_folders(folder, imap, hooks, **mailbox):
    return scripted_house(folder, imap, hooks, **{
        "folders": {"inbox": "INBOX", "junk": "auto", "sent": "auto"}, **mailbox})
