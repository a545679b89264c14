#include "sort/parse/html_page.h"

#include <string.h>

void
parse_page_owe_breaks(Page *page, unsigned count)
{
    page->line_breaks = MAX(page->line_breaks, count);
    page->space = false;
}

static void
append_quote_prefix(Page *page)
{
    for (unsigned i = 0; i < page->quote_depth; i++)
        g_string_append(page->text, i + 1 < page->quote_depth ? ">" : "> ");
}

void
parse_page_pay_debts(Page *page)
{
    if (page->text->len == 0) {
        page->line_breaks = 0;
        page->space = false;
        append_quote_prefix(page);
        return;
    }
    for (unsigned i = 0; i < page->line_breaks; i++) {
        g_string_append_c(page->text, '\n');
        if (i + 1 < page->line_breaks && page->quote_depth)
            g_string_append_c(page->text, '>');
    }
    if (page->line_breaks)
        append_quote_prefix(page);
    else if (page->space)
        g_string_append_c(page->text, ' ');
    page->line_breaks = 0;
    page->space = false;
}

bool
parse_page_is_full(Page *page)
{
    if (page->text->len < HTML_MOST_BYTES)
        return false;
    page->out->is_truncated = true;
    return true;
}

/* U+00A0 is a blank to a reader; soft hyphens and zero-width marks are nothing. */
static size_t
blank_at(const char *text, size_t size)
{
    if (g_ascii_isspace(*text))
        return 1;
    return size >= 2 && memcmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t
invisible_at(const char *text, size_t size)
{
    static const char *const marks[] = {"\xc2\xad",     "\xe2\x80\x8b", "\xe2\x80\x8c",
                                        "\xe2\x80\x8d", "\xcd\x8f",     "\xef\xbb\xbf"};

    for (size_t i = 0; (*text & 0x80) && i < G_N_ELEMENTS(marks); i++) {
        size_t length = strlen(marks[i]);

        if (size >= length && memcmp(text, marks[i], length) == 0)
            return length;
    }
    return 0;
}

/* Persian writes with U+200C within words, families of emoji hold together by U+200D:
 * there they are seen. */
static bool
is_joint(const Page *page, const char *text, size_t size)
{
    bool is_joiner =
        memcmp(text, "\xe2\x80\x8c", 3) == 0 || memcmp(text, "\xe2\x80\x8d", 3) == 0;

    return is_joiner && size > 3 && (text[3] & 0x80) && !blank_at(text + 3, size - 3) &&
           !invisible_at(text + 3, size - 3) && !page->space &&
           page->line_breaks == 0 && page->text->len > 0 &&
           (page->text->str[page->text->len - 1] & 0x80);
}

void
parse_page_add_preformatted(Page *page, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            page->line_breaks = MIN(page->line_breaks + 1, 3);
            page->space = false;
        } else if (text[i] != '\r') {
            parse_page_pay_debts(page);
            g_string_append_c(page->text, text[i]);
        }
    }
}

/* Bytes that a reader sees as they stand: words with one space between them, up to
 * other blanks or something beyond ASCII. */
static size_t
plain_run(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size &&
           (text[length] > ' ' || (text[length] == ' ' && length > 0 &&
                                   length + 1 < size && text[length + 1] > ' ')))
        length++;
    return length;
}

void
parse_page_add_flowing(Page *page, const char *text, size_t size)
{
    size_t i = 0;

    while (i < size) {
        size_t run = plain_run(text + i, size - i);
        size_t blank = run ? 0 : blank_at(text + i, size - i);
        size_t nothing = run || blank ? 0 : invisible_at(text + i, size - i);

        if (blank) {
            page->space = page->line_breaks == 0;
        } else if (!nothing || is_joint(page, text + i, size - i)) {
            run = MAX(MAX(run, nothing), 1);
            if (page->space || page->line_breaks || page->text->len == 0)
                parse_page_pay_debts(page);
            g_string_append_len(page->text, text + i, (gssize)run);
        }
        i += MAX(MAX(MAX(blank, nothing), run), 1);
    }
}

size_t
parse_page_count_visible(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size;) {
        size_t skip = blank_at(text + i, size - i);

        if (!skip)
            skip = invisible_at(text + i, size - i);
        if (!skip && ((unsigned char)text[i] & 0xc0) != 0x80)
            count++;
        i += MAX(skip, 1);
    }
    return count;
}
