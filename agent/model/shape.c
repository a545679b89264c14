#include "model/shape.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"

static void *
member(const Field *field, void *object)
{
    return (char *)object + field->offset;
}

static const void *
const_member(const Field *field, const void *object)
{
    return (const char *)object + field->offset;
}

void
shape_init(const Shape *shape, void *object)
{
    memset(object, 0, shape->size_bytes);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const Field *field = &shape->fields[i];

        if (field->type == FIELD_TIME)
            *(int64_t *)member(field, object) = TIME_NONE;
        else if (field->type == FIELD_ONE)
            shape_init(field->of, member(field, object));
    }
}

static void
clear_list(const Shape *of, GPtrArray *list)
{
    for (guint i = 0; list && i < list->len; i++) {
        if (of)
            shape_free(of, list->pdata[i]);
        else
            g_free(list->pdata[i]);
    }
    if (list)
        g_ptr_array_free(list, TRUE);
}

static void
clear_field(const Field *field, void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        g_free(*(char **)at);
        break;
    case FIELD_TEXTS:
    case FIELD_LIST:
        clear_list(field->of, *(GPtrArray **)at);
        break;
    case FIELD_ONE:
        shape_clear(field->of, at);
        break;
    case FIELD_MAYBE:
        shape_free(field->of, *(void **)at);
        break;
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_REAL:
    case FIELD_TIME:
    case FIELD_ENUM:
        break;
    }
}

void
shape_clear(const Shape *shape, void *object)
{
    if (!object)
        return;
    for (size_t i = 0; i < shape->n_fields; i++)
        clear_field(&shape->fields[i], member(&shape->fields[i], object));
    shape_init(shape, object);
}

void *
shape_new(const Shape *shape)
{
    void *object = g_malloc(shape->size_bytes);

    shape_init(shape, object);
    return object;
}

void
shape_free(const Shape *shape, void *object)
{
    shape_clear(shape, object);
    g_free(object);
}

void *
shape_append(const Shape *shape, GPtrArray **list)
{
    void *object = shape_new(shape);

    if (!*list)
        *list = g_ptr_array_new();
    g_ptr_array_add(*list, object);
    return object;
}

void
texts_append(GPtrArray **list, char *text)
{
    if (!*list)
        *list = g_ptr_array_new();
    g_ptr_array_add(*list, text);
}

size_t
list_length(const GPtrArray *list)
{
    return list ? list->len : 0;
}

static void copy_field(const Field *field, void *to, const void *from);

static void
copy_list(const Field *field, GPtrArray **to, const GPtrArray *from)
{
    for (guint i = 0; from && i < from->len; i++) {
        if (field->of)
            shape_copy(field->of, shape_append(field->of, to), from->pdata[i]);
        else
            texts_append(to, g_strdup(from->pdata[i]));
    }
}

static void
copy_field(const Field *field, void *to, const void *from)
{
    switch (field->type) {
    case FIELD_TEXT:
        *(char **)to = g_strdup(*(char *const *)from);
        break;
    case FIELD_BOOL:
        *(bool *)to = *(const bool *)from;
        break;
    case FIELD_INT:
    case FIELD_TIME:
        *(int64_t *)to = *(const int64_t *)from;
        break;
    case FIELD_REAL:
        *(double *)to = *(const double *)from;
        break;
    case FIELD_ENUM:
        memcpy(to, from, sizeof(int));
        break;
    case FIELD_TEXTS:
    case FIELD_LIST:
        copy_list(field, to, *(GPtrArray *const *)from);
        break;
    case FIELD_ONE:
        shape_copy(field->of, to, from);
        break;
    case FIELD_MAYBE:
        if (*(void *const *)from) {
            *(void **)to = shape_new(field->of);
            shape_copy(field->of, *(void **)to, *(void *const *)from);
        }
        break;
    }
}

void
shape_copy(const Shape *shape, void *to, const void *from)
{
    shape_clear(shape, to);
    for (size_t i = 0; i < shape->n_fields; i++)
        copy_field(&shape->fields[i], member(&shape->fields[i], to),
                   const_member(&shape->fields[i], from));
}
