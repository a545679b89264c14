#include "ingest/actions.h"

#include <string.h>

#include "base/log.h"

#define MOVE "move:"

enum {
    MOST_UIDS = 500 /* in one command */
};

/* Owned; NULL: nothing. */
static char *
wanted_action(const MailboxConfig *mailbox, const Filed *filed)
{
    if (filed->move_to)
        return g_strconcat(MOVE, filed->move_to, NULL);
    return g_strdup(filed->is_spam ? mailbox->after_spam : mailbox->after_filed);
}

bool
actions_put(StoreTxn *txn, const Filing *filing, const Filed *filed, GError **error)
{
    const Origin *origin = &filing->mail->origin;
    g_autofree char *after = wanted_action(filing->mailbox, filed);
    StoreAction action = {.uid = (uint32_t)origin->uid};
    g_autofree char *verb = NULL;
    g_autofree char *target = NULL;

    if (!after || g_str_equal(after, "keep") || origin->role == FOLDER_SENT ||
        filing->house->takes_history)
        return true;
    if (g_str_has_prefix(after, MOVE)) {
        target = g_strdup(after + strlen(MOVE));
        /* It would come back under a new UID, to be moved again, for ever. */
        if (g_str_equal(target, origin->folder))
            return true;
        verb = g_strdup("move");
    } else {
        verb = g_strdup(after);
    }
    action.verb = verb;
    action.argument = target;
    return store_put_action(txn, &filing->folder, &action, filed->message, error);
}

/* ---- afterwards ---- */

typedef struct Batch {
    const GPtrArray *actions; /* StoreAction; all of one kind from `first` on */
    guint first, count;
    const char *because; /* NULL: done */
} Batch;

static const StoreAction *
action_at(const GPtrArray *actions, guint i)
{
    return actions->pdata[i];
}

static Batch
next_batch(const GPtrArray *actions, guint first)
{
    Batch batch = {.actions = actions, .first = first, .count = 1};
    const StoreAction *kind = action_at(actions, first);

    while (first + batch.count < actions->len && batch.count < MOST_UIDS) {
        const StoreAction *next = action_at(actions, first + batch.count);

        if (strcmp(next->verb, kind->verb) != 0 ||
            g_strcmp0(next->argument, kind->argument) != 0)
            break;
        batch.count++;
    }
    return batch;
}

/* The configuration says a name; the server may spell it otherwise on the wire. */
static char *
wire_name(Visit *visit, const char *name, GError **error)
{
    g_autoptr(GPtrArray) folders = imap_list(visit->session, error);

    if (!folders)
        return NULL;
    for (guint i = 0; i < folders->len; i++) {
        const ImapFolder *folder = folders->pdata[i];

        if (g_str_equal(folder->name, name))
            return g_strdup(folder->wire_name);
    }
    return g_strdup(name); /* not there: the server will say so */
}

static bool
act(Visit *visit, const Batch *batch, GError **error)
{
    const StoreAction *kind = action_at(batch->actions, batch->first);
    g_autofree uint32_t *uids = g_new(uint32_t, batch->count);
    g_autofree char *target = NULL;

    for (guint i = 0; i < batch->count; i++)
        uids[i] = action_at(batch->actions, batch->first + i)->uid;
    if (strcmp(kind->verb, "seen") == 0)
        return imap_store_seen(visit->session, uids, batch->count, error);
    if (strcmp(kind->verb, "delete") == 0)
        return imap_expunge(visit->session, uids, batch->count, error);
    target = wire_name(visit, kind->argument, error);
    return target && imap_move(visit->session, uids, batch->count, target, error);
}

static bool
write_down(StoreTxn *txn, void *self, GError **error)
{
    const Batch *batch = self;

    for (guint i = 0; i < batch->count; i++)
        if (!store_finish_action(txn, action_at(batch->actions, batch->first + i),
                                 batch->because, error))
            return false;
    return true;
}

static void
log_batch(const Visit *visit, const Batch *batch)
{
    const StoreAction *kind = action_at(batch->actions, batch->first);
    g_autofree char *count = g_strdup_printf("%u", batch->count);

    log_write(batch->because ? LEVEL_ERROR : LEVEL_INFO,
              batch->because ? "action.failed" : "action.done", "mailbox",
              visit->mailbox->name, "folder", visit->folder->name, "action", kind->verb,
              "mails", count, "because", batch->because ? batch->because : "", NULL);
}

static bool
run_batch(Visit *visit, Batch *batch, GError **error)
{
    g_autoptr(GError) refusal = NULL;

    if (!act(visit, batch, &refusal)) {
        if (!imap_is_alive(visit->session)) {
            g_propagate_error(error, g_steal_pointer(&refusal));
            return false;
        }
        batch->because = refusal->message;
    }
    log_batch(visit, batch);
    return store_do(visit->house->store, write_down, batch, error);
}

typedef struct Due {
    Visit *visit;
    GPtrArray *actions;
} Due;

static bool
find_due(StoreTxn *txn, void *self, GError **error)
{
    const Due *due = self;

    return store_due_actions(txn, &due->visit->row, due->actions, error);
}

static bool
acts_on(const char *after)
{
    return after && !g_str_equal(after, "keep");
}

static bool
rules_move(const GPtrArray *rules)
{
    for (guint i = 0; i < list_length(rules); i++)
        if (((const Rule *)rules->pdata[i])->move)
            return true;
    return false;
}

bool
actions_run(Visit *visit, GError **error)
{
    g_autoptr(GPtrArray) actions =
        g_ptr_array_new_with_free_func((GDestroyNotify)store_action_free);
    Due due = {visit, actions};
    ImapState state;
    Batch batch;

    /* An operator who has changed his mind wants nothing done any more. */
    if (!acts_on(visit->mailbox->after_filed) && !acts_on(visit->mailbox->after_spam) &&
        !rules_move(visit->house->config->rules))
        return true;
    if (!store_do(visit->house->store, find_due, &due, error))
        return false;
    if (actions->len == 0)
        return true;
    if (!imap_select(visit->session, visit->folder->wire_name, &state, error))
        return false;
    for (guint i = 0; i < actions->len; i += batch.count) {
        batch = next_batch(actions, i);
        if (!run_batch(visit, &batch, error))
            return false;
    }
    return true;
}
