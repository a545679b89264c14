#include "sort/parse/transfer.h"

#include <stdint.h>

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

/* What a letter of base64 stands for, and one more; 0: it is none (RFC 4648 section 4).
 */
/* clang-format off */
static const uint8_t letters[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
    ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
    ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
    ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
    ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
    ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

/* The four letters at `at` as a number of 24 bits; UINT32_MAX: one of them is none. */
static uint32_t
group_at(const char *at)
{
    uint32_t number = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t letter = letters[(unsigned char)at[i]];

        if (letter == 0)
            return UINT32_MAX;
        number = number << 6 | (letter - 1);
    }
    return number;
}

/* Decodes groups of four letters with line ends between them, which is nearly all that
 * files are made of, and leaves in `body` what comes behind: what is padded, torn or
 * none, and the last good group, because GMime's codec judges padding by what stands
 * before it. Returns how many bytes it wrote. */
static size_t
decode_groups(Span *body, uint8_t *out)
{
    size_t at = 0;
    size_t last = 0;
    size_t groups = 0;

    while (at < body->size) {
        uint32_t number = at + 4 <= body->size ? group_at(body->at + at) : UINT32_MAX;

        if (number != UINT32_MAX) {
            out[3 * groups] = (uint8_t)(number >> 16);
            out[3 * groups + 1] = (uint8_t)(number >> 8);
            out[3 * groups + 2] = (uint8_t)number;
            groups++;
            last = at;
            at += 4;
        } else if (body->at[at] == '\r' || body->at[at] == '\n') {
            at++;
        } else {
            break;
        }
    }
    *body = parse_slice(*body, last, body->size);
    return groups ? 3 * (groups - 1) : 0;
}

GByteArray *
parse_decode_transfer(Span body, Transfer transfer)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeEncoding state;
    size_t used = 0;

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
    if (transfer == TRANSFER_BASE64)
        used = decode_groups(&body, bytes->data);
    used +=
        g_mime_encoding_step(&state, body.at, body.size, (char *)bytes->data + used);
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
