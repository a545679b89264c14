/* Moving the write-ahead log into the database: only here, only by the registrar. */
#pragma once

#include "statement.h"

typedef struct Checkpoint {
    int pages;       /* in the log after the last commit */
    int moved_pages; /* in the log when it was last moved */
} Checkpoint;

/* Keeps `checkpoint->pages` true from now on; the checkpoint must stay where it is. */
void checkpoint_watch(Checkpoint *checkpoint, Database *db);
/* Between two groups. Waits for no reader. */
void checkpoint_if_due(Checkpoint *checkpoint, Database *db);
/* At the end: an empty log, unless a reader is at it. */
void checkpoint_finish(Database *db);
