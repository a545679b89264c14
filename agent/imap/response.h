/* The frame of one server response: whom it answers and what it is about. */
#pragma once

#include "imap/parser.h"

enum {
    TAG_BYTES = 24,
    WORD_BYTES = 32,
    RESPONSE_TEXT_BYTES = 240,
};

typedef enum {
    RESPONSE_REPLY,     /* tagged: the end of a command */
    RESPONSE_CONDITION, /* untagged OK, NO, BAD, BYE, PREAUTH */
    RESPONSE_FACT,      /* untagged and about something: 5 EXISTS, LIST, FETCH ... */
    RESPONSE_CONTINUE,  /* "+": our turn */
} ResponseKind;

typedef enum {
    CONDITION_OK,
    CONDITION_NO,
    CONDITION_BAD,
    CONDITION_BYE,
    CONDITION_PREAUTH,
} Condition;

typedef struct Response {
    ResponseKind kind;
    char tag[TAG_BYTES];
    Condition condition;   /* of a reply or a condition */
    char word[WORD_BYTES]; /* of a fact: "EXISTS", "FETCH"; upper case */
    uint64_t number;       /* of a fact: 5 in "5 EXISTS" */
    char code[WORD_BYTES]; /* "UIDVALIDITY" in [UIDVALIDITY 7]; upper case, may be "" */
    uint64_t code_numbers[2];
    const char *code_words; /* what stands behind `code`; lent until the next line */
    size_t code_words_size;
    char text[RESPONSE_TEXT_BYTES]; /* for a person, printable */
} Response;

/* Reads the frame. A fact's items still stand in the parser: read or skip them.
 * Every other kind has been consumed. */
bool response_read(Parser *parser, Response *response, GError **error);

/* The same for a line that parser_try_begin found. */
bool response_parse(Parser *parser, Response *response, GError **error);

/* At most `size` - 1 bytes, printable ASCII; what else there is becomes '?'. */
void response_copy_text(char *to, size_t size, const char *from, size_t from_size);
