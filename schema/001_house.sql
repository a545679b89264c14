-- Postroom's database, STATE/postroom.db. This file is migration 1: the program embeds
-- it and runs it once. A later change is a new file 00N_*.sql; this one never changes
-- after its release.
--
-- Open it read-only while the daemon runs: sqlite3 'file:postroom.db?mode=ro'
-- Times are ISO 8601 texts in UTC with milliseconds, so they sort as texts.
-- Every reference to a message, ticket or contact has an index, so that erasing one
-- reads no whole table.
-- A CHECK of more than two words says OR: for each longer IN list SQLite makes a table in
-- memory, with every INSERT anew.
-- Columns named *_json hold evidence; ask with json_extract and json_each.
-- The views at the end are stable: names may be added, never changed or removed.

PRAGMA application_id = 1349481333; -- "Post" + 1

-- What the house knows of itself: the key of reply tokens, how far the index has come.
CREATE TABLE house (
    key TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT;

-- ---- mailboxes and the cursor ----

CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    address TEXT,
    state TEXT NOT NULL DEFAULT 'new'
        CHECK (state = 'new' OR state = 'working' OR state = 'failing' OR
            state = 'stopped'),
    created_at TEXT NOT NULL,
    last_success_at TEXT,
    last_failure_at TEXT,
    last_error TEXT,
    failures INTEGER NOT NULL DEFAULT 0 -- since the last success
) STRICT;

CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role = 'inbox' OR role = 'junk' OR role = 'sent'),
    uidvalidity INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1, -- counts the changes of uidvalidity
    low_uid INTEGER NOT NULL DEFAULT 0, -- this and all below are settled
    uidnext_seen INTEGER,
    exists_seen INTEGER, -- mails up to low_uid when it was listed last; null: not known
    modseq INTEGER,
    created_at TEXT NOT NULL,
    listed_at TEXT, -- its first complete listing; null: history is not told apart yet
    recounted_at TEXT, -- when UIDs below low_uid were last looked at again
    UNIQUE (mailbox_id, name)
) STRICT;

CREATE TABLE uid_ledger (
    folder_id INTEGER NOT NULL REFERENCES folders,
    epoch INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    state TEXT NOT NULL -- history: there before the first connection, not taken in
        CHECK (state = 'filed' OR state = 'absent' OR state = 'held' OR
            state = 'hole' OR state = 'history'),
    attempts INTEGER NOT NULL DEFAULT 0, -- of a hole
    due_at TEXT, -- of a hole: its next try
    message_id INTEGER REFERENCES messages,
    size_bytes INTEGER, -- what the server listed, by which a UID is known again
    received_at TEXT,
    settled_at TEXT NOT NULL,
    PRIMARY KEY (folder_id, epoch, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX uid_ledger_message ON uid_ledger (message_id);
CREATE INDEX uid_ledger_holes ON uid_ledger (folder_id, epoch, due_at)
    WHERE state = 'hole';

-- ---- people ----

CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    name TEXT,
    website TEXT,
    first_seen_at TEXT NOT NULL
) STRICT;

-- People who wrote to us, never a program.
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT,
    domain TEXT,
    organisation_id INTEGER REFERENCES organisations,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contacts_domain ON contacts (domain);
CREATE INDEX contacts_name ON contacts (name COLLATE NOCASE);

-- ---- tickets ----

CREATE TABLE tickets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    reply_token TEXT UNIQUE,
    kind TEXT NOT NULL
        CHECK (kind = 'support' OR kind = 'lead' OR kind = 'campaign_reply' OR
            kind = 'complaint' OR kind = 'other'),
    status TEXT NOT NULL DEFAULT 'open'
        CHECK (status = 'open' OR status = 'waiting' OR status = 'closed' OR
            status = 'reopened' OR status = 'spam' OR status = 'merged'),
    priority TEXT NOT NULL DEFAULT 'normal'
        CHECK (priority = 'low' OR priority = 'normal' OR priority = 'high' OR
            priority = 'urgent'),
    department TEXT,
    assignee TEXT,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes,
    requester_id INTEGER REFERENCES contacts,
    requester_name TEXT,
    requester_address TEXT COLLATE NOCASE,
    requester_source TEXT -- where the address stood
        CHECK (requester_source = 'from' OR requester_source = 'sender' OR
            requester_source = 'reply_to' OR requester_source = 'body'),
    subject TEXT,
    language TEXT,
    label TEXT NOT NULL
        CHECK (label = 'support' OR label = 'lead' OR label = 'campaign_reply' OR
            label = 'unsubscribe' OR label = 'complaint' OR label = 'other' OR
            label = 'bounce' OR label = 'auto_reply' OR label = 'spam' OR
            label = 'phishing'),
    created_at TEXT NOT NULL, -- arrival of the first message
    opened_at TEXT NOT NULL, -- when the house made the ticket
    updated_at TEXT NOT NULL,
    first_response_at TEXT,
    first_response_seconds INTEGER,
    first_response_business_seconds INTEGER, -- those within `business_hours:`
    resolution_business_seconds INTEGER, -- from created_at to closed_at; null: not closed
    unanswered_since TEXT, -- when the customer wrote what nobody has answered yet
    customer_wrote_at TEXT, -- arrival of the newest mail a person sent us
    answered_at TEXT, -- and of the newest answer a person gave
    closed_at TEXT, -- null: it is not closed
    message_count INTEGER NOT NULL DEFAULT 1,
    sequence INTEGER NOT NULL DEFAULT 1, -- counts the ticket's events
    reopened_count INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER REFERENCES tickets,
    linked_to INTEGER REFERENCES tickets
) STRICT;
CREATE INDEX tickets_status ON tickets (status);
CREATE INDEX tickets_requester ON tickets (requester_address);
CREATE INDEX tickets_contact ON tickets (requester_id);
-- Programs that asked: with the contacts, every address that has a ticket.
CREATE INDEX tickets_strangers ON tickets (requester_address, requester_id)
    WHERE requester_id IS NULL;
