#include "imap/parser.h"

#include <string.h>

#include "base/fault.h"
#include "imap/spool.h"

/* Memory follows the bytes that came, not the number that was announced. */
enum {
    FIRST_GRAB_BYTES = 256 * 1024,
    EMPTY_LINES_LIMIT = 1000,
};

void
text_clear(Text *text)
{
    g_free(text->bytes);
    g_clear_pointer(&text->spooled, g_bytes_unref);
    *text = (Text){0};
}

GBytes *
text_take(Text *text)
{
    GBytes *bytes = text->spooled ? g_steal_pointer(&text->spooled)
                                  : g_bytes_new_take(g_steal_pointer(&text->bytes),
                                                     text->kept_bytes);

    *text = (Text){0};
    return bytes;
}

void
parser_init(Parser *parser, Source source)
{
    *parser = (Parser){0};
    stream_init(&parser->stream, source);
}

void
parser_clear(Parser *parser)
{
    stream_clear(&parser->stream);
    parser->at = parser->end = NULL;
}

bool
parser_fault(GError **error, const char *because)
{
    g_set_error(error, FAULT, FAULT_RETRY, "the server does not speak IMAP: %s",
                because);
    return false;
}

static bool
load_line(Parser *parser, GError **error)
{
    size_t size;

    if (!stream_line(&parser->stream, true, &parser->at, &size, error))
        return false;
    parser->end = parser->at + size;
    return true;
}

/* Some servers put an empty line behind a literal or a reply. */
static bool
begin_line(Parser *parser, bool may_wait, GError **error)
{
    parser->n_literals = 0;
    for (int i = 0; i < EMPTY_LINES_LIMIT; i++) {
        size_t size;

        if (!stream_line(&parser->stream, may_wait, &parser->at, &size, error))
            return false;
        parser->end = parser->at + size;
        if (size > 0)
            return true;
    }
    return parser_fault(error, "it sends nothing but empty lines");
}

bool
parser_begin(Parser *parser, GError **error)
{
    return begin_line(parser, true, error);
}

bool
parser_try_begin(Parser *parser, GError **error)
{
    return begin_line(parser, false, error);
}

char
parser_peek(const Parser *parser)
{
    return parser->at < parser->end ? *parser->at : '\0';
}

bool
parser_accept(Parser *parser, char wanted)
{
    if (parser->at == parser->end || *parser->at != wanted)
        return false;
    parser->at++;
    return true;
}

void
parser_spaces(Parser *parser)
{
    while (parser_accept(parser, ' '))
        continue;
}

bool
parser_number(Parser *parser, uint64_t *number)
{
    uint64_t sum = 0;
    const char *at = parser->at;

    for (; at < parser->end && g_ascii_isdigit(*at); at++) {
        if (!g_uint64_checked_mul(&sum, sum, 10) ||
            !g_uint64_checked_add(&sum, sum, (uint64_t)(*at - '0')))
            return false;
    }
    if (at == parser->at)
        return false;
    parser->at = at;
    *number = sum;
    return true;
}

bool
parser_word(Parser *parser, char *word, size_t size)
{
    const char *begin = parser->at;
    size_t length = 0;
    bool in_section = false;

    for (; parser->at < parser->end; parser->at++) {
        char byte = *parser->at;

        if (!in_section && strchr(" ()\"{", byte)) /* NUL ends a word, too */
            break;
        if (byte == '[')
            in_section = true;
        if (byte == ']')
            in_section = false;
        if (length + 1 < size)
            word[length++] = g_ascii_toupper(byte);
    }
    word[length] = '\0';
    return parser->at > begin;
}

/* At '{': its number; the line must end behind it. */
static bool
literal_size(Parser *parser, uint64_t *size, GError **error)
{
    parser->at++;
    if (!parser_number(parser, size) || *size > LITERAL_LIMIT_BYTES)
        return parser_fault(error, "a literal's size is not believable");
    (void)parser_accept(parser, '+'); /* only clients may write it; harmless here */
    if (!parser_accept(parser, '}') || parser->at != parser->end)
        return parser_fault(error, "a literal's size is malformed");
    if (++parser->n_literals > LITERALS_LIMIT)
        return parser_fault(error, "one response has too many literals");
    return true;
}

/* `capacity` is what is allocated of `wanted`. */
static void
keep_bytes(Text *text, size_t *capacity, uint64_t wanted, const uint8_t *bytes,
           size_t size)
{
    size = (size_t)MIN(size, wanted - text->kept_bytes);
    if (size == 0)
        return;
    if (text->kept_bytes + size > *capacity) {
        uint64_t more = MAX((uint64_t)*capacity * 2, FIRST_GRAB_BYTES);

        *capacity = (size_t)MIN(MAX(more, text->kept_bytes + size), wanted);
        text->bytes = g_realloc(text->bytes, *capacity);
    }
    memcpy(text->bytes + text->kept_bytes, bytes, size);
    text->kept_bytes += size;
}

/* Where the kept part of a literal goes: memory, or a file where it is long. */
typedef struct Sink {
    Text *text;
    size_t capacity;
    uint64_t wanted;
    Spool *spool; /* NULL: memory */
} Sink;

static bool
sink_bytes(Sink *sink, const uint8_t *bytes, size_t size, GError **error)
{
    if (!sink->spool) {
        keep_bytes(sink->text, &sink->capacity, sink->wanted, bytes, size);
        return true;
    }
    sink->text->kept_bytes += size;
    return spool_write(sink->spool, bytes, size, error);
}

