#include "sort/parse/body.h"

#include <string.h>

#include "sort/parse/attachments.h"
#include "sort/parse/charset.h"
#include "sort/parse/flowed.h"
#include "sort/parse/html.h"
#include "sort/parse/links.h"
#include "sort/parse/parameters.h"
#include "sort/parse/reply.h"

enum {
    RAW_TEXT_MOST = 4 << 20
}; /* of one part, before its charset is known */

/* One stretch of the message: a part, or the two faces of an alternative. A face may
 * itself have several parts; each further pair `continues` the one before. */
typedef struct Block {
    const Part *plain;
    const Part *html;
    bool continues;
} Block;

typedef struct Texts {
    GString *text;
    GString *html;
    GArray *marks; /* Mark, offsets into `text` */
    bool has_html;
    bool has_plain; /* the alternative being read said something in plain text */
    Reading *out;
} Texts;

static bool
is_related_root(const Part *part)
{
    return part->parent->children->pdata[0] == part;
}

static bool
is_readable(const Part *part)
{
    static const char *const types[] = {"text/plain",      "text/html",
                                        "text/enriched",   "text/x-amp-html",
                                        "text/watch-html", NULL};
    static const char *const for_programs[] = {"text/calendar",
                                               "text/css",
                                               "text/csv",
                                               "text/directory",
                                               "text/richtext",
                                               "text/rtf",
                                               "text/vcard",
                                               "text/x-vcalendar",
                                               "text/x-vcard",
                                               "text/xml",
                                               "text/rfc822-headers",
                                               NULL};

    if (g_strv_contains(types, part->type))
        return true;
    /* Alone, any other text is shown as plain text, RFC 2046 section 4.1.4. */
    return !part->parent && parse_part_starts(part, "text/") &&
           !g_strv_contains(for_programs, part->type);
}

bool
parse_is_body(const Part *part)
{
    g_autofree char *disposition = NULL;
    g_autofree char *filename = NULL;

    if (!is_readable(part))
        return false;
    if (part->disposition_field.at)
        disposition = parse_leading_value(part->disposition_field);
    if (disposition && strcmp(disposition, "attachment") == 0)
        return false;
    filename = parse_part_filename(part);
    if (filename && part->parent)
        return false;
    if (part->parent && parse_part_is(part->parent, "multipart/related") &&
        !is_related_root(part))
        return false;
    return true;
}

char *
parse_part_text(const Part *part, bool *cut)
{
    Span body = part->body;
    g_autoptr(GByteArray) decoded = NULL;
    g_autofree char *charset = parse_parameter(part->type_field, "charset", NULL);

    if (body.size > RAW_TEXT_MOST) {
        body.size = RAW_TEXT_MOST;
        *cut = true;
    }
    if (part->transfer != TRANSFER_PLAIN) {
        decoded = parse_decode_text(body, part->transfer);
        body = (Span){(const char *)decoded->data, decoded->len};
    }
    return parse_to_utf8(body, charset, TEXT_MOST_BYTES, cut);
}

char *
parse_first_charset(Part *root)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];
        g_autofree char *charset = NULL;

        if (!parse_part_starts(part, "text/"))
            continue;
        charset = parse_parameter(part->type_field, "charset", NULL);
        if (charset && parse_knows_charset(charset))
            return g_steal_pointer(&charset);
    }
    return NULL;
}

static bool
is_html(const Part *part)
{
    return parse_part_is(part, "text/html");
}

static void
list_faces(const Part *part, bool html, GPtrArray *faces)
{
    for (guint i = 0; part->children && i < part->children->len; i++) {
        Part *child = part->children->pdata[i];

        if (child->children)
            list_faces(child, html, faces);
        else if (parse_is_body(child) && is_html(child) == html)
            g_ptr_array_add(faces, child);
    }
}

/* Where an alternative is told in plain text, its enriched telling is the same again.
 */
static void
drop_enriched(GPtrArray *faces)
{
    bool has_plain = false;

    for (guint i = 0; i < faces->len; i++)
        has_plain = has_plain || parse_part_is(faces->pdata[i], "text/plain");
    for (guint i = faces->len; has_plain && i > 0; i--) {
        if (!parse_part_is(faces->pdata[i - 1], "text/plain"))
            g_ptr_array_remove_index(faces, i - 1);
    }
}

static void
list_alternative(const Part *part, GArray *blocks)
{
    g_autoptr(GPtrArray) plain = g_ptr_array_new();
    g_autoptr(GPtrArray) html = g_ptr_array_new();

    list_faces(part, false, plain);
    drop_enriched(plain);
    list_faces(part, true, html);
    for (guint i = 0; i < MAX(plain->len, html->len); i++) {
        Block block = {i < plain->len ? plain->pdata[i] : NULL,
                       i < html->len ? html->pdata[i] : NULL, i > 0};

        g_array_append_val(blocks, block);
    }
}