CREATE INDEX tickets_created ON tickets (created_at);
CREATE INDEX tickets_label ON tickets (label);
CREATE INDEX tickets_department ON tickets (department);
CREATE INDEX tickets_assignee ON tickets (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_linked ON tickets (linked_to) WHERE linked_to IS NOT NULL;

-- The story of a ticket, one row a step: who did what, and by which rule. Where a field
-- changed, the row says from what to what.
CREATE TABLE ticket_events (
    ticket INTEGER NOT NULL REFERENCES tickets,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'opened' OR kind = 'joined' OR kind = 'reopened' OR
            kind = 'answered' OR kind = 'updated' OR kind = 'changed' OR
            kind = 'merged'),
    message_id INTEGER REFERENCES messages,
    actor TEXT NOT NULL, -- customer, agent, program, postroom, or the user of a command
    rule TEXT, -- names of the rules that had a say
    field TEXT,
    old_value TEXT,
    new_value TEXT,
    PRIMARY KEY (ticket, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_events_message ON ticket_events (message_id);

-- Everyone who appears in a ticket's messages: who may join it.
CREATE TABLE ticket_participants (
    ticket INTEGER NOT NULL REFERENCES tickets,
    address TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (ticket, address)
) STRICT, WITHOUT ROWID;

-- What rules call a ticket.
CREATE TABLE ticket_tags (
    ticket INTEGER NOT NULL REFERENCES tickets,
    tag TEXT NOT NULL,
    PRIMARY KEY (ticket, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tags_tag ON ticket_tags (tag);

-- ---- messages ----

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the index counts on it
    ticket INTEGER REFERENCES tickets,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes, -- where it was first seen
    folder_id INTEGER NOT NULL REFERENCES folders,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    message_id TEXT, -- of the mail, without angle brackets
    in_reply_to TEXT,
    sha256 TEXT, -- of the raw mail
    size_bytes INTEGER NOT NULL,
    date_at TEXT, -- what the mail says
    received_at TEXT, -- what the server says
    filed_at TEXT NOT NULL,
    from_name TEXT,
    from_address TEXT COLLATE NOCASE,
    sender_name TEXT,
    sender_address TEXT COLLATE NOCASE,
    envelope_from TEXT,
    delivered_to TEXT,
    subject TEXT,
    language TEXT,
    is_truncated INTEGER NOT NULL CHECK (is_truncated IN (0, 1)),
    is_signed INTEGER NOT NULL CHECK (is_signed IN (0, 1)),
    is_encrypted INTEGER NOT NULL CHECK (is_encrypted IN (0, 1)),
    attachment_count INTEGER NOT NULL,
    links_json TEXT NOT NULL,
    calendar_json TEXT NOT NULL,
    defects_json TEXT NOT NULL,
    -- who really sent it, and why we think so
    verdict TEXT NOT NULL CHECK (verdict = 'authenticated' OR verdict = 'failed' OR
            verdict = 'unauthenticated' OR verdict = 'suspicious' OR
            verdict = 'deferred'),
    author_domain TEXT,
    verdict_because_json TEXT NOT NULL,
    auth_json TEXT NOT NULL, -- the whole verdict
    -- what kind of mail it is, and why we think so
    label TEXT NOT NULL
        CHECK (label = 'support' OR label = 'lead' OR label = 'campaign_reply' OR
            label = 'unsubscribe' OR label = 'complaint' OR label = 'other' OR
            label = 'bounce' OR label = 'auto_reply' OR label = 'spam' OR
            label = 'phishing'),
    sublabel TEXT,
    confidence REAL NOT NULL,
    review INTEGER NOT NULL CHECK (review IN (0, 1)),
    reasons_json TEXT NOT NULL,
    scores_json TEXT NOT NULL,
    model TEXT,
    spam_score REAL NOT NULL,
    spam_verdict TEXT CHECK (spam_verdict = 'ham' OR spam_verdict = 'unsure' OR
            spam_verdict = 'spam'),
    spam_tokens_json TEXT NOT NULL,
    phishing_score REAL NOT NULL,
    phishing_signals_json TEXT NOT NULL,
    is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
    automatic_kind TEXT,
    automatic_because TEXT,
    -- where it went, and why
    thread_method TEXT NOT NULL
        CHECK (thread_method = 'none' OR thread_method = 'token' OR
            thread_method = 'message_id' OR thread_method = 'references'),
    thread_confidence REAL NOT NULL,
    thread_because TEXT,
    department TEXT,
    rules_json TEXT NOT NULL,
    actions_json TEXT NOT NULL,
    campaign TEXT,
    campaign_intent TEXT,
    -- long texts last: who reads the columns above does not read past them
    text TEXT,
    reply_text TEXT,
    quoted_text TEXT,
    signature_text TEXT,
    html TEXT
) STRICT;
CREATE INDEX messages_ticket ON messages (ticket);
-- A flood of mails with one Message-ID must not make each look at all: those in a ticket
-- come first, in order.
CREATE INDEX messages_message_id ON messages (message_id, (ticket IS NULL));
CREATE INDEX messages_mailbox ON messages (mailbox_id);
CREATE INDEX messages_sha256 ON messages (sha256);
CREATE INDEX messages_from ON messages (from_address, received_at);
CREATE INDEX messages_received ON messages (received_at);

-- Messages whose sender could not be judged for want of an answer (verdict deferred):
-- looked at again, from the raw mail, when they are due, and gone once settled.
CREATE TABLE deferred_verdicts (
    message_id INTEGER PRIMARY KEY REFERENCES messages,
    deferred_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL
) STRICT;
CREATE INDEX deferred_verdicts_due ON deferred_verdicts (due_at);

-- In-Reply-To and References, oldest first.
CREATE TABLE message_refs (
    message_id INTEGER NOT NULL REFERENCES messages,
    position INTEGER NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_refs_reference ON message_refs (reference);

CREATE TABLE recipients (
    message_id INTEGER NOT NULL REFERENCES messages,
    kind TEXT NOT NULL CHECK (kind = 'to' OR kind = 'cc' OR kind = 'reply_to'),
    position INTEGER NOT NULL,
    name TEXT,
    address TEXT COLLATE NOCASE,
    PRIMARY KEY (message_id, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipients_address ON recipients (address);

CREATE TABLE headers (
    message_id INTEGER NOT NULL REFERENCES messages,
    position INTEGER NOT NULL,
    name TEXT,
    value TEXT,
    PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;

-- What is attached; the bytes come out of raw_mail on demand.
CREATE TABLE attachments (
    message_id INTEGER NOT NULL REFERENCES messages,
    position INTEGER NOT NULL,
    part TEXT,
    filename TEXT,
    content_type TEXT,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT,
    content_id TEXT,
    is_inline INTEGER NOT NULL CHECK (is_inline IN (0, 1)),
    risk_json TEXT NOT NULL,
    PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;

-- The mail as it arrived, once for each content; zstd.
CREATE TABLE raw_mail (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL, -- before compression
    stored_at TEXT NOT NULL,
    zstd BLOB NOT NULL
) STRICT;

CREATE INDEX raw_mail_stored ON raw_mail (stored_at);

-- Each copy of a message on a server.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    folder_id INTEGER NOT NULL REFERENCES folders,
    uidvalidity INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    seen_epoch INTEGER NOT NULL, -- the last epoch in which this copy was met
    received_at TEXT,
    filed_at TEXT NOT NULL,
    UNIQUE (folder_id, epoch, uid)
) STRICT;
CREATE INDEX deliveries_message ON deliveries (message_id);

-- Mail no sorter survived, or that never came whole.
CREATE TABLE held_mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders,
    uidvalidity INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    stage TEXT NOT NULL,
    because TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'held'
        CHECK (state = 'held' OR state = 'released' OR state = 'dropped'),
    sha256 TEXT, -- of the raw mail; null: no bytes
    size_bytes INTEGER NOT NULL,
    received_at TEXT,
    held_at TEXT NOT NULL,
    message_id INTEGER REFERENCES messages, -- what it became when released
    settled_at TEXT, -- when somebody released or dropped it
    settled_by TEXT,
    UNIQUE (folder_id, epoch, uid)
) STRICT;
CREATE INDEX held_mail_sha256 ON held_mail (sha256);
CREATE INDEX held_mail_held ON held_mail (held_at) WHERE state = 'held';
CREATE INDEX held_mail_message ON held_mail (message_id) WHERE message_id IS NOT NULL;

-- Full text of subjects and what people wrote themselves; `house.indexed_to` says how
-- far it has come. The texts stay in messages.
CREATE VIRTUAL TABLE message_words USING fts5 (
    subject, reply_text, content = 'messages', content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2"
);

-- ---- what a label calls for ----

CREATE TABLE bounces (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    at TEXT NOT NULL,
    recipient TEXT COLLATE NOCASE,
    action TEXT,
    status TEXT,
    smtp_code INTEGER,
    diagnostic TEXT,
    reason TEXT,
    is_hard INTEGER NOT NULL CHECK (is_hard IN (0, 1)),
    remote_mta TEXT,
    original_message_id TEXT,
    is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1)) -- about a mail of ours
) STRICT;
CREATE INDEX bounces_message ON bounces (message_id);
CREATE INDEX bounces_recipient ON bounces (recipient);

CREATE TABLE complaints (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    at TEXT NOT NULL,
    kind TEXT
        CHECK (kind = 'abuse_report' OR kind = 'spam_complaint' OR kind = 'service'),
    address TEXT COLLATE NOCASE, -- who complains, where it is known
    feedback_type TEXT,
    original_recipient TEXT,
    original_message_id TEXT,
    source_ip TEXT,
    arrival_date TEXT,
    reporter TEXT,
    campaign TEXT
) STRICT;
CREATE INDEX complaints_message ON complaints (message_id);
CREATE INDEX complaints_address ON complaints (address);

CREATE TABLE unsubscribes (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    at TEXT NOT NULL,
    address TEXT COLLATE NOCASE,
    list TEXT,
    token TEXT,
    via TEXT CHECK (via = 'token' OR via = 'header_address' OR via = 'text'),
    is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1))
) STRICT;
CREATE INDEX unsubscribes_message ON unsubscribes (message_id);
CREATE INDEX unsubscribes_address ON unsubscribes (address);

CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    ticket INTEGER REFERENCES tickets,
    at TEXT NOT NULL,
    name TEXT,
    company TEXT,
    email TEXT COLLATE NOCASE,
    phones_json TEXT NOT NULL,
    website TEXT,
    address_check_json TEXT NOT NULL
) STRICT;
CREATE INDEX leads_message ON leads (message_id);
CREATE INDEX leads_ticket ON leads (ticket);

-- ---- what we sent ----

CREATE TABLE campaigns (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    created_at TEXT NOT NULL
) STRICT;

-- One row for each recipient of a mail of ours: from Sent, or from an imported campaign.
CREATE TABLE sent_messages (
    id INTEGER PRIMARY KEY,
    message_id TEXT, -- of the mail, without angle brackets
    recipient TEXT COLLATE NOCASE,
    campaign TEXT,
    token TEXT,
    sent_at TEXT,
    message INTEGER REFERENCES messages -- null: known from a campaign only
) STRICT;
CREATE INDEX sent_messages_message_id ON sent_messages (message_id, campaign);
CREATE INDEX sent_messages_pair ON sent_messages (message_id, recipient);
CREATE INDEX sent_messages_recipient ON sent_messages (recipient);
CREATE INDEX sent_messages_token ON sent_messages (token) WHERE token IS NOT NULL;
CREATE INDEX sent_messages_message ON sent_messages (message);

-- ---- what people told us ----

CREATE TABLE sender_rules (
    id INTEGER PRIMARY KEY,
    pattern TEXT NOT NULL, -- lower case; an address, a domain, or with * and ?
    standing TEXT NOT NULL CHECK (standing IN ('allowed', 'blocked')),
    created_at TEXT NOT NULL,
    until_at TEXT, -- null: for ever
    actor TEXT,
    note TEXT
) STRICT;
CREATE INDEX sender_rules_pattern ON sender_rules (pattern);
-- These alone are compared with every sender, one by one.
CREATE INDEX sender_rules_wild ON sender_rules (pattern) WHERE pattern GLOB '*[*?]*';

CREATE TABLE corrections (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    at TEXT NOT NULL,
    label_before TEXT NOT NULL,
    label_after TEXT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('command', 'folder')),
    undone_at TEXT,
    actor TEXT, -- null for a move between folders
    -- what undoing puts back; null for a move, which changed nothing
    confidence_before REAL,
    review_before INTEGER,
    sublabel_before TEXT
) STRICT;
CREATE INDEX corrections_message ON corrections (message_id);