static bool
stream_literal(Parser *parser, Sink *sink, uint64_t left, GError **error)
{
    while (left > 0) {
        const uint8_t *bytes;
        size_t some = stream_some(&parser->stream, (size_t)MIN(left, SIZE_MAX), true,
                                  &bytes, error);

        if (some == 0 || !sink_bytes(sink, bytes, some, error))
            return false;
        left -= some;
    }
    return true;
}

static bool
read_literal(Parser *parser, Keep keep, Text *text, GError **error)
{
    g_autoptr(Spool) spool = NULL;
    Sink sink = {.text = text};
    uint64_t size;

    if (!literal_size(parser, &size, error))
        return false;
    text->size_bytes = size;
    sink.wanted = size <= keep.whole ? size : MIN(size, keep.head);
    if (keep.spools && sink.wanted > SPOOL_BYTES) {
        spool = spool_new(keep.spool_dir, error);
        if (!spool)
            return false;
        sink.spool = spool;
    }
    if (!stream_literal(parser, &sink, size, error))
        return false;
    if (spool) {
        text->spooled = spool_bytes(spool, error);
        if (!text->spooled)
            return false;
    }
    return load_line(parser, error);
}

static bool
read_quoted(Parser *parser, Keep keep, Text *text, GError **error)
{
    const char *begin = ++parser->at;
    size_t length = 0;

    for (; parser->at < parser->end && *parser->at != '"'; parser->at++) {
        if (*parser->at == '\\' && parser->at + 1 < parser->end)
            parser->at++;
        length++;
    }
    if (parser->at == parser->end)
        return parser_fault(error, "a quoted string does not end");
    text->size_bytes = length;
    text->kept_bytes = (size_t)(length <= keep.whole ? length : MIN(length, keep.head));
    text->bytes = text->kept_bytes > 0 ? g_malloc(text->kept_bytes) : NULL;
    for (size_t i = 0; i < text->kept_bytes; i++) {
        if (*begin == '\\')
            begin++;
        text->bytes[i] = (uint8_t)*begin++;
    }
    parser->at++;
    return true;
}

static bool
read_bare(Parser *parser, Keep keep, Text *text, GError **error)
{
    const char *begin = parser->at;
    size_t length;

    while (parser->at < parser->end && !strchr(" ()\"{", *parser->at))
        parser->at++;
    length = (size_t)(parser->at - begin);
    if (length == 0)
        return parser_fault(error, "a value is missing");
    text->is_nil = length == 3 && g_ascii_strncasecmp(begin, "NIL", 3) == 0;
    if (text->is_nil)
        return true;
    text->size_bytes = length;
    text->kept_bytes = (size_t)(length <= keep.whole ? length : MIN(length, keep.head));
    text->bytes = g_memdup2(begin, text->kept_bytes);
    return true;
}

bool
parser_text(Parser *parser, Keep keep, Text *text, GError **error)
{
    g_auto(Text) found = {0};
    bool ok;

    if (parser->end - parser->at >= 2 && parser->at[0] == '~' && parser->at[1] == '{')
        parser->at++;
    if (parser_peek(parser) == '{')
        ok = read_literal(parser, keep, &found, error);
    else if (parser_peek(parser) == '"')
        ok = read_quoted(parser, keep, &found, error);
    else
        ok = read_bare(parser, keep, &found, error);
    if (!ok)
        return false;
    *text = found;
    found = (Text){0};
    return true;
}

static bool
skip_text(Parser *parser, GError **error)
{
    g_auto(Text) dropped = {0};

    return parser_text(parser, (Keep){0}, &dropped, error);
}

bool
parser_skip_value(Parser *parser, GError **error)
{
    int depth = 0;

    do {
        if (depth > 0)
            parser_spaces(parser);
        if (parser_accept(parser, '(')) {
            if (++depth > NESTING_LIMIT)
                return parser_fault(error, "lists are nested too deeply");
        } else if (depth > 0 && parser_accept(parser, ')')) {
            depth--;
        } else if (!skip_text(parser, error)) {
            return false;
        }
    } while (depth > 0);
    return true;
}

/* Where a literal's "{n}" ends the line, or NULL. */
static const char *
literal_at_end(const Parser *parser)
{
    const char *at = parser->end;

    if (at - parser->at < 3 || at[-1] != '}')
        return NULL;
    at--;
    if (at[-1] == '+')
        at--;
    while (at > parser->at && g_ascii_isdigit(at[-1]))
        at--;
    if (at == parser->at || at[-1] != '{' || !g_ascii_isdigit(*at))
        return NULL;
    return at - 1;
}

bool
parser_skip_line(Parser *parser, bool *goes_on, uint64_t *size_bytes, GError **error)
{
    const char *brace = literal_at_end(parser);

    *goes_on = brace != NULL;
    *size_bytes = 0;
    parser->at = brace ? brace : parser->end;
    return !brace || literal_size(parser, size_bytes, error);
}

bool
parser_skip_rest(Parser *parser, GError **error)
{
    const char *brace;

    while ((brace = literal_at_end(parser))) {
        g_auto(Text) dropped = {0};

        parser->at = brace;
        if (!read_literal(parser, (Keep){0}, &dropped, error))
            return false;
    }
    parser->at = parser->end;
    return true;
}
