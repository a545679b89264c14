#include "learned.h"

#include <string.h>

#include "base/fault.h"
#include "spam_tokens.h"

static const char *
what_is_wrong(const LearnedHead *head, size_t size)
{
    if (size < sizeof *head ||
        memcmp(head->magic, LEARNED_MAGIC, sizeof head->magic) != 0 ||
        head->order != MODEL_ORDER)
        return "it is no table of ours";
    if (head->features_version != FEATURES_VERSION ||
        head->tokens_version != TOKENS_VERSION)
        return "it was learned by another program";
    if ((head->overlay_rows && head->overlay_rows != FEATURE_BUCKETS) ||
        (head->slots & (head->slots - 1)) != 0)
        return "its sizes make no sense";
    if (size != sizeof *head + head->overlay_rows * sizeof(OverlayRow) +
                    head->slots * sizeof(SpamSlot))
        return "it is cut short";
    return NULL;
}

bool
learned_open(Learned *learned, const void *bytes, size_t size, GError **error)
{
    const char *wrong = what_is_wrong(bytes, size);
    const LearnedHead *head = bytes;

    if (wrong) {
        g_set_error(error, FAULT, FAULT_FATAL, "what was learned is unusable: %s",
                    wrong);
        return false;
    }
    learned->head = head;
    learned->rows = (const OverlayRow *)(const void *)(head + 1);
    learned->slots =
        (const SpamSlot *)(const void *)(learned->rows + head->overlay_rows);
    return true;
}
