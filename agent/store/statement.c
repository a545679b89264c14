#include "statement.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/fault.h"

/* Which reaction a result code calls for. What is missing here is our own bug. */
static FaultCode
reaction(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
        return FAULT_RETRY;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return FAULT_MESSAGE;
    default:
        return FAULT_FATAL;
    }
}

/* What SQLite's own words leave open: what helps. */
static const char *
advice(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ": make room, then it goes on by itself";
    case SQLITE_IOERR:
        return ": see whether the disk is full or broken";
    case SQLITE_BUSY:
        return ": another program is writing to it";
    case SQLITE_CORRUPT:
        return ": it is damaged; stop postroom and restore a backup";
    default:
        return "";
    }
}

void
database_fault(const Database *db, int code, GError **error)
{
    /* The connection's own text names table and column, but only of its last error. */
    bool is_last = db->sqlite && sqlite3_errcode(db->sqlite) == (code & 0xff);
    const char *text = is_last ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code);

    g_set_error(error, FAULT, (gint)reaction(code), "database: %s%s", text,
                advice(code));
}

void
database_clear(Database *db)
{
    g_clear_pointer(&db->prepared, g_hash_table_unref);
    if (db->sqlite) {
        int closed = sqlite3_close(db->sqlite);

        /* BUSY here would be a statement of ours that was never finalised. */
        g_assert(closed == SQLITE_OK);
    }
    db->sqlite = NULL;
    g_clear_pointer(&db->gathering, gathering_free);
}

static void
finalize(gpointer prepared)
{
    /* It repeats the fault of the last step, which has been reported. */
    (void)sqlite3_finalize(prepared);
}

static int
prepare(Database *db, const char *sql, sqlite3_stmt **out)
{
    int code;

    if (!db->prepared)
        db->prepared = g_hash_table_new_full(NULL, NULL, NULL, finalize);
    *out = g_hash_table_lookup(db->prepared, sql);
    if (*out) {
        g_assert(!sqlite3_stmt_busy(*out));
        return SQLITE_OK;
    }
    code =
        sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    if (code == SQLITE_OK)
        g_hash_table_insert(db->prepared, (gpointer)(uintptr_t)sql, *out);
    return code;
}

static int
bind_int(sqlite3_stmt *prepared, int at, int64_t value, int64_t null)
{
    return value == null ? sqlite3_bind_null(prepared, at)
                         : sqlite3_bind_int64(prepared, at, value);
}

static int
bind_owned_text(sqlite3_stmt *prepared, int at, char *text)
{
    return text ? sqlite3_bind_text(prepared, at, text, -1, g_free)
                : sqlite3_bind_null(prepared, at);
}

static int
bind_time_ms(sqlite3_stmt *prepared, int at, int64_t ms)
{
    char *text = ms == TIME_NONE ? NULL : clock_format_ms(ms);

    return bind_owned_text(prepared, at, text);
}

static int
bind_seconds(sqlite3_stmt *prepared, int at, int64_t seconds)
{
    bool is_known = seconds > INT64_MIN / 1000 && seconds < INT64_MAX / 1000;

    return bind_time_ms(prepared, at, is_known ? seconds * 1000 : TIME_NONE);
}

static int
bind_bytes(sqlite3_stmt *prepared, int at, GBytes *bytes)
{
    size_t size = 0;
    const void *start = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    return sqlite3_bind_blob64(prepared, at, start, size, SQLITE_STATIC);
}

static int
bind_one(sqlite3_stmt *prepared, int at, char letter, va_list *values)
{
    switch (letter) {
    case 'i':
        return sqlite3_bind_int64(prepared, at, va_arg(*values, int64_t));
    case 'z':
        return bind_int(prepared, at, va_arg(*values, int64_t), 0);
    case 'n':
        return bind_int(prepared, at, va_arg(*values, int64_t), TIME_NONE);
    case 'b':
        return sqlite3_bind_int(prepared, at, va_arg(*values, int) != 0);
    case 'r':
        return sqlite3_bind_double(prepared, at, va_arg(*values, double));
    case 't':
        return sqlite3_bind_text(prepared, at, va_arg(*values, const char *), -1,
                                 SQLITE_STATIC);
    case 'j':
        return bind_owned_text(prepared, at, va_arg(*values, char *));
    case 's':
        return bind_seconds(prepared, at, va_arg(*values, int64_t));
    case 'm':
        return bind_time_ms(prepared, at, va_arg(*values, int64_t));
    case 'x':
        return bind_bytes(prepared, at, va_arg(*values, GBytes *));
    default:
        g_assert_not_reached();
    }
}

