#include "cli/print.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <glib/gi18n.h>

enum {
    TITLE_WIDTH = 14,
    LINE_SEPARATOR = 0x2028,
    PARAGRAPH_SEPARATOR = 0x2029,
    MARKS_MOST = 8, /* on one letter, in any language; more cover the lines around */
};

static bool
is_safe(gunichar letter)
{
    return g_unichar_isprint(letter) && letter != LINE_SEPARATOR &&
           letter != PARAGRAPH_SEPARATOR;
}

char *
print_safe(const char *text)
{
    GString *safe = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    int marks = 0;

    for (const char *at = valid; *at; at = g_utf8_find_next_char(at, NULL)) {
        gunichar letter = g_utf8_get_char(at);

        marks = g_unichar_iszerowidth(letter) ? marks + 1 : 0;
        if (is_safe(letter) && marks <= MARKS_MOST)
            g_string_append_unichar(safe, letter);
        else
            g_string_append_printf(safe, "\\u%04x", letter);
    }
    return g_string_free(safe, FALSE);
}

/* JSON escapes are UTF-16: what lies beyond it takes two. */
static void
append_escape(GString *out, gunichar letter)
{
    if (letter > 0xffff) {
        g_string_append_printf(out, "\\u%04x", 0xd7c0 + (letter >> 10));
        letter = 0xdc00 + (letter & 0x3ff);
    }
    g_string_append_printf(out, "\\u%04x", letter);
}

char *
print_safe_json(const char *json)
{
    GString *safe = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(json, -1);

    for (const char *at = valid; *at; at = g_utf8_find_next_char(at, NULL)) {
        gunichar letter = g_utf8_get_char(at);

        if (is_safe(letter))
            g_string_append_unichar(safe, letter);
        else
            append_escape(safe, letter);
    }
    return g_string_free(safe, FALSE);
}

size_t
print_width(const char *text)
{
    size_t width = 0;

    for (const char *at = text; *at; at = g_utf8_find_next_char(at, NULL)) {
        gunichar letter = g_utf8_get_char(at);

        if (!g_unichar_iszerowidth(letter))
            width += g_unichar_iswide(letter) ? 2 : 1;
    }
    return width;
}

void
print_field(const char *title, const char *text)
{
    g_autofree char *safe = print_safe(text);

    const char *shown = *title ? _(title) : title; /* "" is the catalogue's head */
    size_t taken = print_width(shown);             /* printf counts bytes */

    (void)printf("%s%*s %s\n", shown,
                 taken < TITLE_WIDTH ? (int)(TITLE_WIDTH - taken) : 0, "", safe);
}

void
print_text(const char *margin, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(g_strchomp(*line), "\t", -1);
        g_autofree char *spaced = g_strjoinv("    ", parts);
        g_autofree char *safe = print_safe(spaced);

        (void)printf("%s%s\n", *safe ? margin : "", safe);
    }
}

void
print_bytes(GBytes *bytes)
{
    gsize size;
    const void *start = g_bytes_get_data(bytes, &size);

    (void)fwrite(start, 1, size, stdout); /* print_end tells whether it worked */
}

void
print_mail(GBytes *mail)
{
    gsize size;
    const char *start = g_bytes_get_data(mail, &size);
    g_autofree char *text = NULL;

    if (!isatty(STDOUT_FILENO)) {
        print_bytes(mail);
        return;
    }
    text = g_utf8_make_valid(start, (gssize)size);
    print_text("", text);
}

/* The write that failed may lie far back, and its errno with it. */
static bool
is_reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

int
print_end(void)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || is_reader_gone())
        return EX_OK;
    (void)fprintf(stderr, "postroom: cannot write the output: %s\n",
                  errno ? g_strerror(errno) : "an earlier write failed");
    return EX_IOERR;
}
