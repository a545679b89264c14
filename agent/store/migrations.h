/* Versions of the database. Each migration is one file of schema/, embedded; the number
 * of those done is in `user_version`. */
#pragma once

#include "statement.h"

/* FAULT_CONFIG: newer than this program, or not ours. Writes nothing. */
bool migrations_refuse(Database *db, const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Brings a new or older database to this program's version, each step in a transaction
 * of its own, after a backup `PATH.before-vN`. Only after migrations_refuse. */
bool migrations_run(Database *db, const char *path,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For readers: of this very version. */
bool migrations_check(Database *db, const char *path,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
