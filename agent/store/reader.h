/* What commands read, for the other files of the room. */
#pragma once

#include "statement.h"
#include "store.h"

struct StoreReader {
    Database db;
};

/* Whole answers in memory: commands print what people read. */
StoreTable *reader_table(Statement *statement, GError **error);
