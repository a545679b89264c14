/* ARC (RFC 8617): what earlier hops saw, sealed by each of them. */
#pragma once

#include "auth.h"
#include "fields.h"

#include "model/dns.h"
#include "model/verdict.h"

enum {
    ARC_INSTANCES_MAX = 50
};

typedef struct ArcSet {
    const RawField *results; /* ARC-Authentication-Results */
    const RawField *message; /* ARC-Message-Signature */
    const RawField *seal;    /* ARC-Seal */
    char *sealer;            /* d= of the seal */
} ArcSet;

typedef struct ArcChain {
    AuthResult result;       /* none, pass, fail, temperror */
    DnsSecurity dnssec;      /* of the weakest key */
    bool unsigned_duplicate; /* of a field the newest message signature covers */
    int instances;
    const char *trouble;                /* of a fail or temperror */
    int culprit;                        /* the instance it was found at */
    ArcSet sets[ARC_INSTANCES_MAX + 1]; /* from 1 */
} ArcChain;

/* `keys` may be NULL. */
void arc_judge(const RawMail *mail, const DnsAsker *dns, AuthKeys *keys, ArcChain *out);
void arc_chain_clear(ArcChain *chain);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ArcChain, arc_chain_clear)

/* `out` is empty or cleared; `is_trusted` when the newest sealer is in `sealers`. */
void arc_describe(const ArcChain *chain, const GPtrArray *sealers, ArcFacts *out);

/* The sealer whose word counts: the newest, and below it each one as long as all above
 * are in `sealers`. True when one of them saw DMARC pass for `author_domain`. */
bool arc_overrides(const ArcChain *chain, const GPtrArray *sealers,
                   const char *author_domain);

/* Whether the chain claims enough to be worth judging before anything of strangers. */
bool arc_claims_pass(const RawMail *mail, const GPtrArray *sealers,
                     const char *author_domain);

/* Whether it would, were the keys that could not be asked for sound. */
bool arc_could_override(const ArcChain *chain, const GPtrArray *sealers,
                        const char *author_domain);
