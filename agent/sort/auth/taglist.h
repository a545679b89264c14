/* Tag lists (RFC 6376 section 3.2): `v=1; a=rsa-sha256; ...` */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct TagList {
    GPtrArray *names;
    GPtrArray *values; /* outer white space gone, inner kept */
} TagList;

/* Strict: one malformed or repeated tag spoils the list, and `*trouble` says how. */
bool tag_list_read(const char *text, size_t size, TagList *out, const char **trouble);
void tag_list_clear(TagList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TagList, tag_list_clear)

/* NULL: no such tag. Lent. */
const char *tag_find(const TagList *list, const char *name);

/* Digits only, at most `digits` of them; a missing tag leaves `*out` as it is. */
bool tag_number(const TagList *list, const char *name, size_t digits, int64_t *out);

/* The value without any white space (base64, h=); NULL: no such tag. */
char *tag_squeeze(const TagList *list, const char *name);

/* Whether a colon list such as h= or s= holds `word`. */
bool tag_colon_list_has(const char *value, const char *word);