static void
list_blocks(const Part *part, GArray *blocks)
{
    Block block = {NULL, NULL, false};

    if (!part->children) {
        if (!parse_is_body(part))
            return;
        if (is_html(part))
            block.html = part;
        else
            block.plain = part;
        g_array_append_val(blocks, block);
        return;
    }
    if (parse_part_is(part, "multipart/alternative")) {
        list_alternative(part, blocks);
        return;
    }
    for (guint i = 0; i < part->children->len; i++) {
        list_blocks(part->children->pdata[i], blocks);
        /* What follows in a report is for machines or is somebody else's mail. */
        if (parse_part_is(part, "multipart/report"))
            return;
    }
}

static bool
is_blank_text(const char *text)
{
    return !text || parse_trim_span(parse_span(text)).size == 0;
}

static void
append_text(Texts *texts, const char *text, const GArray *marks)
{
    size_t offset;

    if (is_blank_text(text))
        return;
    if (texts->text->len)
        g_string_append(texts->text, "\n\n");
    offset = texts->text->len;
    g_string_append(texts->text, text);
    for (guint i = 0; marks && i < marks->len; i++) {
        Mark mark = g_array_index(marks, Mark, i);

        mark.start += offset;
        if (mark.end != SIZE_MAX)
            mark.end += offset;
        g_array_append_val(texts->marks, mark);
    }
}

static void
append_html(Texts *texts, const char *html)
{
    if (texts->html->len)
        g_string_append(texts->html, "\n");
    g_string_append(texts->html, html);
    texts->has_html = true;
}

static void
take_links(Texts *texts, HtmlText *page)
{
    GPtrArray **links = &texts->out->message.links;
    GPtrArray *taken = g_steal_pointer(&page->links);

    if (!*links) { /* a page itself keeps no more than LINKS_MOST */
        *links = taken;
        return;
    }
    for (size_t i = 0; i < list_length(taken); i++) {
        if ((*links)->len < LINKS_MOST)
            g_ptr_array_add(*links, taken->pdata[i]);
        else
            shape_free(&link_shape, taken->pdata[i]);
    }
    if (taken)
        g_ptr_array_free(taken, TRUE);
}

static void
read_html_block(Texts *texts, const Part *part)
{
    bool *cut = &texts->out->message.is_truncated;
    g_autofree char *html = parse_part_text(part, cut);
    g_auto(HtmlText) page = {0};

    parse_html(html, &page);
    texts->out->hidden_characters += (int64_t)page.hidden_characters;
    *cut = *cut || page.is_truncated;
    take_links(texts, &page);
    append_html(texts, html);
    if (!texts->has_plain)
        append_text(texts, page.text, page.marks);
}

/* CRLF and lone CR become one line end. */
static void
normalise_lines(char *text)
{
    char *from = strchr(text, '\r');
    char *to = from;

    while (from) {
        char *next = strchr(from + 1, '\r');
        char *start = from[1] == '\n' ? from + 1 : from;
        size_t size = next ? (size_t)(next - start) : strlen(start);

        *start = '\n';
        memmove(to, start, size);
        to += size;
        from = next;
    }
    if (to)
        *to = '\0';
}

static void
read_block(Texts *texts, const Block *block)
{
    bool *cut = &texts->out->message.is_truncated;
    g_autofree char *plain = block->plain ? parse_part_text(block->plain, cut) : NULL;

    if (plain)
        normalise_lines(plain);
    if (plain && parse_is_torn(block->plain))
        parse_join_torn(plain);
    texts->has_plain = !is_blank_text(plain) || (block->continues && texts->has_plain);
    if (plain) {
        append_text(texts, plain, NULL);
        if (!block->html)
            parse_find_links(plain, &texts->out->message.links);
    }
    if (block->html)
        read_html_block(texts, block->html);
}

static char *
bounded(GString *text, size_t most, bool *cut)
{
    if (text->len > most) {
        g_string_truncate(text, parse_character_start(text->str, most));
        *cut = true;
    }
    return g_strdup(text->str);
}

static void
split(Message *message, const GArray *marks)
{
    g_auto(ReplySplit) parts = {0};

    parse_split_reply(message->text, marks, &parts);
    message->reply_text = g_steal_pointer(&parts.reply);
    message->quoted_text = g_steal_pointer(&parts.quoted);
    message->signature_text = g_steal_pointer(&parts.signature);
}

void
parse_read_body(Part *root, size_t most, Reading *out)
{
    g_autoptr(GArray) blocks = g_array_new(FALSE, FALSE, sizeof(Block));
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(Mark));
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) html = g_string_new(NULL);
    Texts texts = {text, html, marks, false, false, out};
    Message *message = &out->message;

    list_blocks(root, blocks);
    for (guint i = 0; i < blocks->len && !message->is_truncated; i++) {
        read_block(&texts, &g_array_index(blocks, Block, i));
        message->is_truncated =
            message->is_truncated || text->len > most || html->len > most;
    }
    message->text = bounded(text, most, &message->is_truncated);
    if (texts.has_html)
        message->html = bounded(html, most, &message->is_truncated);
    split(message, marks);
}
