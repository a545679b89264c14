#include "sort/parse/words.h"

#include <string.h>

#include "sort/parse/charset.h"
#include "sort/parse/fields.h"
#include "sort/parse/transfer.h"

typedef struct Word {
    Span charset;
    Span text;
    char encoding; /* 'b' or 'q' */
    size_t size;   /* of the whole "=?...?=" */
} Word;

/* Bytes of neighbouring words in one charset, decoded together: a character may be
 * split between them. */
typedef struct Run {
    GString *out;
    GByteArray *bytes;
    char *charset;
    const char *fallback;
} Run;

static bool
is_charset_byte(char byte)
{
    return g_ascii_isalnum(byte) || (byte && strchr("-_.:+*'", byte));
}

static bool
read_word(Span at, Word *word)
{
    size_t i = 2;
    size_t start;

    if (at.size < 8 || at.at[0] != '=' || at.at[1] != '?')
        return false;
    while (i < at.size && i < 80 && is_charset_byte(at.at[i]))
        i++;
    if (i == 2 || i + 3 >= at.size || at.at[i] != '?' || at.at[i + 2] != '?')
        return false;
    word->charset = parse_slice(at, 2, i);
    word->charset.size = parse_span_find(word->charset, '*'); /* RFC 2231 language */
    word->encoding = g_ascii_tolower(at.at[i + 1]);
    if (word->encoding != 'b' && word->encoding != 'q')
        return false;
    start = i + 3;
    for (i = start; i + 1 < at.size && at.at[i] != '?'; i++)
        ;
    /* A bare "?" in Q text is forbidden but common; the end is "?=". */
    while (i + 1 < at.size && !(at.at[i] == '?' && at.at[i + 1] == '='))
        i++;
    if (i + 1 >= at.size)
        return false;
    word->text = parse_slice(at, start, i);
    word->size = i + 2;
    return true;
}

static void
decode_word(const Word *word, GByteArray *bytes)
{
    g_autoptr(GByteArray) decoded = parse_decode_transfer(
        word->text, word->encoding == 'b' ? TRANSFER_BASE64 : TRANSFER_QUOTED);

    g_byte_array_append(bytes, decoded->data, decoded->len);
}

/* Q words write "_" for a blank; an escaped =5F must survive, so it goes first. */
static void
add_word(Run *run, const Word *word)
{
    Word plain = *word;
    g_autofree char *text = NULL;

    if (word->encoding == 'q') {
        text = g_strndup(word->text.at, word->text.size);
        plain.text = (Span){g_strdelimit(text, "_", ' '), word->text.size};
    }
    decode_word(&plain, run->bytes);
}

static void
end_run(Run *run)
{
    g_autofree char *text = NULL;

    if (!run->charset)
        return;
    text = parse_to_utf8((Span){(const char *)run->bytes->data, run->bytes->len},
                         run->charset, 1 << 20, NULL);
    g_string_append(run->out, text);
    g_byte_array_set_size(run->bytes, 0);
    g_clear_pointer(&run->charset, g_free);
}

static void
add_raw(Run *run, Span raw)
{
    g_autofree char *text = NULL;

    end_run(run);
    text = parse_header_to_utf8(raw, run->fallback);
    g_string_append(run->out, text);
}

static bool
is_blank(Span span)
{
    return parse_trim_span(span).size == 0;
}

/* A word that starts at `at`, or NULL: unread "=?" would make this quadratic, so the
 * search for "?=" stops for good once none is left. */
static void
decode_all(Run *run, Span text)
{
    size_t raw_from = 0;
    size_t at = 0;
    const char *last_end = g_strrstr_len(text.at, (gssize)text.size, "?=");
    size_t words_end = last_end ? (size_t)(last_end - text.at) + 2 : 0;

    while (at < words_end) {
        Word word;
        size_t skip = parse_span_find(parse_slice(text, at, words_end), '=');

        at += skip;
        if (at >= words_end)
            break;
        if (!read_word(parse_slice(text, at, words_end), &word)) {
            at++;
            continue;
        }
        if (!run->charset || !is_blank(parse_slice(text, raw_from, at)))
            add_raw(run, parse_slice(text, raw_from, at));
        else if (!parse_span_is(word.charset, run->charset))
            end_run(run);
        if (!run->charset)
            run->charset = g_strndup(word.charset.at, word.charset.size);
        add_word(run, &word);
        at += word.size;
        raw_from = at;
    }
    add_raw(run, parse_slice(text, raw_from, text.size));
}

char *
parse_decode_words(const char *unfolded, const char *fallback)
{
    g_autoptr(GByteArray) bytes = NULL;
    Run run = {.fallback = fallback};

    if (!strstr(unfolded, "=?"))
        return parse_header_to_utf8(parse_span(unfolded), fallback);
    run.out = g_string_new(NULL);
    run.bytes = bytes = g_byte_array_new();
    decode_all(&run, parse_span(unfolded));
    return g_string_free(run.out, FALSE);
}

char *
parse_field_text(Span value, const char *fallback)
{
    g_autofree char *unfolded = parse_unfold(value);

    return parse_decode_words(unfolded, fallback);
}
