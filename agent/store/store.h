/* store: what do we remember?
 *
 * One file, STATE/postroom.db. One connection in one thread, the registrar, does all
 * writes and all checkpoints (two writers can corrupt a WAL before SQLite 3.51.3);
 * readers open read-only. Nothing outside this room knows SQL.
 *
 * Work is a function that runs in the registrar inside a transaction. What is queued
 * is committed in groups, each work in a savepoint of its own: one that fails takes
 * nothing else with it. store_wait returns after the commit is on the disk. */
#pragma once

#include "base/hours.h"
#include "model/lesson.h"
#include "model/placement.h"
#include "store/cursor.h"

typedef struct Store Store;

/* Creates or migrates the database under folder `state`. FAULT_CONFIG: unwritable
 * folder, database of a newer version, another daemon holds it; the text says what to
 * do. Opens the registrar. */
Store *store_open(const char *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Checkpoints and closes. Every claim has been waited for: nobody uses it any more. */
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* False with `error` set rolls this work back. Never blocks on anything but SQL. */
typedef bool (*StoreWork)(StoreTxn *txn, void *self, GError **error);

typedef struct StoreTicket StoreTicket; /* a claim check for queued work */

StoreTicket *store_submit(Store *store, StoreWork work, void *self);
/* The same for a work that may be run once more: where a neighbour of its group fails,
 * it is undone and repeated. Saves a savepoint, which copies every page touched. */
StoreTicket *store_submit_repeatable(Store *store, StoreWork work, void *self);
/* Blocks until the work is committed or failed; frees the claim check. A full disk is
 * FAULT_RETRY: nothing of the work is there. */
bool store_wait(StoreTicket *ticket, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Both in one. */
bool store_do(Store *store, StoreWork work, void *self,
              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When somebody answers, for the business seconds of tickets; else round the clock.
 * Takes it. Before the first work. */
void store_keep_hours(Store *store, Hours *hours);

/* A key made at first start, kept in the database: reply tokens. 32 bytes, lent. */
const uint8_t *store_token_key(const Store *store);

/* ---- filing: a mail of an older UIDVALIDITY than its folder's is FAULT_RETRY ---- */
/* The row of a message with these bytes, in any mailbox; 0: none. */
bool store_find_bytes(StoreTxn *txn, const char *sha256, int64_t *message,
                      GError **error);
/* Fills `out` for message ids and token tickets; merged tickets are followed to their
 * target. */
bool store_related(StoreTxn *txn, const Facts *facts, const GPtrArray *message_ids,
                   const GArray *token_tickets, Related *out, GError **error);
/* How many answers its sender sent in the hour up to this mail. */
bool store_count_answers(StoreTxn *txn, const Mail *mail, const Facts *facts,
                         Related *out, GError **error);
/* Opens, joins or leaves alone, as the placement says; fills `ticket` (number 0: none).
 * `reply_token` is called for a new ticket's number; its result is taken. */
typedef char *(*StoreTokenMaker)(int64_t ticket, const void *self);
bool store_place(StoreTxn *txn, const Mail *mail, const Facts *facts,
                 const Placement *placement, StoreTokenMaker reply_token,
                 const void *self, Ticket *ticket, GError **error);
/* Message with headers, recipients, attachments, refs, raw mail, and the rows its
 * label calls for (bounces, complaints, unsubscribes, leads, contacts, sent index).
 * Sets facts->message.id. */
bool store_put_message(StoreTxn *txn, const Mail *mail, Facts *facts,
                       const Placement *placement, const Ticket *ticket,
                       GError **error);
/* Compresses mails as they will be kept, before the registrar has them: it is one
 * thread. A packer belongs to one thread. What cannot be packed stays as it is: who
 * puts it is told why. */
typedef struct StorePacker StorePacker;
StorePacker *store_packer_new(void);
void store_packer_free(StorePacker *packer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePacker, store_packer_free)
void store_pack(StorePacker *packer, Mail *mail);

/* A further delivery of a message that is filed already. */
bool store_put_copy(StoreTxn *txn, const Mail *mail, int64_t message, GError **error);
/* A mail no sorter survived, or one without bytes: raw bytes kept. */
bool store_put_held(StoreTxn *txn, const Mail *mail, const char *stage,
                    const char *because, int64_t *held, GError **error);

/* ---- what people change ---- */
typedef struct StoreChange {
    const char *field; /* status, priority, assignee, department */
    const char *value; /* NULL: nobody, none */
    const char *actor;
} StoreChange;
/* FAULT_MESSAGE: no such ticket, a merged one, or no such value. */
bool store_change_ticket(StoreTxn *txn, int64_t number, const StoreChange *wanted,
                         GError **error);
/* Mail for `number` goes to `into` from now on. Merged tickets stay what they are. */
bool store_merge_tickets(StoreTxn *txn, int64_t number, int64_t into, const char *actor,
                         GError **error);

/* A pattern: an address, a domain, or either with * and ?. `until_s` TIME_NONE: for
 * ever. Of the rules for a sender the newest counts. FAULT_MESSAGE: no such pattern. */
typedef struct StoreSenderRule {
    const char *pattern;
    bool is_allowed; /* else blocked */
    int64_t until_s;
    const char *actor;
} StoreSenderRule;
bool store_put_sender_rule(StoreTxn *txn, const StoreSenderRule *rule, GError **error);
/* FAULT_MESSAGE: there is none. */
bool store_forget_sender(StoreTxn *txn, const char *pattern, GError **error);

/* One recipient of one mail of a campaign; NULL: not known. The same again is nothing
 * new: `added` stays false. */
typedef struct StoreCampaignMail {
    const char *campaign, *message_id, *recipient, *token;
    int64_t sent_s; /* TIME_NONE: not known */
} StoreCampaignMail;
bool store_put_campaign_mail(StoreTxn *txn, const StoreCampaignMail *mail, bool *added,
                             GError **error);

/* Mail that was held, as it came. */
typedef struct StoreHeld {
    int64_t id;
    Origin origin;
    StoreFolder folder;
    char *because;
    GBytes *bytes; /* NULL: they never came, or are no longer kept */
} StoreHeld;
void store_held_free(StoreHeld *held);
/* FAULT_MESSAGE: there is none, or it is held no longer. */
bool store_find_held(StoreTxn *txn, int64_t id, StoreHeld **out, GError **error);
/* `message` 0: it was dropped, and its bytes go with it; else what it became. */
bool store_settle_held(StoreTxn *txn, int64_t id, int64_t message, const char *actor,
                       GError **error);

/* ---- what is kept for a time ---- */
typedef struct StoreRetention {
    int64_t raw_s, held_s, delivered_events_s;
} StoreRetention;
/* Drops some of what is older; `gone` 0: nothing is left to drop. */
bool store_retain(StoreTxn *txn, const StoreRetention *keep, int64_t *gone,
                  GError **error);

/* ---- a clock that was set back ---- */
/* What a clock that ran ahead put off is due now. */
bool store_clock_turned_back(StoreTxn *txn, GError **error);

/* ---- erasing a person ---- */
typedef struct StoreErasure {
    int64_t tickets, messages; /* gone */
    int64_t mentions;          /* others' messages that named the address */
    int64_t held;              /* dropped */
    GError *traces; /* after the wait: why deleted text may still lie in the files */
} StoreErasure;
/* Everything of the person with this address, and after the commit every trace in free
 * pages, index and log. Writes the whole database anew. Owned: out->traces. */
bool store_erase(StoreTxn *txn, const char *address, const char *actor,
                 StoreErasure *out, GError **error);

/* ---- deferred verdicts: senders not judged yet for want of an answer ---- */

/* A message filed as deferred; store_put_message remembers it, due in a minute. */
typedef struct StoreDeferred {
    int64_t message;
    int64_t deferred_at; /* epoch seconds */
    Origin origin;       /* of its first delivery */
    GBytes *bytes;       /* the raw mail; NULL: no longer kept */
} StoreDeferred;
void store_deferred_free(StoreDeferred *deferred);

/* Those due, at most `most`. Appends StoreDeferred. Reads only. */
bool store_due_verdicts(StoreTxn *txn, int64_t now_ms, int most, GPtrArray *out,
                        GError **error);
bool store_postpone_verdict(StoreTxn *txn, int64_t message, int64_t due_s,
                            GError **error);
typedef struct StoreSettled {
    Ticket ticket; /* initialised by the caller; number 0: none */
    bool is_told;  /* an event was made of the message when it was filed */
} StoreSettled;
/* Writes the verdict down; the ticket's story goes on by one step. */
bool store_settle_verdict(StoreTxn *txn, int64_t message, const Verdict *verdict,
                          StoreSettled *out, GError **error);

/* ---- what is done on the server after the commit ---- */
typedef struct StoreAction {
    int64_t id;
    uint32_t uid;
    char *verb;     /* seen, move, delete */
    char *argument; /* of move: the folder */
    int64_t attempts;
} StoreAction;
void store_action_free(StoreAction *action);

bool store_put_action(StoreTxn *txn, const StoreFolder *folder,
                      const StoreAction *action, int64_t message, GError **error);
/* Those of this epoch that are due, those of one kind together. Appends StoreAction. */
bool store_due_actions(StoreTxn *txn, const StoreFolder *folder, GPtrArray *out,
                       GError **error);
/* `because`: why it was refused; it is due again later, or given up; NULL: done. */
bool store_finish_action(StoreTxn *txn, const StoreAction *action, const char *because,
                         GError **error);
/* A mail on its way to somebody else, through the relay; store_put_message puts it. */
typedef struct StoreForward {
    int64_t id;
    int64_t attempts;
    char *from; /* the mailbox it came to */
    char *to;
    bool is_attached;        /* it goes within a mail of ours, not as it is */
    bool is_acknowledgement; /* a mail of ours about it, to who wrote it */
    int64_t ticket;          /* of an acknowledgement, as are the next three */
    char *token, *department, *language;
    char *subject;    /* of the mail; may be NULL, as is the next */
    char *message_id; /* without angle brackets */
    char *sent_as;    /* the Message-ID of the mail around it; who sends it sets it */
    GBytes *bytes;    /* NULL: `fault` says why */
    GError *fault;
} StoreForward;
void store_forward_free(StoreForward *forward);
/* Those due, at most `most`, but those whose ids (int64_t) are in `except`. */
bool store_due_forwards(StoreTxn *txn, const GHashTable *except, int most,
                        GPtrArray *out, GError **error);
/* `because` NULL: it went out; else it is due again later or, where that is final or
 * has been too often, given up. */
bool store_finish_forward(StoreTxn *txn, const StoreForward *forward,
                          const char *because, bool is_final, GError **error);
/* Why `address` is told nothing by itself: nobody reads it, it is suppressed, or it was
 * told `most` times in the last day. NULL: it may be. Lent. */
bool store_acknowledge_refusal(StoreTxn *txn, const char *address, int64_t most,
                               const char **because, GError **error);
bool store_waiting_forwards(StoreTxn *txn, int64_t *waiting, GError **error);
/* A filed message is met in a folder: coming from Junk or going there, it is a
 * correction by somebody. Call before the new delivery is put. */
bool store_note_move(StoreTxn *txn, const StoreFolder *folder, FolderRole role,
                     int64_t message, GError **error);
/* What somebody says a filed message was: a label, or not_spam. FAULT_MESSAGE: nobody
 * sent us such a one. */
bool store_correct(StoreTxn *txn, int64_t message, const char *word, const char *actor,
                   GError **error);
/* Puts back what the last one changed. FAULT_MESSAGE: there is none. */
bool store_undo_correction(StoreTxn *txn, int64_t message, GError **error);

/* ---- what people teach (model/lesson.h) ---- */

/* Lessons due to be read by a sorter, first those made for another version. Appends
 * StoreDeferred. Then what it made, or NULL. */
bool store_due_lessons(StoreTxn *txn, int64_t made_for, GPtrArray *out, GError **error);
bool store_put_lesson(StoreTxn *txn, int64_t id, const Lesson *lesson, GError **error);
/* Where their version is `known` already: nothing but that. */
bool store_read_lessons(StoreTxn *txn, int64_t made_for, int64_t known, Lessons *out,
                        GError **error);
/* For the record; what is contradicted or refused is marked for review. */
bool store_note_learned(StoreTxn *txn, const LearnReport *report, GError **error);
/* By its label. */
bool store_is_spam(StoreTxn *txn, int64_t message, bool *out, GError **error);

/* ---- events ---- */
/* The event itself, for the record and for replay, and one outbox row for each
 * endpoint. `ticket` 0, `message` 0: there is none. A repeated id is ignored. */
bool store_put_event(StoreTxn *txn, const char *id, const char *type, int64_t ticket,
                     int64_t message, const char *body, const GPtrArray *endpoints,
                     GError **error);

typedef struct StoreDelivery {
    int64_t outbox; /* row */
    char *endpoint;
    char *event_id;
    char *body;
    int64_t attempts; /* so far */
    int64_t ticket;
} StoreDelivery;
void store_delivery_free(StoreDelivery *delivery);

/* Due deliveries, at most `most`; none whose ticket has an earlier undelivered event
 * for the same endpoint; none already lent, until store_put_attempt gives it back. Each
 * endpoint has its share. Appends StoreDelivery. Reads only. */
bool store_due_deliveries(StoreTxn *txn, int64_t now_ms, int most, GPtrArray *out,
                          GError **error);
/* One that was not begun. May be lent again. */
void store_give_back(StoreTxn *txn, int64_t outbox);

typedef enum {
    DELIVERED,
    DELIVERY_LATER, /* next try at due_ms */
    DELIVERY_DEAD,  /* the dead letter */
} DeliveryFate;

typedef struct StoreAttempt {
    int64_t outbox;
    DeliveryFate fate;
    int64_t due_ms;
    int64_t http_status; /* 0: no answer */
    const char *because;
    const char *response; /* its beginning; may be NULL */
    int64_t duration_ms;
} StoreAttempt;
bool store_put_attempt(StoreTxn *txn, const StoreAttempt *attempt, GError **error);
/* The endpoint takes no more deliveries until its URL changes. `changed`: it took them
 * until now. */
bool store_disable_endpoint(StoreTxn *txn, const char *endpoint, const char *because,
                            bool *changed, GError **error);
/* Seconds since the first of its failures that no success came after; 0: none. */
bool store_endpoint_failing(StoreTxn *txn, const char *endpoint, int64_t *seconds,
                            GError **error);
/* It takes deliveries again, what waited included. FAULT_MESSAGE: there is none. */
bool store_enable_endpoint(StoreTxn *txn, const char *endpoint, GError **error);

/* Events on record: one by its id, or all since a time. Appends StoreEvent, oldest
 * first. FAULT_MESSAGE: there is no such id. */
typedef struct StoreEvent {
    char *id;
    char *type;
    int64_t ticket;
} StoreEvent;
void store_event_free(StoreEvent *event);
bool store_find_event(StoreTxn *txn, const char *id, GPtrArray *out, GError **error);
/* Made from `since_s` on, and before `until_s`; TIME_NONE: to the last. */
bool store_events_between(StoreTxn *txn, int64_t since_s, int64_t until_s,
                          GPtrArray *out, GError **error);
/* Due at once and from the first try on, whatever became of it before. */
bool store_replay(StoreTxn *txn, const StoreEvent *event, const char *endpoint,
                  GError **error);
/* All webhooks of the configuration. One that is new, or has another URL than before,
 * takes deliveries, what waited included. One that is not named any more takes none;
 * what waited for it is kept in case it comes back. */
typedef struct StoreEndpoint {
    const char *name;
    const char *url;
} StoreEndpoint;
bool store_set_endpoints(StoreTxn *txn, const StoreEndpoint *endpoints, size_t count,
                         GError **error);
/* Those of the configuration that are disabled, and why. Appends StoreDisabled. */
typedef struct StoreDisabled {
    char *endpoint, *because;
} StoreDisabled;
void store_disabled_free(StoreDisabled *disabled);
bool store_disabled_endpoints(StoreTxn *txn, GPtrArray *out, GError **error);
/* Undelivered rows of enabled endpoints; the earliest due time in ms, or TIME_NONE. */
bool store_outbox_state(StoreTxn *txn, int64_t *waiting, int64_t *next_due_ms,
                        GError **error);

/* ---- mailbox health ---- */
typedef struct StoreMailboxHealth {
    bool is_stopped;
    int64_t failures; /* since the last success */
} StoreMailboxHealth;
/* As it was written down last, by this house or one before it. */
bool store_mailbox_health(StoreTxn *txn, const char *mailbox, StoreMailboxHealth *out,
                          GError **error);
/* `skipped`: what could not be collected beside its INBOX; NULL: all was. */
bool store_mailbox_worked(StoreTxn *txn, const char *mailbox, const char *skipped,
                          GError **error);
bool store_mailbox_failed(StoreTxn *txn, const char *mailbox, const char *because,
                          bool stopped, GError **error);

/* ---- reading, for commands ---- */
typedef struct StoreReader StoreReader;

/* Read-only, safe beside a running daemon. FAULT_CONFIG: there is no database yet. */
StoreReader *store_reader_open(const char *state,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_reader_close(StoreReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreReader, store_reader_close)

/* A whole copy as of now; writers go on meanwhile. FAULT_CONFIG: `file` is there, or
 * cannot be. */
bool store_back_up(StoreReader *reader, const char *file,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records a command prints: named columns, then rows of texts (NULL: null). */
typedef struct StoreTable {
    GPtrArray *columns;  /* texts */
    GPtrArray *rows;     /* GPtrArray of char *, which may be NULL */
    GByteArray *numeric; /* one byte a column: 1 = print as a number in JSON */
} StoreTable;
void store_table_free(StoreTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTable, store_table_free)

typedef struct TicketFilter {
    const char *label, *status, *department, *priority;
    const char *sender;   /* a whole address, or part of one */
    const char *assignee; /* "": nobody */
    int64_t since;        /* TIME_NONE: all */
    int64_t number;       /* 0: all */
    int64_t most;         /* the newest; 0: all */
} TicketFilter;

StoreTable *store_read_tickets(StoreReader *reader, const TicketFilter *filter,
                               GError **error);
/* The messages of one ticket and of those merged into it, oldest first. */
StoreTable *store_read_ticket_messages(StoreReader *reader, int64_t number,
                                       GError **error);
/* Its story: what was done, by whom. */
StoreTable *store_read_ticket_steps(StoreReader *reader, int64_t number,
                                    GError **error);
/* A mail of the past, as rules see one; its bytes are not there. All lent. */
typedef struct StorePast {
    int64_t message;
    const Mail *mail;
    const Facts *facts;
    const char *received_at;               /* ISO 8601; NULL: not known */
    const char *rules_json, *actions_json; /* what matched and was done then */
    bool is_corrected;                     /* the label is a person's */
} StorePast;
typedef void (*StoreVisit)(const StorePast *past, void *self);
/* Each that came in since then, oldest first, one at a time. */
bool store_visit_past(StoreReader *reader, int64_t since_s, StoreVisit visit,
                      void *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* None where there is no such message. */
StoreTable *store_read_message(StoreReader *reader, int64_t message, GError **error);
Lessons *store_reader_lessons(StoreReader *reader, int64_t made_for, GError **error);
/* Columns n (from 1), part, filename, content_type, size_bytes, ... */
StoreTable *store_read_attachments(StoreReader *reader, int64_t message,
                                   GError **error);
/* The raw bytes of a filed or (`held` true) held mail. NULL and FAULT_MESSAGE: none. */
GBytes *store_read_raw(StoreReader *reader, int64_t id, bool held, GError **error);
StoreTable *store_read_held(StoreReader *reader, GError **error);
StoreTable *store_read_mailboxes(StoreReader *reader, GError **error);
StoreTable *store_read_webhooks(StoreReader *reader, GError **error);
/* How far a search went. */
typedef struct StoreSearched {
    int64_t lag;    /* messages the index has not read yet */
    int64_t newest; /* so many were looked at, and no older ones; 0: all */
} StoreSearched;

/* The best first: the words in subjects and in what people wrote; a word that ends with
 * * begins like it. */
StoreTable *store_read_search(StoreReader *reader, const char *words, int64_t most,
                              StoreSearched *out, GError **error);
StoreTable *store_read_sender_rules(StoreReader *reader, GError **error);
/* `id` NULL: all. */
StoreTable *store_read_campaigns(StoreReader *reader, const char *id, GError **error);
/* Columns figure, name, value: the numbers of the last `days` days. */
StoreTable *store_read_stats(StoreReader *reader, int64_t days, GError **error);
/* Deliveries that were given up, with the last reason. */
StoreTable *store_read_dead_letters(StoreReader *reader, GError **error);

/* ---- vital signs ---- */
/* Of the write-ahead log: it grows while a reader holds an old state of the database.
 */
int64_t store_log_bytes(const char *state);
/* A commit that changes nothing but proves that commits are possible. Blocks. */
bool store_prove_writable(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads beside the registrar; counts from its opening on. One thread at a time. */
typedef struct StoreVitals StoreVitals;

typedef enum {
    STORE_FILED,    /* messages by mailbox and label */
    STORE_ATTEMPTS, /* deliveries by endpoint and outcome: delivered, later, dead */
} StoreCounted;

typedef struct StoreSigns {
    int64_t outbox_oldest_s; /* how long the oldest undelivered event waits; 0: none */
    int64_t held_mails, wal_bytes;
    int64_t disabled_webhooks;
    int64_t disk_free_bytes; /* -1: not told */
} StoreSigns;

StoreVitals *store_vitals_open(const char *state,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_vitals_close(StoreVitals *vitals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreVitals, store_vitals_close)
/* Catches up, then looks. */
bool store_vitals_read(StoreVitals *vitals, StoreSigns *out,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As of the last reading. */
int64_t store_vitals_count(StoreVitals *vitals, StoreCounted of, const char *whose,
                           const char *what);
