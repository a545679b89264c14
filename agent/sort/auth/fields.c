#include "fields.h"

#include <string.h>

enum {
    FIELDS_MAX = 20000
};

static bool
has_bare_lf(const char *text, size_t size)
{
    const char *end = text + size;

    for (const char *p = text; p < end; p++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p)
            return false;
        if (p == text || p[-1] != '\r')
            return true;
    }
    return false;
}

static GBytes *
with_crlf(const char *text, size_t size)
{
    GByteArray *out = g_byte_array_sized_new((guint)MIN(size + size / 32, G_MAXINT32));
    const char *end = text + size;

    for (const char *p = text; p < end;) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *stop = line_end ? line_end : end;
        size_t length = (size_t)(stop - p);

        g_byte_array_append(out, (const guint8 *)p, (guint)length);
        if (!line_end)
            break;
        if (length == 0 || stop[-1] != '\r')
            g_byte_array_append(out, (const guint8 *)"\r", 1);
        g_byte_array_append(out, (const guint8 *)"\n", 1);
        p = line_end + 1;
    }
    return g_byte_array_free_to_bytes(out);
}

/* The end of the field that starts at `start`: behind the line that no continuation
 * line follows. */
static const char *
field_end(const char *start, const char *end)
{
    const char *p = start;

    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));

        if (!line_end)
            return end;
        p = line_end + 1;
        if (p == end || (*p != ' ' && *p != '\t'))
            return p;
    }
    return end;
}

static bool
is_plain_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (name[i] <= 32 || name[i] >= 127)
            return false;
    return size > 0;
}

static RawField
read_field(const char *start, const char *stop)
{
    RawField field = {.raw = start, .raw_size = (size_t)(stop - start)};
    const char *colon = memchr(start, ':', field.raw_size);
    const char *text_end = stop;

    if (text_end > start && text_end[-1] == '\n')
        text_end--;
    if (text_end > start && text_end[-1] == '\r')
        text_end--;
    if (colon && colon >= text_end)
        colon = NULL;
    field.name_size = colon ? (size_t)(colon - start) : 0;
    field.value = colon ? colon + 1 : start;
    field.value_size = (size_t)(text_end - field.value);
    field.is_plain = is_plain_name(start, field.name_size);
    return field;
}

static void
split_fields(RawMail *mail, const char *text, size_t size)
{
    const char *end = text + size;
    const char *p = text;

    mail->starts_folded = size > 0 && (*p == ' ' || *p == '\t');
    while (p < end) {
        const char *stop;
        RawField field;

        if (end - p >= 2 && p[0] == '\r' && p[1] == '\n') {
            p += 2;
            break;
        }
        if (mail->fields->len == FIELDS_MAX) {
            mail->is_cut = true;
            break;
        }
        stop = field_end(p, end);
        field = read_field(p, stop);
        g_array_append_val(mail->fields, field);
        p = stop;
    }
    mail->body = p;
    mail->body_size = (size_t)(end - p);
}

RawMail *
raw_mail_new(GBytes *bytes)
{
    RawMail *mail = g_new0(RawMail, 1);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);

    mail->fields = g_array_new(FALSE, FALSE, sizeof(RawField));
    mail->bytes = size > 0 && has_bare_lf(text, size) ? with_crlf(text, size)
                                                      : g_bytes_ref(bytes);
    text = g_bytes_get_data(mail->bytes, &size);
    split_fields(mail, text ? text : "", text ? size : 0);
    return mail;
}

void
raw_mail_free(RawMail *mail)
{
    if (!mail)
        return;
    g_array_unref(mail->fields);
    g_bytes_unref(mail->bytes);
    g_free(mail);
}

size_t
raw_mail_count_fields(const RawMail *mail)
{
    return mail->fields->len;
}

const RawField *
raw_mail_field(const RawMail *mail, size_t index)
{
    return &g_array_index(mail->fields, RawField, index);
}

bool
field_is(const RawField *field, const char *name)
{
    return field->is_plain && field->name_size == strlen(name) &&
           g_ascii_strncasecmp(field->raw, name, field->name_size) == 0;
}

bool
field_is_called(const RawField *field, const char *name)
{
    size_t size = field->name_size;

    while (size > 0 && (field->raw[size - 1] == ' ' || field->raw[size - 1] == '\t'))
        size--;
    return size == strlen(name) && g_ascii_strncasecmp(field->raw, name, size) == 0;
}

char *
field_unfold(const RawField *field)
{
    GString *out = g_string_sized_new(field->value_size);

    for (size_t i = 0; i < field->value_size; i++) {
        char byte = field->value[i];

        if (byte == '\r' && i + 1 < field->value_size && field->value[i + 1] == '\n') {
            i++;
            continue;
        }
        if (byte == '\0')
            g_string_append(out, "\xef\xbf\xbd");
        else
            g_string_append_c(out, byte);
    }
    return g_string_free(out, FALSE);
}
