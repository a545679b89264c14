/* A mail that arrives, what the database knows of it, and where it is put. */
#pragma once

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "route/route.h"

typedef struct Scene {
    Mail *mail;
    Facts *facts;
    Related *related;
    GPtrArray *rules; /* Rule */
    RouteSettings settings;
    Placement *placement; /* of the last scene_place */
} Scene;

/* Ana, authenticated, asks for support in the inbox of `support`. */
static inline Scene *
scene_new(void)
{
    Scene *scene = g_new0(Scene, 1);
    Origin origin;

    shape_init(&origin_shape, &origin);
    origin.mailbox = (char *)"support";
    origin.uidvalidity = 7;
    origin.uid = 1;
    scene->mail = mail_new(&origin, g_bytes_new_static("", 0));
    scene->facts = facts_new();
    scene->related = related_new();
    scene->rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
    scene->settings = (RouteSettings){.rules = scene->rules,
                                      .department = "desk",
                                      .token_key = (const uint8_t *)"0123456789abcdef",
                                      .token_key_bytes = 16};
    scene->facts->message.from.address = g_strdup("ana@correo.example");
    scene->facts->message.subject = g_strdup("The printer is on fire");
    scene->facts->verdict.kind = VERDICT_AUTHENTICATED;
    return scene;
}

static inline void
scene_free(Scene *scene)
{
    mail_free(scene->mail);
    facts_free(scene->facts);
    related_free(scene->related);
    placement_free(scene->placement);
    g_ptr_array_unref(scene->rules);
    g_free(scene);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

static inline const Placement *
scene_place(Scene *scene)
{
    placement_free(scene->placement);
    scene->placement =
        route_place(scene->mail, scene->facts, scene->related, &scene->settings);
    return scene->placement;
}

static inline void
scene_say(char **field, const char *text)
{
    g_free(*field);
    *field = g_strdup(text);
}

static inline void
scene_label(Scene *scene, Label label)
{
    scene->facts->opinion.classification.label = label;
}

/* A message that the database has; of Ana, in open ticket `ticket` of `support`. */
static inline RelatedMessage *
scene_knows(Scene *scene, int64_t ticket, const char *message_id)
{
    RelatedMessage *known =
        shape_append(&related_message_shape, &scene->related->messages);

    known->ticket = ticket;
    known->message_id = g_strdup(message_id);
    known->by_token = message_id == NULL;
    known->direction = message_id ? DIRECTION_IN : DIRECTION_OUT;
    known->ticket_mailbox = g_strdup("support");
    known->subject = g_strdup("The printer is on fire");
    texts_append(&known->participants, g_strdup("ana@correo.example"));
    return known;
}

#define SCENE_TEST(name) g_test_add_func("/" #name, name)
