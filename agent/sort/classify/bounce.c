#include "bounce.h"

#include <string.h>

#include "base/clock.h"
#include "bounce_reasons.h"
#include "fold.h"

static const char *
reason_of_code(int64_t code)
{
    switch (code) {
    case 552:
        return "mailbox_full";
    case 551:
    case 553:
        return "user_unknown";
    default:
        return NULL;
    }
}

/* Codes that servers give for anything: the words below them know better. */
static bool
is_vague(const char *status)
{
    static const char *const codes[] = {"x.0.0", "x.7.0", "x.7.1", "x.2.0",
                                        "x.2.1", "x.5.0", "x.4.7", "x.4.0"};

    for (size_t i = 0; status && i < G_N_ELEMENTS(codes); i++)
        if (bounce_status_fits(status, codes[i]))
            return true;
    return status == NULL;
}

static bool
blames_the_sender(const char *status)
{
    return status &&
           (bounce_status_fits(status, "x.1.7") || bounce_status_fits(status, "x.1.8"));
}

/* Lower case, each stretch of white space one blank: servers fold their answers. */
static char *
one_line(const char *text, size_t most)
{
    char *line = fold_case(text, most);
    size_t size = 0;

    for (const char *at = line; *at; at++)
        if (!g_ascii_isspace(*at))
            line[size++] = *at;
        else if (size > 0 && line[size - 1] != ' ')
            line[size++] = ' ';
    line[size] = '\0';
    return line;
}

void
bounce_explain(Bounce *bounce, const char *prose)
{
    g_autofree char *diagnostic = one_line(bounce->diagnostic, 2000);
    g_autofree char *words = one_line(prose, 4000);
    const char *status_says = bounce_reason_of_status(bounce->status);
    /* 5.1.7 and 5.1.8 blame the sender's address: "does not exist" is not about the
     * recipient then. */
    const char *reason =
        blames_the_sender(bounce->status) ? "policy" : bounce_reason_in(diagnostic);

    /* "Inactive" may be any trouble; 5.1.1 is one. */
    if (g_strcmp0(reason, "suspended") == 0 && bounce->status &&
        bounce_status_fits(bounce->status, "x.1.1"))
        reason = status_says;
    if (!reason && is_vague(bounce->status))
        reason = bounce_reason_in(words);
    if (!reason)
        reason = status_says;
    if (!reason)
        reason = bounce_reason_in(words);
    if (!reason)
        reason = reason_of_code(bounce->smtp_code);
    g_free(bounce->reason);
    bounce->reason = g_strdup(reason ? reason : "other");
    /* Only what says that this address will never work may suppress it; a first
     * digit of 4 says "later", whatever the words. */
    bounce->is_hard = g_strcmp0(bounce->action, "failed") == 0 &&
                      !(bounce->status && bounce->status[0] == '4') &&
                      (g_str_equal(bounce->reason, "user_unknown") ||
                       g_str_equal(bounce->reason, "host_unknown"));
}

bool
bounce_tells(const char *text)
{
    g_autofree char *line = one_line(text, 500);
    g_autofree char *status = bounce_find_status(line);

    return status || bounce_reason_in(line) || bounce_smtp_code(line) != TIME_NONE;
}

int64_t
bounce_smtp_code(const char *diagnostic)
{
    const char *at = diagnostic;
    size_t left = diagnostic ? strnlen(diagnostic, 400) : 0;

    for (; left >= 3; at++, left--) {
        bool starts = at == diagnostic || !(g_ascii_isalnum(at[-1]) || at[-1] == '.');

        if (starts && (at[0] == '4' || at[0] == '5') && at[1] >= '0' && at[1] <= '5' &&
            g_ascii_isdigit(at[2]) && !g_ascii_isalnum(at[3]) && at[3] != '.')
            return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
    }
    return TIME_NONE;
}

char *
bounce_find_diagnostic(const char *text)
{
    g_autofree char *cut = g_strndup(text ? text : "", 4000);
    g_auto(GStrv) lines = g_strsplit(cut, "\n", 80);

    for (char **line = lines; *line; line++)
        if (bounce_smtp_code(*line) != TIME_NONE)
            return g_strndup(g_strstrip(*line), 500);
    return NULL;
}

static size_t
digits_at(const char *text, size_t most)
{
    size_t size = 0;

    while (size < most && g_ascii_isdigit(text[size]))
        size++;
    return size;
}

char *
bounce_find_status(const char *text)
{
    size_t left = text ? strnlen(text, 4000) : 0;

    for (const char *at = text; left >= 5; at++, left--) {
        size_t subject;
        size_t detail;

        if (!strchr("245", *at) || at[1] != '.' ||
            (at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '.')))
            continue;
        subject = digits_at(at + 2, 3);
        if (subject == 0 || at[2 + subject] != '.')
            continue;
        detail = digits_at(at + 3 + subject, 3);
        if (detail && at[3 + subject + detail] != '.')
            return g_strndup(at, 3 + subject + detail);
    }
    return NULL;
}

void
bounce_settle(Case *it, const char *signal, char *because)
{
    const GPtrArray *bounces = it->out->bounces;
    const char *sublabel = "delayed";

    for (size_t i = 0; i < list_length(bounces); i++) {
        const Bounce *bounce = bounces->pdata[i];

        if (g_strcmp0(bounce->action, "failed") != 0)
            continue;
        sublabel = bounce->is_hard ? "hard" : "soft";
        if (bounce->is_hard)
            break;
    }
    it->out->classification.sublabel = g_strdup(sublabel);
    settle(it, LABEL_BOUNCE, 0.99, signal, because);
}
