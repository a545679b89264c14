/* One question to the provider: a form goes out, a JSON object comes back. */
#pragma once

#include <json-c/json.h>

#include "oauth/oauth.h"

typedef struct Answer {
    long status;
    struct json_object *object; /* never NULL after success */
} Answer;

void answer_clear(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* Name, value, name, value, ..., NULL; a NULL value leaves its name out. `stop`: see
 * OauthApp. */
bool post_form(const char *url, const char *const *fields, const Stop *stop,
               Answer *out, GError **error);

/* Lent; NULL: absent, or no text. */
const char *answer_text(const Answer *answer, const char *name);
int64_t answer_number(const Answer *answer, const char *name, int64_t otherwise);
/* The provider's word for its refusal: letters and underscores; "" where there is none.
 */
const char *answer_refusal(const Answer *answer);
