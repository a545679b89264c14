#include "sort/parse/html.h"

#include <stdint.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "model/message.h"
#include "sort/parse/charset.h"
#include "sort/parse/html_page.h"
#include "sort/parse/html_plain.h"
#include "sort/parse/html_walk.h"
#include "sort/parse/links.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(htmlParserCtxt, htmlFreeParserCtxt)

/* libxml2 searches its stack of open elements at each end tag: without a bound on the
 * depth a megabyte of <b> and </i> would take minutes. */
enum {
    DEPTH_MOST = 256,
    QUOTE_DEPTH_MOST = 10,
    CHUNK_BYTES = 16 << 10
};

static const struct {
    const char *name;
    char kind;
} kinds[] = {
    {"script", 's'},   {"style", 's'},    {"title", 's'},      {"head", 'h'},
    {"noscript", 'n'}, {"template", 's'}, {"select", 's'},     {"textarea", 'n'},
    {"p", 'p'},        {"div", 'd'},      {"blockquote", 'q'}, {"br", 'b'},
    {"tr", 'd'},       {"table", 'd'},    {"td", 'c'},         {"th", 'c'},
    {"li", 'l'},       {"ul", 'd'},       {"ol", 'd'},         {"dl", 'd'},
    {"dt", 'd'},       {"dd", 'd'},       {"h1", 'p'},         {"h2", 'p'},
    {"h3", 'p'},       {"h4", 'p'},       {"h5", 'p'},         {"h6", 'p'},
    {"pre", 'r'},      {"hr", 'd'},       {"a", 'a'},          {"img", 'i'},
    {"section", 'd'},  {"article", 'd'},  {"header", 'd'},     {"footer", 'd'},
    {"center", 'd'},   {"form", 'd'},     {"address", 'd'},    {"caption", 'd'},
    {"body", 'd'},     {"html", 'd'},     {"fieldset", 'd'},   {"main", 'd'},
};

static char
kind_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (*kinds[i].name == *name && strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    }
    return 'n';
}

static const Element *
innermost(const Page *page)
{
    return page->elements->len
               ? &g_array_index(page->elements, Element, page->elements->len - 1)
               : NULL;
}

static void
on_text(void *user, const xmlChar *characters, int size)
{
    Page *page = user;
    const Element *element = innermost(page);
    const char *text = (const char *)characters;

    if (page->silent || size <= 0 || parse_page_is_full(page))
        return;
    if (element && parse_is_invisible(&element->look))
        page->out->hidden_characters += parse_page_count_visible(text, (size_t)size);
    else if (page->preformatted)
        parse_page_add_preformatted(page, text, (size_t)size);
    else
        parse_page_add_flowing(page, text, (size_t)size);
}

static void
add_mark(Page *page, size_t start, size_t end, MarkKind kind)
{
    Mark mark = {start, end, kind};

    if (page->out->marks->len < 1000 && start < end)
        g_array_append_val(page->out->marks, mark);
}

static void
open_link(Page *page, const char *href)
{
    if (page->href || !href)
        return;
    page->href = g_strdup(href);
    page->href_from = page->text->len;
}

static void
close_link(Page *page)
{
    g_autofree char *url = g_steal_pointer(&page->href);
    size_t from = MIN(page->href_from, page->text->len);
    size_t size = MIN(page->text->len - from, 1000);
    g_autofree char *text = NULL;

    if (!url)
        return;
    if (from + size < page->text->len)
        size = parse_character_start(page->text->str + from, size);
    text = g_strstrip(g_strndup(page->text->str + from, size));
    parse_add_link(&page->out->links, g_steal_pointer(&text), url);
}

static void
open_kind(Page *page, char kind, const char *const *attributes)
{
    switch (kind) {
    case 's':
        page->silent++;
        break;
    case 'p':
        parse_page_owe_breaks(page, 2);
        break;
    case 'q':
        parse_page_owe_breaks(page, 1);
        page->quote_depth++;
        break;
    case 'r':
        parse_page_owe_breaks(page, 1);
        page->preformatted++;
        break;
    case 'd':
        parse_page_owe_breaks(page, 1);
        break;
    case 'b':
        page->line_breaks = MIN(page->line_breaks + 1, 2);
        page->space = false;
        break;
    case 'c':
        page->space = page->line_breaks == 0;
        break;
    case 'l':
        parse_page_owe_breaks(page, 1);
        if (!page->silent && !parse_page_is_full(page)) {
            parse_page_pay_debts(page);
            g_string_append(page->text, "- ");
        }
        break;
    case 'a':
        open_link(page, parse_attribute(attributes, "href"));
        break;
    default:
        break;
    }
}