-- What one message teaches, by what people made of it; never by our own opinion. Without
-- any word of the mail: numbers that stand for words.
CREATE TABLE lessons (
    message_id INTEGER PRIMARY KEY REFERENCES messages,
    taught_at TEXT NOT NULL,
    source TEXT NOT NULL -- correction: by a command or a move between folders
        CHECK (source = 'correction' OR source = 'junk' OR source = 'answered'),
    says TEXT NOT NULL CHECK (says IN ('spam', 'ham')),
    label TEXT, -- what a person called it; null: nobody said more than spam or not
    -- due: to be read by a sorter. learned: it counts. Else it does not: automatic mail
    -- teaches no spam, a sender teaches only so much a day, people contradict each other,
    -- the guard found that it makes things worse, the raw mail is no longer kept.
    state TEXT NOT NULL CHECK (state = 'due' OR state = 'fresh' OR state = 'learned' OR
            state = 'automatic' OR state = 'capped' OR state = 'contradicted' OR
            state = 'refused' OR state = 'unread'),
    made_for INTEGER, -- version of the program's features
    language TEXT,
    sender TEXT COLLATE NOCASE, -- domain, or address at a provider for everybody
    features TEXT, -- JSON: of the text, for the overlay
    tokens TEXT -- JSON: for the spam filter; null: counted nowhere
) STRICT;
CREATE INDEX lessons_state ON lessons (state, taught_at);
CREATE INDEX lessons_sender ON lessons (sender, taught_at);

