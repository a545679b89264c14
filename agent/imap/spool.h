/* A long literal on its way into a file that has no name: it costs no memory while it
 * comes, and whatever happens to us, it is gone with the last who holds it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    SPOOL_BYTES = 256 * 1024 /* up to here, memory is cheaper than a file */
};

typedef struct Spool Spool;

/* `dir` may be NULL. FAULT_RETRY: no place for it. */
Spool *spool_new(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void spool_free(Spool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)

bool spool_write(Spool *spool, const void *bytes, size_t size,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that was written, mapped and not copied; outlives the spool. */
GBytes *spool_bytes(Spool *spool, GError **error) G_GNUC_WARN_UNUSED_RESULT;
