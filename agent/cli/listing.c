#include "cli/listing.h"

#include "cli/print.h"

StoreTable *
listing_read(const CommonOptions *options, ListingRead read, int *exit_code)
{
    g_autoptr(StoreReader) reader = options_open_reader(options, exit_code);
    g_autoptr(GError) error = NULL;
    StoreTable *records;

    if (!reader)
        return NULL;
    records = read(reader, &error);
    if (!records)
        *exit_code = options_fail(error);
    return records;
}

int
listing_show(const CommonOptions *options, const StoreTable *records,
             const TableColumn *shown)
{
    if (options->json)
        table_print_json(records);
    else
        table_print(records, shown);
    return print_end();
}

int
listing_print(const CommonOptions *options, ListingRead read, const TableColumn *shown)
{
    int code;
    g_autoptr(StoreTable) records = listing_read(options, read, &code);

    return records ? listing_show(options, records, shown) : code;
}
