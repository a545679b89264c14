/* Lessons: made of what people say, read by a sorter, counted by the triggers of the
 * schema. The corrections are the log; a lesson is what stands of it. */
#include "lessons.h"

#include "base/clock.h"
#include "deferred.h"
#include "reader.h"
#include "registrar.h"

enum {
    WORDS_MOST = 20,   /* about one message that are looked at */
    ANSWERED_MOST = 3, /* messages of a ticket that one answer makes ham */
    SENDER_MOST = 50,  /* lessons of one sender a day that count */
    KEPT_MOST = 5000,  /* of each kind; the oldest that nobody corrected go */
    TEXTS_MOST = 2000, /* the newest corrections make the overlay */
    OUTDATED_AT_ONCE = 500,
    DUE_AT_ONCE = 16,
    DAY_MS = 86400000
};

/* ---- what stands ---- */

typedef struct Standing {
    const char *source; /* NULL: nothing */
    const char *says;
    char *label;
    bool is_contradicted;
} Standing;

static bool
is_text_label(const char *label)
{
    Label known;

    return label_from_name(label, &known) && known <= LABEL_OTHER;
}

/* NULL: it teaches the spam filter nothing. */
static const char *
says_of(const char *label)
{
    if (g_str_equal(label, "spam") || g_str_equal(label, "phishing"))
        return "spam";
    return g_str_equal(label, "not_spam") || is_text_label(label) ? "ham" : NULL;
}

/* "Not spam" and "support" agree. */
static bool
contradicts(const char *one, const char *other)
{
    return g_strcmp0(says_of(one), says_of(other)) != 0 ||
           (is_text_label(one) && is_text_label(other) && !g_str_equal(one, other));
}

/* The last word counts; but when another person's stands against it, a third one has to
 * look. */
static bool
hear_corrections(Database *db, int64_t message, Standing *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT label_after, actor FROM corrections WHERE message_id = ? AND undone_at "
        "IS NULL ORDER BY id DESC LIMIT ?",
        "ii", message, (int64_t)WORDS_MOST);
    g_autofree char *last = NULL;
    g_autofree char *actor = NULL;

    while (statement_row(&found)) {
        const char *label = statement_text(&found, 0);

        if (!last) {
            last = g_strdup(label);
            actor = statement_dup_text(&found, 1);
        } else if (actor && !statement_is_null(&found, 1) &&
                   g_strcmp0(actor, statement_text(&found, 1)) != 0 &&
                   contradicts(last, label)) {
            out->is_contradicted = true;
        }
    }
    if (!last)
        return statement_done(&found, error);
    out->source = "correction";
    out->says = says_of(last);
    if (is_text_label(last))
        out->label = g_steal_pointer(&last);
    return statement_done(&found, error);
}

/* Without a word about it: where it lay, and whether somebody answered. */
static bool
look_at_place(Database *db, int64_t message, Standing *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT f.role = 'junk', t.answered_at IS NOT NULL AND m.is_automatic = 0 "
        "FROM messages m JOIN folders f ON f.id = m.folder_id LEFT JOIN tickets t "
        "ON t.number = m.ticket WHERE m.id = ? AND m.direction = 'in'",
        "i", message);

    if (!statement_row(&found))
        return statement_done(&found, error);
    if (statement_int(&found, 0)) {
        out->source = "junk";
        out->says = "spam";
    } else if (statement_int(&found, 1)) {
        out->source = "answered";
        out->says = "ham";
    }
    return statement_done(&found, error);
}

static bool
write_standing(Database *db, int64_t message, const Standing *standing, GError **error)
{
    if (!statement_run(db, error, "DELETE FROM lessons WHERE message_id = ?", "i",
                       message))
        return false;
    if (!standing->source || !standing->says)
        return true;
    if (standing->is_contradicted &&
        !statement_run(db, error, "UPDATE messages SET review = 1 WHERE id = ?", "i",
                       message))
        return false;
    return statement_run(
        db, error,
        "INSERT INTO lessons (message_id, taught_at, source, says, label, state) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        "imtttt", message, clock_now_ms(), standing->source, standing->says,
        standing->label, standing->is_contradicted ? "contradicted" : "due");
}

bool
lessons_settle(Database *db, int64_t message, GError **error)
{
    Standing standing = {0};
    bool done = hear_corrections(db, message, &standing, error) &&
                (standing.source || look_at_place(db, message, &standing, error)) &&
                write_standing(db, message, &standing, error);

    g_free(standing.label);
    return done;
}

bool
lessons_note_answer(Database *db, int64_t ticket, GError **error)
{
    return statement_run(
        db, error,
        "INSERT INTO lessons (message_id, taught_at, source, says, state) "
        "SELECT id, ?, 'answered', 'ham', 'due' FROM messages WHERE ticket = ? AND "
        "direction = 'in' AND is_automatic = 0 AND label NOT IN ('spam', 'phishing', "
        "'bounce', 'auto_reply') AND id NOT IN (SELECT message_id FROM lessons) "
        "ORDER BY id DESC LIMIT ?",
        "mii", clock_now_ms(), ticket, (int64_t)ANSWERED_MOST);
}

