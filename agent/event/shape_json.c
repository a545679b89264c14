#include "event/shape_json.h"

#include <math.h>

#include "base/clock.h"

enum {
    /* A shape names each field once, for ever: no search, no copy. */
    OF_A_SHAPE = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY
};

struct json_object *
text_json(const char *text)
{
    return text ? json_object_new_string(text) : NULL;
}

struct json_object *
real_json(double number)
{
    return isfinite(number) ? json_object_new_double(number) : NULL;
}

static struct json_object *
time_json(int64_t epoch_s)
{
    g_autofree char *text = clock_format(epoch_s);

    return text_json(text);
}

static struct json_object *
list_json(const Field *field, const GPtrArray *list)
{
    struct json_object *array = json_object_new_array_ext((int)list_length(list));

    for (guint i = 0; list && i < list->len; i++)
        json_object_array_add(array, field->of ? shape_json(field->of, list->pdata[i])
                                               : text_json(list->pdata[i]));
    return array;
}

static struct json_object *
number_json(int64_t number)
{
    return number == TIME_NONE ? NULL : json_object_new_int64(number);
}

static struct json_object *
field_json(const Field *field, const void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        return text_json(*(char *const *)at);
    case FIELD_BOOL:
        return json_object_new_boolean(*(const bool *)at);
    case FIELD_INT:
        return number_json(*(const int64_t *)at);
    case FIELD_REAL:
        return real_json(*(const double *)at);
    case FIELD_TIME:
        return time_json(*(const int64_t *)at);
    case FIELD_ENUM:
        return text_json(field->names[*(const unsigned int *)at]);
    case FIELD_TEXTS:
    case FIELD_LIST:
        return list_json(field, *(GPtrArray *const *)at);
    case FIELD_ONE:
        return shape_json(field->of, at);
    case FIELD_MAYBE:
        return *(void *const *)at ? shape_json(field->of, *(void *const *)at) : NULL;
    }
    return NULL;
}

struct json_object *
shape_json(const Shape *shape, const void *object)
{
    struct json_object *json =
        shape->as_pair ? json_object_new_array() : json_object_new_object();

    for (size_t i = 0; i < shape->n_fields; i++) {
        const Field *field = &shape->fields[i];
        struct json_object *value =
            field_json(field, (const char *)object + field->offset);

        if (shape->as_pair)
            json_object_array_add(json, value);
        else
            (void)json_object_object_add_ex(json, field->name, value, OF_A_SHAPE);
    }
    return json;
}
