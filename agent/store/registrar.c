#include "registrar.h"

#include <time.h>

#include "base/clock.h"
#include "base/fault.h"
#include "database.h"
#include "erasure.h"

enum {
    PATIENCE_MS = 20, /* a work nobody waits for yet may wait so long for company */
    IDLE_MS = 300,    /* of quiet before the registrar turns to its index */
};

/* A savepoint of its own: what one work breaks, it takes nothing else along. */
static bool
run_work(Store *store, StoreTicket *ticket, GError **error)
{
    guint lent = store->txn.lent_now->len;

    if (!statement_run(&store->db, error, "SAVEPOINT work", ""))
        return false;
    if (!ticket->work(&store->txn, ticket->self, &ticket->error)) {
        g_assert(ticket->error);
        outbox_take_back(&store->txn, lent);
        /* A full disk may have ended the whole transaction; then there is no savepoint.
         */
        if (sqlite3_get_autocommit(store->db.sqlite)) {
            g_propagate_error(error, g_error_copy(ticket->error));
            return false;
        }
        if (!statement_run(&store->db, error, "ROLLBACK TO work", ""))
            return false;
    }
    return statement_run(&store->db, error, "RELEASE work", "");
}

/* Works that can be undone together. */
typedef struct Run {
    StoreTicket *first, *end; /* up to `end`, without it */
    bool is_whole;            /* the transaction holds nothing else */
    guint lent;               /* deliveries before it */
} Run;

/* A savepoint costs a copy of every page that is touched, so works share one; a whole
 * group needs none, its transaction is one. */
static bool
begin_run(Database *db, const Run *run, GError **error)
{
    return run->is_whole || statement_run(db, error, "SAVEPOINT run", "");
}

static bool
undo_run(Database *db, const Run *run, GError **error)
{
    if (run->is_whole)
        return statement_run(db, error, "ROLLBACK", "") &&
               statement_run(db, error, "BEGIN IMMEDIATE", "");
    return statement_run(db, error, "ROLLBACK TO run", "");
}

static bool
end_run(Database *db, const Run *run, GError **error)
{
    return run->is_whole || statement_run(db, error, "RELEASE run", "");
}

/* For one that failed; its fault comes again when it is repeated. */
static bool
undo_all(Store *store, const Run *run, GError **error)
{
    bool is_gone = sqlite3_get_autocommit(store->db.sqlite) != 0;

    for (StoreTicket *each = run->first; each != run->end; each = each->next) {
        if (is_gone && each->error)
            g_propagate_error(error, g_error_copy(each->error));
        g_clear_error(&each->error);
    }
    outbox_take_back(&store->txn, run->lent);
    return !is_gone && undo_run(&store->db, run, error);
}

/* `alone`: out, each must be run by itself. */
static bool
run_together(Store *store, const Run *run, bool *alone, GError **error)
{
    *alone = false;
    if (!begin_run(&store->db, run, error))
        return false;
    for (StoreTicket *each = run->first; !*alone && each != run->end; each = each->next)
        *alone = !each->work(&store->txn, each->self, &each->error);
    if (*alone && !undo_all(store, run, error))
        return false;
    return end_run(&store->db, run, error);
}

/* From `first` on: as many as can be undone together, else the one. */
static StoreTicket *
end_of_run(StoreTicket *first)
{
    StoreTicket *end = first->next;

    while (first->is_repeatable && end && end->is_repeatable)
        end = end->next;
    return end;
}

static bool
run_works(Store *store, const Run *run, GError **error)
{
    bool alone = !run->first->is_repeatable;

    if (!alone && !run_together(store, run, &alone, error))
        return false;
    for (StoreTicket *each = run->first; alone && each != run->end; each = each->next) {
        if (!run_work(store, each, error))
            return false;
    }
    return true;
}

static bool
commit_group(Store *store, StoreTicket *group, GError **error)
{
    Run run = {.first = group};

    if (!database_in_place(&store->db, error) ||
        !statement_run(&store->db, error, "BEGIN IMMEDIATE", ""))
        return false;
    while (run.first) {
        run.end = end_of_run(run.first);
        run.lent = store->txn.lent_now->len;
        run.is_whole = run.first == group && !run.end;
        if (!run_works(store, &run, error))
            return false;
        run.first = run.end;
    }
    return statement_run(&store->db, error, "COMMIT", "");
}

