/* What the house has learned, as sealed memory that every sorter may look at and none
 * can change. A new table is handed over between two mails. */
#pragma once

#include <pthread.h>

#include "sorters/child.h"

typedef struct Handout {
    pthread_mutex_t lock; /* guards the rest */
    int descriptor;       /* -1: nothing was learned */
    uint64_t size_bytes;
    int64_t version;
} Handout;

void handout_init(Handout *handout);
void handout_clear(Handout *handout);

/* FAULT_RETRY: no memory for it. */
bool handout_replace(Handout *handout, GBytes *table,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives the newest table to a sorter that has an older one, or none. False: the sorter
 * does not take it, so it is dead. */
bool handout_give(Handout *handout, Child *child);
