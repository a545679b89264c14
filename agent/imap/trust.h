/* The certificate authorities a connection is checked by, read once for all of them.
 *
 * libcurl would parse the system's hundred and forty for each connection: 0.8 MB and 17
 * ms of processor each time, for thousands of mailboxes. */
#pragma once

#include <glib.h>

#include <curl/curl.h>

typedef struct Trust Trust;

/* `ca_file` NULL: the system's. Read again when the file has changed. FAULT_CONFIG: it
 * cannot be read, or no certificate is in it. Safe from any thread. */
Trust *trust_new(const char *ca_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trust_free(Trust *trust);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trust, trust_free)

/* `trust` must live until the connection stands. */
void trust_apply(Trust *trust, CURL *easy);
