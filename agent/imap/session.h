/* A conversation: commands go out under tags, responses come back in any order.
 *
 * What every part of the room shares: the connection, the parser over it, what the
 * server can do. After a fault of reading or sending the session is over; what then
 * is asked of it is refused. */
#pragma once

#include "imap/connection.h"
#include "imap/deflate.h"
#include "imap/imap.h"
#include "imap/letter.h"
#include "imap/response.h"

/* Only the beginning of a mail above the limit is kept, enough for its headers. */
enum {
    HEAD_BYTES = 256 * 1024,
    COMMAND_UIDS = 500, /* even as single numbers under the 8 kB of RFC 7162 */
};

struct ImapSession {
    Connection *connection;
    Deflate *deflate; /* NULL: not compressed */
    bool was_compress_asked;
    Parser parser;
    GPtrArray *capabilities; /* texts, upper case */
    Keep keep_body;
    char *spool_dir;
    uint64_t n_commands;
    uint64_t n_responses;  /* since the last command */
    uint64_t useful_bytes; /* of the stream, up to the last thing we had asked for */
    Meter fetched;         /* while mails were fetched */
    int64_t exists;        /* -1: not said */
    bool has_news;         /* the folder changed and nobody was told yet */
    bool has_deadline; /* for all of them together: a command sets none of its own */
    int64_t asked_us;  /* when the last command went out */
    int64_t round_trip_us; /* the shortest seen */
    guint uids_limit;      /* learnt by a refusal; 0: none was */
    ImapCensus census;     /* of the last listing */
    bool lists_bare;       /* sizes and dates were refused */
    bool listing_is_odd;   /* asking again does not mend it */
    GArray *suspects;      /* uint32_t: see imap_suspects; NULL: none */
    bool is_read_only;     /* the server said so of the open folder */
    bool is_over;
    bool is_idle;
    bool is_idle_ended;       /* the server ended IDLE itself */
    bool idle_goes_on;        /* an unsolicited response was not read to its end */
    uint64_t idle_skip_bytes; /* of the literal it stopped at */
    char idle_tag[TAG_BYTES];
    ImapHint hint;
    const ImapProvider *provider;
};

/* Called for each untagged response of a command; a fact must be read to its end. */
typedef bool (*Hear)(ImapSession *session, const Response *response, void *self,
                     GError **error);

typedef struct Listener {
    Hear hear; /* NULL: nobody cares */
    void *self;
} Listener;

/* Invents the tag of a new command. */
void session_tag(ImapSession *session, char tag[TAG_BYTES]);

bool session_send(ImapSession *session, const char *bytes, size_t size, GError **error);

/* "TAG command CRLF" under a new tag. */
bool session_command(ImapSession *session, const char *command, char tag[TAG_BYTES],
                     GError **error);

/* The same with strings as arguments, quoted or as literals as they need it. */
bool session_command_strings(ImapSession *session, const char *verb,
                             const char *const *strings, char tag[TAG_BYTES],
                             GError **error);

/* One response. An untagged BYE is a fault, and so is a flood: bytes without end and
 * without progress. EXISTS and EXPUNGE are noted. */
bool session_next(ImapSession *session, Response *response, GError **error);
/* One response as session_next hands it out: what it tells about the folder is noted.
 */
bool session_note(ImapSession *session, const Response *response, GError **error);
/* Some servers tell what they can do in "[CAPABILITY ...]" only; any other code is left
 * alone. */
void session_learn_code(ImapSession *session, const Response *response);
/* Skips what stands between a fact and the next response. */
bool session_skip(ImapSession *session, const Response *response, GError **error);

/* Whether `tag` is that of an earlier command of ours: some replies come twice. Asked
 * of replies that nothing under way has. */
bool session_is_stale(const ImapSession *session, const char *tag);

/* What came up to here was worth it: see session_next. */
void session_note_progress(ImapSession *session);

/* Reads until it is our turn ("+") or the command ended. */
bool session_await_turn(ImapSession *session, const char *tag, Response *response,
                        GError **error);

/* Reads until the command ended; its reply may be OK, NO or BAD. */
bool session_settle(ImapSession *session, const char *tag, Listener listener,
                    Response *reply, GError **error);

/* How many UIDs one command may name: COMMAND_UIDS, or less where the server says so.
 */
guint session_uids_limit(const ImapSession *session);

bool session_is_usable(const ImapSession *session, GError **error);

/* The session is over; false, for `return`. */
bool session_break(ImapSession *session);
bool session_fault(ImapSession *session, GError **error, const char *because);
