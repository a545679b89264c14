/* One FETCH response: what the server says about one message, as far as we asked. */
#pragma once

#include "imap/parser.h"

/* How much is kept of what was asked for; zero is nothing. */
typedef struct FetchedKeep {
    Keep body;
    Keep header; /* of BODY[HEADER.FIELDS (...)] */
} FetchedKeep;

typedef struct Fetched {
    uint32_t uid; /* 0: not said */
    bool has_size;
    int64_t size_bytes;
    int64_t received_at; /* TIME_NONE: not said */
    bool has_body;
    Text body;
    Text header;
    uint64_t gmail_id; /* X-GM-MSGID; 0: not said */
    char *email_id;    /* NULL: not said */
} Fetched;

void fetched_clear(Fetched *fetched);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fetched, fetched_clear)

/* Reads from behind the word FETCH to the end of the response. Items may come in any
 * order and any case; those we did not ask for are skipped. After a fault `fetched` has
 * the UID only, if it was said before. */
bool fetched_read(Parser *parser, FetchedKeep keep, Fetched *fetched, GError **error);

/* RFC 9051 date-time, "17-Jul-1996 02:44:25 -0700"; TIME_NONE when it is not one. */
int64_t fetched_time(const char *text, size_t size);
