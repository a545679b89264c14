/* The words by which people, their phones and their lawyers end a mail, in many
 * languages: lower case, each table ended by NULL. */
#pragma once

/* "sent from my " and what else programs put under a mail; beginnings of lines. */
extern const char *const parse_device_words[];
/* "get ": how they praise a program; beginnings of lines. */
extern const char *const parse_advert_words[];
/* "iphone": what such a line names; anywhere in it. */
extern const char *const parse_device_names[];
/* "kind regards"; whole lines. */
extern const char *const parse_closing_words[];
/* "many thanks"; whole lines. Under them may stand a name; alone they are words. */
extern const char *const parse_thanks_words[];
/* "this e-mail and any attachments"; beginnings of lines. */
extern const char *const parse_disclaimer_words[];
/* "en cumplimiento de": lawyers and claimants begin so; beginnings of lines. */
extern const char *const parse_law_words[];
