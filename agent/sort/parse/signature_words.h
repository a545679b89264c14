/* The words by which people, their phones and their lawyers end a mail, in many
 * languages: lower case, each table ended by NULL. */
#pragma once

/* "sent from my " and what else programs put under a mail; beginnings of lines. */
extern const char *const parse_device_words[];
/* "kind regards"; whole lines. */
extern const char *const parse_closing_words[];
/* "this e-mail and any attachments"; beginnings of lines. */
extern const char *const parse_disclaimer_words[];
