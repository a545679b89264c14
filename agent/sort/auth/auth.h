/* sort/auth: who really sent this?
 *
 * Runs inside a sorter only, on raw bytes, never on a repaired view. SPF (RFC 7208),
 * DKIM (RFC 6376, 8301, 8463), DMARC (RFC 9989). The clock is the border's time, else
 * the mail's INTERNALDATE, never now. Blocks while `dns` answers. Always gives a
 * verdict; what cannot be known is temperror and `deferred`. */
#pragma once

#include "model/dns.h"
#include "model/settings.h"
#include "model/trial.h"

/* Once per process, before the lock-down. */
void auth_init(void);

/* The keys met so far, by the text of their records: for one thread, over many mails.
 */
typedef struct AuthKeys AuthKeys;

AuthKeys *auth_keys_new(void);
void auth_keys_free(AuthKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthKeys, auth_keys_free)

/* Fills `out`, an initialised Verdict. LF line ends are judged as CRLF. `keys` may be
 * NULL: each is read anew. */
void auth_judge(GBytes *mail, const SortSettings *settings, const DnsAsker *dns,
                AuthKeys *keys, Verdict *out);

/* One mechanism alone, as the trial names it; `out` is an initialised TrialReport.
 * Trials that need no mail do not look at it. */
void auth_try(GBytes *mail, const Trial *trial, const SortSettings *settings,
              const DnsAsker *dns, TrialReport *out);

/* RFC 7208, by our own evaluator: `ip` in presentation form, `mail_from` may be "". */
void auth_spf(const char *ip, const char *helo, const char *mail_from,
              const DnsAsker *dns, SpfFacts *out);

/* RFC 6376, as of `received_at` (TIME_NONE: as of the mail's own newest date). Appends
 * DkimFacts to the list, in the order judged. */
void auth_dkim(GBytes *mail, int64_t received_at, const DnsAsker *dns, GPtrArray **out);

/* RFC 8617; `is_trusted` when the newest sealer is in `sealers`. */
void auth_arc(GBytes *mail, const GPtrArray *sealers, const DnsAsker *dns,
              ArcFacts *out);

/* RFC 9989: texts of domains that DKIM and SPF passed for. */
void auth_dmarc(const char *author_domain, const GPtrArray *dkim_domains,
                const GPtrArray *spf_domains, const DnsAsker *dns, DmarcFacts *out);

/* RFC 8601: appends a ResultsHeader for each field of the mail, topmost first, and says
 * whether the border's profile believes it. */
void auth_results(GBytes *mail, const Border *border, GPtrArray **out);

typedef enum {
    RESULTS_AS_WRITTEN = 0,
    RESULTS_TOLERANT = 1, /* what large providers write outside the grammar */
    RESULTS_UTF8 = 2,
} ResultsGrammar;

/* One value alone, without trust; `grammar` is a set of ResultsGrammar. */
bool auth_read_results(const char *value, unsigned grammar, ResultsHeader *out,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One Received value alone: what its host says of the connection. False: nothing that
 * could be used. */
bool auth_read_received(const char *value, BorderFacts *out);

/* The border of a mail; false: none. */
bool auth_find_border(GBytes *mail, const Border *border, BorderFacts *out);
