/* One mechanism alone, as `postroom auth` asks for it. */
#include "single.h"

void
auth_try(GBytes *mail, const Trial *trial, const SortSettings *settings,
         const DnsAsker *dns, TrialReport *out)
{
    switch (trial->mechanism) {
    case TRIAL_SPF:
        single_spf(trial, settings->spf_engine, dns, &out->spf);
        break;
    case TRIAL_DKIM:
        auth_dkim(mail, settings->origin.received_at, dns, &out->dkim);
        break;
    case TRIAL_ARC:
        auth_arc(mail, settings->border.arc_sealers, dns, &out->arc);
        break;
    case TRIAL_DMARC:
        auth_dmarc(trial->author ? trial->author : "", trial->dkim_domains,
                   trial->spf_domains, dns, &out->dmarc);
        break;
    case TRIAL_RESULTS:
        auth_results(mail, &settings->border, &out->results);
        break;
    }
}
