/* Domain names as identities: one spelling for each, so that equal means the same. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* UTS #46 to A-labels, lower case, no trailing dot; NULL: no domain name. */
char *domain_to_ascii(const char *text, size_t size);

/* Letters, digits, `-`, `_` in labels of 1 to 63, 253 in all; any case. */
bool domain_is_name(const char *text);

/* Equal to `parent` or below it. Both as domain_to_ascii gives them. */
bool domain_is_within(const char *child, const char *parent);

size_t domain_count_labels(const char *name);
/* The last `labels` labels of `name`. Lent, inside `name`. */
const char *domain_keep_labels(const char *name, size_t labels);

/* A label whose letters mix scripts that look alike (Latin, Greek, Cyrillic). */
bool domain_is_confusable(const char *name);
