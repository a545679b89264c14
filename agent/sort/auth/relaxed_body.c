#include "relaxed_body.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The high bit of each byte of `word` that is `byte`; now and then also of a byte that
 * stands next to one and differs from it in the lowest bit. */
static uint64_t
mark_bytes(uint64_t word, uint8_t byte)
{
    uint64_t zeroes = word ^ EACH(byte);

    return (zeroes - EACH(0x01)) & ~zeroes & EACH(0x80);
}

/* Seven bytes a step and the one behind them: is there a tab, or a space beside a
 * space? A wrong yes costs time only. */
static bool
may_shrink(const char *line, size_t size)
{
    size_t i = 0;

    for (; i + 8 <= size; i += 7) {
        uint64_t word;
        uint64_t spaces;

        memcpy(&word, line + i, sizeof word);
        spaces = mark_bytes(word, ' ');
        if (mark_bytes(word, '\t') || (spaces & (spaces << 8)))
            return true;
    }
    for (; i < size; i++)
        if (line[i] == '\t' || (i > 0 && line[i] == ' ' && line[i - 1] == ' '))
            return true;
    return false;
}

/* Returns the place behind what was written, which is never longer than the line. */
static char *
squeeze_line(const char *line, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_blank(line[i]))
            *out++ = line[i];
        else if (i == 0 || !is_blank(line[i - 1]))
            *out++ = ' ';
    }
    return out;
}

static char *
write_line_ends(char *out, size_t count)
{
    for (; count > 0; count--) {
        *out++ = '\r';
        *out++ = '\n';
    }
    return out;
}

static char *
write_line(const char *line, size_t size, char *out)
{
    if (may_shrink(line, size)) {
        out = squeeze_line(line, size, out);
    } else {
        memcpy(out, line, size);
        out += size;
    }
    return write_line_ends(out, 1);
}

static size_t
trimmed_size(const char *line, size_t size)
{
    while (size > 0 && is_blank(line[size - 1]))
        size--;
    return size;
}

/* Empty lines are kept back until a line with text follows: those at the end of the
 * body do not count. */
GString *
relaxed_body_new(const char *body, size_t size)
{
    /* A last line without an end gets one; all others have theirs already. */
    GString *text = g_string_sized_new(size + 2);
    const char *end = body + size;
    char *out = text->str;
    size_t empty_lines = 0;

    for (const char *p = body; p < end;) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *stop = line_end ? line_end : end;
        size_t length;

        if (line_end && stop > p && stop[-1] == '\r')
            stop--;
        length = trimmed_size(p, (size_t)(stop - p));
        if (length == 0) {
            empty_lines++;
        } else {
            out = write_line_ends(out, empty_lines);
            empty_lines = 0;
            out = write_line(p, length, out);
        }
        p = line_end ? line_end + 1 : end;
    }
    text->len = (size_t)(out - text->str);
    g_assert(text->len <= size + 2);
    *out = '\0';
    return text;
}
