/* The mails a fetch is after: which are still open, and how a command names them. */
#pragma once

#include "imap/imap.h"
#include "imap/response.h"

typedef struct Wanted {
    uint32_t uid;
    int64_t hint_bytes;
    bool is_settled; /* delivered, or refused alone */
    bool is_nil;     /* the server said so, but may still say otherwise */
    bool has_bytes;  /* by the listing */
} Wanted;

/* A run of Wanted asked for by one command. */
typedef struct Batch {
    guint first;
    guint count;
    int64_t hint_bytes;
    bool is_alone;  /* came back refused: nothing else may be in flight */
    bool is_half;   /* the other half is on top of the stack of refused ones */
    bool is_guilty; /* the other half was given: what is refused is in here */
    char tag[TAG_BYTES];
} Batch;

/* GArray of Wanted, ascending, each UID once. */
GArray *wanted_new(const GArray *listings);
Wanted *wanted_at(const GArray *wanted, guint index);
/* NULL: nobody asked for that UID. */
Wanted *wanted_find(const GArray *wanted, uint32_t uid);

guint batch_count_open(const GArray *wanted, const Batch *batch);
/* Appends the open ones as a set, "4:9,12": ascending, and no UID beyond them. */
void batch_append_set(const GArray *wanted, const Batch *batch, GString *command);
