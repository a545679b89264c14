#include "influence.h"

#include <string.h>

#include "guard.h"

enum {
    TEXTS_LEAST = 8,   /* of one sender; fewer move little */
    OTHERS_LEAST = 30, /* fewer prove nothing */
    SENDERS_MOST = 3,  /* tried at a time, those with the most texts */
    HARM_LEAST = 3     /* texts of others that become wrong on balance */
};

/* Of the others' texts, this share. */
static const double harm = 0.015;

typedef struct Sender {
    char *name; /* lent */
    guint texts;
} Sender;

static gint
busier_first(gconstpointer a, gconstpointer b)
{
    const Sender *left = a;
    const Sender *right = b;

    if (left->texts != right->texts)
        return left->texts < right->texts ? 1 : -1;
    return strcmp(left->name, right->name);
}

/* Those with enough texts, the busiest first. */
static GArray *
busy_senders(const GPtrArray *texts)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    GArray *senders = g_array_new(FALSE, FALSE, sizeof(Sender));
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
        Sender one = {name, GPOINTER_TO_UINT(count)};

        if (one.texts >= TEXTS_LEAST)
            g_array_append_val(senders, one);
    }
    g_array_sort(senders, busier_first);
    if (senders->len > SENDERS_MOST)
        g_array_set_size(senders, SENDERS_MOST);
    return senders;
}

static bool
is_of(const OverlayText *text, const char *sender)
{
    return g_strcmp0(text->sender, sender) == 0;
}

/* How many texts of others are judged right by an overlay that did not see them, and
 * saw `sender`'s or not. */
static guint
count_right(const GPtrArray *texts, const char *sender, bool with_sender)
{
    guint right = 0;

    for (guint fold = 0; fold < GUARD_FOLDS; fold++) {
        g_autoptr(GPtrArray) taught = g_ptr_array_new();
        g_autoptr(GPtrArray) unseen = g_ptr_array_new();
        g_autoptr(Overlay) overlay = overlay_new();
        guint other = 0;

        for (guint i = 0; i < texts->len; i++) {
            bool is_his = is_of(texts->pdata[i], sender);

            if (!is_his && other++ % GUARD_FOLDS == fold)
                g_ptr_array_add(unseen, texts->pdata[i]);
            else if (!is_his || with_sender)
                g_ptr_array_add(taught, texts->pdata[i]);
        }
        overlay_train(overlay, taught, 0, 0);
        for (guint i = 0; i < unseen->len; i++) {
            const OverlayText *text = unseen->pdata[i];

            right += guard_judge(overlay, text) == (size_t)text->label;
        }
    }
    return right;
}

static bool
does_harm(const GPtrArray *texts, const Sender *sender)
{
    guint others = texts->len - sender->texts;
    guint with, without;

    if (others < OTHERS_LEAST)
        return false;
    with = count_right(texts, sender->name, true);
    without = count_right(texts, sender->name, false);
    return without >= with + HARM_LEAST && without - with >= harm * others;
}

GArray *
influence_find(const GPtrArray *texts)
{
    g_autoptr(GArray) senders = busy_senders(texts);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GHashTable) harmful = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < senders->len; i++) {
        const Sender *sender = &g_array_index(senders, Sender, i);

        if (does_harm(texts, sender))
            (void)g_hash_table_add(harmful, sender->name);
    }
    for (guint i = 0; i < texts->len; i++) {
        const OverlayText *text = texts->pdata[i];

        if (text->sender && g_hash_table_contains(harmful, text->sender))
            g_array_append_val(found, i);
    }
    return found;
}
