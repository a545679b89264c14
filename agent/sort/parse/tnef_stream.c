#include "sort/parse/tnef_stream.h"

#include <string.h>

enum {
    FILES_MOST = 200,
    PROPERTIES_MOST = 5000,
    VALUES_MOST = 1000,
    STREAM_HEAD = 6,
    GUID_BYTES = 16,
    IS_WIDE = 0x1f,
    IS_MULTIPLE = 0x1000,
    IS_NAMED = 0x8000
};

/* Attributes of the stream itself. */
enum {
    ATT_BODY = 0x0002800c,
    ATT_CODE_PAGE = 0x00069007,
    ATT_PROPERTIES = 0x00069003,
    ATT_FILE_BEGINS = 0x00069002,
    ATT_FILE_TITLE = 0x00018010,
    ATT_FILE_BYTES = 0x0006800f,
    ATT_FILE_PROPERTIES = 0x00069005
};

/* MAPI properties within them. */
enum {
    PR_BODY = 0x1000,
    PR_RTF = 0x1009,
    PR_HTML = 0x1013,
    PR_FILE_BYTES = 0x3701,
    PR_FILE_NAME = 0x3704,
    PR_FILE_LONG_NAME = 0x3707,
    PR_FILE_TYPE = 0x370e,
    PR_FILE_ID = 0x3712,
    PR_OBJECT = 0x000d
};

typedef struct Cursor {
    Span bytes;
    size_t at;
    bool is_broken;
} Cursor;

typedef struct Property {
    unsigned type;
    unsigned id;
    Span value;
} Property;

static Span
take_span(Cursor *cursor, size_t size)
{
    Span none = {cursor->bytes.at, 0};

    if (cursor->is_broken || size > cursor->bytes.size - cursor->at) {
        cursor->is_broken = true;
        return none;
    }
    cursor->at += size;
    return parse_slice(cursor->bytes, cursor->at - size, cursor->at);
}

static unsigned
number_of_bytes(Span bytes)
{
    unsigned number = 0;

    for (size_t i = MIN(bytes.size, 4); i > 0; i--)
        number = number << 8 | (unsigned char)bytes.at[i - 1];
    return number;
}

static unsigned
take_number(Cursor *cursor, size_t size)
{
    return number_of_bytes(take_span(cursor, size));
}

/* Values fill whole words of four bytes. */
static Span
take_padded(Cursor *cursor, size_t size)
{
    Span value = take_span(cursor, size);

    (void)take_span(cursor, MIN((4 - size % 4) % 4, cursor->bytes.size - cursor->at));
    return value;
}

/* 0: its length is written in front of it. */
static size_t
fixed_size(unsigned type)
{
    switch (type) {
    case 0x1e:
    case IS_WIDE:
    case 0x0102:
    case PR_OBJECT:
        return 0;
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x14:
    case 0x40:
        return 8;
    case 0x48:
        return GUID_BYTES;
    default:
        return 4;
    }
}

static void
skip_name(Cursor *cursor)
{
    (void)take_span(cursor, GUID_BYTES);
    if (take_number(cursor, 4) == 0)
        (void)take_span(cursor, 4);
    else
        (void)take_padded(cursor, take_number(cursor, 4));
}

static Property
take_property(Cursor *cursor)
{
    Property property = {.type = take_number(cursor, 2), .id = take_number(cursor, 2)};
    unsigned base = property.type & ~(unsigned)IS_MULTIPLE;
    size_t size = fixed_size(base);
    unsigned count = 1;

    if (property.id & IS_NAMED)
        skip_name(cursor);
    if (size == 0 || (property.type & IS_MULTIPLE))
        count = take_number(cursor, 4);
    if (count > VALUES_MOST)
        cursor->is_broken = true;
    for (unsigned i = 0; i < count && !cursor->is_broken; i++) {
        Span value = take_padded(cursor, size ? size : take_number(cursor, 4));

        if (i == 0)
            property.value = value;
    }
    return property;
}

