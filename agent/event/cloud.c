/* CloudEvents 1.0, JSON format, structured mode: the same event in another envelope. */
#include "event/event.h"

#include "event/shape_json.h"
#include "event/shorten.h"

/* Lent by `object`; NULL: not there, or null. */
static struct json_object *
member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

/* A URI reference: the mailbox or, of events about the house, the house. */
static char *
source_of(struct json_object *data)
{
    struct json_object *name = member(member(data, "mailbox"), "name");
    g_autofree char *escaped =
        name ? g_uri_escape_string(json_object_get_string(name), NULL, false) : NULL;

    return escaped ? g_strconcat("/postroom/mailboxes/", escaped, NULL)
                   : g_strdup("/postroom");
}

static void
add_subject(struct json_object *cloud, struct json_object *data)
{
    struct json_object *number = member(member(data, "ticket"), "number");
    g_autofree char *subject =
        number ? g_strconcat("tickets/", json_object_get_string(number), NULL) : NULL;

    if (subject)
        json_object_object_add(cloud, "subject", text_json(subject));
}

char *
event_cloud_body(const char *id, const char *body)
{
    struct json_object *event = json_tokener_parse(body);
    struct json_object *cloud = json_object_new_object();
    struct json_object *data = member(event, "data");
    g_autofree char *source = source_of(data);
    char *text;

    json_object_object_add(cloud, "specversion", text_json("1.0"));
    json_object_object_add(cloud, "id", text_json(id));
    json_object_object_add(cloud, "source", text_json(source));
    json_object_object_add(cloud, "type", json_object_get(member(event, "type")));
    json_object_object_add(cloud, "time", json_object_get(member(event, "timestamp")));
    add_subject(cloud, data);
    json_object_object_add(cloud, "datacontenttype", text_json("application/json"));
    json_object_object_add(cloud, "data", json_object_get(data));
    text = shorten_event(cloud); /* the envelope is longer than that of the event */
    json_object_put(cloud);
    json_object_put(event);
    return text;
}
