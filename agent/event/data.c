#include "event/data.h"

#include "event/shape_json.h"

struct json_object *
mailbox_json(const Origin *origin)
{
    struct json_object *json = json_object_new_object();

    json_object_object_add(json, "name", text_json(origin->mailbox));
    json_object_object_add(json, "address", text_json(origin->address));
    json_object_object_add(json, "folder", text_json(origin->folder));
    json_object_object_add(json, "uidvalidity",
                           json_object_new_int64(origin->uidvalidity));
    json_object_object_add(json, "uid", json_object_new_int64(origin->uid));
    return json;
}

static struct json_object *
scores_json(const GPtrArray *scores)
{
    struct json_object *json = json_object_new_object();

    for (guint i = 0; scores && i < scores->len; i++) {
        const Score *score = scores->pdata[i];

        if (score->label)
            json_object_object_add(json, score->label, real_json(score->score));
    }
    return json;
}

static struct json_object *
classification_json(const Classification *classification)
{
    struct json_object *json = shape_json(&classification_shape, classification);

    json_object_object_add(json, "scores", scores_json(classification->scores));
    return json;
}

/* What only the related rows could tell: was it really our mail that came back? */
static void
add_bounces(struct json_object *json, const Facts *facts, const Placement *placement)
{
    struct json_object *bounces = json_object_new_array();

    for (guint i = 0; i < list_length(facts->opinion.bounces); i++) {
        const Bounce *bounce = facts->opinion.bounces->pdata[i];
        struct json_object *row = shape_json(&bounce_shape, bounce);
        bool verified =
            bounce->is_verified || (placement && placement_verifies(placement, bounce));

        json_object_object_add(row, "verified", json_object_new_boolean(verified));
        json_object_array_add(bounces, row);
    }
    json_object_object_add(json, "bounces", bounces);
}

static void
add_unsubscribe(struct json_object *json, const Facts *facts,
                const Placement *placement)
{
    const Unsubscribe *unsubscribe = facts->opinion.unsubscribe;
    struct json_object *row =
        unsubscribe ? shape_json(&unsubscribe_shape, unsubscribe) : NULL;

    if (row && placement && placement->unsubscribe_verified)
        json_object_object_add(row, "verified", json_object_new_boolean(true));
    json_object_object_add(json, "unsubscribe", row);
}

/* spam, phishing, auto, complaint, lead: as the sorter said. */
static void
add_opinion(struct json_object *json, const Opinion *opinion)
{
    static const char *const kept[] = {"spam", "phishing", "auto", "complaint", "lead"};
    struct json_object *all = shape_json(&opinion_shape, opinion);

    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        struct json_object *part = NULL;

        (void)json_object_object_get_ex(all, kept[i], &part);
        json_object_object_add(json, kept[i], json_object_get(part));
    }
    json_object_put(all);
}

static void
add_placement(struct json_object *json, const Facts *facts, const Placement *placement)
{
    static const Thread no_thread = {.method = THREAD_NONE};
    static const Route no_route = {0};
    const Campaign *campaign =
        placement ? placement->campaign : facts->opinion.campaign;

    json_object_object_add(
        json, "thread",
        shape_json(&thread_shape, placement ? &placement->thread : &no_thread));
    json_object_object_add(json, "classification",
                           classification_json(placement
                                                   ? &placement->classification
                                                   : &facts->opinion.classification));
    json_object_object_add(json, "campaign",
                           campaign ? shape_json(&campaign_shape, campaign) : NULL);
    json_object_object_add(
        json, "route",
        shape_json(&route_shape, placement ? &placement->route : &no_route));
}

struct json_object *
data_json(const Origin *origin, const Facts *facts, const Placement *placement,
          const Ticket *ticket)
{
    struct json_object *json = json_object_new_object();
    bool has_ticket = ticket && ticket->number;

    json_object_object_add(json, "mailbox", mailbox_json(origin));
    json_object_object_add(json, "ticket",
                           has_ticket ? shape_json(&ticket_shape, ticket) : NULL);
    json_object_object_add(json, "message",
                           shape_json(&message_shape, &facts->message));
    json_object_object_add(json, "auth", shape_json(&verdict_shape, &facts->verdict));
    add_placement(json, facts, placement);
    add_opinion(json, &facts->opinion);
    add_bounces(json, facts, placement);
    add_unsubscribe(json, facts, placement);
    return json;
}
