#include "sort/parse/html_walk.h"

#include <string.h>

#include "sort/parse/html_elements.h"
#include "sort/parse/html_plain.h"
#include "sort/parse/html_reference.h"
#include "sort/parse/span.h"

/* Texts, names and depths beyond these are the library's, which has bounds for them. */
enum {
    PAGE_MOST = 256 << 10,
    DEPTH_MOST = 200,
    ATTRIBUTES_MOST = 32,
};

typedef struct Open {
    Span name; /* as it is written; lent */
    const HtmlElement *element;
} Open;

typedef struct Walk {
    const char *at;
    const char *end;
    const xmlSAXHandler *events;
    void *user;
    char *strings; /* names and values of a tag's attributes; as long as the page */
    Open open[DEPTH_MOST];
    size_t depth;
    bool has_head; /* there was one, or a body */
    bool has_body;
} Walk;

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void
skip_blanks(Walk *walk)
{
    while (is_blank(*walk->at)) /* the page ends with a NUL */
        walk->at++;
}

static bool
is_name_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == ':' || byte == '-' || byte == '_' ||
           byte == '.';
}

static Span
take_name(Walk *walk)
{
    const char *start = walk->at;

    while (is_name_byte(*walk->at))
        walk->at++;
    return (Span){start, (size_t)(walk->at - start)};
}

static const HtmlElement *
innermost(const Walk *walk)
{
    static const HtmlElement nothing = {.kind = HTML_NOTHING};

    return walk->depth ? walk->open[walk->depth - 1].element : &nothing;
}

static bool
is_open(const Walk *walk, HtmlKind kind)
{
    for (size_t i = 0; i < walk->depth; i++) {
        if (walk->open[i].element->kind == kind)
            return true;
    }
    return false;
}

static void
tell_start(Walk *walk, const char *name, const char **attributes)
{
    walk->events->startElement(walk->user, (const xmlChar *)name,
                               (const xmlChar **)attributes);
}

static void
open_element(Walk *walk, Span name, const HtmlElement *element)
{
    walk->has_head =
        walk->has_head || element->kind == HTML_HEAD || element->kind == HTML_BODY;
    walk->has_body = walk->has_body || element->kind == HTML_BODY;
    walk->open[walk->depth++] = (Open){name, element};
}

static void
close_element(Walk *walk)
{
    walk->depth--;
    walk->events->endElement(walk->user, (const xmlChar *)"");
}

static void
imply(Walk *walk, const char *name)
{
    Span span = parse_span(name);

    open_element(walk, span, parse_html_element(span));
    tell_start(walk, name, NULL);
}

/* <html>, <head> and <body> may be left out. */
static void
imply_around(Walk *walk, const HtmlElement *element)
{
    if (element->kind == HTML_ROOT)
        return;
    if (walk->depth == 0)
        imply(walk, "html");
    if (element->kind == HTML_HEAD || element->kind == HTML_BODY)
        return;
    if (walk->depth == 1 && element->in_head == HTML_BELONGS) {
        if (!walk->has_head)
            imply(walk, "head");
    } else if (!walk->has_body && !is_open(walk, HTML_HEAD)) {
        imply(walk, "body");
    }
}

/* Or is the tag to be dropped? Asked after imply_around. */
static bool
fits(const Walk *walk, const HtmlElement *element)
{
    if (walk->depth + 2 >= DEPTH_MOST || element->kind == HTML_FRAMES)
        return false;
    if (element->kind == HTML_ROOT)
        return walk->depth == 0;
    if (element->kind == HTML_HEAD)
        return walk->depth == 1;
    return element->kind != HTML_BODY || !is_open(walk, HTML_BODY);
}

/* Ends what may not hold the element. False: only the library knows. */
static bool
end_others(Walk *walk, const HtmlElement *element)
{
    const HtmlElement *inner = innermost(walk);

    if (inner->kind == HTML_HEAD) {
        if (element->in_head == HTML_ENDS)
            close_element(walk);
        return element->in_head != HTML_UNKNOWN;
    }
    for (; inner->closed_by & element->group; inner = innermost(walk)) {
        if (inner->closed_by & HTML_UNSURE)
            return false;
        close_element(walk);
    }
    return true;
}

