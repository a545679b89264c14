/* What the tests of this room need to hand a mail in and get a Reading out. */
#pragma once

#include <glib.h>
#include <string.h>

#include "sort/parse/parse.h"

static inline Reading *
read_bytes(const void *bytes, size_t size)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) mail = g_bytes_new(bytes, size);
    Reading *reading = shape_new(&reading_shape);

    settings->origin.received_at = 1790000000; /* September 2026 */
    parse_mail(mail, settings, reading);
    return reading;
}

static inline Reading *
read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static inline void
free_reading(Reading *reading)
{
    shape_free(&reading_shape, reading);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, free_reading)

static inline bool
has_text(const GPtrArray *texts, const char *sought)
{
    for (size_t i = 0; i < list_length(texts); i++) {
        if (strcmp(texts->pdata[i], sought) == 0)
            return true;
    }
    return false;
}

static inline const Attachment *
attachment_at(const Reading *reading, size_t i)
{
    g_assert_cmpuint(list_length(reading->message.attachments), >, i);
    return reading->message.attachments->pdata[i];
}

static inline const Address *
address_at(const GPtrArray *list, size_t i)
{
    g_assert_cmpuint(list_length(list), >, i);
    return list->pdata[i];
}

/* What others wrote and this project may only look at; NULL where it is missing. */
static inline char *
shared_folder(void)
{
    const char *said = g_getenv("POSTROOM_DATA");
    char *folder = said ? g_strdup(said)
                        : g_build_filename(TEST_FOLDER, "..", "..", "..", "..", "..",
                                           "shared", "data", NULL);

    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return folder;
    g_free(folder);
    return NULL;
}
