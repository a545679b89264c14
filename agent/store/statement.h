/* Statements: prepared once a connection, bound by a format, never left open.
 *
 *     g_auto(Statement) found = statement_begin(db, "SELECT id FROM x WHERE y = ?",
 *                                               "t", name);
 *     while (statement_row(&found))
 *         use(statement_int(&found, 0));
 *     return statement_done(&found, error);
 *
 * Every value is a parameter. SQL texts are literals: the cache knows them by address.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "base/hours.h"
#include "gathering.h"

typedef struct Database {
    sqlite3 *sqlite;
    GHashTable *prepared; /* SQL literal -> sqlite3_stmt */
    Gathering *gathering; /* the writer's alone */
    const Hours *hours;   /* lent; NULL: round the clock */
    dev_t device;         /* of the file, and its inode: the writer's alone */
    ino_t inode;
} Database;

typedef struct Statement {
    Database *db;
    sqlite3_stmt *prepared; /* NULL: would not prepare */
    int outcome;            /* the last SQLITE_ code */
} Statement;

/* One letter a parameter; texts and blobs are lent until the statement is cleared:
 *   i int64_t            z int64_t, 0 is null     n int64_t, TIME_NONE is null
 *   b int, a truth       r double                 t const char *, NULL is null
 *   s int64_t seconds, m int64_t milliseconds: ISO 8601 text, TIME_NONE is null
 *   x GBytes *           j char *, owned: JSON    (taken, freed when cleared) */
Statement statement_begin(Database *db, const char *sql, const char *format, ...);
/* False: no more rows, or trouble; statement_done tells which. */
bool statement_row(Statement *statement);
/* Runs what is left; false and a fault when anything failed. */
bool statement_done(Statement *statement, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void statement_clear(Statement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Statement, statement_clear)

/* Begin, run, done: for statements without rows. */
bool statement_run(Database *db, GError **error, const char *sql, const char *format,
                   ...) G_GNUC_WARN_UNUSED_RESULT;

int64_t statement_int(const Statement *statement, int column);
bool statement_is_null(const Statement *statement, int column);
/* TIME_NONE for null. */
int64_t statement_int_or_none(const Statement *statement, int column);
/* Lent until the next row. */
const char *statement_text(const Statement *statement, int column);
char *statement_dup_text(const Statement *statement, int column);
/* An ISO text as epoch seconds; TIME_NONE for null. */
int64_t statement_time(const Statement *statement, int column);

/* The fault a failed SQLite call calls for: a full disk is FAULT_RETRY. */
void database_fault(const Database *db, int code, GError **error);
void database_clear(Database *db);
