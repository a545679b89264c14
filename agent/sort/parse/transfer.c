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
