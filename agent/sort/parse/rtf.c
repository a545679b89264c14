#include "sort/parse/rtf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sort/parse/charset.h"

enum {
    HEAD_BYTES = 16,
    WINDOW = 4096,
    RTF_MOST = 8 << 20,
    TEXT_MOST = 1 << 20,
    GROUPS_MOST = 200,
    WORD_MOST = 32
};

/* What both sides know before the first byte (MS-OXRTFCP 2.1.2.1). */
static const char known[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
    "\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    "{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

typedef struct Window {
    char bytes[WINDOW];
    size_t at;
    GString *out;
} Window;

static void
put_byte(Window *window, char byte)
{
    g_string_append_c(window->out, byte);
    window->bytes[window->at] = byte;
    window->at = (window->at + 1) % WINDOW;
}

/* False: the reference is the end mark. */
static bool
put_reference(Window *window, unsigned high, unsigned low)
{
    size_t from = high << 4 | low >> 4;
    size_t size = (low & 15) + 2;

    if (from == window->at)
        return false;
    for (size_t i = 0; i < size; i++)
        put_byte(window, window->bytes[(from + i) % WINDOW]);
    return true;
}

static void
expand(Span body, Window *window)
{
    size_t at = 0;

    while (at < body.size && window->out->len < RTF_MOST) {
        unsigned control = (unsigned char)body.at[at++];

        for (unsigned bit = 0; bit < 8 && at < body.size; bit++) {
            if (!(control & 1u << bit)) {
                put_byte(window, body.at[at++]);
                continue;
            }
            if (at + 1 >= body.size ||
                !put_reference(window, (unsigned char)body.at[at],
                               (unsigned char)body.at[at + 1]))
                return;
            at += 2;
        }
    }
}

static GString *
decompress(Span compressed)
{
    g_autofree Window *window = NULL;
    Span body;

    if (compressed.size <= HEAD_BYTES)
        return NULL;
    body = parse_slice(compressed, HEAD_BYTES, compressed.size);
    if (memcmp(compressed.at + 8, "MELA", 4) == 0)
        return g_string_new_len(body.at, (gssize)MIN(body.size, RTF_MOST));
    if (memcmp(compressed.at + 8, "LZFu", 4) != 0)
        return NULL;
    window = g_new0(Window, 1);
    window->out = g_string_new(NULL);
    memcpy(window->bytes, known, sizeof known - 1);
    window->at = sizeof known - 1;
    expand(body, window);
    return window->out;
}

typedef struct Group {
    bool is_silent;
    unsigned fallbacks; /* characters that stand behind each \u for old readers */
} Group;

typedef struct RtfReader {
    const char *at;
    const char *end;
    Group groups[GROUPS_MOST];
    size_t depth;
    unsigned skip; /* fallback characters still to come */
    unsigned code_page;
    GString *bytes; /* in the code page, not yet converted */
    GString *out;
} RtfReader;

static void
flush_bytes(RtfReader *reader)
{
    g_autofree char *charset = g_strdup_printf("windows-%u", reader->code_page);
    g_autofree char *text = NULL;

    if (reader->bytes->len == 0)
        return;
    text = parse_to_utf8((Span){reader->bytes->str, reader->bytes->len}, charset,
                         TEXT_MOST, NULL);
    g_string_append(reader->out, text);
    g_string_truncate(reader->bytes, 0);
}

static void
add_byte(RtfReader *reader, char byte)
{
    if (reader->skip > 0)
        reader->skip--;
    else if (!reader->groups[reader->depth].is_silent)
        g_string_append_c(reader->bytes, byte);
}

static void
add_unicode(RtfReader *reader, int number)
{
    gunichar c = (gunichar)(number < 0 ? number + 65536 : number);

    reader->skip = reader->groups[reader->depth].fallbacks;
    if (reader->groups[reader->depth].is_silent)
        return;
    flush_bytes(reader);
    if (g_unichar_validate(c) && c != 0)
        g_string_append_unichar(reader->out, c);
}

static void
obey(RtfReader *reader, const char *word, int number)
{
    static const char *const silent[] = {
        "fonttbl", "colortbl", "stylesheet", "info",     "pict",      "header",
        "footer",  "object",   "generator",  "xmlnstbl", "themedata", NULL};
    static const char *const breaks[] = {"par", "line", "row", "page", "sect", NULL};
    Group *group = &reader->groups[reader->depth];

    if (g_strv_contains(silent, word))
        group->is_silent = true;
    else if (g_strv_contains(breaks, word))
        add_byte(reader, '\n');
    else if (strcmp(word, "tab") == 0 || strcmp(word, "cell") == 0)
        add_byte(reader, '\t');
    else if (strcmp(word, "u") == 0)
        add_unicode(reader, number);
    else if (strcmp(word, "uc") == 0)
        group->fallbacks = (unsigned)CLAMP(number, 0, 8);
    else if (strcmp(word, "ansicpg") == 0 && number > 0 && number < 100000)
        reader->code_page = (unsigned)number;
}

static void
read_control_word(RtfReader *reader)
{
    char word[WORD_MOST] = "";
    size_t size = 0;
    long number = 0;
    bool is_negative;

    for (; reader->at < reader->end && g_ascii_isalpha(*reader->at); reader->at++) {
        if (size + 1 < sizeof word)
            word[size++] = *reader->at;
    }
    is_negative = reader->at < reader->end && *reader->at == '-';
    reader->at += is_negative ? 1 : 0;
    for (; reader->at < reader->end && g_ascii_isdigit(*reader->at); reader->at++)
        number = MIN(number * 10 + (*reader->at - '0'), 1000000);
    if (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    obey(reader, word, (int)(is_negative ? -number : number));
}

static void
read_control(RtfReader *reader)
{
    char byte = reader->at < reader->end ? *reader->at : '\0';

    if (g_ascii_isalpha(byte)) {
        read_control_word(reader);
        return;
    }
    reader->at++;
    if (byte == '\'' && reader->end - reader->at >= 2) {
        int high = g_ascii_xdigit_value(reader->at[0]);
        int low = g_ascii_xdigit_value(reader->at[1]);

        reader->at += 2;
        if (high >= 0 && low >= 0)
            add_byte(reader, (char)(high * 16 + low));
    } else if (byte == '*') {
        reader->groups[reader->depth].is_silent = true;
    } else if (byte == '~') {
        add_byte(reader, ' ');
    } else if (byte == '\\' || byte == '{' || byte == '}') {
        add_byte(reader, byte);
    }
}

static void
read_rtf(RtfReader *reader)
{
    while (reader->at < reader->end && reader->out->len < TEXT_MOST) {
        char byte = *reader->at++;

        if (byte == '\\') {
            read_control(reader);
        } else if (byte == '{') {
            if (reader->depth + 1 >= GROUPS_MOST)
                return;
            reader->groups[reader->depth + 1] = reader->groups[reader->depth];
            reader->depth++;
        } else if (byte == '}') {
            reader->depth -= reader->depth > 0 ? 1 : 0;
            reader->skip = 0;
        } else if (byte != '\r' && byte != '\n' && byte != '\0') {
            add_byte(reader, byte);
        }
    }
}

char *
parse_rtf_text(Span compressed)
{
    g_autoptr(GString) rtf = decompress(compressed);
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree RtfReader *reader = NULL;

    if (!rtf)
        return NULL;
    reader = g_new0(RtfReader, 1);
    reader->at = rtf->str;
    reader->end = rtf->str + rtf->len;
    reader->code_page = 1252;
    reader->groups[0].fallbacks = 1;
    reader->bytes = bytes;
    reader->out = g_string_new(NULL);
    read_rtf(reader);
    flush_bytes(reader);
    return g_string_free(reader->out, FALSE);
}
