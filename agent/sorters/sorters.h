/* sorters: the house's side of the sandbox.
 *
 * Keeps processes of `postroom sort`, lends one to each mail, keeps its deadline,
 * answers its DNS questions from one shared libunbound cache, and replaces it when it
 * dies. Mails that wait for DNS do not count: a sorter more is started while they wait.
 * A mail is tried twice; whoever kills two sorters is a FAULT_MESSAGE: held. */
#pragma once

#include "model/dns.h"
#include "model/facts.h"
#include "model/mail.h"
#include "model/settings.h"
#include "model/trial.h"

typedef struct Resolver Resolver;

/* May wait three seconds for a server that does not answer, to learn whether its
 * answers can be validated. FAULT_CONFIG: the settings name no server, or no anchor. */
Resolver *resolver_new(const ResolverSettings *settings,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void resolver_free(Resolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolver, resolver_free)

/* Are its answers secure, insecure or bogus? Else they are all unchecked. */
bool resolver_validates(const Resolver *resolver);

typedef struct ResolverCounts {
    int64_t found, nodata, nxdomain, temporary;
} ResolverCounts;
void resolver_counts(Resolver *resolver, ResolverCounts *out);

/* The answer, if it is at hand; else NULL. Does not wait. */
DnsAnswer *resolver_known(Resolver *resolver, const char *name, DnsType type);
/* Blocks until there is an answer or `timeout_ms` has passed (DNS_TEMPORARY). */
DnsAnswer *resolver_ask(Resolver *resolver, const char *name, DnsType type,
                        int64_t timeout_ms);

typedef struct Sorters Sorters;

typedef struct SortersSettings {
    int count;            /* mails worked on at once; 0: one per core */
    const char *program;  /* the binary to exec; NULL: /proc/self/exe */
    int64_t memory_bytes; /* per sorter; 0: 1 GiB of address space */
} SortersSettings;

/* The resolver is lent and must outlive the sorters. */
Sorters *sorters_new(const SortersSettings *settings, Resolver *resolver,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits for jobs that are under way. */
void sorters_free(Sorters *sorters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sorters, sorters_free)

int64_t sorters_deaths(Sorters *sorters);

enum {
    SORTER_BOUNDS = 13
};
extern const int64_t sorter_bounds_us[SORTER_BOUNDS];

/* How long mails stayed with a sorter, its questions to DNS included. */
typedef struct SorterTimes {
    int64_t at_most[SORTER_BOUNDS + 1]; /* mails of up to that bound; the last: all */
    int64_t sum_us;
} SorterTimes;
void sorters_times(Sorters *sorters, SorterTimes *out);

/* Builds the table of what the house learned, and hands it to each sorter before its
 * next mail; where the guard refuses it, they keep the one they have. Blocks for as
 * long as learning takes. `report` is filled, and cleared by the caller. */
bool sorters_teach(Sorters *sorters, const Lessons *lessons, LearnReport *report,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One thread teaches at a time: between the two it reads lessons and hands them in. */
void sorters_begin_teaching(Sorters *sorters);
void sorters_end_teaching(Sorters *sorters);
/* Version of the lessons that were handed in last; -1: none were. Only while teaching.
 */
int64_t sorters_taught(const Sorters *sorters);
/* Lessons of another version teach nothing to this program. */
int64_t sorters_lesson_version(void);

/* A job under way. Jobs run side by side; each is finished exactly once. */
typedef struct SortJob SortJob;

/* Copies the settings, keeps a reference on the mail. Blocks while the queue is full.
 */
SortJob *sorters_begin(Sorters *sorters, GBytes *mail, const SortSettings *settings);

/* Blocks, frees the job. NULL and FAULT_MESSAGE: the mail is to be held. */
Facts *sorters_finish(SortJob *job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The decoded bytes of part `part`, through a sorter. */
GBytes *sorters_attachment(Sorters *sorters, GBytes *mail, const SortSettings *settings,
                           const char *part, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One mechanism of authentication alone, in a sorter. `mail` may be empty where the
 * trial needs none. Blocks. Owned. */
TrialReport *sorters_try(Sorters *sorters, GBytes *mail, const SortSettings *settings,
                         const Trial *trial, GError **error) G_GNUC_WARN_UNUSED_RESULT;
