/* Words that a person would not take for a reason: "the", "misma", greetings. The model
 * learns from them all the same. */
#pragma once

#include <stdbool.h>

/* `word` is folded. */
bool is_stopword(const char *word);
