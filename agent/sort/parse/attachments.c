#include "sort/parse/attachments.h"

#include <string.h>

#include "base/digest.h"
#include "sort/parse/addresses.h"
#include "sort/parse/body.h"
#include "sort/parse/parameters.h"
#include "sort/parse/risk.h"
#include "sort/parse/truetype.h"

enum {
    FILENAME_MOST = 1024,
    NESTING_MOST = 3,
    NESTED_PARTS_MOST = 200,
    NESTED_DEPTH_MOST = 20
};

char *
parse_part_filename(const Part *part)
{
    char *name = NULL;

    if (part->disposition_field.at)
        name = parse_parameter(part->disposition_field, "filename", NULL);
    if (!name && part->type_field.at)
        name = parse_parameter(part->type_field, "name", NULL);
    if (name && !*g_strstrip(name))
        g_clear_pointer(&name, g_free);
    if (name && strlen(name) > FILENAME_MOST) {
        g_autofree char *whole = name;
        const char *end;

        name = g_strndup(whole, FILENAME_MOST);
        if (!g_utf8_validate(name, -1, &end))
            name[end - name] = '\0';
    }
    return name;
}

/* <img src="image001.png">, with any quotes or none. */
static bool
is_source(const char *html, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(html, name); at; at = strstr(at + length, name)) {
        const char *start = at;

        if (start > html && (start[-1] == '"' || start[-1] == '\''))
            start--;
        if (start - html >= 4 && g_ascii_strncasecmp(start - 4, "src=", 4) == 0 &&
            !g_ascii_isalnum(at[length]))
            return true;
    }
    return false;
}

/* The text parts and the html refer to a part by `cid:` or by its bare name. */
static bool
is_referred_to(const Attachment *attachment, const char *html)
{
    g_autofree char *cid = NULL;

    if (!html)
        return false;
    if (attachment->content_id && *attachment->content_id) {
        cid = g_strconcat("cid:", attachment->content_id, NULL);
        if (strstr(html, cid))
            return true;
    }
    return attachment->filename && is_source(html, attachment->filename);
}

static bool
says_inline(const Part *part)
{
    g_autofree char *disposition = part->disposition_field.at
                                       ? parse_leading_value(part->disposition_field)
                                       : NULL;

    return disposition && strcmp(disposition, "inline") == 0;
}

static bool
is_vague(const char *type)
{
    return strcmp(type, "application/octet-stream") == 0 ||
           strcmp(type, "application/x-ole-storage") == 0 ||
           strcmp(type, "application/zip") == 0;
}

/* A .doc is an OLE file and a .jar a ZIP file: the declared type may say more. */
static char *
settled_type(const char *declared, const char *found)
{
    bool more = found && is_vague(found) && !is_vague(declared) &&
                (g_str_has_prefix(declared, "application/vnd.") ||
                 g_str_has_prefix(declared, "application/ms"));

    return g_strdup(found && !more ? found : declared);
}

static void describe(const Part *part, const char *html, unsigned nesting,
                     Attachment *attachment);

/* A mail within the mail is one attachment, with the risks of all that it carries. */
static void
mark_nested(const GByteArray *mail, unsigned nesting, Attachment *attachment)
{
    const StructureLimits limits = {NESTED_PARTS_MOST, NESTED_DEPTH_MOST};
    const char *excess = NULL;
    g_autoptr(Part) root = parse_read_structure(
        (Span){(const char *)mail->data, mail->len}, limits, &excess);
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    if (root)
        parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        Attachment inner;

        if (parse_is_body(leaves->pdata[i]))
            continue;
        shape_init(&attachment_shape, &inner);
        describe(leaves->pdata[i], NULL, nesting + 1, &inner);
        for (size_t k = 0; k < list_length(inner.risk); k++)
            parse_mark(attachment, inner.risk->pdata[k]);
        shape_clear(&attachment_shape, &inner);
    }
}

static void
describe(const Part *part, const char *html, unsigned nesting, Attachment *attachment)
{
    g_autoptr(GByteArray) bytes = parse_decode_part(part);
    const char *found = parse_true_type(bytes->data, bytes->len);
    g_autofree char *settled = NULL;

    attachment->part = g_strdup(part->number);
    attachment->filename = parse_part_filename(part);
    attachment->size_bytes = bytes->len;
    attachment->sha256 = digest_sha256_hex(bytes->data, bytes->len);
    attachment->content_id = parse_first_id(part->id_field);
    attachment->is_inline = says_inline(part) || is_referred_to(attachment, html);
    /* Risks are judged by what it is, not by what it says. */
    attachment->content_type = g_strdup(found ? found : part->type);
    parse_mark_risks(bytes->data, bytes->len, attachment);
    if (parse_part_is(part, "message/rfc822") && nesting < NESTING_MOST && bytes->len)
        mark_nested(bytes, nesting, attachment);
    settled = settled_type(part->type, found);
    g_free(attachment->content_type);
    attachment->content_type = g_steal_pointer(&settled);
}

/* In an alternative only one plain and one HTML face is read; other faces, such as a
 * calendar, count as attachments. */
void
parse_list_attachments(Part *root, Message *message)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];

        if (parse_is_body(part))
            continue;
        describe(part, message->html, 0,
                 shape_append(&attachment_shape, &message->attachments));
    }
}
