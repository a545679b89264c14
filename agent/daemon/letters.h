/* What goes through the relay, in words: the header in front of a mail that is sent on,
 * and the mail that tells a customer that his is here. All owned. */
#pragma once

#include "model/acknowledge.h"
#include "store/store.h"

char *letter_resent(const StoreForward *forward);
/* Sets `sent_as`. */
char *letter_attaching(StoreForward *forward);
/* Sets `sent_as` and `bytes`. NULL: there is nothing to say; `*because` is lent. */
char *letter_acknowledging(StoreForward *forward, const Acknowledge *acknowledge,
                           const char **because);
