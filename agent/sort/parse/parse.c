#include "sort/parse/parse.h"

#include <string.h>
#include <time.h>

#include <gmime/gmime.h>

#include "base/digest.h"
#include "sort/parse/archive.h"
#include "sort/parse/attachments.h"
#include "sort/parse/body.h"
#include "sort/parse/calendar.h"
#include "sort/parse/charset.h"
#include "sort/parse/envelope.h"
#include "sort/parse/html.h"
#include "sort/parse/opaque.h"
#include "sort/parse/report.h"
#include "sort/parse/security.h"
#include "sort/parse/structure.h"
#include "sort/parse/tnef.h"

enum {
    HEADERS_READ = 10000,
    DEPTH_BEARABLE = 100
};

void
parse_init(void)
{
    g_autoptr(GDateTime) date = NULL;
    g_autofree char *digest = NULL;

    tzset(); /* libical asks the C library for local time */
    g_mime_init();
    parse_init_charsets();
    parse_init_html();
    parse_init_calendar();
    parse_init_archives();
    /* The first date with a named zone loads GLib's zone tables. */
    date = g_mime_utils_header_decode_date("Thu, 1 Jan 2026 10:00:00 EST");
    /* The first digest reads OpenSSL's configuration. */
    digest = digest_sha256_hex("", 0);
}

/* Some put blank lines before the first field. */
static Span
without_blank_start(Span mail)
{
    size_t start = 0;
    size_t name;

    while (start < mail.size && (mail.at[start] == '\r' || mail.at[start] == '\n'))
        start++;
    name = start;
    while (name < mail.size && (g_ascii_isalnum(mail.at[name]) || mail.at[name] == '-'))
        name++;
    if (name == start || name == mail.size || mail.at[name] != ':')
        return mail;
    return parse_slice(mail, start, mail.size);
}

static Span
span_of(GBytes *mail)
{
    gsize size;
    const char *bytes = g_bytes_get_data(mail, &size);

    return without_blank_start((Span){bytes ? bytes : "", size});
}

/* Old Macs end lines in CR alone. Without a single LF the whole mail would be one line
 * of its header. NULL: the lines are as they should be. */
static GBytes *
with_line_ends(Span mail)
{
    char *copy;

    if (parse_span_find(mail, '\n') < mail.size ||
        parse_span_find(mail, '\r') == mail.size)
        return NULL;
    copy = g_memdup2(mail.at, mail.size);
    for (size_t i = 0; i < mail.size; i++) {
        if (copy[i] == '\r')
            copy[i] = '\n';
    }
    return g_bytes_new_take(copy, mail.size);
}

/* The tree's depth is also the depth of our own recursion over it. */
static StructureLimits
structure_limits(const Limits *limits)
{
    return (StructureLimits){
        .parts = (size_t)CLAMP(limits->parts, 1, 100000),
        .depth = (size_t)CLAMP(limits->depth, 1, DEPTH_BEARABLE),
    };
}

static Part *
open_parts(Span mail, const Limits *limits, const char **excess)
{
    Part *root = parse_read_structure(mail, structure_limits(limits), excess);

    if (root) {
        parse_open_signed(root, structure_limits(limits));
        parse_open_tnef(root);
    }
    return root;
}

static Part *
read_parts(Span mail, const Limits *limits, const FieldList *fields,
           const char **excess)
{
    *excess = fields->excess;
    if (!*excess && mail.size > (size_t)MAX(limits->mail_bytes, 0))
        *excess = "mail_too_large";
    return *excess ? NULL : open_parts(mail, limits, excess);
}

static void
read_contents(Part *root, const Limits *limits, Reading *out)
{
    parse_read_body(root, (size_t)CLAMP(limits->text_bytes, 0, TEXT_MOST_BYTES), out);
    parse_list_attachments(root, &out->message);
    parse_read_report(root, &out->report);
    parse_read_calendar(root, &out->message);
    parse_read_security(root, out->message.text, &out->message.security);
}

void
parse_mail(GBytes *mail, const SortSettings *settings, Reading *out)
{
    g_autoptr(GBytes) mended = with_line_ends(span_of(mail));
    Span bytes = span_of(mended ? mended : mail);
    Message *message = &out->message;
    g_auto(FieldList) fields = {0};
    g_autoptr(Part) root = NULL;
    g_autofree char *charset = NULL;
    const char *excess = NULL;

    message->size_bytes = (int64_t)g_bytes_get_size(mail);
    message->received_at = settings->origin.received_at;
    message->direction =
        settings->origin.role == FOLDER_SENT ? DIRECTION_OUT : DIRECTION_IN;
    parse_read_fields(
        bytes,
        (FieldLimits){(size_t)MAX(settings->limits.header_bytes, 0), HEADERS_READ},
        &fields);
    root = read_parts(bytes, &settings->limits, &fields, &excess);
    charset = root ? parse_first_charset(root) : NULL;
    parse_read_envelope(&fields, settings, charset, message);
    if (mended)
        parse_add_defect(message, "bare_cr");
    if (excess)
        parse_add_defect(message, excess);
    if (parse_span_find(bytes, '\0') < bytes.size)
        parse_add_defect(message, "nul_bytes");
    if (root)
        read_contents(root, &settings->limits, out);
}

GBytes *
parse_attachment(GBytes *mail, const SortSettings *settings, const char *part)
{
    g_autoptr(GBytes) mended = with_line_ends(span_of(mail));
    const char *excess = NULL;
    g_autoptr(Part) root =
        open_parts(span_of(mended ? mended : mail), &settings->limits, &excess);
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    if (root)
        parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        const Part *leaf = leaves->pdata[i];

        if (strcmp(leaf->number, part) == 0)
            return g_byte_array_free_to_bytes(parse_decode_part(leaf));
    }
    return NULL;
}
