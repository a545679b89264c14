/* Raw mail: once for each content, named by its SHA-256, zstd inside. */
#pragma once

#include "model/mail.h"
#include "statement.h"

/* A content that is there already is left alone. What is not packed yet is packed. */
bool raw_put(Database *db, const char *sha256, const Mail *mail,
             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* FAULT_MESSAGE: not there (any more), or damaged. */
GBytes *raw_get(Database *db, const char *sha256,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
