/* The words of IMAP (RFC 9051 section 9) pulled out of a stream, one at a time.
 *
 * Nothing is kept but what a caller asks for: a literal of any announced size is
 * streamed, checked and bounded. Every fault is FAULT_RETRY and quotes nothing. */
#pragma once

#include "imap/stream.h"

enum {
    NESTING_LIMIT = 32,
    LITERALS_LIMIT = 10000, /* in one response */
};

/* No mail is longer: RFC822.SIZE has 32 bits. A larger number is a broken server. */
#define LITERAL_LIMIT_BYTES (UINT64_C(1) << 32)

typedef struct Parser {
    Stream stream;
    const char *at; /* what is left of the line */
    const char *end;
    unsigned n_literals;
} Parser;

/* A string longer than `whole` is drained and only its first `head` bytes kept. */
typedef struct Keep {
    uint64_t whole;
    uint64_t head;
    bool spools;           /* what is long goes into a file as it comes */
    const char *spool_dir; /* NULL: wherever the system keeps such files */
} Keep;

typedef struct Text {
    uint8_t *bytes;
    GBytes *spooled; /* instead of `bytes` */
    size_t kept_bytes;
    uint64_t size_bytes; /* as the server sent it */
    bool is_nil;
} Text;

void text_clear(Text *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)
/* Its bytes, wherever they are; `text` is empty then. */
GBytes *text_take(Text *text);

void parser_init(Parser *parser, Source source);
void parser_clear(Parser *parser);

/* Goes to the next response; what is left of the last one must have been skipped. */
bool parser_begin(Parser *parser, GError **error);

/* The same without waiting. False with no error: no whole line has come yet. */
bool parser_try_begin(Parser *parser, GError **error);

/* Goes to the end of the line; `*size_bytes` of a literal follow before the response
 * goes on, or none and it has ended. */
bool parser_skip_line(Parser *parser, bool *goes_on, uint64_t *size_bytes,
                      GError **error);

/* The byte at hand, '\0' at the end of the line. */
char parser_peek(const Parser *parser);
bool parser_accept(Parser *parser, char wanted);
void parser_spaces(Parser *parser);
bool parser_number(Parser *parser, uint64_t *number);

/* The next word in upper case, with a "[...]" section in it; cut at `size` - 1. False:
 * there is none here. */
bool parser_word(Parser *parser, char *word, size_t size);

/* NIL, "quoted", {n} literal, ~{n} literal8, or a bare word. */
bool parser_text(Parser *parser, Keep keep, Text *text, GError **error);

/* One value of any kind, lists and literals included. */
bool parser_skip_value(Parser *parser, GError **error);
/* The rest of a response, whatever it is, with its literals. */
bool parser_skip_rest(Parser *parser, GError **error);

/* Sets the fault and returns false. */
bool parser_fault(GError **error, const char *because);
