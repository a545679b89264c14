#include "sort/parse/tnef.h"

#include <string.h>

#include "sort/parse/attachments.h"
#include "sort/parse/body.h"
#include "sort/parse/charset.h"
#include "sort/parse/rtf.h"
#include "sort/parse/tnef_stream.h"

enum {
    NESTING_MOST = 4,
    TYPE_MOST = 100
};

static bool
is_wrapped(const Part *part)
{
    g_autofree char *name = NULL;

    if (parse_part_is(part, "application/ms-tnef") ||
        parse_part_is(part, "application/vnd.ms-tnef"))
        return true;
    if (!parse_part_is(part, "application/octet-stream"))
        return false;
    name = parse_part_filename(part);
    return name && g_ascii_strcasecmp(name, "winmail.dat") == 0;
}

/* Texts of the stream end with a NUL, or two. */
static char *
text_of(Span bytes, bool is_wide, unsigned code_page)
{
    g_autofree char *charset =
        g_strdup_printf("windows-%u", code_page ? code_page : 1252);

    return parse_to_utf8(bytes, is_wide ? "utf-16le" : charset, TEXT_MOST_BYTES, NULL);
}

/* A child that owns its bytes, the text of its fields in front of them. */
static Part *
add_child(Part *parent, const char *type, const char *fields, Span body)
{
    Part *part = g_new0(Part, 1);
    size_t fields_size = fields ? strlen(fields) : 0;

    part->parent = parent;
    part->type = g_strdup(type);
    part->has_type = true;
    part->transfer = TRANSFER_PLAIN;
    part->owned = g_byte_array_sized_new((guint)(fields_size + body.size));
    if (fields)
        g_byte_array_append(part->owned, (const guint8 *)fields, (guint)fields_size);
    g_byte_array_append(part->owned, (const guint8 *)body.at, (guint)body.size);
    part->body = (Span){(const char *)part->owned->data + fields_size, body.size};
    if (!parent->children)
        parent->children = g_ptr_array_new();
    g_ptr_array_add(parent->children, part);
    part->number = g_strdup_printf("%s.%u", parent->number, parent->children->len);
    return part;
}

static void
add_text(Part *parent, const char *type, const char *text)
{
    g_autofree char *fields = g_strdup_printf("%s; charset=utf-8", type);
    Part *part = add_child(parent, type, fields, parse_span(text));

    part->type_field = (Span){(const char *)part->owned->data, strlen(fields)};
}

static void
add_words(Part *parent, const TnefStream *stream)
{
    g_autofree char *plain =
        text_of(stream->text, stream->is_text_wide, stream->code_page);
    g_autofree char *html = text_of(stream->html, false, stream->code_page);
    g_autofree char *rich = NULL;

    if (parse_trim_span(parse_span(plain)).size) {
        add_text(parent, "text/plain", plain);
        return;
    }
    if (parse_trim_span(parse_span(html)).size) {
        add_text(parent, "text/html", html);
        return;
    }
    rich = parse_rtf_text(stream->rtf);
    if (rich && parse_trim_span(parse_span(rich)).size)
        add_text(parent, "text/plain", rich);
}

static char *
type_of_file(const TnefFile *file)
{
    g_autofree char *said = text_of(file->type, false, 0);
    const char *slash = strchr(said, '/');

    if (file->is_message)
        return g_strdup("application/ms-tnef");
    if (!slash || slash == said || !slash[1] || strlen(said) > TYPE_MOST)
        return g_strdup("application/octet-stream");
    return g_ascii_strdown(said, -1);
}

static Part *
add_file(Part *parent, const TnefFile *file, unsigned code_page)
{
    g_autofree char *name = text_of(file->name, file->is_name_wide, code_page);
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *cid = text_of(file->content_id, false, 0);
    g_autofree char *disposition =
        g_strdup_printf("attachment; filename*=utf-8''%s", escaped);
    g_autofree char *fields = g_strdup_printf("%s<%s>", disposition, cid);
    g_autofree char *type = type_of_file(file);
    Part *part = add_child(parent, type, fields, file->bytes);
    const char *at = (const char *)part->owned->data;

    part->disposition_field = (Span){at, strlen(disposition)};
    if (*cid)
        part->id_field = (Span){at + strlen(disposition), strlen(cid) + 2};
    return part;
}

/* What breaks off stays an attachment as it came, besides what could be read of it. */
static void
open_stream(Part *part, bool wants_words, unsigned nesting)
{
    g_autoptr(GByteArray) bytes = parse_decode_part(part);
    g_auto(TnefStream) stream = {0};

    parse_read_tnef((Span){(const char *)bytes->data, bytes->len}, &stream);
    if (stream.is_broken && stream.files->len == 0)
        return;
    if (wants_words)
        add_words(part, &stream);
    for (guint i = 0; i < stream.files->len; i++) {
        const TnefFile *file = &g_array_index(stream.files, TnefFile, i);
        Part *child = add_file(part, file, stream.code_page);

        if (file->is_message && nesting < NESTING_MOST)
            open_stream(child, false, nesting + 1);
    }
}

static bool
has_words(const GPtrArray *leaves)
{
    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];

        if (parse_is_body(part) && parse_trim_span(part->body).size)
            return true;
    }
    return false;
}

void
parse_open_tnef(Part *root)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();
    bool wants_words;

    parse_list_leaves(root, leaves);
    wants_words = !has_words(leaves);
    for (guint i = 0; i < leaves->len; i++) {
        if (is_wrapped(leaves->pdata[i]))
            open_stream(leaves->pdata[i], wants_words, 0);
    }
}
