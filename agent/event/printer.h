/* JSON as text, in one walk: json-c's own printer takes its time over every character,
 * and an event is measured as often as something is cut from it. */
#pragma once

#include <json-c/json.h>

/* Without white space; `/` stands as it is; numbers that are no integers have six
 * digits. Yours. */
char *json_print(struct json_object *json);
/* The same where one knows how long it may become: it is not copied while it grows. */
char *json_print_sized(struct json_object *json, size_t bytes);

/* strlen of what json_print would give. */
size_t json_printed_bytes(struct json_object *json);
