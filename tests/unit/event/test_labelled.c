/* Lines of `postroom evaluate`, in and out. */
#include <string.h>

#include <json-c/json.h>

#include "base/fault.h"
#include "event/event.h"

static void
a_line_is_read_and_answered(void)
{
    g_auto(LabelledText) text = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *answer = NULL;
    Classification found;
    Reason *reason;

    g_assert_true(event_read_labelled("{\"id\": 7, \"subject\": \"¿Cuánto?\", "
                                      "\"label\": \"lead\", \"lang\": \"es\"}",
                                      &text, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(text.id, ==, "7");
    g_assert_cmpstr(text.subject, ==, "¿Cuánto?");
    g_assert_null(text.body);
    g_assert_cmpstr(text.language, ==, "es");
    shape_init(&classification_shape, &found);
    found.label = LABEL_SUPPORT;
    found.confidence = 0.5;
    reason = shape_append(&reason_shape, &found.reasons);
    reason->signal = g_strdup("word:cuanto");
    reason->weight = 2;
    answer = event_evaluated(&text, "es", &found);
    g_assert_cmpstr(answer, ==,
                    "{\"id\":\"7\",\"label\":\"lead\",\"prediction\":\"support\","
                    "\"confidence\":0.5,\"language\":\"es\",\"reasons\":[{\"signal\":"
                    "\"word:cuanto\",\"weight\":2.0,\"text\":null}]}");
    shape_clear(&classification_shape, &found);
}

static void
what_is_no_object_is_a_fault_of_the_line(void)
{
    static const char *const wrong[] = {"", "[]", "7", "\"text\"", "{", "null", "x"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(LabelledText) text = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(event_read_labelled(wrong[i], &text, &error));
        g_assert_error(error, FAULT, FAULT_MESSAGE);
    }
}

/* Every byte, wherever it stands in a text, comes back as it was. */
static void
a_text_survives_its_quotes(void)
{
    for (unsigned character = 1; character < 0x80; character++) {
        for (size_t at = 0; at < 20; at++) {
            char text[] = "plain: \u00e1\u00e9 and then more";
            g_autofree char *quoted = NULL;
            struct json_object *again;

            if (!(text[at] & 0x80))
                text[at] = (char)character;
            quoted = event_quoted(text);
            again = json_tokener_parse(quoted);
            g_assert_cmpstr(json_object_get_string(again), ==, text);
            for (const char *byte = quoted; *byte; byte++)
                g_assert_true((unsigned char)*byte >= 0x20);
            json_object_put(again);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/a_line_is_read_and_answered", a_line_is_read_and_answered);
    g_test_add_func("/what_is_no_object_is_a_fault_of_the_line",
                    what_is_no_object_is_a_fault_of_the_line);
    g_test_add_func("/a_text_survives_its_quotes", a_text_survives_its_quotes);
    return g_test_run();
}
