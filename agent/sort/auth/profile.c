#include "profile.h"

#include <string.h>

void
stamp_clear(Stamp *stamp)
{
    results_text_clear(&stamp->text);
    g_clear_pointer(&stamp->because, g_free);
    g_clear_pointer(&stamp->authserv_id, g_free);
}

static bool
is_configured_id(const Border *border, const char *id)
{
    for (size_t i = 0; i < list_length(border->authserv_ids); i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(border->authserv_ids, i), id) == 0)
            return true;
    return false;
}

/* `client-ip=192.0.2.1` of a Received-SPF (RFC 7208 section 9.1). */
static bool
names_client(const RawField *field, const IpAddress *ip)
{
    static const char key[] = "client-ip=";
    g_autofree char *value = field_unfold(field);
    const char *found = strstr(value, key);
    g_autofree char *text = NULL;
    IpAddress named;

    if (!found)
        return false;
    found += strlen(key);
    found += *found == '"';
    text = g_strndup(found, strcspn(found, "; \t\""));
    return ip_parse(text, &named) && memcmp(&named, ip, sizeof named) == 0;
}

/* The first Authentication-Results and the first Received-SPF right below the border,
 * in either order; a sender's own would be the second. */
static bool
is_googles_pair(const RawMail *mail, const BorderPlace *place, size_t index)
{
    const RawField *other;

    if (index == 0 || (index != place->index + 1 && index != place->index + 2))
        return false;
    if (index == place->index + 2)
        other = raw_mail_field(mail, place->index + 1);
    else if (index + 1 < raw_mail_count_fields(mail))
        other = raw_mail_field(mail, index + 1);
    else
        return false;
    return field_is(other, "received-spf") && names_client(other, &place->received.ip);
}

static const char *
refuse(const RawMail *mail, const Border *border, const BorderPlace *place,
       size_t index, const ResultsText *text)
{
    bool is_above = place->found && index < place->index;

    if (border->profile == PROFILE_NONE)
        return "this mailbox believes nobody's results";
    if (!place->found)
        return "the border of this mail could not be found";
    if (text->version != 1)
        return "the version is not 1";
    if (border->profile == PROFILE_GMAIL) {
        if (g_ascii_strcasecmp(text->authserv_id, "mx.google.com") != 0)
            return "it is not by mx.google.com";
        return is_googles_pair(mail, place, index)
                   ? NULL
                   : "it does not stand with a matching Received-SPF below the border";
    }
    if (border->profile == PROFILE_M365) {
        if (*text->authserv_id)
            return "it names a server, as Microsoft 365 never does";
    } else if (!is_configured_id(border, text->authserv_id)) {
        return "it is not by a configured server";
    }
    return is_above ? NULL : "it stands below the border, where the sender writes";
}

/* Strangers are read by the letter of RFC 8601. Google and Microsoft write outside it,
 * and so do the filters of other sites (`header.b=ab/c`): what our own border wrote is
 * read for what it means. */
const char *
profile_read_results(const RawMail *mail, const Border *border,
                     const BorderPlace *place, size_t index, ResultsText *text)
{
    static const char malformed[] = "it is malformed";
    bool is_lenient =
        border->profile == PROFILE_GMAIL || border->profile == PROFILE_M365;
    g_autofree char *value = field_unfold(raw_mail_field(mail, index));

    if (results_read(value, is_lenient ? RESULTS_TOLERANT | RESULTS_UTF8 : RESULTS_UTF8,
                     text))
        return refuse(mail, border, place, index, text);
    if (!is_lenient && results_read(value, RESULTS_TOLERANT | RESULTS_UTF8, text) &&
        !refuse(mail, border, place, index, text))
        return NULL;
    results_text_clear(text);
    return malformed;
}

static void
move_results(ResultsText *from, ResultsText *to)
{
    if (!from->results)
        return;
    for (guint i = 0; i < from->results->len; i++)
        shape_copy(&method_result_shape,
                   shape_append(&method_result_shape, &to->results),
                   g_ptr_array_index(from->results, i));
}

/* RFC 7208 section 9.1: the first word is the result. */
static AuthResult
spf_field_result(const RawField *field)
{
    g_autofree char *value = field_unfold(field);
    const char *start = value + strspn(value, " \t");
    g_autofree char *word = g_ascii_strdown(start, (gssize)strcspn(start, " \t("));

    return results_word(word);
}

static AuthResult
stamped_spf(const RawMail *mail, const BorderPlace *place, const ResultsText *text)
{
    for (size_t i = 0; i < list_length(text->results); i++) {
        const MethodResult *result = g_ptr_array_index(text->results, i);

        if (g_ascii_strcasecmp(result->method, "spf") == 0)
            return results_word(result->result);
    }
    for (size_t i = 0; place->found && i < place->index; i++)
        if (field_is(raw_mail_field(mail, i), "received-spf"))
            return spf_field_result(raw_mail_field(mail, i));
    return RESULT_SKIPPED;
}

static void
note_field(const char *id, const char *because, bool trusted, Stamp *out)
{
    if (out->because && (out->is_trusted || !trusted))
        return;
    g_free(out->because);
    g_free(out->authserv_id);
    out->because = g_strdup(because);
    out->authserv_id = g_utf8_make_valid(id, -1);
    out->is_trusted = trusted;
}

static void
read_field(const RawMail *mail, const Border *border, const BorderPlace *place,
           size_t index, Stamp *out)
{
    g_auto(ResultsText) text = {0};
    const char *refusal = profile_read_results(mail, border, place, index, &text);

    note_field(text.authserv_id ? text.authserv_id : "",
               refusal ? refusal : "our own border wrote it", !refusal, out);
    if (!refusal)
        move_results(&text, &out->text);
}

void
profile_read_stamp(const RawMail *mail, const Border *border, const BorderPlace *place,
                   const char *author_domain, Stamp *out)
{
    *out = (Stamp){.dmarc = RESULT_SKIPPED, .spf = RESULT_SKIPPED};
    for (size_t i = 0; i < raw_mail_count_fields(mail); i++)
        if (field_is(raw_mail_field(mail, i), "authentication-results"))
            read_field(mail, border, place, i, out);
    if (out->is_trusted)
        out->dmarc = results_dmarc_for(&out->text, author_domain);
    out->spf = stamped_spf(mail, place, &out->text);
}
