#include "raw.h"

#include <zstd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "store/store.h"

enum {
    LEVEL = 1,
    /* No mail is larger: what says otherwise is a damaged row, not a reason to
     * allocate. SQLite itself stops at 1,000,000,000. */
    MOST_BYTES = 1000000000,
};

static GBytes *
compress(ZSTD_CCtx *context, GBytes *bytes, GError **error)
{
    size_t size = 0;
    const void *start = g_bytes_get_data(bytes, &size);
    size_t room = ZSTD_compressBound(size);
    g_autofree char *out = NULL;
    size_t used;

    if (size > MOST_BYTES) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "a mail of %zu bytes is too large",
                    size);
        return NULL;
    }
    out = g_malloc(room);
    used = ZSTD_compressCCtx(context, out, room, start, size, LEVEL);
    if (ZSTD_isError(used)) {
        g_set_error(error, FAULT, FAULT_FATAL, "zstd: %s", ZSTD_getErrorName(used));
        return NULL;
    }
    /* Mail compresses well: what is left of the bound goes back before it is queued. */
    return g_bytes_new_take(g_realloc(g_steal_pointer(&out), MAX(used, 1)), used);
}

struct StorePacker {
    ZSTD_CCtx *context;
};

StorePacker *
store_packer_new(void)
{
    StorePacker *packer = g_new0(StorePacker, 1);

    packer->context = ZSTD_createCCtx();
    g_assert(packer->context);
    return packer;
}

void
store_packer_free(StorePacker *packer)
{
    if (!packer)
        return;
    (void)ZSTD_freeCCtx(packer->context); /* cannot fail outside of streams */
    g_free(packer);
}

void
store_pack(StorePacker *packer, Mail *mail)
{
    g_autoptr(GError) refusal = NULL;

    if (!mail->packed)
        mail->packed = compress(packer->context, mail->bytes, &refusal);
}

/* What nobody packed before: few mails, a packer for each. */
static GBytes *
pack_now(GBytes *bytes, GError **error)
{
    g_autoptr(StorePacker) packer = store_packer_new();

    return compress(packer->context, bytes, error);
}

bool
raw_put(Database *db, const char *sha256, const Mail *mail, GError **error)
{
    g_autoptr(GBytes) small =
        mail->packed ? g_bytes_ref(mail->packed) : pack_now(mail->bytes, error);

    return small &&
           statement_run(db, error,
                         "INSERT INTO raw_mail (sha256, size_bytes, stored_at, zstd) "
                         "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                         "timx", sha256, (int64_t)g_bytes_get_size(mail->bytes),
                         clock_now_ms(), small);
}

/* The size is checked before it is believed, the content against its name. */
static GBytes *
decompress(const void *small, size_t small_size, const char *sha256, GError **error)
{
    unsigned long long size = ZSTD_getFrameContentSize(small, small_size);
    g_autofree char *out = NULL;
    g_autofree char *digest = NULL;
    size_t used;

    /* Covers zstd's two "unknown" values too: they are the largest there are. */
    if (size > MOST_BYTES) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "raw mail %s is damaged", sha256);
        return NULL;
    }
    out = g_malloc(MAX(size, 1));
    used = ZSTD_decompress(out, size, small, small_size);
    if (!ZSTD_isError(used) && used == size)
        digest = digest_sha256_hex(out, used);
    if (g_strcmp0(digest, sha256) != 0) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "raw mail %s is damaged", sha256);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&out), used);
}

GBytes *
raw_get(Database *db, const char *sha256, GError **error)
{
    g_auto(Statement) found =
        statement_begin(db, "SELECT zstd FROM raw_mail WHERE sha256 = ?", "t", sha256);

    if (statement_row(&found)) {
        const void *small = sqlite3_column_blob(found.prepared, 0);
        int size = sqlite3_column_bytes(found.prepared, 0);

        return decompress(small, (size_t)size, sha256, error);
    }
    if (statement_done(&found, error))
        g_set_error(error, FAULT, FAULT_MESSAGE, "raw mail %s is no longer kept",
                    sha256);
    return NULL;
}
