#include "sort/parse/charset.h"

#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/udata.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(UConverter, ucnv_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UCharsetDetector, ucsdet_close)

enum {
    PIVOT_UNITS = 2048,
    DETECT_BYTES = 16 << 10
};

/* Names that mail uses for something wider than they say, as browsers read them. */
static const struct {
    const char *said;
    const char *meant;
} widened[] = {
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"ks_c_5601-1987", "windows-949"},
    {"euc-kr", "windows-949"},
    {"shift_jis", "windows-31j"},
    {"shift-jis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"cp932", "windows-31j"},
    {"iso-2022-jp", "iso-2022-jp-2"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"utf8", "utf-8"},
    {"utf-8mb4", "utf-8"},
    {"unicode", "utf-16"},
    {"macintosh", "macintosh"},
    {"x-mac-roman", "macintosh"},
    {"big5", "windows-950"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"cp-850", "ibm-850"},
    {"koi8r", "koi8-r"},
};

/* Names that say nothing: the bytes must speak. */
static const char *const empty_names[] = {
    "",        "us-ascii",        "ascii",          "ansi_x3.4-1968", "7bit",
    "8bit",    "unknown",         "x-unknown",      "binary",         "unknown-8bit",
    "default", "default_charset", "x-user-defined", "utf-8utf-8",     "none",
};

static const char *
meant_by(const char *declared)
{
    for (size_t i = 0; declared && i < G_N_ELEMENTS(empty_names); i++) {
        if (g_ascii_strcasecmp(declared, empty_names[i]) == 0)
            return NULL;
    }
    for (size_t i = 0; declared && i < G_N_ELEMENTS(widened); i++) {
        if (g_ascii_strcasecmp(declared, widened[i].said) == 0)
            return widened[i].meant;
    }
    return declared;
}

static UConverter *
open_converter(const char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter;

    if (!name || strlen(name) > 60)
        return NULL;
    converter = ucnv_open(name, &status);
    return U_SUCCESS(status) ? converter : NULL;
}

bool
parse_knows_charset(const char *name)
{
    g_autoptr(UConverter) converter = open_converter(meant_by(name));

    return converter != NULL;
}

static bool
grow_or_stop(GString *out, size_t used, size_t most)
{
    if (used >= most)
        return false;
    g_string_set_size(out, MIN(used * 2 + 256, most));
    return true;
}

/* Streams through a fixed pivot, so memory follows what comes out, never what a
 * converter claims. */
static GString *
convert(Span bytes, UConverter *from, size_t most, bool *cut)
{
    UErrorCode opened = U_ZERO_ERROR;
    g_autoptr(UConverter) utf8 = ucnv_open("UTF-8", &opened);
    UChar pivot[PIVOT_UNITS];
    UChar *pivot_from = pivot;
    UChar *pivot_to = pivot;
    const char *source = bytes.at;
    GString *out = g_string_sized_new(0);
    size_t used = 0;
    UErrorCode status;

    g_assert(U_SUCCESS(opened));
    ucnv_reset(from);
    g_string_set_size(out, MIN(bytes.size + bytes.size / 2 + 64, most));
    do {
        char *target = out->str + used;

        status = U_ZERO_ERROR;
        ucnv_convertEx(utf8, from, &target, out->str + out->len, &source,
                       bytes.at + bytes.size, pivot, &pivot_from, &pivot_to,
                       pivot + PIVOT_UNITS, FALSE, TRUE, &status);
        used = (size_t)(target - out->str);
    } while (status == U_BUFFER_OVERFLOW_ERROR && grow_or_stop(out, used, most));
    *cut = status == U_BUFFER_OVERFLOW_ERROR;
    g_string_set_size(out, used);
    return out;
}

static size_t
count_replaced(const GString *text)
{
    size_t count = 0;

    for (const char *at = text->str;
         (at = memmem(at, text->len - (size_t)(at - text->str), "\xef\xbf\xbd", 3));
         at += 3)
        count++;
    return count;
}

static bool
is_utf8(Span bytes)
{
    return parse_span_find(bytes, '\0') == bytes.size &&
           parse_span_utf8_run(bytes) == bytes.size;
}

/* The bytes alone, when the label is missing or a lie. */
static UConverter *
detect(Span bytes)
{
    UErrorCode status = U_ZERO_ERROR;
    g_autoptr(UCharsetDetector) detector = ucsdet_open(&status);
    const UCharsetMatch *match;
    const char *name;

    ucsdet_setText(detector, bytes.at, (int32_t)MIN(bytes.size, DETECT_BYTES), &status);
    match = ucsdet_detect(detector, &status);
    if (U_FAILURE(status) || !match || ucsdet_getConfidence(match, &status) < 20)
        return open_converter("windows-1252");
    name = meant_by(ucsdet_getName(match, &status));
    return open_converter(U_SUCCESS(status) && name ? name : "windows-1252");
}

/* UTF-8 whose last character was cut off by a limit is still UTF-8. */
static bool
is_mostly_utf8(Span bytes)
{
    size_t good = MIN(parse_span_utf8_run(bytes), parse_span_find(bytes, '\0'));

    return good == bytes.size || (bytes.size >= 64 && bytes.size - good < 4);
}

static bool
has_escape(Span bytes)
{
    return parse_span_find(bytes, 0x1b) < bytes.size;
}

static bool
says_utf16(const char *name)
{
    return name && (g_ascii_strncasecmp(name, "utf-16", 6) == 0 ||
                    g_ascii_strncasecmp(name, "utf-32", 6) == 0 ||
                    g_ascii_strncasecmp(name, "ucs-", 4) == 0);
}

