/* People who wrote to us, and the firms they named. */
#pragma once

#include "model/message.h"
#include "model/opinion.h"
#include "statement.h"

/* What follows the last @; NULL: nothing. Lent from `address`, which may be NULL. */
const char *contacts_domain(const char *address);
/* Nobody reads what is written there. */
bool contacts_is_robot(const char *address);
/* Finds or makes the contact; 0 where there is no address. A later name fills an empty
 * one, never replaces: the first is what its owner wrote. */
bool contacts_put(Database *db, const Address *person, int64_t *contact,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One more message from `person`. */
bool contacts_heard(Database *db, const Address *person,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The firm of a lead, unless its address is anybody's. */
bool contacts_put_organisation(Database *db, const Lead *lead,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
