#include "evidence.h"

#include <math.h>

#include "base/clock.h"
#include "model/opinion.h"

static void write_object(GString *out, const Shape *shape, const void *object);

static void
write_text(GString *out, const char *text)
{
    if (!text) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at++) {
        unsigned char byte = (unsigned char)*at;

        if (byte == '"' || byte == '\\')
            g_string_append_c(out, '\\');
        if (byte < 0x20 || byte == 0x7f)
            g_string_append_printf(out, "\\u%04x", (guint)byte);
        else
            g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

static void
write_int(GString *out, int64_t value)
{
    if (value == TIME_NONE)
        g_string_append(out, "null");
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}

static void
write_real(GString *out, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    /* JSON knows no infinity. */
    g_string_append(out, isfinite(value)
                             ? g_ascii_formatd(digits, sizeof digits, "%.6g", value)
                             : "null");
}

static void
write_time(GString *out, int64_t seconds)
{
    g_autofree char *text = clock_format(seconds);

    write_text(out, text);
}

static void
write_list(GString *out, const Shape *of, const GPtrArray *list)
{
    g_string_append_c(out, '[');
    for (guint i = 0; list && i < list->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if (of)
            write_object(out, of, list->pdata[i]);
        else
            write_text(out, list->pdata[i]);
    }
    g_string_append_c(out, ']');
}

static void
write_enum(GString *out, const Field *field, const void *at)
{
    size_t value = (size_t) * (const unsigned int *)at;

    g_assert(value < field->n_names);
    write_text(out, field->names[value]);
}

static void
write_field(GString *out, const Field *field, const void *object)
{
    const void *at = (const char *)object + field->offset;

    switch (field->type) {
    case FIELD_TEXT:
        write_text(out, *(const char *const *)at);
        break;
    case FIELD_BOOL:
        g_string_append(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_INT:
        write_int(out, *(const int64_t *)at);
        break;
    case FIELD_REAL:
        write_real(out, *(const double *)at);
        break;
    case FIELD_TIME:
        write_time(out, *(const int64_t *)at);
        break;
    case FIELD_ENUM:
        write_enum(out, field, at);
        break;
    case FIELD_TEXTS:
    case FIELD_LIST:
        write_list(out, field->of, *(const GPtrArray *const *)at);
        break;
    case FIELD_ONE:
        write_object(out, field->of, at);
        break;
    case FIELD_MAYBE:
        write_object(out, field->of, *(const void *const *)at);
        break;
    }
}

static void
write_object(GString *out, const Shape *shape, const void *object)
{
    if (!object) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, shape->as_pair ? '[' : '{');
    for (size_t i = 0; i < shape->n_fields; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if (!shape->as_pair) {
            write_text(out, shape->fields[i].name);
            g_string_append_c(out, ':');
        }
        write_field(out, &shape->fields[i], object);
    }
    g_string_append_c(out, shape->as_pair ? ']' : '}');
}

char *
evidence_object(const Shape *shape, const void *object)
{
    GString *out = g_string_new(NULL);

    write_object(out, shape, object);
    return g_string_free(out, FALSE);
}

char *
evidence_list(const Shape *of, const GPtrArray *list)
{
    GString *out = g_string_new(NULL);

    write_list(out, of, list);
    return g_string_free(out, FALSE);
}

char *
evidence_texts(const GPtrArray *texts)
{
    return evidence_list(NULL, texts);
}

char *
evidence_scores(const GPtrArray *scores)
{
    GString *out = g_string_new("{");

    for (guint i = 0; scores && i < scores->len; i++) {
        const Score *score = scores->pdata[i];

        if (i > 0)
            g_string_append_c(out, ',');
        write_text(out, score->label ? score->label : "");
        g_string_append_c(out, ':');
        write_real(out, score->score);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}