/* Nothing of the group is there: every work that thought it went well learns why. */
static void
fail_group(Store *store, StoreTicket *group, const GError *fault)
{
    if (!sqlite3_get_autocommit(store->db.sqlite))
        /* Its own failure would leave the transaction to the next BEGIN, which reports.
         */
        (void)sqlite3_exec(store->db.sqlite, "ROLLBACK", NULL, NULL, NULL);
    outbox_take_back(&store->txn, 0);
    for (StoreTicket *ticket = group; ticket; ticket = ticket->next) {
        if (!ticket->error)
            ticket->error = g_error_copy(fault);
    }
}

static void
run_group(Store *store, StoreTicket *group)
{
    g_autoptr(GError) fault = NULL;

    if (!commit_group(store, group, &fault))
        fail_group(store, group, fault);
    else if (store->txn.scrub && !erasure_scrub(&store->db, store->txn.scrub))
        g_assert(*store->txn.scrub); /* the commit stands; the eraser is told */
    store->txn.scrub = NULL;
    g_array_set_size(store->txn.lent_now, 0);
    search_index_expect(&store->index);
}

static StoreTicket *
take_group(Store *store)
{
    StoreTicket *group = store->first;
    StoreTicket *end = group;

    int n = group ? 1 : 0;

    for (; end && end->next && n < GROUP_MOST; n++)
        end = end->next;
    store->queued -= n;
    store->first = end ? end->next : NULL;
    if (!store->first)
        store->last = NULL;
    if (end)
        end->next = NULL;
    return group;
}

static void
settle_group(Store *store, StoreTicket *group)
{
    while (group) {
        StoreTicket *next = group->next;

        /* From here on the claim check is its waiter's, who frees it. */
        group->is_settled = true;
        group = next;
    }
    pthread_cond_broadcast(&store->settled);
}

static struct timespec
in_ms(long ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail */
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return until;
}

/* A commit costs the same for one work and for many. While all who handed in go on with
 * other things, more is let come; who waits is served at once. */
static void
wait_for_company(Store *store)
{
    const struct timespec until = in_ms(PATIENCE_MS);
    int late = 0;

    while (late == 0 && !store->is_closing && store->waiting == 0 &&
           store->queued < GROUP_MOST)
        late = pthread_cond_timedwait(&store->arrived, &store->lock, &until);
}

/* True: something came, or the house closes. False: it has been quiet. */
static bool
wait_for_work(Store *store)
{
    struct timespec until;

    if (!search_index_is_behind(&store->index)) {
        while (!store->first && !store->is_closing)
            pthread_cond_wait(&store->arrived, &store->lock);
        return true;
    }
    until = in_ms(IDLE_MS);
    while (!store->first && !store->is_closing) {
        if (pthread_cond_timedwait(&store->arrived, &store->lock, &until) != 0)
            return store->first || store->is_closing;
    }
    return true;
}

static void
catch_up_index(Store *store)
{
    g_autoptr(GError) fault = NULL;

    /* Nobody waits for the index: it stays behind, and the next quiet moment tries
     * again. A disk that is really broken fails the next commit, and loudly. */
    if (!search_index_step(&store->index, &store->db, &fault))
        search_index_give_up(&store->index);
}

void *
registrar_run(void *self)
{
    Store *store = self;
    bool is_open = true;

    pthread_mutex_lock(&store->lock);
    while (is_open) {
        bool is_busy = wait_for_work(store);
        StoreTicket *group;

        if (store->first)
            wait_for_company(store);
        group = take_group(store);
        is_open = group || !store->is_closing;
        pthread_mutex_unlock(&store->lock);
        if (group)
            run_group(store, group);
        pthread_mutex_lock(&store->lock);
        settle_group(store, group);
        pthread_mutex_unlock(&store->lock);
        if (!is_busy || search_index_is_overdue(&store->index))
            catch_up_index(store);
        checkpoint_if_due(&store->checkpoint, &store->db);
        pthread_mutex_lock(&store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    while (search_index_is_behind(&store->index))
        catch_up_index(store);
    checkpoint_finish(&store->db);
    return NULL;
}
