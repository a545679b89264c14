/* A text that may hold a credential: sized before it is written, so that it never
 * moves and leaves no copy behind, and wiped when freed. */
#pragma once

#include <glib.h>
#include <stddef.h>

typedef GString Letter;

Letter *letter_new(size_t capacity_bytes);
void letter_free(Letter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* The base64 of `size` bytes. */
Letter *letter_new_base64(const char *bytes, size_t size);

void letter_append(Letter *letter, const char *bytes, size_t size);
