#include "cli/findings.h"

#include <stdio.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "base/fault.h"
#include "cli/print.h"
#include "cli/records.h"

enum {
    STATE_WIDTH = 11,
    SUBJECT_WIDTH = 20,
    CHECK_WIDTH = 12
};

struct Findings {
    bool json;
    guint counts[FINDING_BROKEN + 1];
};

/* In JSON these are names, for people they are words. */
static const char *const state_names[] = {N_("good"), N_("warning"), N_("unavailable"),
                                          N_("broken")};

Findings *
findings_new(bool json)
{
    Findings *findings = g_new0(Findings, 1);

    findings->json = json;
    return findings;
}

void
findings_free(Findings *findings)
{
    g_free(findings);
}

static void
tell_json(const Finding *finding)
{
    static const char *const columns[] = {"subject", "check", "state",
                                          "says",    "mend",  NULL};
    const char *const values[] = {finding->subject,
                                  finding->check,
                                  state_names[finding->state],
                                  finding->says,
                                  finding->mend ? finding->mend : "",
                                  NULL};
    g_autoptr(StoreTable) table = records_new(columns, "");
    g_autofree char *line = NULL;
    g_autofree char *safe = NULL;

    records_add(table, values);
    line = records_json(table, 0);
    safe = print_safe_json(line);
    (void)puts(safe);
}

/* printf would count bytes where letters are meant. */
static void
print_padded(const char *text, size_t width)
{
    size_t taken = print_width(text);

    (void)printf("%s%*s  ", text, taken < width ? (int)(width - taken) : 0, "");
}

/* "mailbox support": the word is ours, the name is theirs. Owned. */
static char *
in_our_tongue(const char *subject)
{
    g_auto(GStrv) halves = g_strsplit(subject, " ", 2);

    if (!halves[0] || !*halves[0])
        return g_strdup(subject);
    return g_strjoin(" ", _(halves[0]), halves[1], NULL);
}

static void
print_row(const Finding *finding, const char *subject, const char *says)
{
    g_autofree char *told = in_our_tongue(subject);

    print_padded(_(state_names[finding->state]), STATE_WIDTH);
    print_padded(told, SUBJECT_WIDTH);
    print_padded(_(finding->check), CHECK_WIDTH);
    (void)puts(says);
}

void
findings_tell(Findings *findings, const Finding *finding)
{
    g_autofree char *subject = print_safe(finding->subject);
    g_autofree char *says = print_safe(*finding->says ? _(finding->says) : "");
    g_autofree char *mend = print_safe(finding->mend ? _(finding->mend) : "");

    findings->counts[finding->state]++;
    if (findings->json)
        tell_json(finding);
    else
        print_row(finding, subject, says);
    if (!findings->json && finding->mend)
        (void)printf("%*s  -> %s\n", STATE_WIDTH, "", mend);
    (void)fflush(stdout); /* findings_end tells whether it worked */
}

void
findings_tell_fault(Findings *findings, const char *subject, const char *check,
                    const GError *fault, const char *mend)
{
    bool is_theirs = g_error_matches(fault, FAULT, FAULT_RETRY);
    const char *usual =
        is_theirs ? "Look whether it is reachable from this machine, then try again."
                  : "Mend what the message names, then run `postroom doctor` again.";

    findings_tell(findings, &(Finding){subject, check,
                                       is_theirs ? FINDING_UNAVAILABLE : FINDING_BROKEN,
                                       fault->message, mend ? mend : usual});
}

int
findings_end(Findings *findings)
{
    const guint *counts = findings->counts;
    int code = print_end();

    if (!findings->json)
        (void)printf(_("\n%u good, %u to look at, %u unavailable, %u broken\n"),
                     counts[FINDING_GOOD], counts[FINDING_WARNING],
                     counts[FINDING_UNAVAILABLE], counts[FINDING_BROKEN]);
    if (code == EX_OK)
        code = print_end();
    if (code != EX_OK)
        return code;
    if (counts[FINDING_BROKEN])
        return EX_CONFIG;
    return counts[FINDING_UNAVAILABLE] ? EX_UNAVAILABLE : EX_OK;
}
