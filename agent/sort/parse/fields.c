#include "sort/parse/fields.h"

enum {
    STRAY_FOLDS = 4
};

static bool
is_blank_byte(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool
is_name(Span name)
{
    if (name.size == 0 || name.size > 200 || parse_span_starts(name, "--"))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] <= ' ' || name.at[i] == 0x7f)
            return false;
    }
    return true;
}

/* "Subject : x" is forgiven; real senders write it. */
static bool
split_line(Span line, RawField *field)
{
    size_t colon = parse_span_find(line, ':');

    if (colon == line.size)
        return false;
    field->name = parse_slice(line, 0, colon);
    while (field->name.size && is_blank_byte(field->name.at[field->name.size - 1]))
        field->name.size--;
    field->value = parse_slice(line, colon + 1, line.size);
    return is_name(field->name);
}

static bool
is_fold(Span line)
{
    return line.size > 0 && is_blank_byte(line.at[0]);
}

/* One stray line, and what is folded under it, is skipped when the header clearly goes
 * on behind it; otherwise the blank line was forgotten and the body starts here. */
static bool
goes_on_behind(Span entity, size_t next)
{
    RawField ignored;

    for (unsigned folds = 0; next < entity.size && folds <= STRAY_FOLDS; folds++) {
        Span line = parse_line_at(entity, next, &next);

        if (!is_fold(line))
            return split_line(line, &ignored);
    }
    return false;
}

static bool
is_mbox_line(Span line)
{
    return parse_span_starts(line, "From ") || parse_span_starts(line, ">From ");
}

static void
extend_last(FieldList *out, Span line)
{
    RawField *last;

    if (out->fields->len == 0)
        return;
    last = &g_array_index(out->fields, RawField, out->fields->len - 1);
    last->value.size = (size_t)(line.at + line.size - last->value.at);
}

/* False: the header ends before this line. */
static bool
take_line(FieldList *out, Span entity, Span line, size_t next)
{
    RawField field;

    if (is_fold(line) && out->fields->len > 0) {
        if (!out->after_stray)
            extend_last(out, line);
        return true;
    }
    out->after_stray = false;
    if (split_line(line, &field)) {
        g_array_append_val(out->fields, field);
        return true;
    }
    if (is_mbox_line(line))
        return true;
    out->is_malformed = true;
    out->after_stray = true;
    return out->fields->len > 0 && !parse_span_starts(line, "--") &&
           goes_on_behind(entity, next);
}

void
parse_read_fields(Span entity, FieldLimits limits, FieldList *out)
{
    size_t at = 0;

    *out = (FieldList){.fields = g_array_new(FALSE, FALSE, sizeof(RawField))};
    while (at < entity.size) {
        size_t next;
        Span line = parse_line_at(entity, at, &next);

        if (line.size == 0) {
            at = next;
            break;
        }
        if (next > limits.bytes)
            out->excess = "header_too_large";
        else if (out->fields->len >= limits.count)
            out->excess = "too_many_headers";
        if (out->excess || !take_line(out, entity, line, next))
            break;
        at = next;
    }
    out->body_at = at;
}

void
parse_clear_fields(FieldList *list)
{
    if (list->fields)
        g_array_free(list->fields, TRUE);
    list->fields = NULL;
}

Span
parse_field(const FieldList *list, const char *name)
{
    for (guint i = 0; i < list->fields->len; i++) {
        const RawField *field = &g_array_index(list->fields, RawField, i);

        if (parse_span_is(field->name, name))
            return field->value;
    }
    return (Span){NULL, 0};
}

char *
parse_unfold(Span value)
{
    Span trimmed = parse_trim_span(value);
    char *text = g_malloc(trimmed.size + 1);
    size_t length = 0;

    for (size_t i = 0; i < trimmed.size; i++) {
        char byte = trimmed.at[i];

        if (byte != '\r' && byte != '\n' && byte != '\0')
            text[length++] = byte;
    }
    text[length] = '\0';
    return text;
}
