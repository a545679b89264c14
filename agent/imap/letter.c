#include "imap/letter.h"

#include <string.h>

#include "base/secret.h"

Letter *
letter_new(size_t capacity_bytes)
{
    return g_string_sized_new(capacity_bytes + 1);
}

void
letter_free(Letter *letter)
{
    if (!letter)
        return;
    secret_wipe(letter->str, letter->allocated_len);
    (void)g_string_free(letter, TRUE); /* returns NULL */
}

void
letter_append(Letter *letter, const char *bytes, size_t size)
{
    g_assert(letter->len + size < letter->allocated_len);
    g_string_append_len(letter, bytes, (gssize)size);
}

Letter *
letter_new_base64(const char *bytes, size_t size)
{
    char *encoded = g_base64_encode((const guchar *)bytes, size);
    size_t length = strlen(encoded);
    Letter *letter = letter_new(length);

    letter_append(letter, encoded, length);
    secret_wipe(encoded, length);
    g_free(encoded);
    return letter;
}