/* A label that the bytes contradict: UTF-16 without a NUL in it is 8-bit text. */
static const char *
believable(Span bytes, const char *declared)
{
    const char *name = meant_by(declared);

    if (says_utf16(name) && parse_span_find(bytes, '\0') == bytes.size &&
        parse_span_is_ascii(bytes))
        return NULL;
    return name;
}

static GString *
decode_bytes(Span bytes, const char *declared, size_t most, bool *cut)
{
    const char *name = believable(bytes, declared);
    g_autoptr(UConverter) said = open_converter(name);
    g_autoptr(UConverter) guessed = NULL;
    g_autoptr(GString) text = NULL;

    if (!said || (!parse_span_is_ascii(bytes) && !says_utf16(name) && is_utf8(bytes) &&
                  ucnv_getMaxCharSize(said) == 1)) {
        bool plain = is_mostly_utf8(bytes) && !(has_escape(bytes) && !said);

        guessed = plain ? open_converter("UTF-8") : detect(bytes);
        return convert(bytes, guessed, most, cut);
    }
    text = convert(bytes, said, most, cut);
    /* A few spoilt characters are damage; many are a wrong label. */
    if (count_replaced(text) * 20 <= text->len || text->len < 8)
        return g_steal_pointer(&text);
    guessed = detect(bytes);
    if (guessed) {
        g_autoptr(GString) other = convert(bytes, guessed, most, cut);

        if (count_replaced(other) < count_replaced(text))
            return g_steal_pointer(&other);
    }
    return g_steal_pointer(&text);
}

static char *
without_nuls(GString *text)
{
    size_t kept = strlen(text->str);

    for (size_t i = kept; i < text->len; i++) {
        if (text->str[i] != '\0')
            text->str[kept++] = text->str[i];
    }
    g_string_truncate(text, kept);
    if (g_str_has_prefix(text->str, "\xef\xbb\xbf"))
        g_string_erase(text, 0, 3);
    return g_string_free(text, FALSE);
}

/* NULs in 8-bit text are dirt; a quarter of the bytes being NUL is undeclared UTF-16.
 */
static GString *
cleaned_of_nuls(Span bytes, const char *declared)
{
    GString *clean;

    if (says_utf16(declared) || parse_span_find(bytes, '\0') == bytes.size)
        return NULL;
    clean = g_string_sized_new(bytes.size);
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.at[i] != '\0')
            g_string_append_c(clean, bytes.at[i]);
    }
    if (clean->len <= bytes.size - bytes.size / 4)
        g_string_assign(clean, "");
    return clean;
}

/* Most mail is UTF-8 and says so, or is ASCII under a name that begins with it. */
static bool
needs_no_converter(Span bytes, const char *declared, size_t most)
{
    const char *name = meant_by(declared);
    bool says_utf8 = !name || g_ascii_strcasecmp(name, "utf-8") == 0;

    if (bytes.size > most || parse_span_find(bytes, '\0') < bytes.size ||
        (bytes.size >= 3 && memcmp(bytes.at, "\xef\xbb\xbf", 3) == 0))
        return false;
    if (says_utf8)
        return is_utf8(bytes) && !has_escape(bytes);
    return (g_ascii_strncasecmp(name, "windows-125", 11) == 0 ||
            g_ascii_strncasecmp(name, "iso-8859-", 9) == 0) &&
           parse_span_is_ascii(bytes);
}

char *
parse_to_utf8(Span bytes, const char *declared, size_t most, bool *cut)
{
    bool was_cut = false;
    g_autofree char *text = NULL;
    g_autoptr(GString) clean = NULL;

    if (bytes.size == 0)
        return g_strdup("");
    if (needs_no_converter(bytes, declared, most))
        return g_strndup(bytes.at, bytes.size);
    clean = cleaned_of_nuls(bytes, declared);
    if (clean && clean->len > 0)
        bytes = (Span){clean->str, clean->len};
    text = without_nuls(decode_bytes(bytes, declared, most, &was_cut));
    if (cut && was_cut)
        *cut = true;
    /* Cut at the limit, the last character may be half a one. */
    return g_utf8_validate(text, -1, NULL) ? g_steal_pointer(&text)
                                           : g_utf8_make_valid(text, -1);
}

char *
parse_header_to_utf8(Span bytes, const char *declared)
{
    bool cut = false;
    const char *name;

    if (bytes.size == 0)
        return g_strdup("");
    if (is_utf8(bytes)) {
        size_t mark = parse_span_starts(bytes, "\xef\xbb\xbf") ? 3 : 0;

        return g_strndup(bytes.at + mark, bytes.size - mark);
    }
    name = meant_by(declared);
    if (!name || g_ascii_strcasecmp(name, "utf-8") == 0 || !parse_knows_charset(name))
        name = "windows-1252";
    g_autoptr(UConverter) converter = open_converter(name);
    g_autofree char *text =
        without_nuls(convert(bytes, converter, bytes.size * 3 + 64, &cut));

    return g_utf8_make_valid(text, -1);
}

size_t
parse_character_start(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

void
parse_init_charsets(void)
{
    UErrorCode status = U_ZERO_ERROR;
    g_autoptr(UConverter) first = NULL;

    /* All data is in the library; looking for files would end a sandboxed sorter. */
    udata_setFileAccess(UDATA_NO_FILES, &status);
    first = open_converter("windows-1252");
    g_assert(first);
}