/* ---- reading those that are due ---- */

/* Those made for another program are read anew, as far as their mail is still kept. */
static bool
renew(Database *db, int64_t made_for, GError **error)
{
    return statement_run(db, error,
                         "CREATE TEMP TABLE IF NOT EXISTS outdated (id INTEGER PRIMARY "
                         "KEY, taught_at TEXT, source TEXT, says TEXT, label TEXT)",
                         "") &&
           statement_run(db, error,
                         "INSERT INTO temp.outdated SELECT message_id, taught_at, "
                         "source, says, label FROM lessons WHERE made_for != ? LIMIT ?",
                         "ii", made_for, (int64_t)OUTDATED_AT_ONCE) &&
           statement_run(db, error,
                         "DELETE FROM lessons WHERE message_id IN (SELECT id FROM "
                         "temp.outdated)",
                         "") &&
           statement_run(db, error,
                         "INSERT INTO lessons (message_id, taught_at, source, says, "
                         "label, state) SELECT id, taught_at, source, says, label, "
                         "'due' FROM temp.outdated",
                         "") &&
           statement_run(db, error, "DELETE FROM temp.outdated", "");
}

static bool
list_due(Database *db, GPtrArray *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT l.message_id, l.taught_at, m.sha256, b.name, b.address, f.name, "
        "f.role, d.uidvalidity, d.uid, d.received_at FROM lessons l "
        "JOIN messages m ON m.id = l.message_id "
        "JOIN deliveries d ON d.id = "
        "(SELECT min(id) FROM deliveries WHERE message_id = m.id) "
        "JOIN folders f ON f.id = d.folder_id JOIN mailboxes b ON b.id = f.mailbox_id "
        "WHERE l.state = 'due' ORDER BY l.taught_at LIMIT ?",
        "i", (int64_t)DUE_AT_ONCE);

    while (statement_row(&row))
        if (!deferred_read(db, &row, out, error))
            return false;
    return statement_done(&row, error);
}

bool
store_due_lessons(StoreTxn *txn, int64_t made_for, GPtrArray *out, GError **error)
{
    return renew(txn->db, made_for, error) && list_due(txn->db, out, error);
}

typedef struct Due {
    char *source, *says, *label;
    int64_t taught_ms;
    int64_t of_sender; /* lessons of this sender within the last day */
} Due;

static void
due_clear(Due *due)
{
    g_free(due->source);
    g_free(due->says);
    g_free(due->label);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Due, due_clear)

/* False without error: it is due no longer. */
static bool
read_due(Database *db, int64_t message, const Lesson *lesson, Due *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT source, says, label, (SELECT count(*) FROM lessons s WHERE "
        "s.sender = ?1 AND s.taught_at > ?2 AND s.state IN ('fresh', 'learned')) "
        "FROM lessons WHERE message_id = ?3 AND state = 'due'",
        "tmi", lesson->sender, clock_now_ms() - DAY_MS, message);
    bool is_due = statement_row(&row);

    if (is_due) {
        out->source = statement_dup_text(&row, 0);
        out->says = statement_dup_text(&row, 1);
        out->label = statement_dup_text(&row, 2);
        out->of_sender = statement_int(&row, 3);
    }
    return statement_done(&row, error) && is_due;
}

static const char *
state_of(const Due *due, const Lesson *lesson)
{
    if (lesson->teaches_no_spam && g_str_equal(due->says, "spam"))
        return "automatic";
    if (due->of_sender >= SENDER_MOST)
        return "capped";
    return due->label ? "fresh" : "learned";
}

/* Makes room: what a person said himself stays. */
static bool
forget_oldest(Database *db, const char *says, GError **error)
{
    return statement_run(
        db, error,
        "DELETE FROM lessons WHERE message_id IN (SELECT message_id FROM lessons WHERE "
        "says = ?1 AND state IN ('fresh', 'learned') AND source != 'correction' ORDER "
        "BY taught_at DESC LIMIT -1 OFFSET ?2)",
        "ti", says, (int64_t)KEPT_MOST);
}

static bool
drop(Database *db, int64_t message, GError **error)
{
    return statement_run(db, error,
                         "UPDATE lessons SET state = 'unread' WHERE message_id = ? AND "
                         "state = 'due'",
                         "i", message);
}

bool
store_put_lesson(StoreTxn *txn, int64_t message, const Lesson *lesson, GError **error)
{
    g_auto(Due) due = {0};
    g_autoptr(GError) fault = NULL;
    const char *state;
    bool counts;

    if (!lesson)
        return drop(txn->db, message, error);
    if (!read_due(txn->db, message, lesson, &due, &fault)) {
        if (!fault)
            return true;
        g_propagate_error(error, g_steal_pointer(&fault));
        return false;
    }
    state = state_of(&due, lesson);
    counts = g_str_equal(state, "fresh") || g_str_equal(state, "learned");
    return statement_run(txn->db, error, "DELETE FROM lessons WHERE message_id = ?",
                         "i", message) &&
           statement_run(txn->db, error,
                         "INSERT INTO lessons (message_id, taught_at, source, says, "
                         "label, state, made_for, language, sender, features, tokens) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "imttttitttt", message, clock_now_ms(), due.source, due.says,
                         due.label, state, lesson->made_for, lesson->language,
                         lesson->sender, due.label ? lesson->features : NULL,
                         counts ? lesson->tokens : NULL) &&
           forget_oldest(txn->db, due.says, error);
}