/* Copies a value behind `to`; NULL: it is written in a way that needs the library. */
static char *
copy_value(Span value, char *to)
{
    const char *end = value.at + value.size;
    const char *at = value.at;

    while (at < end) {
        const char *reference = memchr(at, '&', (size_t)(end - at));
        size_t plain = (size_t)((reference ? reference : end) - at);

        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (at < end) {
            size_t written = parse_html_reference(&at, to);

            if (written == 0)
                return NULL;
            to += written;
        }
    }
    *to++ = '\0';
    return to;
}

static bool
take_value(Walk *walk, Span *value)
{
    const char *close;

    walk->at++;
    skip_blanks(walk);
    if (*walk->at == '"' || *walk->at == '\'') {
        close = memchr(walk->at + 1, *walk->at, (size_t)(walk->end - walk->at - 1));
        if (!close)
            return false;
        *value = (Span){walk->at + 1, (size_t)(close - walk->at - 1)};
        walk->at = close + 1;
        return true;
    }
    value->at = walk->at;
    while (*walk->at && *walk->at != '>' && !is_blank(*walk->at))
        walk->at++;
    value->size = (size_t)(walk->at - value->at);
    return true;
}

static char *
copy_lower(Span name, char *to)
{
    for (size_t i = 0; i < name.size; i++)
        *to++ = g_ascii_tolower(name.at[i]);
    *to++ = '\0';
    return to;
}

static bool
is_known(const char *const *attributes, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i += 2) {
        if (strcmp(attributes[i], name) == 0)
            return true;
    }
    return false;
}

/* Up to the end of the tag, which is not taken. Of two attributes of one name the first
 * counts. */
static bool
take_attributes(Walk *walk, const char *attributes[static 2 * ATTRIBUTES_MOST + 1])
{
    char *to = walk->strings;
    size_t count = 0;

    for (skip_blanks(walk); *walk->at != '>' && strncmp(walk->at, "/>", 2) != 0;
         skip_blanks(walk)) {
        Span name = take_name(walk);
        const char *lower = to;
        Span value = {NULL, 0};
        const char *copied = NULL;

        if (name.size == 0 || name.size >= HTML_NAME_MOST ||
            g_ascii_isdigit(*name.at) || *name.at == '-' ||
            count == 2 * ATTRIBUTES_MOST)
            return false;
        to = copy_lower(name, to);
        skip_blanks(walk);
        if (*walk->at == '=') {
            if (!take_value(walk, &value))
                return false;
            copied = to;
            to = copy_value(value, to);
            if (!to)
                return false;
        }
        if (is_known((const char *const *)attributes, count, lower))
            continue;
        attributes[count++] = lower;
        attributes[count++] = copied;
    }
    attributes[count] = NULL;
    return true;
}

/* What stands in a script or a style is told to nobody who reads. */
static bool
skip_raw(Walk *walk)
{
    Span name = walk->open[walk->depth - 1].name;
    const char *close = strstr(walk->at, "</");

    if (!close || g_ascii_strncasecmp(close + 2, name.at, name.size) != 0 ||
        is_name_byte(close[2 + name.size]))
        return false;
    walk->at = close;
    return true;
}

static bool
take_start(Walk *walk)
{
    const char *attributes[2 * ATTRIBUTES_MOST + 1];
    char lower[HTML_NAME_MOST];
    const HtmlElement *element;
    Span name;

    walk->at++;
    name = take_name(walk);
    if (name.size >= sizeof lower)
        return false;
    element = parse_html_element(name);
    if (!end_others(walk, element))
        return false;
    imply_around(walk, element);
    if (!fits(walk, element) || !take_attributes(walk, attributes))
        return false;
    copy_lower(name, lower);
    open_element(walk, name, element);
    tell_start(walk, lower, attributes[0] ? attributes : NULL);
    if (*walk->at == '/') {
        walk->at += 2;
        close_element(walk);
        return true;
    }
    walk->at++;
    if (element->kind == HTML_VOID)
        close_element(walk);
    return element->kind != HTML_RAW || skip_raw(walk);
}

static bool
is_name_of(const Open *open, Span name)
{
    return open->name.size == name.size &&
           g_ascii_strncasecmp(open->name.at, name.at, name.size) == 0;
}

/* An end tag ends what stands inside, too; one that is out of place ends nothing. */
static void
end_named(Walk *walk, Span name)
{
    size_t place = walk->depth;
    unsigned rank = 0;

    while (place > 0 && !is_name_of(&walk->open[place - 1], name)) {
        rank = rank ? rank : parse_html_element(name)->rank;
        if (walk->open[place - 1].element->rank > rank)
            return;
        place--;
    }
    while (place > 0 && walk->depth >= place)
        close_element(walk);
}

