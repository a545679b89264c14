/* Is the border where the mails say it is? */
#include "cli/doctor.h"

#include <glib/gi18n.h>

#include "base/fault.h"
#include "cli/border_guess.h"
#include "sorters/sorters.h"

/* Mail is opened in a sorter, here as everywhere. It needs no DNS for this. */
static bool
read_mails(BorderGuess *guess, const GPtrArray *mails, GError **error)
{
    const SortersSettings one = {.count = 1};
    g_autoptr(Resolver) nobody =
        resolver_new(&(ResolverSettings){.server = "none"}, error);
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(Sorters) sorters = nobody ? sorters_new(&one, nobody, error) : NULL;

    if (!sorters)
        return false;
    for (guint i = 0; i < mails->len; i++) {
        g_autoptr(GError) unreadable = NULL; /* the others will do */
        g_autoptr(Facts) facts = sorters_finish(
            sorters_begin(sorters, mails->pdata[i], settings), &unreadable);

        if (facts)
            border_guess_add(guess, &facts->message);
    }
    return true;
}

static void
compare(Findings *findings, const char *subject, const BorderGuess *guess,
        const Border *border)
{
    g_autofree char *proposal = border_guess_text(guess);
    g_autofree char *says =
        g_strdup_printf(_("%u of the last %u mails came from outside"),
                        border_guess_from_outside(guess), border_guess_mails(guess));
    g_autofree char *mend = NULL;

    if (!proposal) {
        findings_tell(findings,
                      &(Finding){subject, "border", FINDING_GOOD, says, NULL});
        return;
    }
    if (border_guess_fits(guess, border)) {
        g_autofree char *more =
            g_strdup_printf(_("%s, and `border:` has who took them"), says);

        findings_tell(findings,
                      &(Finding){subject, "border", FINDING_GOOD, more, NULL});
        return;
    }
    mend =
        g_strdup_printf(_("Write `%s`, if these servers are yours: without the right "
                          "border no sender can be judged."),
                        proposal);
    findings_tell(findings, &(Finding){subject, "border", FINDING_WARNING, says, mend});
}

void
doctor_border(Findings *findings, const char *subject, const MailboxConfig *mailbox,
              const GPtrArray *mails)
{
    g_autoptr(BorderGuess) guess = border_guess_new();
    g_autoptr(GError) error = NULL;

    if (read_mails(guess, mails, &error))
        compare(findings, subject, guess, &mailbox->border);
    else
        findings_tell_fault(findings, subject, "border", error, NULL);
}
