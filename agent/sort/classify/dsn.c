/* Layer 1: delivery reports (RFC 3464), and X-Failed-Recipients. */
#include <string.h>

#include "base/clock.h"
#include "bounce.h"
#include "fold.h"
#include "report_text.h"

/* A report is one of a mail server only when the mail as a whole is: a customer who
 * attaches one, or forwards it, writes from their own address. */
static bool
is_from_a_server(const Case *it)
{
    const char *type = message_header(it->message, "Content-Type");
    const char *envelope = it->message->envelope_from;
    g_autofree char *lower = fold_case(type, 200);

    if (!*it->from_address || is_daemon(it->from_address) || (envelope && !*envelope))
        return true;
    return g_str_has_prefix(lower, "multipart/report");
}

static const char *
either(const GPtrArray *fields, const char *first, const char *second)
{
    const char *value = field_of(fields, first);

    return value ? value : field_of(fields, second);
}

/* RFC 3464 section 2.3.3 names five; whatever else a server invents is bad news. */
static char *
known_action(const char *value)
{
    static const char *const actions[] = {"failed", "delayed", "delivered", "relayed",
                                          "expanded"};
    g_autofree char *lower = g_strstrip(fold_case(value, 40));

    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_has_prefix(lower, actions[i]))
            return g_strdup(actions[i]);
    return g_strdup("failed");
}

static void
add_recipient(Case *it, const GPtrArray *fields)
{
    const Report *report = &it->reading->report;
    Bounce *bounce = shape_append(&bounce_shape, &it->out->bounces);
    g_autofree char *prose = fold_case(report->human_text, 4000);
    const char *status = field_of(fields, "Status");

    bounce->recipient =
        typed_value(either(fields, "Final-Recipient", "Original-Recipient"));
    bounce->action = known_action(field_of(fields, "Action"));
    bounce->diagnostic = typed_value(field_of(fields, "Diagnostic-Code"));
    /* "Status: 4.0.0 (a.example: host name lookup failure)" */
    if (!bounce->diagnostic && status && strchr(status, '('))
        bounce->diagnostic = g_strdup(status);
    bounce->status = bounce_find_status(status);
    if (!bounce->status)
        bounce->status = bounce_find_status(bounce->diagnostic);
    bounce->smtp_code = bounce_smtp_code(bounce->diagnostic);
    bounce->remote_mta = typed_value(field_of(fields, "Remote-MTA"));
    bounce->original_message_id =
        bare_id(field_of(report->returned_headers, "Message-ID"));
    bounce_explain(bounce, prose);
}

static bool
all_arrived(const GPtrArray *bounces)
{
    for (size_t i = 0; i < list_length(bounces); i++) {
        const Bounce *bounce = bounces->pdata[i];

        if (g_str_equal(bounce->action, "failed") ||
            g_str_equal(bounce->action, "delayed"))
            return false;
    }
    return true;
}

/* X-Failed-Recipients (Exim, Gmail): addresses between commas. */
static void
add_failed_recipients(Case *it, const char *value)
{
    g_auto(GStrv) names = g_strsplit(value, ",", BOUNCES_MOST);
    const char *text = it->message->text;
    g_autofree char *prose = fold_case(text, 4000);

    for (char **name = names; *name; name++) {
        Bounce *bounce;

        if (!strchr(*name, '@'))
            continue;
        bounce = shape_append(&bounce_shape, &it->out->bounces);
        bounce->recipient = typed_value(*name);
        bounce->action = g_strdup("failed");
        bounce->diagnostic = bounce_find_diagnostic(text);
        bounce->status = bounce_find_status(text);
        bounce->smtp_code = bounce_smtp_code(bounce->diagnostic);
        bounce->original_message_id =
            bare_id(field_of(it->reading->report.returned_headers, "Message-ID"));
        bounce_explain(bounce, prose);
    }
}

static bool
judge_groups(Case *it, const GPtrArray *groups)
{
    for (size_t i = 0; i < MIN(list_length(groups), (size_t)BOUNCES_MOST); i++) {
        const ReportGroup *group = groups->pdata[i];

        if (either(group->fields, "Final-Recipient", "Original-Recipient") ||
            field_of(group->fields, "Action"))
            add_recipient(it, group->fields);
    }
    if (list_length(it->out->bounces) == 0)
        return false;
    if (all_arrived(it->out->bounces)) {
        it->out->automatic.is_auto = true;
        it->out->automatic.kind = g_strdup("acknowledgement");
        it->out->automatic.because = g_strdup("a delivery report without a failure");
        settle(it, LABEL_AUTO_REPLY, 0.99, "report:delivery",
               g_strdup("delivery report (RFC 3464): everything arrived"));
        return true;
    }
    bounce_settle(it, "report:delivery",
                  g_strdup_printf("delivery report (RFC 3464) on %zu recipients",
                                  list_length(it->out->bounces)));
    return true;
}

/* A report whose boundaries are broken stands in the text. */
static bool
judge_text(Case *it)
{
    g_autoptr(GPtrArray) groups = NULL;

    if (!is_daemon(it->from_address))
        return false;
    groups = report_groups_in_text(it->message->text, "Final-Recipient");
    return judge_groups(it, groups);
}

bool
layer_dsn(Case *it)
{
    const char *failed = message_header(it->message, "X-Failed-Recipients");

    if (!is_from_a_server(it))
        return false;
    if (it->reading->report.kind == REPORT_DELIVERY &&
        judge_groups(it, it->reading->report.groups))
        return true;
    if (judge_text(it))
        return true;
    if (!failed || !is_daemon(it->from_address))
        return false;
    add_failed_recipients(it, failed);
    if (list_length(it->out->bounces) == 0)
        return false;
    bounce_settle(it, "header:X-Failed-Recipients",
                  g_strdup("the server names the failed recipients"));
    return true;
}
