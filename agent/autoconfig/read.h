/* Reads the file of a domain: clientConfig/emailProvider/incomingServer. */
#pragma once

#include "autoconfig/autoconfig.h"

/* The first server of type imap with TLS. `address` fills its %EMAIL...% words. */
Autoconfig *read_client_config(const GByteArray *xml, const char *address,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
