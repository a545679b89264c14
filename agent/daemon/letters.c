#include "daemon/letters.h"

#include <string.h>

enum {
    WORD_BYTES = 45,       /* of text in an encoded word */
    SUBJECT_LETTERS = 200, /* of theirs in ours */
    MOST_ID_BYTES = 900,   /* a line has 998 */
};

/* RFC 5322 section 3.6.6: in front of the mail, which stays as it is, so that its DKIM
 * signatures still verify. X-Postroom-Forwarded is how a loop is known. */
char *
letter_resent(const StoreForward *forward)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%d %b %Y %H:%M:%S +0000");
    g_autofree char *id = g_uuid_string_random();

    return g_strdup_printf("Resent-Date: %s\r\nResent-From: <%s>\r\n"
                           "Resent-To: <%s>\r\nResent-Message-ID: <%s@postroom>\r\n"
                           "X-Postroom-Forwarded: <%s>\r\n",
                           date, forward->from, forward->to, id, forward->from);
}

/* A subject as encoded words where it has to be (RFC 2047 section 2): at most 75
 * characters each, none of which ends within a letter. */
static char *
encode_subject(const char *subject)
{
    GString *out = g_string_new(NULL);

    for (const char *at = subject; *at;) {
        const char *end = at;
        g_autofree char *word = NULL;

        while (*end && g_utf8_next_char(end) - at <= WORD_BYTES)
            end = g_utf8_next_char(end);
        word = g_base64_encode((const guchar *)at, (gsize)(end - at));
        g_string_append_printf(out, "%s=?UTF-8?B?%s?=", out->len ? "\r\n " : "", word);
        at = end;
    }
    return g_string_free(out, FALSE);
}

/* The mail as the only content of one of ours (RFC 2046 section 5.2.1). */
char *
letter_attaching(StoreForward *forward)
{
    const char *at = strchr(forward->from, '@');
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%d %b %Y %H:%M:%S +0000");
    g_autofree char *id = g_uuid_string_random();
    g_autofree char *shown =
        g_strdup_printf("Fwd: %s", forward->subject ? forward->subject : "");
    g_autofree char *subject = encode_subject(shown);

    g_free(forward->sent_as);
    forward->sent_as = g_strdup_printf("%s%s", id, at ? at : "@postroom");
    return g_strdup_printf(
        "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s>\r\nSubject: %s\r\n"
        "X-Postroom-Forwarded: <%s>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n",
        date, forward->from, forward->to, forward->sent_as, subject, forward->from);
}

/* Of the mail that is answered: whatever a header of ours could not bear stays out. */
static bool
is_safe_id(const char *id)
{
    for (const char *at = id; at && *at; at++)
        if (!g_ascii_isgraph(*at) || *at == '<' || *at == '>')
            return false;
    return id && *id && strlen(id) <= MOST_ID_BYTES;
}

static GBytes *
encode_text(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *wire = g_strjoinv("\r\n", lines);
    g_autofree char *base64 = g_base64_encode((const guchar *)wire, strlen(wire));
    GString *out = g_string_new(NULL);

    for (const char *at = base64; *at;) {
        size_t most = MIN(strlen(at), 76);

        g_string_append_len(out, at, (gssize)most);
        g_string_append(out, "\r\n");
        at += most;
    }
    return g_string_free_to_bytes(out);
}

char *
letter_acknowledging(StoreForward *forward, const Acknowledge *acknowledge,
                     const char **because)
{
    const AckText *text =
        acknowledge_text(acknowledge, forward->department, forward->language);
    const char *from = acknowledge->from ? acknowledge->from : forward->from;
    const char *at = strchr(from, '@');
    g_autofree char *theirs = g_utf8_substring(
        forward->subject ? forward->subject : "", 0,
        MIN(g_utf8_strlen(forward->subject ? forward->subject : "", -1),
            SUBJECT_LETTERS));
    const AckValues values = {forward->ticket, forward->token, theirs};
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%d %b %Y %H:%M:%S +0000");
    g_autofree char *id = g_uuid_string_random();
    g_autofree char *subject = NULL, *encoded = NULL, *body = NULL, *answered = NULL;

    *because = !text             ? "no text fits its department and language"
               : !forward->token ? "its ticket is not there any more"
                                 : NULL;
    if (*because)
        return NULL;
    body = acknowledge_fill(text->text, &values);
    subject = acknowledge_fill(text->subject, &values);
    encoded = encode_subject(subject);
    answered = is_safe_id(forward->message_id)
                   ? g_strdup_printf("In-Reply-To: <%s>\r\nReferences: <%s>\r\n",
                                     forward->message_id, forward->message_id)
                   : g_strdup("");
    forward->bytes = encode_text(body);
    g_free(forward->sent_as);
    forward->sent_as =
        g_strdup_printf("%s.%s%s", forward->token, id, at ? at : "@postroom");
    return g_strdup_printf(
        "Date: %s\r\nFrom: <%s>\r\nReply-To: <%s>\r\nTo: <%s>\r\n"
        "Message-ID: <%s>\r\n%sSubject: %s\r\nAuto-Submitted: auto-replied\r\n"
        "X-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n",
        date, from, forward->from, forward->to, forward->sent_as, answered, encoded);
}
