#include "unlinked.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

/* Blanks, and what stands around an address. */
#define TOKEN_ENDS " \t\n\r\f<>()[]\"|,;"

/* "https://...", "www....", "somebody@example.com"; "<URL>" is how archives hide one.
 */
static bool
is_link(const char *token, size_t size)
{
    const char *at;

    if (size == 0)
        return false;
    at = memchr(token + 1, '@', size - 1);
    if (memchr(token, ':', size) && g_strstr_len(token, (gssize)size, "://"))
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
    char *kept = g_strndup(text ? text : "", text ? strnlen(text, max_bytes) : 0);
    const char *at = kept;
    char *out = kept;

    while (*at) {
        size_t size = strcspn(at, TOKEN_ENDS);

        if (is_link(at, size)) {
            at += size;
            size = 0;
        }
        size += at[size] ? 1 : 0; /* what ended it stays */
        memmove(out, at, size);
        out += size;
        at += size;
    }
    *out = '\0';
    return kept;
}
