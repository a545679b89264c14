/* CSV from other programs: RFC 4180, with a row of names first. */
#pragma once

#include <glib.h>

typedef struct CsvFile {
    GPtrArray *names; /* texts, lower case, '-' and ' ' as '_' */
    GPtrArray *rows;  /* GPtrArray of texts, as many as there are names */
    GArray *lines;    /* guint: where each row begins */
} CsvFile;

/* FAULT_MESSAGE names file and line. Separators are ',' or, where the names have it,
 * ';' or tab. */
CsvFile *csv_file_read(const char *file, GError **error);
void csv_file_free(CsvFile *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvFile, csv_file_free)

/* Lent; NULL: empty, or no such column. `names` ends with NULL: the first there is. */
const char *csv_file_value(const CsvFile *csv, guint row, const char *const *names);
