/* One line, one event: `event=mail.filed mailbox=support uid=812`.
 *
 * Only daemon/, ingest/ and cli/ log; rooms return faults. Values are escaped, so
 * mail text cannot forge a line. Never pass a password, token, subject or body.
 *
 *     log_write(LEVEL_INFO, "mail.filed", "mailbox", name, "uid", uid_text, NULL); */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    LEVEL_ERROR,   /* someone must act */
    LEVEL_WARNING, /* it will heal */
    LEVEL_INFO,    /* a decision */
    LEVEL_DEBUG,   /* the rest */
} LogLevel;

typedef enum {
    LOG_AS_LOGFMT,
    LOG_AS_JSON,
} LogFormat;

/* Called once at start; lines go to stderr. */
void log_configure(LogLevel most_detailed, LogFormat format);
/* Else `ana@shop.example` is written as `***@shop.example`, but for level debug. */
void log_show_addresses(bool show);
bool log_level_from_name(const char *name, LogLevel *out);

/* Key, value, key, value, ..., NULL. A NULL value prints as empty. */
void log_write(LogLevel level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* The same with the fault's text as `error=`; `error` may be NULL. */
void log_fault(LogLevel level, const char *event, const GError *error,
               ...) G_GNUC_NULL_TERMINATED;
