#include "sort/parse/risk.h"

#include <string.h>

#include "sort/parse/archive.h"

static const char *const executable_suffixes[] = {
    "exe", "scr",    "com", "bat", "cmd", "pif", "msi", "msp", "dll",
    "cpl", "hta",    "js",  "jse", "vbs", "vbe", "wsf", "wsh", "ps1",
    "lnk", "jar",    "reg", "chm", "iso", "img", "vhd", "app", "sh",
    "apk", "gadget", "scf", "url", "inf", "sys", "ace", "xll", "msix",
};

static const char *const macro_suffixes[] = {
    "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb",
    "pptm", "potm", "ppsm", "ppam", "sldm",
};

static const char *const document_suffixes[] = {
    "pdf", "doc", "docx", "xls", "xlsx", "ppt",  "pptx", "txt", "jpg", "jpeg",
    "png", "gif", "rtf",  "csv", "zip",  "html", "htm",  "mp3", "mp4", "odt",
};

static const char *const executable_types[] = {
    "application/vnd.microsoft.portable-executable",
    "application/x-elf",
    "application/x-mach-binary",
    "application/x-ms-shortcut",
    "application/java-archive",
};

static bool
is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

#define IS_ONE_OF(word, words) is_one_of((word), (words), G_N_ELEMENTS(words))

/* "Report.PDF .exe " ends in "exe": blanks and invisible marks do not count. */
static char **
suffixes_of(const char *filename)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (const char *at = filename; *at && plain->len < 4096;
         at = g_utf8_find_next_char(at, NULL)) {
        gunichar c = g_utf8_get_char(at);

        if (!g_unichar_isspace(c) && g_unichar_type(c) != G_UNICODE_FORMAT)
            g_string_append_unichar(plain, g_unichar_tolower(c));
    }
    while (plain->len && plain->str[plain->len - 1] == '.')
        g_string_truncate(plain, plain->len - 1);
    return g_strsplit(plain->str, ".", -1);
}

/* Marks that turn the direction of what follows. */
static const char *const overrides[] = {"\xe2\x80\xae", "\xe2\x80\xad", "\xe2\x81\xa6",
                                        "\xe2\x81\xa7", "\xe2\x80\xab", NULL};

/* Characters without width that no script needs within a name. */
static const char *const widthless[] = {"\xe2\x80\x8b", "\xe2\x81\xa0", "\xef\xbb\xbf",
                                        "\xc2\xad", NULL};

static bool
has_any(const char *filename, const char *const *marks)
{
    for (; *marks; marks++) {
        if (strstr(filename, *marks))
            return true;
    }
    return false;
}

void
parse_mark(Attachment *attachment, const char *risk)
{
    for (size_t i = 0; i < list_length(attachment->risk); i++) {
        if (strcmp(attachment->risk->pdata[i], risk) == 0)
            return;
    }
    texts_append(&attachment->risk, g_strdup(risk));
}

static void
mark_name(Attachment *attachment)
{
    g_auto(GStrv) suffixes = suffixes_of(attachment->filename);
    guint count = g_strv_length(suffixes);
    bool executable;

    if (has_any(attachment->filename, overrides))
        parse_mark(attachment, "rtl_override");
    if (has_any(attachment->filename, widthless))
        parse_mark(attachment, "zero_width");
    if (count < 2)
        return;
    executable = IS_ONE_OF(suffixes[count - 1], executable_suffixes);
    if (executable)
        parse_mark(attachment, "executable");
    if (executable && count > 2 && IS_ONE_OF(suffixes[count - 2], document_suffixes))
        parse_mark(attachment, "double_extension");
    if (IS_ONE_OF(suffixes[count - 1], macro_suffixes))
        parse_mark(attachment, "macro");
}

static bool
contains(const guint8 *bytes, size_t size, const void *sought, size_t sought_size)
{
    return size > 0 && memmem(bytes, size, sought, sought_size) != NULL;
}

/* OLE names its streams in UTF-16; OOXML keeps its macros in vbaProject.bin. */
static bool
has_macro(const guint8 *bytes, size_t size, const char *type)
{
    static const char stream[] = "_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T";

    if (strcmp(type, "application/x-ole-storage") == 0)
        return contains(bytes, size, stream, sizeof stream - 1);
    return (g_str_has_prefix(type, "application/vnd.openxmlformats") ||
            strcmp(type, "application/zip") == 0) &&
           contains(bytes, size, "vbaProject.bin", 14);
}

static void
mark_members(const guint8 *bytes, size_t size, Attachment *attachment)
{
    ArchiveFindings findings;

    parse_look_into_archive(bytes, size, &findings);
    if (findings.is_encrypted)
        parse_mark(attachment, "encrypted_archive");
    if (findings.is_bomb)
        parse_mark(attachment, "archive_bomb");
    if (findings.is_unreadable)
        parse_mark(attachment, "unreadable_archive");
    if (findings.has_executable)
        parse_mark(attachment, "executable_in_archive");
}

void
parse_mark_risks(const guint8 *bytes, size_t size, Attachment *attachment)
{
    const char *type = attachment->content_type;

    if (attachment->filename)
        mark_name(attachment);
    if (IS_ONE_OF(type, executable_types))
        parse_mark(attachment, "executable");
    if (has_macro(bytes, size, type))
        parse_mark(attachment, "macro");
    if (parse_is_archive(type))
        mark_members(bytes, size, attachment);
}

bool
parse_is_executable_name(const char *filename)
{
    g_autofree char *valid = g_utf8_make_valid(filename, -1);
    g_auto(GStrv) suffixes = suffixes_of(valid);
    guint count = g_strv_length(suffixes);

    return count >= 2 && IS_ONE_OF(suffixes[count - 1], executable_suffixes);
}
