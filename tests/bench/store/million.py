"""What a house costs when it is large: the same 1,000 filings and questions in a small and in a
large database.

    million.py BUILD FOLDER [TICKETS]        (1,000,000; 3 GB of disk and some minutes)

BUILD is the folder of a release build with `ninja benches`. The rows are made by SQL, one message a
ticket; what is measured runs through the store and the real program.
"""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import time

SMALL, FILED, ROUNDS = 10_000, 1_000, 6
DAY = "strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + n * 60, 'unixepoch')"
VOCABULARY = 5000
KNOWN = ("invoice", "printer", "delivery", "warehouse", "signature")  # from frequent to rare
# Few words are in many texts and most are in few, as in any language.
ANY_WORD = ("(SELECT word FROM temp.words WHERE id = CAST((abs(random() % 5000) / 5000.0) * "
            "(abs(random() % 5000) / 5000.0) * (abs(random() % 5000) / 5000.0) * 5000 + 0 * n AS INTEGER))")
PICK = " || ' ' || ".join([ANY_WORD] * 5)
SERIES = "WITH RECURSIVE s (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM s WHERE n < ?2) "
STATUS = ("CASE n % 20 WHEN 0 THEN 'open' WHEN 1 THEN 'waiting' WHEN 2 THEN 'reopened' "
          "WHEN 3 THEN 'spam' ELSE 'closed' END")
LABEL = "CASE n % 10 WHEN 0 THEN 'lead' WHEN 1 THEN 'complaint' WHEN 2 THEN 'other' ELSE 'support' END"
DOMAIN = "'firm' || (n / 10 * 10 % 5000) || '.example'"
PERSON = f"'person' || (n / 10 * 10) || '@' || {DOMAIN}"
DEPARTMENT = "'dep' || (n / 7 % 4)"
ROWS = (
    f"INSERT OR IGNORE INTO contacts (address, domain, first_seen_at, last_seen_at) SELECT {PERSON}, "
    f"{DOMAIN}, {DAY}, {DAY} FROM s WHERE n % 10 = 0",
    f"INSERT INTO tickets (number, reply_token, kind, status, department, mailbox_id, "
    f"requester_address, requester_id, subject, label, created_at, opened_at, updated_at, language) "
    f"SELECT n, n || '-' || hex(randomblob(10)), 'support', {STATUS}, {DEPARTMENT}, 1 + n % 8, "
    f"{PERSON}, (SELECT id FROM contacts WHERE address = {PERSON}), {PICK}, {LABEL}, {DAY}, {DAY}, "
    f"{DAY}, 'en' FROM s",
    f"INSERT INTO messages (id, ticket, mailbox_id, folder_id, direction, message_id, sha256, "
    f"size_bytes, received_at, filed_at, from_address, subject, is_truncated, is_signed, is_encrypted, "
    f"attachment_count, links_json, calendar_json, defects_json, verdict, author_domain, "
    f"verdict_because_json, auth_json, label, confidence, review, reasons_json, scores_json, "
    f"spam_score, spam_tokens_json, phishing_score, phishing_signals_json, is_automatic, "
    f"thread_method, thread_confidence, department, rules_json, actions_json, text, reply_text) "
    f"SELECT n, n, 1 + n % 8, 1 + n % 8, 'in', n || '.' || hex(randomblob(8)) || '@firm.example', "
    f"lower(hex(randomblob(32))), 15000, {DAY}, {DAY}, {PERSON}, {PICK}, 0, 0, 0, 0, '[]', '[]', "
    f"'[]', 'authenticated', {DOMAIN}, '[]', '{{}}', {LABEL}, 0.9, 0, '[]', '{{}}', 0.1, '[]', 0, "
    f"'[]', 0, 'none', 0, {DEPARTMENT}, '[]', '[]', {PICK}, {PICK} FROM s",
    "INSERT INTO message_refs (message_id, position, reference) SELECT n, 0, hex(randomblob(8)) || "
    "'@firm.example' FROM s WHERE n % 3 = 0",
    "INSERT INTO recipients (message_id, kind, position, address) SELECT n, 'to', 0, "
    "'support@example.com' FROM s",
    "INSERT INTO headers (message_id, position, name, value) SELECT n, 0, 'X-Header', 'value' FROM s",
    "INSERT INTO deliveries (message_id, folder_id, uidvalidity, epoch, uid, seen_epoch, filed_at) "
    f"SELECT n, 1 + n % 8, 7, 1, n, 1, {DAY} FROM s",
    "INSERT INTO uid_ledger (folder_id, epoch, uid, state, message_id, settled_at) SELECT 1 + n % 8, "
    f"1, n, 'filed', n, {DAY} FROM s",
    f"INSERT INTO ticket_events (ticket, sequence, at, kind, message_id, actor) SELECT n, 1, {DAY}, "
    "'opened', n, 'customer' FROM s",
    f"INSERT INTO ticket_participants (ticket, address) SELECT n, {PERSON} FROM s",
    f"INSERT INTO events (id, type, ticket, message_id, created_at, body) SELECT hex(randomblob(16)), "
    f"'ticket.created', n, n, {DAY}, '{{}}' FROM s",
    f"INSERT INTO outbox (event_id, endpoint, ticket, state, due_at, created_at) SELECT id, 'crm', "
    f"ticket, 'delivered', created_at, created_at FROM events WHERE ticket BETWEEN ?1 AND ?2",
)
QUESTIONS = (
    ("v_tickets by status", "SELECT number, subject FROM v_tickets WHERE status = 'reopened' "
                            "ORDER BY number DESC LIMIT 50"),
    ("v_tickets of a requester", "SELECT number, subject FROM v_tickets WHERE requester = "
                                 "'person250500@firm500.example'"),
    ("v_tickets of a day", "SELECT number FROM v_tickets WHERE created_at BETWEEN '2024-03-01' AND "
                           "'2024-03-02'"),
    ("v_messages of a sender", "SELECT id, subject FROM v_messages WHERE sender = "
                               "'person250500@firm500.example'"),
)
COMMANDS = (("tickets", "list"), ("tickets", "list", "--status", "reopened", "--limit", "50"),
            ("tickets", "list", "--label", "lead", "--department", "dep1", "--limit", "50"),
            ("tickets", "list", "--sender", "person100500@", "--limit", "50"),
            ("tickets", "list", "--sender", "person250500@firm500.example"),
            ("tickets", "list", "--sender", "person", "--limit", "50"),
            ("tickets", "list", "--sender", "firm500.", "--status", "closed", "--limit", "50"),
            ("tickets", "list", "--since", "2024-03-01", "--limit", "50"),
            ("tickets", "show", "105000"), ("message", "show", "105000"),
            ("search", "invoice"), ("search", "invoice printer"), ("search", "warehouse*"),
            ("search", "invoice*"), ("search", "word1*"))


