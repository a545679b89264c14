/* The border: the Received field that our own side wrote when the mail came in. All
 * below it is the sender's word. */
#pragma once

#include "fields.h"
#include "received.h"

#include "model/settings.h"
#include "model/verdict.h"

typedef struct BorderPlace {
    bool found;
    size_t index; /* of the Received field */
    Received received;
    char *envelope_from; /* NULL: not known; "": the null sender */
} BorderPlace;

void border_find(const RawMail *mail, const Border *border, BorderPlace *out);
void border_place_clear(BorderPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BorderPlace, border_place_clear)

void border_describe(const BorderPlace *place, BorderFacts *out);

/* Whether SPF would judge a forwarder instead of the sender: by address or by the name
 * its address resolved to. */
bool border_is_forwarder(const BorderPlace *place, const Border *border);
