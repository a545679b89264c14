/* desk: how is the house? HTTP on loopback: /livez, /readyz, /metrics (Prometheus).
 * Knows nothing of the house but what its two questions answer. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Desk Desk;

typedef struct DeskQuestions {
    bool (*ready)(void *self, char **because); /* false: `because`, taken */
    char *(*metrics)(void *self);              /* Prometheus text, taken */
    void *self;
} DeskQuestions;

/* Listens on "127.0.0.1:8025"; a port of 0 takes any. Threads are its own. */
Desk *desk_open(const char *listen, const DeskQuestions *questions,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void desk_close(Desk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_close)
