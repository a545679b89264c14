/* What a house is taught: the spam filter waits for enough mail, corrections change
 * what is said of the next text of their kind and language, and nonsense is refused. */
#include "desk.h"

enum {
    ENOUGH = 200
};

typedef struct House {
    Desk desk;
    Lessons *lessons;
    GHashTable *places;
    LearnReport report;
    GBytes *table;
} House;

static void
house_set(House *house, gconstpointer unused)
{
    desk_set(&house->desk, unused);
    house->lessons = lessons_new();
    house->places = g_hash_table_new(NULL, NULL);
}

static void
house_clear(House *house, gconstpointer unused)
{
    desk_clear(&house->desk, unused);
    lessons_free(house->lessons);
    g_hash_table_unref(house->places);
    learn_report_clear(&house->report);
    g_clear_pointer(&house->table, g_bytes_unref);
}

static void
next_mail(House *house, const char *from, const char *subject, const char *text)
{
    shape_clear(&reading_shape, &house->desk.reading);
    shape_clear(&opinion_shape, &house->desk.opinion);
    write_mail(&house->desk, from, subject, text);
}

static Label
judge_mail(House *house, const char *subject, const char *text)
{
    next_mail(house, "someone@else.example", subject, text);
    return judge(&house->desk);
}

static Lesson *
lesson_of(House *house, const char *from, const char *subject, const char *text)
{
    Desk *desk = &house->desk;

    next_mail(house, from, subject, text);
    (void)judge(desk);
    return classify_lesson(desk->classifier, &desk->reading, &desk->verdict,
                           desk->settings, &desk->opinion);
}

static void
teach_spam(House *house, bool spam, const char *subject, const char *text)
{
    Lesson *lesson = lesson_of(house, "someone@else.example", subject, text);
    g_autoptr(GArray) tokens = lesson_unpack(lesson->tokens);

    for (guint i = 0; i < tokens->len; i++) {
        uint32_t token = g_array_index(tokens, uint32_t, i);
        guint place = GPOINTER_TO_UINT(
            g_hash_table_lookup(house->places, GUINT_TO_POINTER(token)));

        if (place == 0) {
            TokenCount fresh = {token, 0, 0};

            g_array_append_val(house->lessons->tokens, fresh);
            place = house->lessons->tokens->len;
            g_hash_table_insert(house->places, GUINT_TO_POINTER(token),
                                GUINT_TO_POINTER(place));
        }
        g_array_index(house->lessons->tokens, TokenCount, place - 1).spam += spam;
        g_array_index(house->lessons->tokens, TokenCount, place - 1).ham += !spam;
    }
    house->lessons->spam_mails += spam;
    house->lessons->ham_mails += !spam;
    shape_free(&lesson_shape, lesson);
}

static void
teach_label(House *house, Label label, const char *subject, const char *text)
{
    Lesson *lesson = lesson_of(house, "someone@else.example", subject, text);

    lesson->message = (int64_t)house->lessons->texts->len + 1;
    lesson->label = label;
    g_ptr_array_add(house->lessons->texts, lesson);
}

static void
learn(House *house)
{
    GError *error = NULL;
    GBytes *table;
    gsize size;
    const void *bytes;

    learn_report_clear(&house->report);
    table = classify_learn(house->lessons, &house->report, &error);
    g_assert_no_error(error);
    bytes = g_bytes_get_data(table, &size);
    g_assert_true(classifier_teach(house->desk.classifier, bytes, size, &error));
    g_clear_pointer(&house->table, g_bytes_unref);
    house->table = table;
}

static const char offer[] = "Cheap casino bonus and jackpot spins, claim at once";
static const char question[] =
    "The export of our invoices stops with an error since May";

static void
teach_enough(House *house, int spam, int ham)
{
    for (int i = 0; i < spam; i++) {
        g_autofree char *text = g_strdup_printf("%s %c%d", offer, 'a' + i % 26, i);

        teach_spam(house, true, "Bonus", text);
    }
    for (int i = 0; i < ham; i++) {
        g_autofree char *text = g_strdup_printf("%s %c%d", question, 'a' + i % 26, i);

        teach_spam(house, false, "Export", text);
    }
    learn(house);
}

static void
no_verdict_before_200_of_each(House *house, gconstpointer unused)
{
    (void)unused;
    teach_enough(house, ENOUGH, ENOUGH - 1);
    g_assert_cmpint(judge_mail(house, "Bonus", offer), !=, LABEL_SPAM);
    g_assert_cmpfloat(house->desk.opinion.spam.score, <, 0.5);
    teach_enough(house, 0, 1);
    g_assert_cmpint(judge_mail(house, "Bonus", offer), ==, LABEL_SPAM);
    g_assert_cmpstr(house->desk.opinion.spam.verdict, ==, "spam");
    g_assert_cmpuint(list_length(house->desk.opinion.spam.top_tokens), >=, 3);
    g_assert_cmpint(judge_mail(house, "Export", question), !=, LABEL_SPAM);
    g_assert_cmpstr(house->desk.opinion.spam.verdict, ==, "ham");
}

