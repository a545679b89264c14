#include "checkpoint.h"

enum {
    PAGE_BYTES = 4096,                        /* SQLite's default, which we keep */
    PASSIVE_PAGES = (16 << 20) / PAGE_BYTES,  /* each time the log grew by as much */
    TRUNCATE_PAGES = (64 << 20) / PAGE_BYTES, /* give the disk back */
};

static int
remember_pages(void *self, sqlite3 *sqlite, const char *schema, int pages)
{
    Checkpoint *checkpoint = self;

    (void)sqlite;
    (void)schema;
    checkpoint->pages = pages;
    return SQLITE_OK;
}

void
checkpoint_watch(Checkpoint *checkpoint, Database *db)
{
    *checkpoint = (Checkpoint){0};
    (void)sqlite3_wal_hook(db->sqlite, remember_pages, checkpoint); /* no hook before */
}

/* A failure is no loss: every commit is safe in the log, the next call tries again, and
 * a disk that is full or broken fails the next commit with a fault. */
static void
move_log(Database *db, int mode)
{
    (void)sqlite3_wal_checkpoint_v2(db->sqlite, NULL, mode, NULL, NULL);
}

/* TRUNCATE waits for readers as long as the busy handler lets it: here, not at all. */
static void
truncate_log(Database *db)
{
    g_auto(Statement) patience = statement_begin(db, "PRAGMA busy_timeout", "");
    int before = statement_row(&patience) ? (int)statement_int(&patience, 0) : 0;

    statement_clear(&patience);
    (void)sqlite3_busy_timeout(db->sqlite, 0); /* cannot fail on an open connection */
    move_log(db, SQLITE_CHECKPOINT_TRUNCATE);
    (void)sqlite3_busy_timeout(db->sqlite, before);
}

void
checkpoint_if_due(Checkpoint *checkpoint, Database *db)
{
    if (checkpoint->pages < checkpoint->moved_pages)
        checkpoint->moved_pages = 0; /* the log began anew */
    if (checkpoint->pages - checkpoint->moved_pages < PASSIVE_PAGES)
        return;
    checkpoint->moved_pages = checkpoint->pages;
    if (checkpoint->pages < TRUNCATE_PAGES)
        move_log(db, SQLITE_CHECKPOINT_PASSIVE);
    else
        truncate_log(db);
}

void
checkpoint_finish(Database *db)
{
    truncate_log(db);
}