/* Every value is bound even after a failure, so that 'j' texts find an owner. */
static int
bind_all(sqlite3_stmt *prepared, const char *format, va_list *values)
{
    int trouble = SQLITE_OK;
    int at = 0;

    for (const char *letter = format; *letter; letter++) {
        int code = bind_one(prepared, ++at, *letter, values);

        if (code != SQLITE_OK && trouble == SQLITE_OK)
            trouble = code;
    }
    g_assert(!prepared || at == sqlite3_bind_parameter_count(prepared));
    return trouble;
}

static Statement
begin(Database *db, const char *sql, const char *format, va_list *values)
{
    Statement begun = {.db = db};
    int bound;

    begun.outcome = prepare(db, sql, &begun.prepared);
    if (begun.outcome != SQLITE_OK)
        begun.prepared = NULL;
    bound = bind_all(begun.prepared, format, values);
    if (begun.outcome == SQLITE_OK)
        begun.outcome = bound;
    return begun;
}

Statement
statement_begin(Database *db, const char *sql, const char *format, ...)
{
    Statement begun;
    va_list values;

    va_start(values, format);
    begun = begin(db, sql, format, &values);
    va_end(values);
    return begun;
}

bool
statement_row(Statement *statement)
{
    if (statement->outcome != SQLITE_OK && statement->outcome != SQLITE_ROW)
        return false;
    statement->outcome = sqlite3_step(statement->prepared);
    return statement->outcome == SQLITE_ROW;
}

bool
statement_done(Statement *statement, GError **error)
{
    while (statement_row(statement))
        continue;
    if (statement->outcome == SQLITE_DONE)
        return true;
    database_fault(statement->db, statement->outcome, error);
    return false;
}

void
statement_clear(Statement *statement)
{
    if (!statement->prepared)
        return;
    /* Reset repeats the fault of the last step, which statement_done has reported. */
    (void)sqlite3_reset(statement->prepared);
    (void)sqlite3_clear_bindings(statement->prepared); /* cannot fail */
    statement->prepared = NULL;
}

bool
statement_run(Database *db, GError **error, const char *sql, const char *format, ...)
{
    g_auto(Statement) begun = {0};
    va_list values;

    va_start(values, format);
    begun = begin(db, sql, format, &values);
    va_end(values);
    return statement_done(&begun, error);
}

int64_t
statement_int(const Statement *statement, int column)
{
    return sqlite3_column_int64(statement->prepared, column);
}

bool
statement_is_null(const Statement *statement, int column)
{
    return sqlite3_column_type(statement->prepared, column) == SQLITE_NULL;
}

int64_t
statement_int_or_none(const Statement *statement, int column)
{
    return statement_is_null(statement, column) ? TIME_NONE
                                                : statement_int(statement, column);
}

const char *
statement_text(const Statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->prepared, column);
}

char *
statement_dup_text(const Statement *statement, int column)
{
    /* As text it would be copied once more, to have a zero at its end. */
    const char *text = sqlite3_column_blob(statement->prepared, column);
    size_t bytes = (size_t)sqlite3_column_bytes(statement->prepared, column);

    if (!text) /* of none, and of an empty one */
        return statement_is_null(statement, column) ? NULL : g_strdup("");
    return g_strndup(text, bytes);
}

int64_t
statement_time(const Statement *statement, int column)
{
    const char *text = statement_text(statement, column);
    int64_t seconds;

    return text && clock_parse(text, &seconds) ? seconds : TIME_NONE;
}