def file_mails(build, state, mails):
    """Microseconds of CPU a mail."""
    told = subprocess.run([f"{build}/tests/bench_store_filing", str(mails), "--into", state],
                          capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+) us of CPU", told).group(1))


def words():
    names = [f"word{number}" for number in range(VOCABULARY)]
    names[0], names[5], names[50], names[500], names[4000] = KNOWN
    return enumerate(names)


def grow(database, first, last):
    db = sqlite3.connect(database)
    db.execute("PRAGMA cache_size = -1000000")
    db.execute("CREATE TEMP TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    db.executemany("INSERT INTO temp.words VALUES (?, ?)", words())
    db.execute("DELETE FROM house WHERE key = 'indexed_to'")
    for sql in ROWS:
        text = sql if "?1" in sql else re.sub("SELECT", SERIES + "SELECT", sql, count=1)
        db.execute(text, (first, last))
    db.execute("INSERT INTO message_words (message_words) VALUES ('rebuild')")
    db.execute("INSERT INTO house VALUES ('indexed_to', (SELECT max(id) FROM messages))")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def timed(work):
    """The least of five, because others may work beside: milliseconds, and those of a processor."""
    took = []
    for _ in range(5):
        begun, used = time.perf_counter(), cpu_s()
        work()
        took.append((1000 * (time.perf_counter() - begun), 1000 * (cpu_s() - used)))
    return f"{min(wall for wall, _ in took):7.1f} ms, {min(cpu for _, cpu in took):6.1f} of CPU"


def cpu_s():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def ask(database, sql):
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def write_config(folder, state):
    path = os.path.join(folder, "postroom.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"state: {state}\nmailboxes: []\n")
    return path


def main():
    build, folder = sys.argv[1], os.path.abspath(sys.argv[2])
    tickets = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    state = os.path.join(folder, "state")
    database = os.path.join(state, "postroom.db")
    os.makedirs(state, exist_ok=True)
    config = write_config(folder, state)
    file_mails(build, state, 1_000)
    grow(database, 100_001, 100_000 + SMALL)
    few = os.path.join(folder, "few")
    shutil.copytree(state, few, ignore=shutil.ignore_patterns("*.sock"))
    grow(database, 200_001, 200_000 + tickets)
    # In turns, and the least of them: others may work beside.
    costs = [(file_mails(build, few, FILED), file_mails(build, state, FILED))
             for _ in range(ROUNDS)]
    small, large = (min(cost) for cost in zip(*costs))
    print(f"filing {FILED} at {SMALL} tickets: {small} us of CPU each; at {tickets}: {large}, "
          f"{large / small:.2f} times; {os.path.getsize(database) / 1e9:.1f} GB {costs}", flush=True)
    for name, sql in QUESTIONS:
        print(f"{timed(lambda sql=sql: ask(database, sql))}  {name}")
    for words in COMMANDS:
        command = [f"{build}/postroom", *words, "-c", config, "--json"]
        took = timed(lambda command=command: subprocess.run(command, stdout=subprocess.DEVNULL,
                                                            stderr=subprocess.DEVNULL,
                                                            check=True))
        print(f"{took}  postroom {' '.join(words)}", flush=True)
    print(f"largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


main()
