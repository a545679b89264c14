/* Gathering: SQLite writes its log page by page, with a call for each page and one for
 * each page's header; what follows on each other leaves in one call of many pages.
 *
 * A VFS over the default one. Nothing is held beyond a sync, and nothing that was held
 * is ever read from the file. It wants `PRAGMA synchronous = FULL`: then SQLite syncs a
 * file before it tells anybody of what it wrote there. */
#pragma once

#include <sqlite3.h>

typedef struct Gathering Gathering;

/* Over the VFS that is the default now. */
Gathering *gathering_new(void);
/* When no connection uses it any more; NULL is no harm. */
void gathering_free(Gathering *gathering);
/* For sqlite3_open_v2; lent. */
const char *gathering_name(const Gathering *gathering);
