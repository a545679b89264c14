/* The bytes of a shaped object between a sorter and the house: numbers little-endian,
 * texts as length + 1 (0 is NULL) and bytes, lists as count and items. Both ends are
 * the same binary, so there is no version; but the sorter may have been taken over by
 * a mail, so the reader believes nothing. */
#include "model/shape.h"

#include <string.h>

#include "base/fault.h"

static void
put_u32(GByteArray *out, uint32_t value)
{
    uint32_t wire = GUINT32_TO_LE(value);

    g_byte_array_append(out, (const uint8_t *)&wire, sizeof wire);
}

static void
put_u64(GByteArray *out, uint64_t value)
{
    uint64_t wire = GUINT64_TO_LE(value);

    g_byte_array_append(out, (const uint8_t *)&wire, sizeof wire);
}

/* How many bytes from `text` on are ASCII, by eights: the rest may be, too. */
static size_t
ascii_run(const char *text, size_t size)
{
    size_t run = 0;

    for (; run + 8 <= size; run += 8) {
        uint64_t eight;

        memcpy(&eight, text + run, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return run;
}

enum {
    STRETCH_BYTES = 64
};

/* g_utf8_validate_len, which looks at each byte alone: texts are ASCII for long
 * stretches, in every language that is written in Latin letters. */
static bool
is_utf8(const char *text, size_t size)
{
    const char *end = text + size;

    while (text < end) {
        const char *next;

        text += ascii_run(text, (size_t)(end - text));
        if ((size_t)(end - text) <= STRETCH_BYTES)
            return g_utf8_validate_len(text, (gsize)(end - text), NULL);
        if (!g_utf8_validate_len(text, STRETCH_BYTES, &next) &&
            next <= text + STRETCH_BYTES - 4)
            return false;
        text = next;
    }
    return true;
}

/* The reader refuses what is no UTF-8. One half character, cut off by whoever wrote the
 * text, is not worth a mail that is held. */
static void
put_text(GByteArray *out, const char *text)
{
    g_autofree char *mended = NULL;
    size_t size = text ? strlen(text) : 0;

    if (text && !is_utf8(text, size)) {
        text = mended = g_utf8_make_valid(text, -1);
        size = strlen(text);
    }
    g_assert(size < UINT32_MAX);
    put_u32(out, text ? (uint32_t)size + 1 : 0);
    g_byte_array_append(out, (const uint8_t *)text, (guint)size);
}

static void
put_list(const Field *field, const GPtrArray *list, GByteArray *out)
{
    put_u32(out, (uint32_t)list_length(list));
    for (guint i = 0; list && i < list->len; i++) {
        if (field->of)
            shape_write(field->of, list->pdata[i], out);
        else
            put_text(out, list->pdata[i]);
    }
}

static void
put_field(const Field *field, const void *at, GByteArray *out)
{
    uint64_t bits = 0;

    switch (field->type) {
    case FIELD_TEXT:
        put_text(out, *(char *const *)at);
        break;
    case FIELD_BOOL:
        put_u32(out, *(const bool *)at);
        break;
    case FIELD_ENUM:
        put_u32(out, *(const uint32_t *)at);
        break;
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_REAL:
        memcpy(&bits, at, sizeof bits);
        put_u64(out, bits);
        break;
    case FIELD_TEXTS:
    case FIELD_LIST:
        put_list(field, *(GPtrArray *const *)at, out);
        break;
    case FIELD_ONE:
        shape_write(field->of, at, out);
        break;
    case FIELD_MAYBE:
        put_u32(out, *(void *const *)at != NULL);
        if (*(void *const *)at)
            shape_write(field->of, *(void *const *)at, out);
        break;
    }
}

void
shape_write(const Shape *shape, const void *object, GByteArray *out)
{
    for (size_t i = 0; i < shape->n_fields; i++)
        put_field(&shape->fields[i], (const char *)object + shape->fields[i].offset,
                  out);
}

typedef struct Reader {
    const uint8_t *at;
    size_t left;
} Reader;

static bool
take(Reader *reader, void *out, size_t size)
{
    if (reader->left < size)
        return false;
    memcpy(out, reader->at, size);
    reader->at += size;
    reader->left -= size;
    return true;
}

static bool
take_u32(Reader *reader, uint32_t *out)
{
    if (!take(reader, out, sizeof *out))
        return false;
    *out = GUINT32_FROM_LE(*out);
    return true;
}

static bool
take_u64(Reader *reader, void *out)
{
    uint64_t wire;

    if (!take(reader, &wire, sizeof wire))
        return false;
    wire = GUINT64_FROM_LE(wire);
    memcpy(out, &wire, sizeof wire);
    return true;
}

static bool
take_text(Reader *reader, char **out)
{
    uint32_t size;

    if (!take_u32(reader, &size))
        return false;
    if (size == 0)
        return true;
    size--;
    if (reader->left < size || !is_utf8((const char *)reader->at, size) ||
        memchr(reader->at, '\0', size))
        return false;
    *out = g_strndup((const char *)reader->at, size);
    reader->at += size;
    reader->left -= size;
    return true;
}

static bool
take_enum(Reader *reader, const Field *field, void *out)
{
    uint32_t value;

    if (!take_u32(reader, &value) || value >= field->n_names)
        return false;
    memcpy(out, &value, sizeof value);
    return true;
}

static bool read_object(const Shape *shape, void *object, Reader *reader);

/* An item is at least four bytes on the wire, so the count bounds itself. */
static bool
take_list(Reader *reader, const Field *field, GPtrArray **out)
{
    uint32_t count;

    if (!take_u32(reader, &count) || count > reader->left / 4)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        char *text = NULL;

        if (field->of) {
            if (!read_object(field->of, shape_append(field->of, out), reader))
                return false;
            continue;
        }
        if (!take_text(reader, &text) || !text)
            return false;
        texts_append(out, text);
    }
    return true;
}

static bool
take_maybe(Reader *reader, const Field *field, void **out)
{
    uint32_t present;

    if (!take_u32(reader, &present) || present > 1)
        return false;
    if (!present)
        return true;
    *out = shape_new(field->of);
    return read_object(field->of, *out, reader);
}

static bool
take_bool(Reader *reader, bool *out)
{
    uint32_t value;

    if (!take_u32(reader, &value) || value > 1)
        return false;
    *out = value == 1;
    return true;
}

static bool
take_field(Reader *reader, const Field *field, void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        return take_text(reader, at);
    case FIELD_BOOL:
        return take_bool(reader, at);
    case FIELD_ENUM:
        return take_enum(reader, field, at);
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_REAL:
        return take_u64(reader, at);
    case FIELD_TEXTS:
    case FIELD_LIST:
        return take_list(reader, field, at);
    case FIELD_ONE:
        return read_object(field->of, at, reader);
    case FIELD_MAYBE:
        return take_maybe(reader, field, at);
    }
    return false;
}

static bool
read_object(const Shape *shape, void *object, Reader *reader)
{
    for (size_t i = 0; i < shape->n_fields; i++)
        if (!take_field(reader, &shape->fields[i],
                        (char *)object + shape->fields[i].offset))
            return false;
    return true;
}

bool
shape_read(const Shape *shape, void *object, const uint8_t *bytes, size_t size,
           GError **error)
{
    Reader reader = {bytes, size};

    shape_clear(shape, object);
    if (read_object(shape, object, &reader) && reader.left == 0)
        return true;
    shape_clear(shape, object);
    g_set_error(error, FAULT, FAULT_MESSAGE, "malformed %s of %zu bytes", shape->name,
                size);
    return false;
}
