/* A libunbound context set up for one server, and for what proves its answers. */
#pragma once

#include "model/settings.h"

struct ub_ctx;

/* `validates`: bogus answers are told as such. Where the anchor is nobody's wish but
 * the machine's, waits three seconds at most for the root's keys: a server that strips
 * signatures, as many do, must not turn every answer into a forged one. The caller owns
 * the context. FAULT_CONFIG: the server is no ADDR@PORT, or the anchor no file of
 * keys. */
struct ub_ctx *unbound_new(const ResolverSettings *settings, bool *validates,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
