/* ingest: the corridor. Read this first: it is the way of a mail through the house.
 *
 *     slow, nothing locked:          fetch -> sorter (parse, authenticate, classify)
 *     short, in the registrar:       related rows -> placement -> ticket -> message
 *                                    -> event and outbox -> ledger; one commit
 *
 * corridor.c is the first half for a whole folder, filing.c the second for one mail. */
#pragma once

#include "base/stop.h"
#include "config/config.h"
#include "imap/imap.h"
#include "sorters/sorters.h"
#include "store/store.h"

/* What every mail needs of the house. All lent. */
typedef struct IngestHouse {
    const Config *config;
    Store *store;
    Sorters *sorters;
    Stop *stop; /* mails that the sorters have are filed, no further one is begun; NULL:
                   it never is */
    bool hastens_holes;    /* what did not come is asked for again now */
    bool recounts_all;     /* every folder is listed from its beginning */
    bool takes_history;    /* also what lay there before the first connection ... */
    int64_t history_since; /* ... and is not older than this; TIME_NONE: all */
    bool is_silent;        /* what is filed is told to no webhook */
    bool takes_orphans;    /* also our answers to mail that is not filed (yet) */
    /* How far a folder is; NULL: nobody asks. */
    void (*progress)(const char *folder, int64_t done, int64_t all, void *self);
    void *progress_self;
} IngestHouse;

typedef struct IngestCounts {
    int64_t filed, copies, held, holes;
    int64_t postponed; /* our answers, left until what they answer may be filed */
} IngestCounts;

/* Everything new in one folder, filed. Blocks. A FAULT_RETRY or FAULT_CONFIG leaves
 * what was filed filed and the rest for the next time. `counts` is added to. */
bool ingest_folder(const IngestHouse *house, const MailboxConfig *mailbox,
                   ImapSession *session, const ImapFolder *folder, IngestCounts *counts,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Judges again what was filed with a deferred verdict and is due, and tells those whose
 * verdict is settled by it. Blocks. `settled` is added to. */
bool ingest_second_looks(const IngestHouse *house, int64_t *settled,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads what people taught since the last time, and hands every sorter the new tables
 * before its next mail. Blocks; nothing to do is quickly done. */
bool ingest_learn(const IngestHouse *house, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Carries out what a command wants written: a verb ("tickets set"), then its words;
 * ends with NULL. `actor` is who wants it, for the record. Blocks. The answer is a text
 * for the command, owned. FAULT_MESSAGE: there is no such thing; FAULT_CONFIG: no such
 * order. */
bool ingest_obey(const IngestHouse *house, const char *actor, const char *const *words,
                 char **answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Only then house->sorters must be there. */
bool ingest_order_needs_sorters(const char *verb);

/* Drops what `retention:` keeps no longer. Blocks. */
bool ingest_retain(const IngestHouse *house, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts an event about the house on record and in the outbox. */
bool ingest_house_event(const IngestHouse *house, const MailboxConfig *mailbox,
                        EventType type, const char *because,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Names of the webhooks that want `event`; texts, lent from the configuration; free
 * with g_ptr_array_unref. */
GPtrArray *ingest_endpoints(const Config *config, const char *event);
