#include "imap/folder_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int
base64_digit(char byte)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    const char *found = byte ? strchr(alphabet, byte) : NULL;

    return found ? (int)(found - alphabet) : -1;
}

/* One UTF-16 unit; `*high` remembers the first half of a pair. */
static bool
append_unit(GString *name, gunichar unit, gunichar *high)
{
    bool is_low = unit >= 0xdc00 && unit < 0xe000;

    if (is_low != (*high != 0))
        return false;
    if (unit >= 0xd800 && unit < 0xdc00) {
        *high = unit;
        return true;
    }
    if (is_low)
        unit = 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00);
    *high = 0;
    /* A control character, even a hidden one, has no business in a log or a table. */
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0))
        return false;
    g_string_append_unichar(name, unit);
    return true;
}

/* Behind '&': digits up to '-'. NULL: malformed. */
static const char *
decode_run(GString *name, const char *at)
{
    uint32_t bits = 0;
    int n_bits = 0;
    gunichar high = 0;

    for (; *at && *at != '-'; at++) {
        int digit = base64_digit(*at);

        if (digit < 0)
            return NULL;
        bits = (bits << 6 | (uint32_t)digit) & 0x3fffff;
        n_bits += 6;
        if (n_bits < 16)
            continue;
        n_bits -= 16;
        if (!append_unit(name, bits >> n_bits & 0xffff, &high))
            return NULL;
    }
    if (*at != '-' || high != 0 || n_bits >= 6)
        return NULL;
    return at + 1;
}

static bool
decode(GString *name, const char *at)
{
    while (*at) {
        if (!g_ascii_isprint(*at))
            return false;
        if (*at != '&') {
            g_string_append_c(name, *at++);
        } else if (at[1] == '-') {
            g_string_append_c(name, '&');
            at += 2;
        } else {
            at = decode_run(name, at + 1);
            if (!at)
                return false;
        }
    }
    return true;
}

char *
folder_name_decode(const char *wire_name)
{
    g_autoptr(GString) name = g_string_new(NULL);

    if (decode(name, wire_name))
        return g_string_free(g_steal_pointer(&name), FALSE);
    /* Some servers send UTF-8 unasked. */
    return g_utf8_make_valid(wire_name, -1);
}
