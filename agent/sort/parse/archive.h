/* A look at an archive's table of contents. Nothing is extracted, nothing is written.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct ArchiveFindings {
    bool is_encrypted;
    bool is_bomb;       /* claims to grow beyond reason, or has too many members */
    bool is_unreadable; /* not understood: never to be called clean */
    bool has_executable;
} ArchiveFindings;

bool parse_is_archive(const char *type);
void parse_look_into_archive(const guint8 *bytes, size_t size, ArchiveFindings *out);
bool parse_is_executable_name(const char *filename);

void parse_init_archives(void);
