#include "daemon/health.h"

#include "base/clock.h"
#include "daemon/metrics.h"
#include "desk/desk.h"

enum {
    PROOF_HOLDS_US = 250000 /* so long a commit proves that commits are possible */
};

struct Health {
    HealthSources sources;
    Desk *desk;
    StoreVitals *vitals; /* the desk's thread's, like the rest */
    int64_t proven_us;   /* when a commit was last tried; 0: never */
    char *refused;       /* why it failed; NULL: it did not */
};

/* Probes may come often, and each commit waits for the disk. */
static bool
is_writable(Health *health, char **because)
{
    int64_t now_us = clock_monotonic_us();
    g_autoptr(GError) error = NULL;

    if (!health->proven_us || now_us - health->proven_us > PROOF_HOLDS_US) {
        g_clear_pointer(&health->refused, g_free);
        if (!store_prove_writable(health->sources.store, &error))
            health->refused =
                g_strconcat("the database cannot be written: ", error->message, NULL);
        health->proven_us = now_us;
    }
    *because = g_strdup(health->refused);
    return !health->refused;
}

static bool
is_ready(void *self, char **because)
{
    Health *health = self;
    ScheduleCounts counts;

    schedule_counts(health->sources.schedule, &counts);
    if (counts.mailboxes > 0 && counts.stopped == counts.mailboxes) {
        *because = g_strdup("every mailbox is stopped");
        return false;
    }
    return is_writable(health, because);
}

static char *
write_metrics(void *self)
{
    const Health *health = self;

    return metrics_text(&health->sources, health->vitals);
}

Health *
health_open(const HealthSources *sources, GError **error)
{
    Health *health = g_new0(Health, 1);
    DeskQuestions questions = {is_ready, write_metrics, health};
    const char *listen = sources->config->http_listen;

    health->sources = *sources;
    if (!listen)
        return health;
    health->vitals = store_vitals_open(sources->config->state, error);
    if (health->vitals)
        health->desk = desk_open(listen, &questions, error);
    if (!health->desk) {
        health_close(health);
        return NULL;
    }
    return health;
}

void
health_close(Health *health)
{
    if (!health)
        return;
    desk_close(health->desk); /* ends the thread that uses the rest */
    store_vitals_close(health->vitals);
    g_free(health->refused);
    g_free(health);
}
