#include "unlinked.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

static bool
ends_token(char byte)
{
    return g_ascii_isspace(byte) || (byte && strchr("<>()[]\"|,;", byte));
}

/* "https://...", "www....", "somebody@example.com"; "<URL>" is how archives hide one.
 */
static bool
is_link(const char *token, size_t size)
{
    const char *at = memchr(token + (size > 0), '@', size - (size > 0));

    if (g_strstr_len(token, (gssize)size, "://"))
        return true;
    if (size > 4 && g_ascii_strncasecmp(token, "www.", 4) == 0)
        return true;
    if (size == 3 && memcmp(token, "URL", 3) == 0)
        return true;
    return at && memchr(at, '.', size - (size_t)(at - token));
}

char *
unlinked(const char *text, size_t max_bytes)
{
    size_t left = text ? strnlen(text, max_bytes) : 0;
    char *kept = g_malloc(left + 1);
    char *out = kept;

    while (left > 0) {
        size_t size = 0;

        while (size < left && !ends_token(text[size]))
            size++;
        if (size && !is_link(text, size)) {
            memcpy(out, text, size);
            out += size;
        }
        if (size < left)
            *out++ = text[size++];
        text += size;
        left -= size;
    }
    *out = '\0';
    return kept;
}