-- In how many messages of each kind a token of the spam filter stood. The triggers keep
-- it the sum of the lessons, whatever takes one away.
CREATE TABLE spam_tokens (
    token INTEGER PRIMARY KEY,
    spam INTEGER NOT NULL,
    ham INTEGER NOT NULL
) STRICT;
CREATE TRIGGER lessons_counted AFTER INSERT ON lessons WHEN NEW.tokens IS NOT NULL
BEGIN
    INSERT INTO spam_tokens (token, spam, ham)
    SELECT value, NEW.says = 'spam', NEW.says = 'ham' FROM json_each(NEW.tokens) WHERE true
    ON CONFLICT (token) DO UPDATE SET spam = spam + excluded.spam, ham = ham + excluded.ham;
END;
CREATE TRIGGER lessons_added AFTER INSERT ON lessons
BEGIN
    INSERT INTO house (key, value) VALUES ('lessons_changed', 1)
    ON CONFLICT (key) DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER lessons_taken AFTER DELETE ON lessons
BEGIN
    INSERT INTO house (key, value) VALUES ('lessons_changed', 1)
    ON CONFLICT (key) DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER lessons_uncounted AFTER DELETE ON lessons WHEN OLD.tokens IS NOT NULL
BEGIN
    UPDATE spam_tokens SET spam = spam - (OLD.says = 'spam'), ham = ham - (OLD.says = 'ham')
    WHERE token IN (SELECT value FROM json_each(OLD.tokens));
    DELETE FROM spam_tokens WHERE spam <= 0 AND ham <= 0
        AND token IN (SELECT value FROM json_each(OLD.tokens));