static void
close_kind(Page *page, char kind)
{
    switch (kind) {
    case 's':
        page->silent--;
        break;
    case 'p':
        parse_page_owe_breaks(page, 2);
        break;
    case 'q':
        parse_page_owe_breaks(page, 1);
        page->quote_depth--;
        break;
    case 'r':
        parse_page_owe_breaks(page, 1);
        page->preformatted--;
        break;
    case 'd':
    case 'l':
        parse_page_owe_breaks(page, 1);
        break;
    case 'c':
        page->space = page->line_breaks == 0;
        break;
    case 'a':
        close_link(page);
        break;
    default:
        break;
    }
}

static void
on_start(void *user, const xmlChar *tag, const xmlChar **tag_attributes)
{
    Page *page = user;
    const char *name = (const char *)tag;
    const char *const *attributes = (const char *const *)tag_attributes;
    const Element *parent = innermost(page);
    Element element = {{.foreground = COLOUR_UNKNOWN, .background = COLOUR_WHITE},
                       ROLE_NONE,
                       0,
                       kind_of(name)};

    if (page->elements->len >= DEPTH_MOST) {
        page->too_deep = true;
        xmlStopParser(page->parser);
        return;
    }
    if (parent)
        element.look = parent->look;
    if ((page->paint.classes && parse_attribute(attributes, "class")) ||
        (page->paint.body && strcmp(name, "body") == 0))
        element.look.background = COLOUR_UNKNOWN;
    parse_apply_style(name, attributes, &element.look);
    element.role = parse_element_role(name, attributes);
    if (element.kind == 'q' &&
        (page->quote_depth >= QUOTE_DEPTH_MOST || parse_is_indentation(attributes)))
        element.kind = 'd';
    element.role_start = page->text->len;
    open_kind(page, element.kind, attributes);
    if (element.role == ROLE_QUOTE_REST && !page->cut_rest) {
        page->cut_rest = true;
        add_mark(page, page->text->len, SIZE_MAX, MARK_QUOTE);
    }
    g_array_append_val(page->elements, element);
}

/* What follows the quote of a webmailer within its frame is an answer again. */
static void
end_head(Page *page)
{
    Element *frame = page->elements->len ? &g_array_index(page->elements, Element,
                                                          page->elements->len - 1)
                                         : NULL;

    if (!frame || frame->role != ROLE_QUOTE_HEAD)
        return;
    add_mark(page, frame->role_start, page->text->len, MARK_QUOTE);
    frame->role = ROLE_NONE;
}

static void
on_end(void *user, const xmlChar *tag)
{
    Page *page = user;
    Element element;

    (void)tag; /* libxml2 balances its calls; the stack knows the tag. */
    if (page->elements->len == 0)
        return;
    element = g_array_index(page->elements, Element, page->elements->len - 1);
    g_array_set_size(page->elements, page->elements->len - 1);
    close_kind(page, element.kind);
    if (element.role == ROLE_QUOTE && element.kind == 'q')
        end_head(page);
    if (element.role == ROLE_QUOTE || element.role == ROLE_QUOTE_HEAD)
        add_mark(page, element.role_start, page->text->len, MARK_QUOTE);
    else if (element.role == ROLE_SIGNATURE)
        add_mark(page, element.role_start, page->text->len, MARK_SIGNATURE);
}

static void
on_error(void *user, const char *message, ...)
{
    (void)user; /* bad HTML is the normal case */
    (void)message;
}

static const xmlSAXHandler handler = {
    .startElement = on_start,
    .endElement = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .warning = on_error,
    .error = on_error,
    .fatalError = on_error,
};

