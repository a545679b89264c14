/* What people read on stdout. Texts come out of mail, and mail is hostile: control
 * characters, terminal escapes, bidirectional overrides and invisible letters are
 * printed as \u001b, so that a line shows what it holds and commands no terminal. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Owned. NULL gives an empty text. */
char *print_safe(const char *text);
/* The same for a line of JSON, which stays the same JSON. */
char *print_safe_json(const char *json);

/* Columns of a terminal; East Asian wide letters take two, combining ones none. */
size_t print_width(const char *text);

/* `title    text`, one line. */
void print_field(const char *title, const char *text);
/* Many lines, each behind `margin`. */
void print_text(const char *margin, const char *text);

/* Exactly these bytes. */
void print_bytes(GBytes *bytes);
/* The same, but on a terminal as print_text. */
void print_mail(GBytes *mail);

/* Flushes stdout. 0, or 74 after saying why; a reader that went away is no fault. */
int print_end(void);
