/* Full text, written behind the commit: in large groups it costs half, and no mail
 * waits for it. A cursor in `house` says how far it has come, so a crash only delays
 * it. */
#pragma once

#include "statement.h"

typedef struct SearchIndex {
    bool is_behind;  /* there may be messages it has not read */
    int64_t last_us; /* monotonic, of the last step */
} SearchIndex;

/* Messages may have been filed. */
void search_index_expect(SearchIndex *index);
bool search_index_is_behind(const SearchIndex *index);
/* Behind, and the house has not been quiet for long. */
bool search_index_is_overdue(const SearchIndex *index);
/* Reads the next group of messages, in a transaction of its own. */
bool search_index_step(SearchIndex *index, Database *db,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Until the next commit. */
void search_index_give_up(SearchIndex *index);