/* ---- all of them, for the tables ---- */

static bool
read_version(Database *db, int64_t *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db, "SELECT value FROM house WHERE key = 'lessons_changed'", "");

    *out = statement_row(&row) ? statement_int(&row, 0) : 0;
    return statement_done(&row, error);
}

static bool
read_texts(Database *db, int64_t made_for, Lessons *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT message_id, language, features, label, sender FROM (SELECT * FROM "
        "lessons "
        "WHERE label IS NOT NULL AND state IN ('fresh', 'learned') AND made_for = ? "
        "ORDER BY taught_at DESC, message_id DESC LIMIT ?) ORDER BY taught_at, "
        "message_id",
        "ii", made_for, (int64_t)TEXTS_MOST);

    while (statement_row(&row)) {
        Lesson *lesson = shape_new(&lesson_shape);

        g_ptr_array_add(out->texts, lesson);
        lesson->message = statement_int(&row, 0);
        lesson->language = statement_dup_text(&row, 1);
        lesson->features = statement_dup_text(&row, 2);
        lesson->sender = statement_dup_text(&row, 4);
        if (!label_from_name(statement_text(&row, 3), &lesson->label))
            g_ptr_array_set_size(out->texts, (gint)out->texts->len - 1);
    }
    return statement_done(&row, error);
}

static bool
read_tokens(Database *db, Lessons *out, GError **error)
{
    g_auto(Statement) row =
        statement_begin(db, "SELECT token, spam, ham FROM spam_tokens", "");

    while (statement_row(&row)) {
        TokenCount count = {(uint32_t)statement_int(&row, 0),
                            (uint32_t)statement_int(&row, 1),
                            (uint32_t)statement_int(&row, 2)};

        g_array_append_val(out->tokens, count);
    }
    return statement_done(&row, error);
}

static bool
count_mails(Database *db, Lessons *out, GError **error)
{
    g_auto(Statement) row = statement_begin(
        db,
        "SELECT coalesce(sum(says = 'spam'), 0), coalesce(sum(says = 'ham'), 0) FROM "
        "lessons WHERE tokens IS NOT NULL",
        "");

    if (statement_row(&row)) {
        out->spam_mails = statement_int(&row, 0);
        out->ham_mails = statement_int(&row, 1);
    }
    return statement_done(&row, error);
}

static bool
read_all(Database *db, int64_t made_for, Lessons *out, GError **error)
{
    return read_texts(db, made_for, out, error) && read_tokens(db, out, error) &&
           count_mails(db, out, error);
}

bool
store_read_lessons(StoreTxn *txn, int64_t made_for, int64_t known, Lessons *out,
                   GError **error)
{
    return read_version(txn->db, &out->version, error) &&
           (out->version == known || read_all(txn->db, made_for, out, error));
}

Lessons *
store_reader_lessons(StoreReader *reader, int64_t made_for, GError **error)
{
    g_autoptr(Lessons) lessons = lessons_new();

    if (!read_all(&reader->db, made_for, lessons, error))
        return NULL;
    return g_steal_pointer(&lessons);
}

/* ---- how it went ---- */

static bool
review(Database *db, const GArray *messages, GError **error)
{
    for (guint i = 0; messages && i < messages->len; i++) {
        int64_t message = g_array_index(messages, int64_t, i);

        if (!statement_run(db, error,
                           "UPDATE lessons SET state = 'contradicted' WHERE "
                           "message_id = ?",
                           "i", message) ||
            !statement_run(db, error, "UPDATE messages SET review = 1 WHERE id = ?",
                           "i", message))
            return false;
    }
    return true;
}

bool
store_note_learned(StoreTxn *txn, const LearnReport *report, GError **error)
{
    bool refused = report->is_refused;

    if (!review(txn->db, report->contradicted, error) ||
        (refused && !statement_run(txn->db, error,
                                   "UPDATE messages SET review = 1 WHERE id IN (SELECT "
                                   "message_id FROM lessons WHERE state = 'fresh')",
                                   "")))
        return false;
    return statement_run(txn->db, error,
                         "INSERT INTO overlays (at, texts, canary_before, "
                         "canary_after, recent_before, recent_after, is_refused) "
                         "SELECT ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM "
                         "lessons WHERE state = 'fresh')",
                         "mirrrrb", clock_now_ms(), report->texts,
                         report->canary_before, report->canary_after,
                         report->recent_before, report->recent_after, (int)refused) &&
           statement_run(txn->db, error,
                         "UPDATE lessons SET state = ? WHERE state = 'fresh'", "t",
                         refused ? "refused" : "learned");
}