static void
feed(Page *page, const char *html, size_t size)
{
    xmlSAXHandler copied = handler; /* which the library copies again */
    g_autoptr(htmlParserCtxt) parser =
        htmlCreatePushParserCtxt(&copied, page, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

    if (!parser)
        return;
    page->parser = parser;
    /* The text is UTF-8 by now, whatever its <meta> says; following it would end in
     * iconv, which opens files. */
    (void)htmlCtxtUseOptions(parser, HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET |
                                         HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    for (size_t at = 0; at < size && !page->too_deep && !parse_page_is_full(page);
         at += CHUNK_BYTES)
        (void)htmlParseChunk(parser, html + at, (int)MIN(CHUNK_BYTES, size - at), 0);
    (void)htmlParseChunk(parser, html, 0, 1);
}

static int
compare_marks(gconstpointer a, gconstpointer b)
{
    const Mark *first = a;
    const Mark *second = b;

    return first->start < second->start ? -1 : first->start > second->start;
}

static void
begin_page(Page *page, HtmlText *out, const char *html, size_t size)
{
    *page = (Page){.out = out,
                   .paint = parse_style_paint(html, size),
                   .text = g_string_sized_new(MIN(size / 2 + 64, HTML_MOST_BYTES)),
                   .elements = g_array_new(FALSE, FALSE, sizeof(Element))};
}

static void
end_page(Page *page)
{
    close_link(page);
    g_array_free(page->elements, TRUE);
    g_array_sort(page->out->marks, compare_marks);
    page->out->text = g_string_free(page->text, FALSE);
}

static void
forget(HtmlText *out)
{
    bool is_truncated = out->is_truncated;

    parse_clear_html(out);
    out->marks = g_array_new(FALSE, FALSE, sizeof(Mark));
    out->is_truncated = is_truncated;
}

/* Walked where nothing needs mending; else by the library, from the start. */
static void
read_page(const char *html, size_t size, HtmlText *out, bool *too_deep)
{
    g_autofree char *plain = NULL;
    Page page;

    begin_page(&page, out, html, size);
    if (!parse_walk_html(html, size, &handler, &page)) {
        end_page(&page);
        forget(out);
        begin_page(&page, out, html, size);
        plain = parse_html_undeclared(html, &size);
        feed(&page, plain ? plain : html, size);
    }
    *too_deep = page.too_deep;
    end_page(&page);
}

/* libxml2's push parser ends a document at an end tag that comes before anything. */
static const char *
without_stray_ends(const char *html)
{
    for (;;) {
        const char *start = html + strspn(html, " \t\r\n");
        const char *end = g_str_has_prefix(start, "</") ? strchr(start, '>') : NULL;

        if (!end)
            return html;
        html = end + 1;
    }
}

static bool
is_blank(const char *text)
{
    return parse_trim_span(parse_span(text)).size == 0;
}

void
parse_html(const char *page, HtmlText *out)
{
    const char *html = without_stray_ends(page);
    size_t size = strlen(html);
    bool too_deep = false;

    *out = (HtmlText){.marks = g_array_new(FALSE, FALSE, sizeof(Mark))};
    if (size > HTML_MOST_BYTES) {
        size = parse_character_start(html, HTML_MOST_BYTES);
        out->is_truncated = true;
    }
    if (parse_html_is_tame(html, size))
        read_page(html, size, out, &too_deep);
    if (!out->text || too_deep ||
        (is_blank(out->text) && out->hidden_characters == 0)) {
        g_free(out->text);
        g_array_set_size(out->marks, 0);
        out->text = parse_html_stripped(html, size);
    }
}

void
parse_clear_html(HtmlText *html)
{
    g_free(html->text);
    if (html->marks)
        g_array_free(html->marks, TRUE);
    for (guint i = 0; html->links && i < html->links->len; i++)
        shape_free(&link_shape, html->links->pdata[i]);
    if (html->links)
        g_ptr_array_free(html->links, TRUE);
    *html = (HtmlText){0};
}

void
parse_init_html(void)
{
    HtmlText first;

    xmlInitParser();
    /* Mended, so that the library begins, too. */
    parse_html("<b><i>&eacute;<a href='http://example.com/'>x</a></b>", &first);
    parse_clear_html(&first);
}
