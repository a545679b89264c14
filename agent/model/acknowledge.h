/* What a customer is told when his mail opened a ticket, as the configuration says. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One wording; the first that fits is taken. */
typedef struct AckText {
    char *department; /* NULL: any; likewise the next */
    char *language;   /* ISO 639-1 */
    char *subject;    /* both with {number}, {token} and {subject} */
    char *text;
} AckText;

typedef struct Acknowledge {
    char *from;         /* NULL: the mailbox's address */
    int64_t most_a_day; /* to one address */
    GPtrArray *texts;   /* AckText; empty: nobody is told anything */
} Acknowledge;

/* NULL: there is no wording for it. Lent. */
const AckText *acknowledge_text(const Acknowledge *acknowledge, const char *department,
                                const char *language);
/* Knows every name between braces in `text`. */
bool acknowledge_fits(const char *text);

/* What the names stand for; all lent. */
typedef struct AckValues {
    int64_t number;
    const char *token, *subject;
} AckValues;
/* Owned. What a value says is not read for names again. */
char *acknowledge_fill(const char *text, const AckValues *values);
