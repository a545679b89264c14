/* A text without what is no words: addresses of pages and of people. */
#pragma once

#include <stddef.h>

/* Of at most the first `max_bytes` of `text`, which may be NULL. Yours. */
char *unlinked(const char *text, size_t max_bytes);
