/* Time zones by their name alone, for invitations that do not explain theirs. Opens no
 * file after parse_init_zones. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

void parse_init_zones(void);
/* The second that clocks of the zone ("America/Mexico_City", or "Romance Standard Time"
 * as Windows says) show as `local`. False: nobody knows the zone. */
bool parse_zone_epoch(const char *name, const struct tm *local, int64_t *epoch);
