#include "model/lesson.h"

static const char *const label_names[] = {
    "support", "lead",   "campaign_reply", "unsubscribe", "complaint",
    "other",   "bounce", "auto_reply",     "spam",        "phishing"};

static const Field lesson_fields[] = {
    SHAPE_INT(Lesson, "message", message),
    SHAPE_INT(Lesson, "made_for", made_for),
    SHAPE_TEXT(Lesson, "language", language),
    SHAPE_TEXT(Lesson, "sender", sender),
    SHAPE_TEXT(Lesson, "features", features),
    SHAPE_TEXT(Lesson, "tokens", tokens),
    SHAPE_BOOL(Lesson, "teaches_no_spam", teaches_no_spam),
    SHAPE_ENUM(Lesson, "label", label, label_names),
};
const Shape lesson_shape = SHAPE_OF(Lesson, lesson_fields);

char *
lesson_pack(const uint32_t *numbers, size_t count)
{
    GString *packed = g_string_sized_new(2 + 11 * count);

    for (size_t i = 0; i < count; i++)
        g_string_append_printf(packed, "%c%" G_GUINT32_FORMAT, i ? ',' : '[',
                               numbers[i]);
    g_string_append(packed, count ? "]" : "[]");
    return g_string_free(packed, FALSE);
}

GArray *
lesson_unpack(const char *packed)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (const char *at = packed; at && (*at == '[' || *at == ',');) {
        char *end;
        uint32_t number = (uint32_t)g_ascii_strtoull(at + 1, &end, 10);

        if (end == at + 1)
            break;
        g_array_append_val(numbers, number);
        at = end;
    }
    return numbers;
}

static void
free_lesson(void *lesson)
{
    shape_free(&lesson_shape, lesson);
}

Lessons *
lessons_new(void)
{
    Lessons *lessons = g_new0(Lessons, 1);

    lessons->texts = g_ptr_array_new_with_free_func(free_lesson);
    lessons->tokens = g_array_new(FALSE, FALSE, sizeof(TokenCount));
    return lessons;
}

void
lessons_free(Lessons *lessons)
{
    if (!lessons)
        return;
    g_ptr_array_unref(lessons->texts);
    g_array_unref(lessons->tokens);
    g_free(lessons);
}

void
learn_report_clear(LearnReport *report)
{
    g_clear_pointer(&report->contradicted, g_array_unref);
}
