/* Mails of one folder on their way: at most so many with the sorters, at most so many
 * with the registrar, filed in the order they came in. Belongs to one collector. */
#pragma once

#include "ingest/filing.h"

typedef struct Pipeline Pipeline;

Pipeline *pipeline_new(const IngestHouse *house, const MailboxConfig *mailbox,
                       const StoreFolder *folder, IngestCounts *counts);

/* Takes `mail`. Blocks while the pipeline is full. `whole_bytes` came, or would have,
 * `listed_bytes` were announced. False: the database refused, and nothing further can
 * be filed. */
bool pipeline_add(Pipeline *pipeline, Mail *mail, int64_t whole_bytes,
                  int64_t listed_bytes, GError **error);

/* Waits for everything under way. */
bool pipeline_finish(Pipeline *pipeline, GError **error);

/* After pipeline_finish: the lowest UID that was left for a later round; 0: none. */
uint32_t pipeline_first_postponed(const Pipeline *pipeline);

/* Waits too, and forgets what could not be filed: the ledger knows. */
void pipeline_free(Pipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pipeline, pipeline_free)
