#include "sort/parse/report.h"

#include <string.h>

#include "sort/parse/body.h"
#include "sort/parse/envelope.h"
#include "sort/parse/fields.h"

enum {
    GROUPS_MOST = 200,
    FIELDS_MOST = 200,
    REPORT_MOST_BYTES = 512 << 10
};

static const struct {
    const char *type;
    ReportKind kind;
} report_types[] = {
    {"message/delivery-status", REPORT_DELIVERY},
    {"message/global-delivery-status", REPORT_DELIVERY},
    {"text/rfc3464", REPORT_DELIVERY},
    {"message/feedback-report", REPORT_FEEDBACK},
    {"message/disposition-notification", REPORT_DISPOSITION},
    {"message/global-disposition-notification", REPORT_DISPOSITION},
};

static ReportKind
kind_of_part(const Part *part)
{
    for (size_t i = 0; i < G_N_ELEMENTS(report_types); i++) {
        if (parse_part_is(part, report_types[i].type))
            return report_types[i].kind;
    }
    return REPORT_NONE;
}

static Span
decoded_span(const GByteArray *bytes)
{
    return (Span){(const char *)bytes->data, MIN(bytes->len, REPORT_MOST_BYTES)};
}

/* Groups are blocks of fields with blank lines between them. */
static void
read_groups(Span text, Report *report)
{
    size_t at = 0;

    while (at < text.size && list_length(report->groups) < GROUPS_MOST) {
        g_auto(FieldList) fields = {0};
        FieldLimits limits = {REPORT_MOST_BYTES, FIELDS_MOST};

        parse_read_fields(parse_slice(text, at, text.size), limits, &fields);
        if (fields.fields->len > 0) {
            ReportGroup *group = shape_append(&report_group_shape, &report->groups);

            parse_list_headers(&fields, NULL, FIELDS_MOST, &group->fields);
        }
        if (fields.excess)
            return;
        if (fields.body_at == 0) { /* a line that is no field */
            size_t next;

            (void)parse_line_at(text, at, &next); /* only its end is wanted */
            at = next;
        } else {
            at += fields.body_at;
        }
    }
}

static bool
is_returned(const Part *part)
{
    return parse_part_is(part, "message/rfc822") ||
           parse_part_is(part, "text/rfc822-headers") ||
           parse_part_is(part, "message/rfc822-headers") ||
           parse_part_is(part, "message/global") ||
           parse_part_is(part, "message/global-headers");
}

static void
read_returned(const Part *part, Report *report)
{
    g_autoptr(GByteArray) bytes = parse_decode_part(part);
    g_auto(FieldList) fields = {0};

    parse_read_fields(decoded_span(bytes), (FieldLimits){REPORT_MOST_BYTES, 1000},
                      &fields);
    parse_list_headers(&fields, NULL, 1000, &report->returned_headers);
}

static void
read_human_text(const GPtrArray *leaves, Report *report)
{
    bool cut = false;

    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];

        if (parse_part_starts(part, "text/") && !is_returned(part) &&
            kind_of_part(part) == REPORT_NONE) {
            report->human_text = parse_part_text(part, &cut);
            return;
        }
    }
}

void
parse_read_report(Part *root, Report *report)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];
        ReportKind kind = kind_of_part(part);

        if (kind != REPORT_NONE && report->kind == REPORT_NONE) {
            g_autoptr(GByteArray) bytes = parse_decode_part(part);

            report->kind = kind;
            read_groups(decoded_span(bytes), report);
        } else if (is_returned(part) && !report->returned_headers) {
            read_returned(part, report);
        }
    }
    if (report->kind != REPORT_NONE || report->returned_headers)
        read_human_text(leaves, report);
}
