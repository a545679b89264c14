#include "base64.h"

#include <string.h>

static int
sextet(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

GByteArray *
base64_read(const char *text)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    size_t size = strlen(text);
    guint32 held = 0;
    size_t padding = 0;
    guint8 *next;

    while (padding < 2 && size > 0 && text[size - 1] == '=') {
        size--;
        padding++;
    }
    if (size == 0 || size % 4 == 1 || (padding > 0 && (size + padding) % 4 != 0))
        return NULL;
    g_byte_array_set_size(out, (guint)(size / 4 * 3 + (size % 4 ? size % 4 - 1 : 0)));
    next = out->data;
    for (size_t i = 0; i < size; i++) {
        int value = sextet(text[i]);

        if (value < 0)
            return NULL;
        held = held << 6 | (guint32)value;
        if (i % 4 > 0)
            *next++ = (guint8)(held >> (6 - 2 * (i % 4)));
    }
    return g_steal_pointer(&out);
}
