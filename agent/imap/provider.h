/* Who the server is, as a row of a table. */
#pragma once

#include "imap/imap.h"

/* `words`: the greeting and what ID answered; `capabilities` are texts. */
const ImapProvider *provider_find(const char *url, const char *words,
                                  const GPtrArray *capabilities);