END;

-- Each time the overlay was built from the corrections: how well it did on texts that it
-- did not see (macro-F1, without it and with it), and whether it was refused for that.
CREATE TABLE overlays (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    texts INTEGER NOT NULL,
    canary_before REAL NOT NULL,
    canary_after REAL NOT NULL,
    recent_before REAL NOT NULL,
    recent_after REAL NOT NULL,
    is_refused INTEGER NOT NULL CHECK (is_refused IN (0, 1))
) STRICT;

-- ---- telling others ----

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    ticket INTEGER REFERENCES tickets,
    message_id INTEGER REFERENCES messages,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX events_created ON events (created_at);
CREATE INDEX events_ticket ON events (ticket);
CREATE INDEX events_message ON events (message_id);

CREATE TABLE webhooks (
    name TEXT NOT NULL PRIMARY KEY,
    -- Of the URL, which may hold a token: another URL enables a disabled webhook.
    url_sha256 TEXT,
    -- 0: no longer in the configuration; what waits is kept in case it comes back.
    is_configured INTEGER NOT NULL DEFAULT 1 CHECK (is_configured IN (0, 1)),
    state TEXT NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled')),
    because TEXT, -- of being disabled
    changed_at TEXT NOT NULL,
    last_success_at TEXT,
    last_failure_at TEXT,
    failing_since TEXT, -- the first failure after the last success; null: it works
    last_error TEXT
) STRICT;

