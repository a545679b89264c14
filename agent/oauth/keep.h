/* The refresh token's file: whole or not there, readable by us alone. */
#pragma once

#include "oauth/oauth.h"

/* NULL and FAULT_CONFIG: there is none, somebody must log in. */
Secret *keep_read(const char *file, GError **error);
/* On the disk when it returns. */
bool keep_write(const char *file, const char *token, GError **error);
