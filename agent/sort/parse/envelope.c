#include "sort/parse/envelope.h"

#include <string.h>

#include <gmime/gmime.h>

#include "base/clock.h"
#include "sort/parse/addresses.h"
#include "sort/parse/charset.h"
#include "sort/parse/words.h"

enum {
    HEADERS_MOST = 1000,
    DATE_MOST_BYTES = 200,
    OLDEST_S = 315532800, /* 1980: mail that claims to be older has no clock */
    AHEAD_S = 2 * 86400,  /* a clock may be wrong, or a zone away */
    YEAR_S = 31556952,
};

void
parse_add_defect(Message *message, const char *defect)
{
    for (size_t i = 0; i < list_length(message->defects); i++) {
        if (strcmp(message->defects->pdata[i], defect) == 0)
            return;
    }
    texts_append(&message->defects, g_strdup(defect));
}

void
parse_list_headers(const FieldList *fields, const char *fallback, size_t most,
                   GPtrArray **headers)
{
    for (guint i = 0; i < fields->fields->len && i < most; i++) {
        const RawField *field = &g_array_index(fields->fields, RawField, i);
        Header *header = shape_append(&header_shape, headers);

        header->name = parse_header_to_utf8(field->name, NULL);
        header->value = parse_field_text(field->value, fallback);
    }
}

static void
read_list(const FieldList *fields, const char *name, const char *fallback,
          GPtrArray **out, Message *message)
{
    for (guint i = 0; i < fields->fields->len; i++) {
        const RawField *field = &g_array_index(fields->fields, RawField, i);

        if (parse_span_is(field->name, name) &&
            !parse_read_addresses(field->value, fallback, out))
            parse_add_defect(message, "too_many_addresses");
    }
}

static void
free_addresses(GPtrArray *list)
{
    if (!list)
        return;
    for (guint i = 0; i < list->len; i++)
        shape_free(&address_shape, list->pdata[i]);
    g_ptr_array_free(list, TRUE);
}

/* The first that carries an address; else the first name. */
static const Address *
best_of(const GPtrArray *list)
{
    for (guint i = 0; list && i < list->len; i++) {
        const Address *address = list->pdata[i];

        if (address->address)
            return address;
    }
    return list && list->len ? list->pdata[0] : NULL;
}

static void
read_one(const FieldList *fields, const char *name, const char *fallback, Address *out,
         Message *message)
{
    GPtrArray *list = NULL;
    const Address *best;

    read_list(fields, name, fallback, &list, message);
    best = best_of(list);
    if (best)
        shape_copy(&address_shape, out, best);
    free_addresses(list);
}

/* Nobody readable in From: whoever else the header names. */
static void
guess_author(Message *message)
{
    const Address *reply = best_of(message->reply_to);

    if (message->from.address)
        return;
    parse_add_defect(message, message->from.name ? "unreadable_from" : "missing_from");
    if (message->sender.address)
        message->from.address = g_strdup(message->sender.address);
    else if (reply && reply->address)
        message->from.address = g_strdup(reply->address);
    else if (message->envelope_from && *message->envelope_from)
        message->from.address = g_strdup(message->envelope_from);
    else if (message->from.name) /* all of it stood in one encoded word */
        message->from.address = parse_take_stray_address(&message->from.name);
    if (!message->from.name && message->sender.name)
        message->from.name = g_strdup(message->sender.name);
}

/* A Reply-To that names nobody is as good as none. */
static void
drop_nameless(Message *message, GPtrArray *list)
{
    for (size_t i = list_length(list); i > 0; i--) {
        Address *address = list->pdata[i - 1];

        if (address->address)
            continue;
        shape_free(&address_shape, address);
        g_ptr_array_remove_index(list, (guint)(i - 1));
        parse_add_defect(message, "unreadable_reply_to");
    }
}

static bool
is_absurd(int64_t date, int64_t received_at)
{
    int64_t latest =
        received_at == TIME_NONE ? (int64_t)130 * YEAR_S : received_at + AHEAD_S;

    return date < OLDEST_S || date > latest;
}

static int64_t
read_date(Span value, int64_t received_at)
{
    g_autofree char *text = NULL;
    g_autoptr(GDateTime) date = NULL;
    int64_t epoch_s;

    if (!value.at || value.size > DATE_MOST_BYTES)
        return TIME_NONE;
    text = parse_unfold(value);
    date = g_mime_utils_header_decode_date(text);
    if (!date)
        return TIME_NONE;
    epoch_s = g_date_time_to_unix(date);
    return is_absurd(epoch_s, received_at) ? TIME_NONE : epoch_s;
}

static void
read_ids(const FieldList *fields, Message *message)
{
    Span reply = parse_field(fields, "In-Reply-To");
    Span references = parse_field(fields, "References");

    message->message_id = parse_first_id(parse_field(fields, "Message-ID"));
    if (!message->message_id)
        parse_add_defect(message, "missing_message_id");
    message->in_reply_to = parse_first_id(reply);
    if (references.at)
        parse_read_ids(references, &message->references);
    /* Some clients put several ids into In-Reply-To; the others are references. */
    if (reply.at && message->in_reply_to)
        parse_read_ids(reply, &message->references);
}

static char *
delivered_to(const FieldList *fields)
{
    static const char *const names[] = {"Delivered-To", "X-Original-To",
                                        "X-Delivered-To", "Envelope-To"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *address = parse_path_address(parse_field(fields, names[i]));

        if (address && *address)
            return address;
        g_free(address);
    }
    return NULL;
}

static unsigned
count_fields(const FieldList *fields, const char *name)
{
    unsigned count = 0;

    for (guint i = 0; i < fields->fields->len; i++)
        count += parse_span_is(g_array_index(fields->fields, RawField, i).name, name);
    return count;
}

void
parse_read_envelope(const FieldList *fields, const SortSettings *settings,
                    const char *fallback, Message *message)
{
    Span subject = parse_field(fields, "Subject");
    Span date = parse_field(fields, "Date");

    parse_list_headers(fields, fallback, HEADERS_MOST, &message->headers);
    if (subject.at)
        message->subject = parse_field_text(subject, fallback);
    read_one(fields, "From", fallback, &message->from, message);
    read_one(fields, "Sender", fallback, &message->sender, message);
    read_list(fields, "Reply-To", fallback, &message->reply_to, message);
    read_list(fields, "To", fallback, &message->to, message);
    read_list(fields, "Cc", fallback, &message->cc, message);
    message->envelope_from = parse_path_address(parse_field(fields, "Return-Path"));
    message->delivered_to = delivered_to(fields);
    drop_nameless(message, message->reply_to);
    guess_author(message);
    read_ids(fields, message);
    message->date = read_date(date, settings->origin.received_at);
    if (!date.at)
        parse_add_defect(message, "missing_date");
    else if (message->date == TIME_NONE)
        parse_add_defect(message, "invalid_date");
    if (count_fields(fields, "From") > 1)
        parse_add_defect(message, "multiple_from");
    if (fields->is_malformed)
        parse_add_defect(message, "malformed_header");
}
