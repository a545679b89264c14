/* The commonest command: everything of one kind, as a table or as JSON. */
#pragma once

#include "cli/options.h"
#include "cli/table.h"

typedef StoreTable *(*ListingRead)(StoreReader *reader, GError **error);

/* NULL: printed, *exit_code is set. */
StoreTable *listing_read(const CommonOptions *options, ListingRead read,
                         int *exit_code);
/* As a table or as JSON; returns an exit code. `shown` as for table_print. */
int listing_show(const CommonOptions *options, const StoreTable *records,
                 const TableColumn *shown);
/* Reads, prints, returns an exit code. `shown` as for table_print. */
int listing_print(const CommonOptions *options, ListingRead read,
                  const TableColumn *shown);
