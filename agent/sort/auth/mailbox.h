/* One mailbox of a From field (RFC 5322 section 3.4), read without mercy. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Mailbox {
    GString *bare;    /* outside quotes' meaning, comments and angles */
    GString *address; /* inside the angles */
    GString *display; /* all a reader may be shown: words, comments, decoded */
    bool has_angle;
    bool has_tail; /* text behind the angle */
} Mailbox;

void mailbox_init(Mailbox *mailbox);
void mailbox_clear(Mailbox *mailbox);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mailbox, mailbox_clear)

/* Reads up to a comma between mailboxes or to the end and moves `*at` behind it;
 * false with `*trouble` for what has more than one reading. */
bool mailbox_scan(const char **at, Mailbox *out, const char **trouble);

/* The domain of an address `local@domain`; NULL when it is none. */
char *mailbox_domain(const char *address);
