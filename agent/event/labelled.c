/* Lines of `postroom evaluate` and `train`, in and out. */
#include "event/event.h"

#include <json-c/json.h>

#include "base/fault.h"
#include "event/printer.h"
#include "event/shape_json.h"

static char *
text_of(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(object, key, &value) || !value)
        return NULL;
    return g_utf8_make_valid(json_object_get_string(value), -1);
}

/* Between 0 and 100; all else weighs as one text. */
static double
weight_of(struct json_object *object)
{
    struct json_object *value = NULL;
    double weight = 1;

    if (json_object_object_get_ex(object, "weight", &value))
        weight = json_object_get_double(value);
    return weight >= 0 && weight <= 100 ? weight : 1;
}

static bool
is_authored(struct json_object *object)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(object, "authored", &value) &&
           json_object_get_boolean(value);
}

bool
event_read_labelled(const char *line, LabelledText *out, GError **error)
{
    struct json_object *object = json_tokener_parse(line);

    if (!object || !json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        g_set_error(error, FAULT, FAULT_MESSAGE, "not a JSON object");
        return false;
    }
    *out = (LabelledText){.id = text_of(object, "id"),
                          .subject = text_of(object, "subject"),
                          .body = text_of(object, "body"),
                          .label = text_of(object, "label"),
                          .language = text_of(object, "lang"),
                          .source = text_of(object, "source"),
                          .weight = weight_of(object),
                          .is_authored = is_authored(object)};
    json_object_put(object);
    return true;
}

void
labelled_text_clear(LabelledText *text)
{
    g_free(text->id);
    g_free(text->subject);
    g_free(text->body);
    g_free(text->label);
    g_free(text->language);
    g_free(text->source);
    *text = (LabelledText){0};
}

char *
event_evaluated(const LabelledText *text, const char *language,
                const Classification *found)
{
    struct json_object *object = json_object_new_object();
    struct json_object *reasons = json_object_new_array();
    char *line;

    for (guint i = 0; i < list_length(found->reasons); i++)
        json_object_array_add(reasons,
                              shape_json(&reason_shape, found->reasons->pdata[i]));
    json_object_object_add(object, "id", text_json(text->id));
    json_object_object_add(object, "label", text_json(text->label));
    json_object_object_add(object, "prediction", text_json(label_name(found->label)));
    json_object_object_add(object, "confidence", real_json(found->confidence));
    json_object_object_add(object, "language", text_json(language));
    json_object_object_add(object, "reasons", reasons);
    line = json_print(object);
    json_object_put(object);
    return line;
}

char *
event_quoted(const char *text)
{
    struct json_object *object = text_json(text);
    char *quoted = json_print(object);

    json_object_put(object);
    return quoted;
}
