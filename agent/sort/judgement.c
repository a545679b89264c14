/* The whole judgement of one mail, in the order a reader would do it. */
#include "sort/sort.h"

#include "sort/auth/auth.h"
#include "sort/classify/classify.h"
#include "sort/parse/parse.h"

struct Sorter {
    Classifier *classifier;
    AuthKeys *keys;
};

Sorter *
sorter_new(GError **error)
{
    g_autoptr(Classifier) classifier = classifier_new(error);
    Sorter *sorter;

    if (!classifier)
        return NULL;
    parse_init();
    auth_init();
    sorter = g_new0(Sorter, 1);
    sorter->classifier = g_steal_pointer(&classifier);
    sorter->keys = auth_keys_new();
    return sorter;
}

void
sorter_free(Sorter *sorter)
{
    if (!sorter)
        return;
    classifier_free(sorter->classifier);
    auth_keys_free(sorter->keys);
    g_free(sorter);
}

/* What we sent passed no border and carries no signature yet: nothing can be proven by
 * it, and nothing is to be held against it. */
static void
judge_sender(const Sorter *sorter, GBytes *mail, const SortSettings *settings,
             const DnsAsker *dns, Verdict *verdict)
{
    if (settings->origin.role == FOLDER_SENT)
        texts_append(&verdict->because, g_strdup("our own mail, from the Sent folder"));
    else
        auth_judge(mail, settings, dns, sorter->keys, verdict);
}

Facts *
sort_mail(const Sorter *sorter, GBytes *mail, const SortSettings *settings,
          const DnsAsker *dns)
{
    Facts *facts = facts_new();
    Reading *reading = shape_new(&reading_shape);

    parse_mail(mail, settings, reading);
    judge_sender(sorter, mail, settings, dns, &facts->verdict);
    classify_mail(sorter->classifier, reading, &facts->verdict, settings, dns,
                  &facts->opinion);
    if (settings->wants_lesson)
        facts->lesson = classify_lesson(sorter->classifier, reading, &facts->verdict,
                                        settings, &facts->opinion);
    shape_copy(&message_shape, &facts->message, &reading->message);
    shape_free(&reading_shape, reading);
    return facts;
}

void
sort_try(GBytes *mail, const Trial *trial, const SortSettings *settings,
         const DnsAsker *dns, TrialReport *out)
{
    auth_try(mail, trial, settings, dns, out);
}

bool
sorter_use_model(Sorter *sorter, GBytes *model, GError **error)
{
    return classifier_use(sorter->classifier, model, error);
}

const char *
sort_text(const Sorter *sorter, const char *subject, const char *body,
          const char *language, Classification *out)
{
    g_autofree char *own = parse_written_now(body ? body : "");

    return classify_text(sorter->classifier, subject, own, language, out);
}

GBytes *
sort_learn(const Lessons *lessons, LearnReport *report, GError **error)
{
    return classify_learn(lessons, report, error);
}

bool
sorter_teach(Sorter *sorter, const void *bytes, size_t size, GError **error)
{
    return classifier_teach(sorter->classifier, bytes, size, error);
}

int64_t
sort_lesson_version(void)
{
    return classify_lesson_version();
}

GBytes *
sort_train(const GPtrArray *examples)
{
    g_autoptr(Trainer) trainer = trainer_new();

    for (guint i = 0; i < examples->len; i++) {
        Example example = *(const Example *)examples->pdata[i];
        g_autofree char *own = parse_written_now(example.body ? example.body : "");

        example.body = own;
        if (!trainer_add(trainer, &example))
            return NULL;
    }
    return trainer_finish(trainer);
}
