/* One mail with one sorter: what is asked of it, and the conversation about it. A job
 * belongs to who began it until it is done, but for the keeper that works on it. */
#pragma once

#include "sorters/child.h"
#include "sorters/sorters.h"

struct SortJob {
    Sorters *sorters;
    GBytes *mail;
    SortSettings *settings;
    char *part;         /* NULL: no part is asked for */
    const Trial *trial; /* NULL: no trial; else lent by who waits */
    TrialReport *report;
    Facts *facts;
    GBytes *bytes;
    GError *fault;
    bool is_done;
};

SortJob *job_new(Sorters *sorters, GBytes *mail, const SortSettings *settings);
void job_free(SortJob *job);

/* What a job needs of the house while it runs. `pause` and `resume` stand around a wait
 * for the network, in which another mail may be worked on. */
typedef struct JobHouse {
    Resolver *resolver;
    void (*pause)(Sorters *sorters);
    void (*resume)(Sorters *sorters);
} JobHouse;

/* True: the job has its result. False: the sorter died, or lied, or was too slow, and
 * has been ended; `error` says how (FAULT_MESSAGE). Blocks. */
bool job_try(SortJob *job, Child *child, const JobHouse *house, GError **error);
