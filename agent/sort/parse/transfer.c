#include "sort/parse/transfer.h"

#include <gmime/gmime.h>

static const struct {
    const char *word;
    Transfer transfer;
} transfers[] = {
    {"base64", TRANSFER_BASE64},
    {"quoted-printable", TRANSFER_QUOTED},
    {"x-uuencode", TRANSFER_UU},
    {"uuencode", TRANSFER_UU},
    {"quotedprintable", TRANSFER_QUOTED},
    {"x-uue", TRANSFER_UU},
    {"x-uu", TRANSFER_UU},
};

static bool
is_word_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-';
}

Transfer
parse_transfer(Span value)
{
    Span word = parse_trim_span(value);

    if (word.size && word.at[0] == '"')
        word = parse_slice(word, 1, word.size);
    for (size_t i = 0; i < word.size; i++) {
        if (!is_word_byte(word.at[i]))
            word.size = i;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(transfers); i++) {
        if (parse_span_is(word, transfers[i].word))
            return transfers[i].transfer;
    }
    return TRANSFER_PLAIN;
}

static GMimeContentEncoding
codec_of(Transfer transfer)
{
    switch (transfer) {
    case TRANSFER_BASE64:
        return GMIME_CONTENT_ENCODING_BASE64;
    case TRANSFER_QUOTED:
        return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    case TRANSFER_UU:
        return GMIME_CONTENT_ENCODING_UUENCODE;
    case TRANSFER_PLAIN:
        break;
    }
    return GMIME_CONTENT_ENCODING_BINARY;
}

/* What stands between "begin 644 name" and the end; GMime's decoder wants no more. */
static Span
uu_lines(Span body)
{
    size_t next;

    for (size_t at = 0; at < body.size; at = next) {
        Span line = parse_line_at(body, at, &next);

        if (parse_span_starts(line, "begin "))
            return parse_slice(body, next, body.size);
    }
    return body;
}

GByteArray *
parse_decode_transfer(Span body, Transfer transfer)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeEncoding state;
    size_t used;

    if (body.size == 0)
        return bytes;
    if (transfer == TRANSFER_PLAIN)
        return g_byte_array_append(bytes, (const guint8 *)body.at, (guint)body.size);
    g_mime_encoding_init_decode(&state, codec_of(transfer));
    if (transfer == TRANSFER_UU) {
        body = uu_lines(body);
        state.state |= GMIME_UUDECODE_STATE_BEGIN;
    }
    g_byte_array_set_size(bytes, (guint)g_mime_encoding_outlen(&state, body.size) + 16);
    used = g_mime_encoding_step(&state, body.at, body.size, (char *)bytes->data);
    if (transfer == TRANSFER_BASE64)
        /* Padding that is missing; too much of it is nothing. */
        used += g_mime_encoding_step(&state, "===", 3, (char *)bytes->data + used);
    g_byte_array_set_size(bytes, (guint)used);
    return bytes;
}

static bool
is_base64_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '+' || byte == '/' || byte == '=';
}

static size_t
count_foreign(Span line)
{
    size_t count = 0;

    for (size_t i = 0; i < line.size; i++)
        count += is_base64_byte(line.at[i]) ? 0 : 1;
    return count;
}

/* Lists write their footer below the last line of Base64, and some programs declare it
 * where there is none. Other bytes within it are noise. */
static size_t
base64_end(Span body)
{
    bool has_begun = false;
    bool may_end = true;
    size_t next;

    for (size_t at = 0; at < body.size; at = next) {
        Span line = parse_trim_span(parse_line_at(body, at, &next));
        size_t foreign = may_end ? count_foreign(line) : 0;

        if (foreign > 0 &&
            (has_begun || (foreign > 1 && parse_span_find(line, ' ') < line.size)))
            return at;
        may_end = line.size == 0 || line.at[line.size - 1] == '=';
        has_begun = has_begun || line.size > 0;
    }
    return body.size;
}

GByteArray *
parse_decode_text(Span body, Transfer transfer)
{
    size_t end = transfer == TRANSFER_BASE64 ? base64_end(body) : body.size;
    GByteArray *bytes = parse_decode_transfer(parse_slice(body, 0, end), transfer);
    Span below = parse_slice(body, end, body.size);

    if (below.size && bytes->len)
        g_byte_array_append(bytes, (const guint8 *)"\n", 1);
    return g_byte_array_append(bytes, (const guint8 *)below.at, (guint)below.size);
}