static bool
take_end(Walk *walk)
{
    Span name;

    walk->at += 2;
    name = take_name(walk);
    skip_blanks(walk);
    if (name.size == 0 || name.size >= HTML_NAME_MOST || !g_ascii_isalpha(*name.at) ||
        *walk->at != '>')
        return false;
    walk->at++;
    end_named(walk, name);
    return true;
}

static bool
skip_comment(Walk *walk)
{
    const char *close = strstr(walk->at + 4, "-->");
    const char *wrong = strstr(walk->at + 4, "--!>");

    if (!close || (wrong && wrong < close))
        return false;
    walk->at = close + 3;
    return true;
}

/* <![if !supportLists]> */
static bool
skip_declaration(Walk *walk)
{
    walk->at += strcspn(walk->at, ">") + 1;
    return walk->at <= walk->end;
}

/* Within <html> or <head> alone, words open a paragraph. */
static void
begin_words(Walk *walk)
{
    HtmlKind kind = innermost(walk)->kind;

    if (kind != HTML_NOTHING && kind != HTML_ROOT && kind != HTML_HEAD)
        return;
    if (kind == HTML_HEAD)
        close_element(walk);
    imply_around(walk, parse_html_element(parse_span("p")));
    imply(walk, "p");
}

static void
tell_text(const Walk *walk, const char *text, size_t size)
{
    walk->events->characters(walk->user, (const xmlChar *)text, (int)size);
}

static bool
take_text(Walk *walk)
{
    size_t size = strcspn(walk->at, "<&");
    const char *text = walk->at;

    if (*text == '&') {
        char character[HTML_NAME_MOST];
        size_t written = parse_html_reference(&walk->at, character);

        if (written == 0)
            return false;
        begin_words(walk);
        tell_text(walk, character, written);
        return true;
    }
    walk->at += size;
    if (*walk->at == '&' || strspn(text, " \t\r\n") < size)
        begin_words(walk);
    tell_text(walk, text, size);
    return true;
}

static bool
take_next(Walk *walk)
{
    if (*walk->at != '<')
        return take_text(walk);
    if (g_ascii_isalpha(walk->at[1]))
        return take_start(walk);
    if (walk->at[1] == '/')
        return take_end(walk);
    if (strncmp(walk->at, "<!--", 4) == 0)
        return skip_comment(walk);
    return walk->at[1] == '!' && skip_declaration(walk);
}

/* <!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"> */
static bool
skip_type(Walk *walk)
{
    const char *close = strchr(walk->at, '>');
    size_t quotes = 0;

    for (const char *at = walk->at; close && at < close; at++) {
        if ((*at & 0x80) || *at == '\'' || *at == '[' || (*at == '<' && at > walk->at))
            return false;
        quotes += *at == '"';
    }
    if (!close || quotes % 2)
        return false;
    walk->at = close + 1;
    return true;
}

/* What stands before the first element is no text. */
static bool
skip_prologue(Walk *walk)
{
    skip_blanks(walk);
    if (g_ascii_strncasecmp(walk->at, "<!DOCTYPE", 9) == 0 && !skip_type(walk))
        return false;
    for (skip_blanks(walk); strncmp(walk->at, "<!--", 4) == 0; skip_blanks(walk)) {
        if (!skip_comment(walk))
            return false;
    }
    return walk->at < walk->end && strncmp(walk->at, "</", 2) != 0;
}

static bool
walk_page(Walk *walk)
{
    if (!skip_prologue(walk))
        return false;
    do {
        if (!take_next(walk))
            return false;
    } while (walk->at < walk->end && walk->depth > 0);
    skip_blanks(walk);
    while (walk->depth > 0)
        close_element(walk);
    return walk->at == walk->end;
}

bool
parse_walk_html(const char *html, size_t size, const xmlSAXHandler *events, void *user)
{
    g_autofree char *strings = NULL;
    Walk walk = {.at = html, .end = html + size, .events = events, .user = user};

    if (size > PAGE_MOST || parse_html_is_strange(html, size))
        return false;
    walk.strings = strings = g_malloc(size + 1);
    return walk_page(&walk);
}
