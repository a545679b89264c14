#include "sort/parse/archive.h"

#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

typedef struct archive ArchiveReader;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveReader, archive_read_free)

enum {
    MEMBERS_MOST = 1000,
    GROWTH_MOST = 200
};
static const int64_t EXPANDED_MOST = (int64_t)2 << 30;

static const char *const archive_types[] = {
    "application/zip",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-tar",
    "application/java-archive",
    "application/vnd.ms-cab-compressed",
    "application/x-iso9660-image",
};

bool
parse_is_archive(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(archive_types); i++) {
        if (strcmp(archive_types[i], type) == 0)
            return true;
    }
    return false;
}

/* Containers only: no filter is allowed, so nothing is decompressed but what a format
 * needs for its own table of contents. */
static ArchiveReader *
open_reader(const guint8 *bytes, size_t size)
{
    g_autoptr(ArchiveReader) reader = archive_read_new();

    if (!reader || archive_read_support_format_zip_seekable(reader) != ARCHIVE_OK ||
        archive_read_support_format_rar(reader) != ARCHIVE_OK ||
        archive_read_support_format_7zip(reader) != ARCHIVE_OK ||
        archive_read_support_format_tar(reader) != ARCHIVE_OK ||
        archive_read_support_format_cab(reader) != ARCHIVE_OK ||
        archive_read_support_format_iso9660(reader) != ARCHIVE_OK ||
        archive_read_open_memory(reader, bytes, size) != ARCHIVE_OK)
        return NULL;
    return g_steal_pointer(&reader);
}

static void
look_at_member(struct archive_entry *entry, ArchiveFindings *out, int64_t *expanded)
{
    const char *name = archive_entry_pathname_utf8(entry);

    if (!name)
        name = archive_entry_pathname(entry);
    if (archive_entry_is_data_encrypted(entry) ||
        archive_entry_is_metadata_encrypted(entry))
        out->is_encrypted = true;
    if (!name)
        out->is_unreadable = true;
    else if (parse_is_executable_name(name))
        out->has_executable = true;
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0)
        *expanded = MIN(*expanded, EXPANDED_MOST) +
                    MIN(archive_entry_size(entry), EXPANDED_MOST);
}

void
parse_look_into_archive(const guint8 *bytes, size_t size, ArchiveFindings *out)
{
    g_autoptr(ArchiveReader) reader = open_reader(bytes, size);
    struct archive_entry *entry;
    int64_t expanded = 0;
    int result = ARCHIVE_FATAL;
    unsigned members = 0;

    *out = (ArchiveFindings){0};
    while (reader && members < MEMBERS_MOST &&
           ((result = archive_read_next_header(reader, &entry)) == ARCHIVE_OK ||
            result == ARCHIVE_WARN)) {
        look_at_member(entry, out, &expanded);
        members++;
    }
    if (reader && archive_read_has_encrypted_entries(reader) == 1)
        out->is_encrypted = true;
    out->is_bomb = members >= MEMBERS_MOST || expanded >= EXPANDED_MOST ||
                   expanded / GROWTH_MOST > (int64_t)size;
    out->is_unreadable =
        out->is_unreadable || (result != ARCHIVE_EOF && members < MEMBERS_MOST);
}

/* libarchive turns the names of members into the locale's charset by iconv, which loads
 * a file for each charset at its first use and may drop it with its last. The formats
 * above need these few; one converter of each pair stays open for good. */
void
parse_init_archives(void)
{
    static const char *const charsets[] = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-8"};
    /* Belongs to the process, like the modules it keeps loaded. */
    static iconv_t kept[3 * G_N_ELEMENTS(charsets)];
    const char *local;

    if (kept[0])
        return;
    /* Without it libarchive gives no name that is not ASCII. A sorter is a process of
     * its own, and nothing else in it asks for the locale's characters. */
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* absent: such names count as unreadable */
    local = nl_langinfo(CODESET);
    for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++) {
        kept[3 * i] = iconv_open(local, charsets[i]);
        kept[3 * i + 1] = iconv_open("UTF-8", charsets[i]);
        kept[3 * i + 2] = iconv_open(charsets[i], local);
    }
}
