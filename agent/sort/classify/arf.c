/* Layer 1: reports of feedback loops (RFC 5965): somebody called our mail spam. */
#include "bounce.h"
#include "fold.h"
#include "report_text.h"

/* Hotmail's loop sends no report part: a fixed subject and the mail as attachment. */
static bool
is_bare_feedback(const Case *it)
{
    static const char *const subjects[] = {" complaint about message from ",
                                           " email feedback report for ip ",
                                           " email abuse report ",
                                           " abuse report ",
                                           " spam complaint ",
                                           NULL};
    static const char *const locals[] = {"staff@hotmail.", "staff@outlook.",
                                         "feedbackloop@",  "fbl@",
                                         "scomp@aol.",     "fbl-no-reply@"};

    if (!fold_find(it->subject, subjects))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(locals); i++)
        if (g_str_has_prefix(it->from_address, locals[i]))
            return true;
    return false;
}

static char *
original_recipient(const Case *it, const GPtrArray *fields)
{
    const GPtrArray *returned = it->reading->report.returned_headers;
    const char *value = field_of(fields, "Original-Rcpt-To");

    if (!value)
        value = field_of(fields, "Removal-Recipient");
    if (!value)
        value = field_of(returned, "X-HmXmrOriginalRecipient");
    return typed_value(value);
}

/* The returned To is no recipient: loops redact or keep it at will, and suppressing
 * whom it names would be a guess. */
static void
fill_feedback(Case *it, const GPtrArray *fields, const char *type)
{
    const GPtrArray *returned = it->reading->report.returned_headers;
    Complaint *complaint = shape_new(&complaint_shape);

    complaint->kind = g_strdup("abuse_report");
    complaint->feedback_type = g_strdup(type);
    /* RFC 6591: nobody complained that the authentication of a mail failed, so nobody
     * is to be spared. */
    if (!g_str_equal(type, "auth-failure") && !g_str_equal(type, "dmarc"))
        complaint->original_recipient = original_recipient(it, fields);
    complaint->original_message_id = bare_id(field_of(returned, "Message-ID"));
    complaint->source_ip = g_strdup(field_of(fields, "Source-IP"));
    complaint->arrival_date = g_strdup(field_of(fields, "Arrival-Date"));
    if (!complaint->arrival_date)
        complaint->arrival_date = g_strdup(field_of(fields, "Received-Date"));
    complaint->reporter = g_strdup(it->message->from.address);
    for (size_t i = 0; i < list_length(it->settings->campaign_headers); i++) {
        const char *value =
            field_of(returned, it->settings->campaign_headers->pdata[i]);

        if (value && !complaint->campaign)
            complaint->campaign = g_strdup(value);
    }
    it->out->complaint = complaint;
}

/* Loops that send the report as plain text, or break its boundaries. */
static GPtrArray *
feedback_in_text(const Case *it)
{
    if (it->reading->report.kind == REPORT_FEEDBACK)
        return NULL;
    return report_groups_in_text(it->message->text, "Feedback-Type");
}

bool
layer_arf(Case *it)
{
    const Report *report = &it->reading->report;
    g_autoptr(GPtrArray) in_text = feedback_in_text(it);
    const GPtrArray *groups = list_length(in_text) ? in_text : report->groups;
    const ReportGroup *first = list_length(groups) ? groups->pdata[0] : NULL;
    const GPtrArray *fields = first ? first->fields : NULL;
    const char *type = field_of(fields, "Feedback-Type");
    g_autofree char *kind = NULL;

    if (report->kind != REPORT_FEEDBACK && !list_length(in_text) &&
        !is_bare_feedback(it))
        return false;
    kind = g_strstrip(fold_case(type ? type : "abuse", 60));
    /* RFC 6430: "this was no spam" is a report too, but nobody complained. */
    if (g_str_equal(kind, "not-spam")) {
        it->out->automatic.is_auto = true;
        it->out->automatic.kind = g_strdup("acknowledgement");
        it->out->automatic.because =
            g_strdup_printf("a feedback report of type %s", kind);
        settle(it, LABEL_AUTO_REPLY, 0.99, "report:feedback",
               g_strdup_printf("feedback report of type %s: nobody complains", kind));
        return true;
    }
    fill_feedback(it, fields, kind);
    settle(it, LABEL_COMPLAINT, 0.99, "report:feedback",
           g_strdup_printf("feedback report (RFC 5965) of type %s", kind));
    return true;
}
