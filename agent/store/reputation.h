/* What this house's own history says of a sender. */
#pragma once

#include "model/placement.h"
#include "statement.h"

/* Fills is_trusted and namesake of `out`; asks only where the answer could matter. */
bool reputation_find(Database *db, const Facts *facts, Related *out,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
