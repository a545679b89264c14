/* Logging in: SASL PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER, and the LOGIN command. */
#pragma once

#include "imap/session.h"

/* FAULT_CONFIG with the server's words when it refuses, FAULT_RETRY when it says that
 * it will be able to later. */
bool sasl_log_in(ImapSession *session, const ImapAccount *account, GError **error);
