/* Records of the database on stdout: an aligned table for people, with --json one
 * object a line, with --csv a file for a spreadsheet. Texts are printed as print.h
 * says. */
#pragma once

#include "store/store.h"

/* What of a record people see. */
typedef struct TableColumn {
    const char *name;  /* of the StoreTable */
    const char *title; /* NULL: the name */
    size_t most;       /* columns of a terminal; 0: as many as it needs */
    int drop;          /* a narrow terminal does without: the highest first; 0: never */
} TableColumn;

/* "3 h" of a text of seconds; owned. */
char *table_duration(const char *seconds);

/* Of the terminal; very wide where there is none. */
size_t table_line_width(void);

/* `shown` ends with a column without a name. */
void table_print(const StoreTable *table, const TableColumn *shown);
void table_print_json(const StoreTable *table);
/* RFC 4180. A text that a spreadsheet would compute gets an apostrophe in front. */
void table_print_csv(const StoreTable *table);

/* Record `row` as `title    value` lines; what is null or empty is left out. */
void table_print_fields(const StoreTable *table, guint row, const TableColumn *shown);
