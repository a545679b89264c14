/* The one place where a noun becomes JSON: by its shape table. */
#pragma once

#include <json-c/json.h>

#include "model/shape.h"

/* A new reference. Every field of the shape is there; absent things are null,
 * names of an enum are those of the shape, times are ISO 8601. */
struct json_object *shape_json(const Shape *shape, const void *object);

struct json_object *text_json(const char *text);
/* null for what JSON cannot say: infinity, and what is no number. */
struct json_object *real_json(double number);
