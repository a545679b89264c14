/* Records as the store gives them, asked for by name and put together. */
#pragma once

#include "store/store.h"

/* For records that are in no database. `columns` and `values` end with NULL;
 * `numeric` names those that hold numbers, a space between them. */
StoreTable *records_new(const char *const *columns, const char *numeric);
void records_add(StoreTable *table, const char *const *values);

/* Where `name` is among the columns. Our own bug: nowhere. */
guint records_column(const StoreTable *table, const char *name);
/* Lent; NULL: null. */
const char *records_value(const StoreTable *table, guint row, const char *column);
/* One line; owned. */
char *records_json(const StoreTable *table, guint row);

/* Gives the only record of `table` a further column that holds the records of `list`.
 */
void records_nest(StoreTable *table, const char *column, const StoreTable *list);
/* Keeps only the records whose `column` is `value`. */
void records_keep(StoreTable *table, const char *column, const char *value);
