#include "words.h"

#include <string.h>

#include <unicode/ucnv.h>

enum {
    WORD_MAX = 4096, /* RFC 2047 allows 75 */
    MOST_BYTES_PER_BYTE = 6
};

size_t
word_measure_encoded(const char *p)
{
    size_t marks = 0;
    size_t i = 2;

    if (p[0] != '=' || p[1] != '?')
        return 0;
    for (; p[i] && marks < 2; i++) {
        if (p[i] == '?')
            marks++;
        else if (!g_ascii_isalnum(p[i]) && !strchr("-_.*:", p[i]))
            return 0;
    }
    for (; p[i]; i++) {
        if (p[i] == '?' && p[i + 1] == '=')
            return i + 2;
        if (g_ascii_isspace(p[i]) || strchr("<>@\"\\;:", p[i]))
            return 0;
    }
    return 0;
}

static void
decode_q(const char *text, size_t size, GString *out)
{
    for (size_t i = 0; i < size; i++) {
        int high = i + 2 < size ? g_ascii_xdigit_value(text[i + 1]) : -1;
        int low = i + 2 < size ? g_ascii_xdigit_value(text[i + 2]) : -1;

        if (text[i] == '=' && high >= 0 && low >= 0) {
            char byte = (char)(high * 16 + low);

            g_string_append_c(out, byte ? byte : ' ');
            i += 2;
        } else {
            g_string_append_c(out, text[i] == '_' ? ' ' : text[i]);
        }
    }
}

static void
decode_b(const char *text, size_t size, GString *out)
{
    g_autofree char *copy = g_strndup(text, size);
    gsize decoded_size;
    g_autofree guchar *decoded = g_base64_decode(copy, &decoded_size);

    for (gsize i = 0; decoded && i < decoded_size; i++)
        g_string_append_c(out, decoded[i] ? (char)decoded[i] : ' ');
}

/* By ICU, which opens no file. UTF-7 and EBCDIC write an "@" without one. */
static void
append_utf8(const char *charset, const GString *bytes, GString *out)
{
    UErrorCode status = U_ZERO_ERROR;
    size_t room = bytes->len * MOST_BYTES_PER_BYTE + 1;
    g_autofree char *text = NULL;
    int32_t size;

    if (g_ascii_strcasecmp(charset, "utf-8") == 0 || bytes->len > WORD_MAX) {
        g_string_append_len(out, bytes->str, (gssize)bytes->len);
        return;
    }
    text = g_malloc(room);
    size = ucnv_convert("UTF-8", charset, text, (int32_t)room, bytes->str,
                        (int32_t)bytes->len, &status);
    if (U_FAILURE(status))
        g_string_append_len(out, bytes->str, (gssize)bytes->len);
    else
        g_string_append_len(out, text, size);
}

void
word_decode(const char *p, size_t size, GString *out)
{
    const char *mode = strchr(p + 2, '?') + 1;
    const char *text = mode + 2;
    size_t charset_size = strcspn(p + 2, "?*"); /* "*en": RFC 2231 section 5 */
    g_autofree char *charset = g_strndup(p + 2, charset_size);
    g_autoptr(GString) bytes = g_string_new(NULL);
    size_t text_size;

    if (mode[0] == '?' || mode[1] != '?' || text + 2 > p + size)
        return;
    text_size = (size_t)(p + size - 2 - text);
    if (g_ascii_tolower(*mode) == 'q')
        decode_q(text, text_size, bytes);
    else
        decode_b(text, text_size, bytes);
    append_utf8(charset, bytes, out);
}
