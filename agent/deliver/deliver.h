/* deliver: did the other side get it?
 *
 * Signs (Standard Webhooks 1.0.0) and posts over libcurl's multi interface, many at a
 * time. Follows no redirect; checks the address really connected to. Belongs to one
 * thread. Knows no database: what to do next comes back as an outcome. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/stop.h"

/* Lent for as long as the Deliverer lives. */
typedef struct DeliverEndpoint {
    const char *name;
    const char *url;
    const Secret *const *secrets; /* "whsec_" or "whsk_"; signs with all (rotation) */
    size_t n_secrets;
    const GPtrArray *allow_networks; /* texts, CIDR */
    const char *ca_file;             /* NULL: the system's */
    const char *content_type;        /* NULL: application/json */
} DeliverEndpoint;

/* A broken secret or URL is FAULT_CONFIG and names the endpoint. */
bool deliver_check_endpoint(const DeliverEndpoint *endpoint,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "v1,BASE64" (HMAC) or "v1a,BASE64" (Ed25519) for each secret, space separated. NULL:
 * a secret cannot be read. */
char *deliver_sign(const DeliverEndpoint *endpoint, const char *id, int64_t timestamp_s,
                   const char *body, size_t body_bytes);

/* "whpk_BASE64" of a "whsk_" secret, owned: what the other side verifies v1a with.
 * NULL: it is a secret of both sides. */
char *deliver_public_key(const Secret *secret);

/* `text` without the endpoint's secrets; owned. */
char *deliver_redact(const DeliverEndpoint *endpoint, const char *text);

/* Public addresses may be reached; loopback, private, link-local, CGNAT, multicast,
 * documentation, NAT64 and metadata addresses only when in `allow_networks` (CIDR
 * texts; may be NULL). An IPv4 address inside an IPv6 one counts as itself. What is no
 * address may not be reached. */
bool deliver_may_reach(const char *address, const GPtrArray *allow_networks);

typedef struct Deliverer Deliverer;

Deliverer *deliverer_new(void);
void deliverer_free(Deliverer *deliverer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deliverer, deliverer_free)

/* Starts one attempt; copies everything but the endpoint. `tag` comes back. Every
 * attempt of one event is a span of the same trace (W3C Trace Context). */
void deliver_begin(Deliverer *deliverer, const DeliverEndpoint *endpoint, int64_t tag,
                   const char *event_id, const char *body, int64_t now_s);
/* A server that takes mail for anybody (SMTP). Lent as long as the Deliverer lives. */
typedef struct DeliverRelay {
    const char *url;        /* smtps://, or smtp:// with STARTTLS */
    bool is_tls_required;   /* false: without it where the server has none */
    const char *ca_file;    /* NULL: the system's */
    const char *user;       /* NULL: no log-in */
    const Secret *password; /* NULL: none */
    const Stop *stop;       /* overdue: gives up what is under way, within a second */
} DeliverRelay;

/* A mail, sent as it is behind the header fields of `head` (CRLF each). All lent. */
typedef struct DeliverMail {
    const char *from, *to; /* envelope: "<address>" */
    const char *head;
    GBytes *bytes;
} DeliverMail;

/* Starts one attempt; copies the mail. OUTCOME_GONE: refused for ever. */
void deliver_begin_mail(Deliverer *deliverer, const DeliverRelay *relay, int64_t tag,
                        const DeliverMail *mail);
size_t deliver_under_way(const Deliverer *deliverer);

typedef enum {
    OUTCOME_DELIVERED, /* 2xx */
    OUTCOME_FAILED,    /* try again by schedule, or after retry_after_s */
    OUTCOME_GONE,      /* 410: disable the endpoint */
} DeliverVerdict;

typedef struct DeliverOutcome {
    int64_t tag;
    DeliverVerdict verdict;
    int64_t http_status;   /* 0: no answer */
    int64_t retry_after_s; /* -1: not said */
    char *because;         /* for a person */
    char *response;        /* at most 20 kB, valid UTF-8, without our secrets */
    int64_t duration_ms;
} DeliverOutcome;
void deliver_outcome_free(DeliverOutcome *outcome);

/* Blocks up to `timeout_ms`; appends DeliverOutcome. deliver_wake, from any thread,
 * ends the wait. */
void deliver_poll(Deliverer *deliverer, int timeout_ms, GPtrArray *outcomes);
void deliver_wake(Deliverer *deliverer);

/* Seconds until try `attempts` + 1 by the contract's schedule, with ±20 % by `chance`
 * in [0,1); -1: no more, the dead letter. */
double deliver_delay_s(int64_t attempts, double chance);

/* Once per process, before any thread. */
void deliver_init(void);
