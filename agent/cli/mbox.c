#include "cli/mbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"

static GBytes *
slurp(FILE *stream, gsize most_bytes, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 block[65536];
    size_t got;

    while ((got = fread(block, 1, sizeof block, stream)) > 0) {
        if (bytes->len + got > most_bytes) {
            g_set_error(error, FAULT, FAULT_MESSAGE, "larger than %zu bytes",
                        most_bytes);
            return NULL;
        }
        g_byte_array_append(bytes, block, (guint)got);
    }
    if (ferror(stream)) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "%s", g_strerror(errno));
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static GBytes *
read_file(const char *file, gsize most_bytes, GError **error)
{
    FILE *stream = g_str_equal(file, "-") ? stdin : fopen(file, "rbe");
    GBytes *bytes;

    if (!stream) {
        g_set_error(error, FAULT, FAULT_MESSAGE, "'%s': %s", file, g_strerror(errno));
        return NULL;
    }
    bytes = slurp(stream, most_bytes, error);
    if (stream != stdin)
        (void)fclose(stream);
    if (!bytes)
        g_prefix_error(error, "'%s': ", file);
    return bytes;
}

/* "From a@b Mon Nov 23 10:00:00 2026" (RFC 4155 appendix A). A sentence that begins so
 * tells no time, and "From : a@b" is a field. */
static bool
is_separator(const char *line, const char *end)
{
    const char *line_end = memchr(line, '\n', (size_t)(end - line));

    if (!line_end || line_end - line < 6 || line[5 + strspn(line + 5, " \t")] == ':')
        return false;
    for (const char *at = line + 6; at + 2 < line_end; at++) {
        if (*at == ':' && g_ascii_isdigit(at[-1]) && g_ascii_isdigit(at[1]) &&
            g_ascii_isdigit(at[2]))
            return true;
    }
    return false;
}

/* The next separator line, behind an empty one. */
static const char *
next_separator(const char *at, const char *end)
{
    for (; (at = memmem(at, (size_t)(end - at), "\nFrom ", 6)) != NULL; at++)
        if ((at[-1] == '\n' || (at[-1] == '\r' && at[-2] == '\n')) &&
            is_separator(at + 1, end))
            return at + 1;
    return NULL;
}

static void
split(GBytes *whole, GPtrArray *mails)
{
    gsize size;
    const char *start = g_bytes_get_data(whole, &size);
    const char *end = start + size;
    const char *at = start;

    while (at && at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *next;

        if (!line_end)
            return;
        at = line_end + 1;
        next = at + 2 < end ? next_separator(at + 2, end) : NULL;
        g_ptr_array_add(mails,
                        g_bytes_new_from_bytes(whole, (gsize)(at - start),
                                               (gsize)((next ? next : end) - at)));
        at = next;
    }
}

GPtrArray *
mbox_read(const char *file, gsize most_bytes, GError **error)
{
    g_autoptr(GBytes) whole = read_file(file, most_bytes, error);
    GPtrArray *mails;
    gsize size;

    if (!whole)
        return NULL;
    mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    if (g_bytes_get_data(whole, &size) && size > 5 &&
        memcmp(g_bytes_get_data(whole, NULL), "From ", 5) == 0 &&
        is_separator(g_bytes_get_data(whole, NULL),
                     (const char *)g_bytes_get_data(whole, NULL) + size))
        split(whole, mails);
    else
        g_ptr_array_add(mails, g_bytes_ref(whole));
    return mails;
}
