#include "sort/parse/truetype.h"

#include <stdbool.h>
#include <string.h>

typedef struct Magic {
    const char *bytes;
    size_t size;
    size_t offset;
    const char *type;
} Magic;

#define MAGIC(bytes, offset, type)                                                     \
    {                                                                                  \
        bytes, sizeof(bytes) - 1, offset, type                                         \
    }

static const Magic magics[] = {
    MAGIC("%PDF-", 0, "application/pdf"),
    MAGIC("\x89PNG\r\n\x1a\n", 0, "image/png"),
    MAGIC("\xff\xd8\xff", 0, "image/jpeg"),
    MAGIC("GIF87a", 0, "image/gif"),
    MAGIC("GIF89a", 0, "image/gif"),
    MAGIC("II*\0", 0, "image/tiff"),
    MAGIC("MM\0*", 0, "image/tiff"),
    MAGIC("WEBP", 8, "image/webp"),
    MAGIC("MZ", 0, "application/vnd.microsoft.portable-executable"),
    MAGIC("\x7f"
          "ELF",
          0, "application/x-elf"),
    MAGIC("\xfe\xed\xfa\xce", 0, "application/x-mach-binary"),
    MAGIC("\xcf\xfa\xed\xfe", 0, "application/x-mach-binary"),
    MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
    MAGIC("Rar!\x1a\x07", 0, "application/vnd.rar"),
    MAGIC("7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"),
    MAGIC("\x1f\x8b", 0, "application/gzip"),
    MAGIC("BZh", 0, "application/x-bzip2"),
    MAGIC("\xfd"
          "7zXZ\0",
          0, "application/x-xz"),
    MAGIC("MSCF", 0, "application/vnd.ms-cab-compressed"),
    MAGIC("CD001", 0x8001, "application/x-iso9660-image"),
    MAGIC("ustar", 257, "application/x-tar"),
    MAGIC("{\\rtf", 0, "application/rtf"),
    MAGIC("\x78\x9f\x3e\x22", 0, "application/ms-tnef"),
    MAGIC("L\0\0\0\x01\x14\x02\0", 0, "application/x-ms-shortcut"),
    MAGIC("OggS", 0, "audio/ogg"),
    MAGIC("ID3", 0, "audio/mpeg"),
    MAGIC("ftyp", 4, "video/mp4"),
};

static bool
has_bytes(const guint8 *bytes, size_t size, const char *sought)
{
    return memmem(bytes, size, sought, strlen(sought)) != NULL;
}

/* OOXML and OpenDocument are ZIP files; the names of their first members tell. */
static const char *
kind_of_zip(const guint8 *bytes, size_t size)
{
    size_t head = MIN(size, 64 << 10);
    bool is_office = has_bytes(bytes, head, "[Content_Types].xml") ||
                     has_bytes(bytes, head, "_rels/");

    if (has_bytes(bytes, MIN(size, 128), "mimetypeapplication/vnd.oasis.opendocument"))
        return "application/vnd.oasis.opendocument";
    if (is_office && has_bytes(bytes, size, "word/"))
        return "application/"
               "vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (is_office && has_bytes(bytes, size, "xl/"))
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (is_office && has_bytes(bytes, size, "ppt/"))
        return "application/"
               "vnd.openxmlformats-officedocument.presentationml.presentation";
    if (has_bytes(bytes, head, "META-INF/MANIFEST.MF"))
        return "application/java-archive";
    return "application/zip";
}

const char *
parse_true_type(const guint8 *bytes, size_t size)
{
    if (size >= 4 &&
        (memcmp(bytes, "PK\x03\x04", 4) == 0 || memcmp(bytes, "PK\x05\x06", 4) == 0))
        return kind_of_zip(bytes, size);
    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++) {
        const Magic *magic = &magics[i];

        if (size >= magic->offset + magic->size &&
            memcmp(bytes + magic->offset, magic->bytes, magic->size) == 0)
            return magic->type;
    }
    return NULL;
}
