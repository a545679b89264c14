/* One transfer of the multi handle: a webhook, or a mail. */
#pragma once

#include <curl/curl.h>

#include "deliver/deliver.h"

enum {
    CONNECT_TIMEOUT_MS = 10000,
    TOTAL_TIMEOUT_MS = 30000,
};

typedef struct Attempt {
    const DeliverEndpoint *endpoint; /* NULL: it is a mail */
    int64_t tag;
    CURL *handle;
    struct curl_slist *headers;
    char *body;
    GByteArray *mail; /* NULL: it is a webhook */
    size_t mail_sent;
    GByteArray *response;
    int64_t started_us;
    bool is_refused; /* an address that may not be connected to */
    char fault[CURL_ERROR_SIZE];
} Attempt;

struct Deliverer {
    CURLM *multi;
    GHashTable *attempts; /* Attempt, owned */
    GHashTable *rested;   /* endpoint -> GPtrArray of Attempt, for the next events */
    GHashTable *relays;   /* descriptors of connections to relays */
};

/* Takes `attempt`. */
void attempt_start(Deliverer *deliverer, Attempt *attempt);

/* Before the multi handle goes: libcurl says QUIT to every relay it is connected to and
 * would wait minutes for the answer. */
void mail_hang_up(const Deliverer *deliverer);

/* What an SMTP server's last word means. */
DeliverVerdict mail_verdict(CURLcode failed, long status);
char *mail_explain(const Attempt *attempt, CURLcode failed, long status);