/* Half of one and half of the other. */
static void
what_is_in_between_is_unsure(House *house, gconstpointer unused)
{
    g_autofree char *both = g_strconcat(offer, ". ", question, NULL);

    (void)unused;
    teach_enough(house, ENOUGH, ENOUGH);
    g_assert_cmpint(judge_mail(house, "Hello", both), !=, LABEL_SPAM);
    g_assert_cmpstr(house->desk.opinion.spam.verdict, ==, "unsure");
}

static void
spam_overrides_no_earlier_step(House *house, gconstpointer unused)
{
    Desk *desk = &house->desk;
    g_autofree char *optout = g_strconcat("Please unsubscribe me. ", offer, NULL);

    (void)unused;
    teach_enough(house, ENOUGH, ENOUGH);
    g_assert_cmpint(judge_mail(house, "Re: Bonus", optout), ==, LABEL_UNSUBSCRIBE);
    next_mail(house, "someone@else.example", "Bonus", offer);
    put_header(&desk->reading.message.headers, "Auto-Submitted", "auto-replied");
    g_assert_cmpint(judge(desk), ==, LABEL_AUTO_REPLY);
    next_mail(house, "someone@else.example", "Re: Bonus", offer);
    desk->reading.message.in_reply_to = g_strdup("20260101.abc@mcsv.net");
    g_assert_cmpint(judge(desk), !=, LABEL_SPAM);
    /* What says it is a list is asked; nobody is lost by it. */
    next_mail(house, "someone@else.example", "Bonus", offer);
    put_header(&desk->reading.message.headers, "List-Id", "<deals.else.example>");
    put_header(&desk->reading.message.headers, "List-Unsubscribe", "<mailto:a@b.c>");
    g_assert_cmpint(judge(desk), ==, LABEL_SPAM);
}

static void
absence_notes_teach_no_spam(House *house, gconstpointer unused)
{
    Desk *desk = &house->desk;
    Lesson *lesson;

    (void)unused;
    next_mail(house, "ana@customer.example", "Out of office", "I am away until May.");
    put_header(&desk->reading.message.headers, "Auto-Submitted", "auto-replied");
    (void)judge(desk);
    lesson = classify_lesson(desk->classifier, &desk->reading, &desk->verdict,
                             desk->settings, &desk->opinion);
    g_assert_true(lesson->teaches_no_spam);
    g_assert_cmpstr(lesson->sender, ==, "customer.example");
    shape_free(&lesson_shape, lesson);
    lesson = lesson_of(house, "ana@gmail.com", "Hello", "How are you?");
    g_assert_false(lesson->teaches_no_spam);
    g_assert_cmpstr(lesson->sender, ==, "ana@gmail.com");
    shape_free(&lesson_shape, lesson);
}

static const char *const tables[] = {"The parasols of the terrace range in blue",
                                     "Parasols and tables of the terrace range",
                                     "Terrace range, the tables in oak",
                                     "The blue parasols, terrace range"};

static void
corrections_change_the_next_text(House *house, gconstpointer unused)
{
    const char *next = "The oak tables and parasols of the terrace range";
    Label first = judge_mail(house, "Terrace", next);
    Label wanted = first == LABEL_COMPLAINT ? LABEL_OTHER : LABEL_COMPLAINT;

    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        teach_label(house, wanted, "Terrace", tables[i]);
    learn(house);
    g_assert_false(house->report.is_refused);
    g_assert_cmpint(house->report.texts, ==, G_N_ELEMENTS(tables));
    g_assert_cmpint(judge_mail(house, "Terrace", next), ==, wanted);
    g_assert_nonnull(strchr(house->desk.opinion.classification.model, '+'));
    /* All taken back: as if nobody had said anything. */
    g_ptr_array_set_size(house->lessons->texts, 0);
    learn(house);
    g_assert_cmpint(judge_mail(house, "Terrace", next), ==, first);
}

static void
the_same_lessons_give_the_same_table(House *house, gconstpointer unused)
{
    g_autoptr(GBytes) before = NULL;

    (void)unused;
    teach_label(house, LABEL_LEAD, "Terrace", tables[0]);
    teach_spam(house, true, "Bonus", offer);
    learn(house);
    before = g_bytes_ref(house->table);
    learn(house);
    g_assert_true(g_bytes_equal(before, house->table));
}

static void
contradictions_teach_nothing(House *house, gconstpointer unused)
{
    (void)unused;
    teach_label(house, LABEL_LEAD, "Terrace", tables[0]);
    teach_label(house, LABEL_COMPLAINT, "Terrace", tables[0]);
    teach_label(house, LABEL_OTHER, "Terrace", tables[2]);
    learn(house);
    g_assert_cmpint(house->report.texts, ==, 1);
    g_assert_cmpuint(house->report.contradicted->len, ==, 2);
}

