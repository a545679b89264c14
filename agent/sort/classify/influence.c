#include "influence.h"

#include <string.h>

#include "guard.h"

enum {
    TEXTS_LEAST = 8,   /* of one group; fewer move little */
    OTHERS_LEAST = 30, /* fewer prove nothing */
    SENDERS_MOST = 3,  /* tried at a time, those with the most texts */
    LABELS_MOST = 3    /* the like, of the labels that the model is told it missed */
};

/* Texts that may belong together: of one sender, or called one label against the
 * model. */
typedef struct Group {
    const char *sender; /* lent; NULL: by label */
    size_t label;
    guint texts;
} Group;

/* How much of the others' texts must become wrong on balance. Honest people correct
 * one thing many times, and that costs the rest a little. */
typedef struct Bar {
    double share;
    guint least;
} Bar;

static const Bar of_sender = {0.015, 3};
static const Bar of_label = {0.04, 6};

static gint
busier_first(gconstpointer a, gconstpointer b)
{
    const Group *left = a;
    const Group *right = b;

    if (left->texts != right->texts)
        return left->texts < right->texts ? 1 : -1;
    if (left->sender && right->sender)
        return strcmp(left->sender, right->sender);
    return left->label < right->label ? -1 : left->label > right->label;
}

static void
keep_busiest(GArray *groups, guint most)
{
    g_array_sort(groups, busier_first);
    if (groups->len > most)
        g_array_set_size(groups, most);
}

/* Those with enough texts, the busiest first. */
static GArray *
busy_senders(const GPtrArray *texts)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    GArray *senders = g_array_new(FALSE, FALSE, sizeof(Group));
    GHashTableIter iter;
    gpointer name, count;

    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];
        char *sender = text->sender;
        guint seen = sender ? GPOINTER_TO_UINT(g_hash_table_lookup(counts, sender)) : 0;

        if (sender && *sender)
            (void)g_hash_table_insert(counts, sender, GUINT_TO_POINTER(seen + 1));
    }
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &name, &count)) {
        Group one = {name, 0, GPOINTER_TO_UINT(count)};

        if (one.texts >= TEXTS_LEAST)
            g_array_append_val(senders, one);
    }
    keep_busiest(senders, SENDERS_MOST);
    return senders;
}

static bool
is_missed(const OverlayText *text)
{
    return guard_judge(NULL, text) != (size_t)text->label;
}

static GArray *
busy_labels(const GPtrArray *texts)
{
    GArray *labels = g_array_new(FALSE, FALSE, sizeof(Group));
    guint counts[MODEL_CLASSES] = {0};

    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];

        counts[text->label] += is_missed(text);
    }
    for (size_t c = 0; c < MODEL_CLASSES; c++) {
        Group one = {NULL, c, counts[c]};

        if (one.texts >= TEXTS_LEAST)
            g_array_append_val(labels, one);
    }
    keep_busiest(labels, LABELS_MOST);
    return labels;
}

static bool
is_of(const OverlayText *text, const Group *group)
{
    return group->sender ? g_strcmp0(text->sender, group->sender) == 0
                         : (size_t)text->label == group->label && is_missed(text);
}

/* Which texts are judged right by an overlay that did not see them, nor any of `group`
 * (NULL: of none). Yours. */
static bool *
judge_unseen(const GPtrArray *texts, const Group *group)
{
    bool *right = g_new0(bool, texts->len);

    for (guint fold = 0; fold < GUARD_FOLDS; fold++) {
        g_autoptr(GPtrArray) taught = g_ptr_array_new();
        g_autoptr(Overlay) overlay = overlay_new();

        for (guint i = 0; i < texts->len; i++)
            if (i % GUARD_FOLDS != fold && !(group && is_of(texts->pdata[i], group)))
                g_ptr_array_add(taught, texts->pdata[i]);
        overlay_train(overlay, taught, 0, 0);
        for (guint i = fold; i < texts->len; i += GUARD_FOLDS) {
            const OverlayText *text = texts->pdata[i];

            right[i] = guard_judge(overlay, text) == (size_t)text->label;
        }
    }
    return right;
}

/* `with`: which are right when all teach. */
static bool
does_harm(const GPtrArray *texts, const Group *group, const bool *with)
{
    const Bar *bar = group->sender ? &of_sender : &of_label;
    guint others = texts->len - group->texts;
    g_autofree bool *without = NULL;
    int harm = 0;

    if (others < OTHERS_LEAST)
        return false;
    without = judge_unseen(texts, group);
    for (guint i = 0; i < texts->len; i++)
        if (!is_of(texts->pdata[i], group))
            harm += without[i] - with[i];
    return harm >= (int)bar->least && harm >= bar->share * others;
}

GArray *
influence_find(const GPtrArray *texts, InfluenceBy by)
{
    g_autoptr(GArray) groups =
        by == INFLUENCE_SENDER ? busy_senders(texts) : busy_labels(texts);
    g_autofree bool *with = NULL;
    g_autofree bool *harmful = g_new0(bool, texts->len + 1);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));

    if (groups->len > 0)
        with = judge_unseen(texts, NULL);
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = &g_array_index(groups, Group, i);

        if (does_harm(texts, group, with))
            for (guint k = 0; k < texts->len; k++)
                harmful[k] = harmful[k] || is_of(texts->pdata[k], group);
    }
    for (guint i = 0; i < texts->len; i++)
        if (harmful[i])
            g_array_append_val(found, i);
    return found;
}
