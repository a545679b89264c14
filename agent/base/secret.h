/* A password, token or key: kept out of core dumps and swap where the system allows,
 * wiped when freed, never printed. Lives in the house only, never in a sorter. */
#pragma once

#include <glib.h>
#include <stddef.h>

typedef struct Secret Secret;

/* Copies `size` bytes. The caller wipes its own copy with secret_wipe. */
Secret *secret_new(const char *bytes, size_t size);
void secret_free(Secret *secret);
Secret *secret_copy(const Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

/* Zero-terminated, lent; dies with the secret. */
const char *secret_text(const Secret *secret);
size_t secret_size(const Secret *secret);

/* Overwrites memory in a way the compiler keeps. */
void secret_wipe(void *bytes, size_t size);