/* Everyday requests, called complaints and small talk by turns. */
static void
nonsense_is_refused(House *house, gconstpointer unused)
{
    static const char *const things[] = {"printer", "invoice",  "password", "parcel",
                                         "account", "contract", "delivery", "order"};
    static const char *const asks[] = {
        "Could you please help me with the %s? It does not work since Monday.",
        "When will the %s arrive? The tracking page says nothing.",
        "How do I change the %s? I cannot find the button.",
        "Please send me a quote for the %s, we need forty of them.",
        "Por favor, ¿me pueden ayudar con %s? No funciona desde el lunes.",
        "Necesitamos un presupuesto para %s con entrega en Sevilla."};

    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(asks) * G_N_ELEMENTS(things); i++) {
        g_auto(GStrv) halves = g_strsplit(asks[i % G_N_ELEMENTS(asks)], "%s", 2);
        g_autofree char *text =
            g_strconcat(halves[0], things[i / G_N_ELEMENTS(asks)], halves[1], NULL);

        teach_label(house, (Label)(i % 2 ? LABEL_COMPLAINT : LABEL_OTHER), "", text);
    }
    learn(house);
    g_assert_true(house->report.is_refused);
    g_assert_cmpfloat(house->report.canary_after, <, house->report.canary_before);
}

/* Forty houses say what is so; 24 mails of the like, of one sender or of as many, are
 * said to ask for no more mail. */
static void
teach_lies(House *house, bool is_one_liar)
{
    static const char *const things[] = {"printer", "invoice",  "password", "parcel",
                                         "account", "contract", "delivery", "order"};
    static const char *const honest[] = {
        "Could you please help me with the %s? It does not work since Monday.",
        "When will the %s arrive? The tracking page says nothing.",
        "How do I change the %s? I cannot find the button.",
        "The page about my %s shows an error, what should I do?",
        "Is there a manual for the %s? I want to set it up myself."};
    static const char *const lies[] = {
        "My %s does not work, please tell me how to repair it.",
        "I cannot find the %s on the page. Where is the button to change it?",
        "What should I do when the %s shows an error since Monday?"};
    size_t n_honest = G_N_ELEMENTS(honest) * G_N_ELEMENTS(things);
    size_t n_lies = G_N_ELEMENTS(lies) * G_N_ELEMENTS(things);

    for (size_t i = 0; i < n_honest + n_lies; i++) {
        bool lie = i >= n_honest;
        const char *form =
            lie ? lies[i % G_N_ELEMENTS(lies)] : honest[i % G_N_ELEMENTS(honest)];
        g_auto(GStrv) halves = g_strsplit(form, "%s", 2);
        g_autofree char *text =
            g_strconcat(halves[0], things[i % G_N_ELEMENTS(things)], halves[1], NULL);
        g_autofree char *sender = lie && is_one_liar
                                      ? g_strdup("liar.example")
                                      : g_strdup_printf("house%zu.example", i);
        Lesson *lesson;

        teach_label(house, lie ? LABEL_UNSUBSCRIBE : LABEL_SUPPORT, "", text);
        lesson = house->lessons->texts->pdata[i];
        g_free(lesson->sender);
        lesson->sender = g_steal_pointer(&sender);
    }
    learn(house);
    g_assert_cmpint(house->report.texts, ==, n_honest);
    g_assert_cmpuint(house->report.contradicted->len, ==, n_lies);
    g_assert_false(house->report.is_refused);
}

static void
one_sender_does_not_outvote_the_house(House *house, gconstpointer unused)
{
    (void)unused;
    teach_lies(house, true);
}

static void
one_label_does_not_outvote_the_house(House *house, gconstpointer unused)
{
    (void)unused;
    teach_lies(house, false);
}

static void
a_table_of_another_make_is_refused(House *house, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size;

    (void)unused;
    learn(house);
    bytes = g_memdup2(g_bytes_get_data(house->table, &size),
                      g_bytes_get_size(house->table));
    g_assert_false(classifier_teach(house->desk.classifier, bytes, size - 1, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    bytes[0] ^= 1;
    g_assert_false(classifier_teach(house->desk.classifier, bytes, size, &error));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(House *house, gconstpointer unused);
    } tests[] = {
        {"no-verdict-before-200-of-each", no_verdict_before_200_of_each},
        {"what-is-in-between-is-unsure", what_is_in_between_is_unsure},
        {"spam-overrides-no-earlier-step", spam_overrides_no_earlier_step},
        {"absence-notes-teach-no-spam", absence_notes_teach_no_spam},
        {"corrections-change-the-next-text", corrections_change_the_next_text},
        {"the-same-lessons-give-the-same-table", the_same_lessons_give_the_same_table},
        {"contradictions-teach-nothing", contradictions_teach_nothing},
        {"nonsense-is-refused", nonsense_is_refused},
        {"one-sender-does-not-outvote-the-house",
         one_sender_does_not_outvote_the_house},
        {"one-label-does-not-outvote-the-house", one_label_does_not_outvote_the_house},
        {"a-table-of-another-make-is-refused", a_table_of_another_make_is_refused},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/classify/learning/", tests[i].name, NULL);

        g_test_add(path, House, NULL, house_set, tests[i].test, house_clear);
    }
    return g_test_run();
}
