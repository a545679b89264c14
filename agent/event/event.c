#include "event/event.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "event/data.h"
#include "event/printer.h"
#include "event/shape_json.h"
#include "event/shorten.h"

static char *
print_json(struct json_object *json)
{
    char *text = json_print(json);

    json_object_put(json);
    return text;
}

char *
event_id(const Origin *origin, EventType type)
{
    /* The length keeps mailbox "a" with folder "b/c" apart from "a/b" with "c". */
    g_autofree char *name = g_strdup_printf(
        "%zu:%s/%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%s",
        strlen(origin->mailbox), origin->mailbox, origin->folder ? origin->folder : "",
        origin->uidvalidity, origin->uid, event_type_name(type));

    return digest_uuid5(name);
}

char *
event_data(const Origin *origin, const Facts *facts, const Placement *placement,
           const Ticket *ticket)
{
    return print_json(data_json(origin, facts, placement, ticket));
}

char *
event_explained(const char *file, const Origin *origin, const Facts *facts,
                const char *held_stage, const char *held_because)
{
    struct json_object *json = json_object_new_object();
    struct json_object *data = data_json(origin, facts, NULL, NULL);
    struct json_object *held = NULL;

    json_object_object_add(json, "file", text_json(file));
    json_object_object_foreach(data, key, value)
        json_object_object_add(json, key, json_object_get(value));
    json_object_put(data);
    if (held_stage) {
        held = json_object_new_object();
        json_object_object_add(held, "stage", text_json(held_stage));
        json_object_object_add(held, "because", text_json(held_because));
    }
    json_object_object_add(json, "held", held);
    return print_json(json);
}

/* Takes `data`. */
static char *
print_event(EventType type, int64_t timestamp_s, struct json_object *data)
{
    struct json_object *json = json_object_new_object();
    g_autofree char *when = clock_format(timestamp_s);
    char *body;

    json_object_object_add(json, "type", text_json(event_type_name(type)));
    json_object_object_add(json, "timestamp", text_json(when));
    json_object_object_add(json, "data", data);
    body = shorten_event(json);
    json_object_put(json);
    return body;
}

char *
event_body(EventType type, int64_t timestamp_s, const Origin *origin,
           const Facts *facts, const Placement *placement, const Ticket *ticket)
{
    Facts told = *facts; /* lent, all of it */

    shorten_message(&told.message);
    return print_event(type, timestamp_s, data_json(origin, &told, placement, ticket));
}

char *
event_body_for(const char *body, bool with_html, bool with_headers)
{
    struct json_object *json;
    struct json_object *data = NULL;
    struct json_object *message = NULL;

    /* Most mail has no HTML, most webhooks want the headers. The quotes of a mail's own
     * words are escaped in here, so these can only be the key. */
    if (with_headers && (with_html || strstr(body, "\"html\":null")))
        return g_strdup(body);
    json = json_tokener_parse(body);
    if (!json)
        return g_strdup(body);
    if (json_object_object_get_ex(json, "data", &data) &&
        json_object_object_get_ex(data, "message", &message)) {
        if (!with_html)
            json_object_object_add(message, "html", NULL);
        if (!with_headers)
            json_object_object_add(message, "headers", json_object_new_array());
    }
    return print_json(json);
}

char *
event_house_body(EventType type, int64_t timestamp_s, const Origin *origin,
                 const char *because)
{
    struct json_object *data = json_object_new_object();

    json_object_object_add(data, "mailbox", mailbox_json(origin));
    json_object_object_add(data, "because", text_json(because));
    return print_event(type, timestamp_s, data);
}

char *
event_webhook_body(EventType type, int64_t timestamp_s, const char *name,
                   const char *because)
{
    struct json_object *data = json_object_new_object();
    struct json_object *webhook = json_object_new_object();

    json_object_object_add(webhook, "name", text_json(name));
    json_object_object_add(data, "webhook", webhook);
    json_object_object_add(data, "because", text_json(because));
    return print_event(type, timestamp_s, data);
}

char *
event_updated_body(int64_t timestamp_s, const Origin *origin, const Facts *facts,
                   const Ticket *ticket)
{
    struct json_object *data = json_object_new_object();
    bool has_ticket = ticket && ticket->number;

    json_object_object_add(data, "mailbox", mailbox_json(origin));
    json_object_object_add(data, "ticket",
                           has_ticket ? shape_json(&ticket_shape, ticket) : NULL);
    json_object_object_add(data, "message",
                           shape_json(&message_shape, &facts->message));
    json_object_object_add(data, "auth", shape_json(&verdict_shape, &facts->verdict));
    return print_event(EVENT_TICKET_UPDATED, timestamp_s, data);
}

char *
event_held_body(int64_t timestamp_s, const Mail *mail, const char *because)
{
    struct json_object *data = json_object_new_object();
    gsize size = g_bytes_get_size(mail->bytes);

    json_object_object_add(data, "mailbox", mailbox_json(&mail->origin));
    json_object_object_add(data, "size", json_object_new_int64((int64_t)size));
    json_object_object_add(data, "because", text_json(because));
    return print_event(EVENT_MESSAGE_HELD, timestamp_s, data);
}