-- One row for each event and endpoint; the id is the order.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL REFERENCES events,
    endpoint TEXT NOT NULL REFERENCES webhooks,
    ticket INTEGER REFERENCES tickets,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state = 'waiting' OR state = 'delivered' OR state = 'dead'),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    settled_at TEXT,
    UNIQUE (event_id, endpoint)
) STRICT;
CREATE INDEX outbox_ticket ON outbox (ticket);
CREATE INDEX outbox_due ON outbox (endpoint, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (endpoint, ticket, id) WHERE state = 'waiting';

CREATE TABLE delivery_attempts (
    id INTEGER PRIMARY KEY,
    outbox_id INTEGER NOT NULL REFERENCES outbox,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome = 'delivered' OR outcome = 'later' OR outcome = 'dead'),
    http_status INTEGER, -- null: no answer
    because TEXT,
    response TEXT,
    duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_attempts_outbox ON delivery_attempts (outbox_id);

-- What is to be done on a server after the commit.
CREATE TABLE pending_actions (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages,
    folder_id INTEGER NOT NULL REFERENCES folders,
    epoch INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    action TEXT NOT NULL
        CHECK (action = 'forward' OR action = 'attach' OR action = 'acknowledge' OR
            action = 'seen' OR action = 'move' OR action = 'delete'),
    argument TEXT,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state = 'waiting' OR state = 'done' OR state = 'dead'),
    attempts INTEGER NOT NULL DEFAULT 0,
    because TEXT, -- of the last refusal
    due_at TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX pending_actions_message ON pending_actions (message_id);
-- Whom we told that his mail is here, and when: never too often.
CREATE INDEX pending_actions_acknowledged ON pending_actions (lower(argument), created_at)
    WHERE action = 'acknowledge';
CREATE INDEX pending_actions_due ON pending_actions (due_at) WHERE state = 'waiting';

-- ---- views for analysts ----

CREATE VIEW v_tickets AS
-- One row a ticket, with names in place of row numbers. Merged tickets are shown too:
-- `merged_into` is where their messages go on.
SELECT t.number, t.kind, t.status, t.priority, t.department, t.assignee,
       t.requester_address AS requester, t.requester_name, t.subject,
       t.message_count AS messages, t.created_at, t.updated_at,
       t.first_response_seconds, m.name AS mailbox, t.language, t.label,
       t.reopened_count AS reopened, t.merged_into, t.linked_to, t.reply_token,
       t.unanswered_since, t.closed_at, t.first_response_business_seconds,
       unixepoch(t.closed_at) - unixepoch(t.created_at) AS resolution_seconds,
       t.resolution_business_seconds,
       (SELECT group_concat(tag, ', ') FROM ticket_tags WHERE ticket = t.number) AS tags
FROM tickets t JOIN mailboxes m ON m.id = t.mailbox_id;

CREATE VIEW v_open_tickets AS
-- Tickets that wait for someone: `open` and `reopened` for us, `waiting` for the
-- customer, whom we have answered. The age is in seconds, from the first message's arrival.
SELECT v.*, unixepoch('now') - unixepoch(v.created_at) AS age_seconds
FROM v_tickets v WHERE v.status IN ('open', 'reopened', 'waiting');

CREATE VIEW v_messages AS
-- One row a message, without its long texts; the reasons of every judgement are in the
-- *_json columns.
SELECT g.id, g.ticket, m.name AS mailbox, f.name AS folder, g.direction,
       g.from_address AS sender, g.from_name AS sender_name, g.subject, g.label,
       g.sublabel, g.confidence, g.review, g.verdict, g.author_domain, g.language,
       g.date_at, g.received_at, g.filed_at, g.size_bytes,
       g.attachment_count AS attachments, g.is_automatic, g.spam_score,
       g.phishing_score, g.thread_method, g.thread_because, g.department, g.campaign,
       g.verdict_because_json, g.reasons_json, g.rules_json, g.message_id, g.sha256
FROM messages g
JOIN mailboxes m ON m.id = g.mailbox_id
JOIN folders f ON f.id = g.folder_id;

CREATE VIEW v_first_response AS
-- How long a customer waited for the first answer a person gave: by the clock, and
-- within the configured business hours. Automatic replies never count; tickets without
-- an answer are not in here.
SELECT t.number, m.name AS mailbox, t.department, t.kind, t.created_at,
       t.first_response_at, t.first_response_seconds,
       t.first_response_business_seconds
FROM tickets t JOIN mailboxes m ON m.id = t.mailbox_id
WHERE t.first_response_seconds IS NOT NULL;

CREATE VIEW v_rule_hits AS
-- One row for each rule that matched a message, in the order of the rules, and what was
-- done about the message in all.
SELECT r.value AS rule, r.key AS position, g.id AS message, g.ticket,
       coalesce(g.received_at, g.filed_at) AS at, g.actions_json
FROM messages g, json_each(g.rules_json) r;

CREATE VIEW v_volume_daily AS
-- Incoming messages a day (UTC), by mailbox, department and label.
SELECT substr(coalesce(g.received_at, g.filed_at), 1, 10) AS day, m.name AS mailbox,
       g.department, g.label, count(*) AS messages, sum(g.size_bytes) AS bytes
FROM messages g JOIN mailboxes m ON m.id = g.mailbox_id
WHERE g.direction = 'in'
GROUP BY 1, 2, 3, 4;

CREATE VIEW v_mailbox_health AS
-- One row a mailbox: does it work, since when not, and what is missing. `holes` are
-- mails the server listed and never gave.
SELECT m.name AS mailbox, m.address, m.state, m.last_success_at,
       unixepoch('now') - unixepoch(m.last_success_at) AS seconds_since_success,
       m.last_failure_at, m.failures, m.last_error,
       (SELECT count(*) FROM messages g WHERE g.mailbox_id = m.id) AS messages,
       (SELECT count(*) FROM folders f JOIN uid_ledger u INDEXED BY uid_ledger_holes
        ON u.folder_id = f.id AND u.epoch = f.epoch AND u.state = 'hole'
        WHERE f.mailbox_id = m.id) AS holes,
       (SELECT count(*) FROM held_mail h JOIN folders f ON f.id = h.folder_id
        WHERE f.mailbox_id = m.id AND h.state = 'held') AS held
FROM mailboxes m;

CREATE VIEW v_delivery_problems AS
-- Our mail that did not arrive, one row for each recipient of each report. Only
-- verified rows are about mail we really sent.
SELECT b.at, b.recipient, b.reason, b.status, b.is_hard, b.is_verified, b.action,
       b.smtp_code, b.diagnostic, b.remote_mta, b.original_message_id,
       (SELECT s.campaign FROM sent_messages s
        WHERE s.message_id = b.original_message_id AND s.campaign IS NOT NULL
        LIMIT 1) AS campaign,
       b.message_id AS message
FROM bounces b;

CREATE VIEW v_suppressed AS
-- Addresses no campaign may write to, each with its reason and the message that says
-- so. Unverified bounces and unsubscribes are not in here: anyone can forge them.
SELECT address, 'unsubscribed' AS reason, at, list AS detail, message_id AS message
FROM unsubscribes WHERE is_verified AND address IS NOT NULL
UNION ALL
SELECT address, 'complained', at, feedback_type, message_id
FROM complaints WHERE kind IS NOT 'service' AND address IS NOT NULL
UNION ALL
SELECT recipient, 'hard_bounce', at, coalesce(reason, status), message_id
FROM bounces WHERE is_verified AND is_hard AND recipient IS NOT NULL;

CREATE VIEW v_webhook_health AS
-- One row an endpoint: what waits, what was given up, when it last worked.
SELECT w.name AS webhook, iif(w.is_configured, w.state, 'removed') AS state,
       count(o.id) FILTER (WHERE o.state = 'waiting') AS waiting,
       count(o.id) FILTER (WHERE o.state = 'delivered') AS delivered,
       count(o.id) FILTER (WHERE o.state = 'dead') AS dead,
       min(o.created_at) FILTER (WHERE o.state = 'waiting') AS oldest_waiting_at,
       w.last_success_at, w.last_failure_at, w.last_error, w.because
FROM webhooks w LEFT JOIN outbox o ON o.endpoint = w.name
GROUP BY w.name;

CREATE VIEW v_sender_reputation AS
-- What came in from each author's domain. Count only `authenticated` for a domain's
-- good name: the rest may be somebody else.
SELECT g.author_domain AS domain, count(*) AS messages,
       sum(g.verdict = 'authenticated') AS authenticated,
       sum(g.verdict = 'failed') AS failed,
       sum(g.label = 'spam') AS spam,
       sum(g.label = 'phishing') AS phishing,
       sum(g.is_automatic) AS automatic,
       min(g.filed_at) AS first_seen_at, max(g.filed_at) AS last_seen_at
FROM messages g
WHERE g.direction = 'in' AND g.author_domain IS NOT NULL
GROUP BY g.author_domain;
