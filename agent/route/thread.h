/* Which of the tickets a mail may be related to does it join, if any? */
#pragma once

#include "route/route.h"

/* The related message whose ticket the mail joins, or NULL. Fills placement->thread and
 * linked_to. The answer is lent from `related`. */
const RelatedMessage *thread_find(const Mail *mail, const Facts *facts,
                                  const Related *related, const RouteSettings *settings,
                                  Placement *placement);
