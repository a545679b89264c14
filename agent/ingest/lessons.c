/* Learning: what people said about filed mail becomes lessons, and all lessons become
 * the tables that sorters judge by. A lesson is made by a sorter, from the raw mail,
 * like everything else that has to read one. */
#include "ingest/ingest.h"

#include "base/log.h"

typedef struct Reading {
    const IngestHouse *house;
    StoreDeferred *due;
    SortJob *job; /* NULL: there is nothing to read */
    Facts *facts;
} Reading;

static bool
list_due(StoreTxn *txn, void *self, GError **error)
{
    return store_due_lessons(txn, sorters_lesson_version(), self, error);
}

static void
begin_reading(const IngestHouse *house, StoreDeferred *due, Reading *out)
{
    const MailboxConfig *mailbox =
        config_find_mailbox(house->config, due->origin.mailbox);
    g_autoptr(SortSettings) settings = config_sort_settings(house->config, mailbox);

    *out = (Reading){.house = house, .due = due};
    shape_copy(&origin_shape, &settings->origin, &due->origin);
    settings->wants_lesson = true;
    if (due->bytes)
        out->job = sorters_begin(house->sorters, due->bytes, settings);
}

static bool
put_lesson(StoreTxn *txn, void *self, GError **error)
{
    const Reading *reading = self;

    return store_put_lesson(txn, reading->due->message,
                            reading->facts ? reading->facts->lesson : NULL, error);
}

static bool
finish_reading(Reading *reading, GError **error)
{
    g_autoptr(GError) fault = NULL;
    bool done;

    if (reading->job)
        reading->facts = sorters_finish(reading->job, &fault);
    if (fault)
        log_fault(LEVEL_WARNING, "lesson.unread", fault, "mailbox",
                  reading->due->origin.mailbox, NULL);
    done = store_do(reading->house->store, put_lesson, reading, error);
    facts_free(reading->facts);
    store_deferred_free(reading->due);
    return done;
}

/* Every job that was begun is finished, whatever happens to the others. */
static bool
read_batch(const IngestHouse *house, const GPtrArray *due, GError **error)
{
    g_autofree Reading *readings = g_new(Reading, due->len);
    bool done = true;

    for (guint i = 0; i < due->len; i++)
        begin_reading(house, due->pdata[i], &readings[i]);
    for (guint i = 0; i < due->len; i++) {
        g_autoptr(GError) fault = NULL;

        if (!finish_reading(&readings[i], &fault) && done) {
            done = false;
            g_propagate_error(error, g_steal_pointer(&fault));
        }
    }
    return done;
}

static bool
read_due(const IngestHouse *house, GError **error)
{
    guint found = 1;

    while (found && !stop_is_set(house->stop)) {
        g_autoptr(GPtrArray) due = g_ptr_array_new();

        if (!store_do(house->store, list_due, due, error)) {
            for (guint i = 0; i < due->len; i++)
                store_deferred_free(due->pdata[i]);
            return false;
        }
        found = due->len;
        if (!read_batch(house, due, error))
            return false;
    }
    return true;
}

/* ---- the tables ---- */

typedef struct Teaching {
    int64_t taught; /* the version that is in use; -1: none */
    int64_t made_for;
    Lessons *lessons;
    LearnReport report;
} Teaching;

static bool
read_lessons(StoreTxn *txn, void *self, GError **error)
{
    Teaching *teaching = self;

    return store_read_lessons(txn, teaching->made_for, teaching->taught,
                              teaching->lessons, error);
}

static bool
note_learned(StoreTxn *txn, void *self, GError **error)
{
    const Teaching *teaching = self;

    return store_note_learned(txn, &teaching->report, error);
}

static void
log_learned(const Teaching *teaching)
{
    const LearnReport *report = &teaching->report;
    g_autofree char *texts = g_strdup_printf("%" G_GINT64_FORMAT, report->texts);
    g_autofree char *spam =
        g_strdup_printf("%" G_GINT64_FORMAT, teaching->lessons->spam_mails);
    g_autofree char *ham =
        g_strdup_printf("%" G_GINT64_FORMAT, teaching->lessons->ham_mails);
    g_autofree char *canaries =
        g_strdup_printf("%.3f to %.3f", report->canary_before, report->canary_after);
    g_autofree char *recent =
        g_strdup_printf("%.3f to %.3f", report->recent_before, report->recent_after);

    log_write(report->is_refused ? LEVEL_WARNING : LEVEL_INFO,
              report->is_refused ? "overlay.refused" : "overlay.learned", "corrections",
              texts, "spam", spam, "ham", ham, "canaries", canaries, "recent", recent,
              NULL);
}

/* All lessons there are, if one is new. Where the report says refused, those that came
 * last are set aside now, and without them it is to be tried again. */
static bool
teach_all(const IngestHouse *house, Teaching *teaching, GError **error)
{
    teaching->lessons = lessons_new();
    if (!store_do(house->store, read_lessons, teaching, error))
        return false;
    if (teaching->lessons->version == teaching->taught)
        return true;
    if (!sorters_teach(house->sorters, teaching->lessons, &teaching->report, error))
        return false;
    log_learned(teaching);
    return store_do(house->store, note_learned, teaching, error);
}

/* The last resort where even what was accepted before is refused, by a newer program
 * say: the model alone, and the spam filter. */
static bool
teach_spam_alone(const IngestHouse *house, Teaching *teaching, GError **error)
{
    LearnReport report = {0};
    bool done;

    g_ptr_array_set_size(teaching->lessons->texts, 0);
    done = sorters_teach(house->sorters, teaching->lessons, &report, error);
    learn_report_clear(&report);
    return done;
}

static bool
teach(const IngestHouse *house, GError **error)
{
    Teaching teaching = {.taught = sorters_taught(house->sorters),
                         .made_for = sorters_lesson_version()};
    bool done = teach_all(house, &teaching, error);

    if (done && teaching.report.is_refused) {
        g_clear_pointer(&teaching.lessons, lessons_free);
        learn_report_clear(&teaching.report);
        teaching.taught = -1;
        done = teach_all(house, &teaching, error);
        if (done && teaching.report.is_refused)
            done = teach_spam_alone(house, &teaching, error);
    }
    lessons_free(teaching.lessons);
    learn_report_clear(&teaching.report);
    return done;
}

bool
ingest_learn(const IngestHouse *house, GError **error)
{
    bool done;

    sorters_begin_teaching(house->sorters);
    done = read_due(house, error) && teach(house, error);
    sorters_end_teaching(house->sorters);
    return done;
}