static void
keep_for_file(const Property *property, TnefFile *file)
{
    switch (property->id) {
    case PR_FILE_NAME:
        if (file->name.size && file->is_name_wide)
            break;
        G_GNUC_FALLTHROUGH;
    case PR_FILE_LONG_NAME:
        file->name = property->value;
        file->is_name_wide = property->type == IS_WIDE;
        break;
    case PR_FILE_TYPE:
        file->type = property->value;
        break;
    case PR_FILE_ID:
        file->content_id = property->value;
        break;
    case PR_FILE_BYTES:
        /* An object begins with the name of its interface. */
        file->is_message = property->type == PR_OBJECT;
        file->bytes = property->value;
        if (file->is_message && file->bytes.size >= GUID_BYTES)
            file->bytes = parse_slice(file->bytes, GUID_BYTES, file->bytes.size);
        break;
    default:
        break;
    }
}

static void
keep_for_message(const Property *property, TnefStream *out)
{
    switch (property->id) {
    case PR_BODY:
        out->text = property->value;
        out->is_text_wide = property->type == IS_WIDE;
        break;
    case PR_HTML:
        out->html = property->value;
        break;
    case PR_RTF:
        out->rtf = property->value;
        break;
    default:
        break;
    }
}

/* `file` NULL: they are the message's. */
static void
read_properties(Span bytes, TnefFile *file, TnefStream *out)
{
    Cursor cursor = {bytes, 0, false};
    unsigned count = take_number(&cursor, 4);

    for (unsigned i = 0; i < MIN(count, (unsigned)PROPERTIES_MOST); i++) {
        Property property = take_property(&cursor);

        if (cursor.is_broken)
            return;
        if (file)
            keep_for_file(&property, file);
        else
            keep_for_message(&property, out);
    }
}

static TnefFile *
last_file(TnefStream *out)
{
    return out->files->len ? &g_array_index(out->files, TnefFile, out->files->len - 1)
                           : NULL;
}

static void
read_file_attribute(unsigned id, Span value, TnefStream *out)
{
    TnefFile *file;

    if (id == ATT_FILE_BEGINS && out->files->len < FILES_MOST) {
        g_array_set_size(out->files, out->files->len + 1);
        return;
    }
    file = last_file(out);
    if (!file)
        return;
    if (id == ATT_FILE_TITLE && file->name.size == 0)
        file->name = value;
    else if (id == ATT_FILE_BYTES)
        file->bytes = value;
    else if (id == ATT_FILE_PROPERTIES)
        read_properties(value, file, out);
}

static void
read_attribute(unsigned id, Span value, TnefStream *out)
{
    if (id == ATT_BODY && out->text.size == 0)
        out->text = value;
    else if (id == ATT_CODE_PAGE)
        out->code_page = number_of_bytes(value);
    else if (id == ATT_PROPERTIES)
        read_properties(value, NULL, out);
    else
        read_file_attribute(id, value, out);
}

bool
parse_is_tnef(Span bytes)
{
    return bytes.size > STREAM_HEAD && memcmp(bytes.at, "\x78\x9f\x3e\x22", 4) == 0;
}

void
parse_read_tnef(Span bytes, TnefStream *out)
{
    Cursor cursor = {bytes, STREAM_HEAD, false};

    *out = (TnefStream){.files = g_array_new(FALSE, TRUE, sizeof(TnefFile))};
    out->is_broken = !parse_is_tnef(bytes);
    while (!out->is_broken && cursor.at < bytes.size) {
        unsigned id;
        Span value;

        (void)take_number(&cursor, 1); /* the id tells the level, too */
        id = take_number(&cursor, 4);
        value = take_span(&cursor, take_number(&cursor, 4));
        if (!cursor.is_broken)
            read_attribute(id, value, out);
        (void)take_number(&cursor, 2); /* a checksum says nothing about who wrote it */
        out->is_broken = cursor.is_broken;
    }
}

void
parse_clear_tnef(TnefStream *stream)
{
    if (stream->files)
        g_array_free(stream->files, TRUE);
    *stream = (TnefStream){0};
}
