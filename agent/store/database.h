/* The file STATE/postroom.db: where it lies, who may open it, which version it has. */
#pragma once

#include "base/owned.h"
#include "statement.h"

/* Folder (0700), lock, file (0600), pragmas, migrations. `lock` stays open as long as
 * the database is: two daemons cannot share a state. */
bool database_open(Database *db, OwnedFd *lock, const char *state,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Beside a running daemon or none; writes nothing. */
bool database_open_reader(Database *db, const char *state,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Empty, without a file, gone when it is cleared. */
bool database_open_memory(Database *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the file that was opened is still the one of that name: SQLite would go on
 * writing to one that was deleted. */
bool database_in_place(const Database *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One statement without values or rows, not kept. */
bool database_execute(const Database *db, const char *sql,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
