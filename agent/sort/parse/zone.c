#include "sort/parse/zone.h"

#include <string.h>

#include <glib.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

enum {
    ZONE_MOST_BYTES = 64
};

/* Zones whose rules changed after Debian 12's ICU was built: the system's files know
 * better, where they are. */
static const char *const recent_names[] = {
    "America/Mexico_City",    "America/Monterrey", "America/Merida",
    "America/Mazatlan",       "America/Chihuahua", "America/Ciudad_Juarez",
    "America/Bahia_Banderas", "America/Asuncion",  "Africa/Cairo"};
static GTimeZone *recent[G_N_ELEMENTS(recent_names)]; /* kept for the process */

void
parse_init_zones(void)
{
    static const struct tm first = {.tm_year = 126, .tm_mday = 1};
    int64_t epoch;

    for (size_t i = 0; i < G_N_ELEMENTS(recent); i++) {
        if (!recent[i])
            recent[i] = g_time_zone_new_identifier(recent_names[i]);
    }
    (void)parse_zone_epoch("Romance Standard Time", &first, &epoch); /* wakes ICU */
}

static GTimeZone *
recent_zone(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(recent); i++) {
        if (strcmp(recent_names[i], name) == 0)
            return recent[i];
    }
    return NULL;
}

/* Its name in ICU; false: it has none. */
static bool
know_zone(const char *name, UChar known[ZONE_MOST_BYTES])
{
    UChar zone[ZONE_MOST_BYTES];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_known = false;

    if (strlen(name) >= ZONE_MOST_BYTES || !g_str_is_ascii(name))
        return false;
    u_uastrcpy(zone, name);
    (void)ucal_getCanonicalTimeZoneID(zone, -1, known, ZONE_MOST_BYTES, &is_known,
                                      &status);
    if (U_SUCCESS(status) && is_known)
        return true;
    status = U_ZERO_ERROR;
    return ucal_getTimeZoneIDForWindowsID(zone, -1, NULL, known, ZONE_MOST_BYTES,
                                          &status) > 0 &&
           U_SUCCESS(status);
}

static bool
epoch_by_icu(const UChar *zone, const struct tm *local, int64_t *epoch)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(zone, -1, "en_US", UCAL_GREGORIAN, &status);
    double milliseconds;

    if (!calendar)
        return false;
    ucal_clear(calendar);
    ucal_setDateTime(calendar, local->tm_year + 1900, local->tm_mon, local->tm_mday,
                     local->tm_hour, local->tm_min, local->tm_sec, &status);
    milliseconds = ucal_getMillis(calendar, &status);
    ucal_close(calendar);
    if (U_SUCCESS(status))
        *epoch = (int64_t)(milliseconds / 1000);
    return U_SUCCESS(status);
}

bool
parse_zone_epoch(const char *name, const struct tm *local, int64_t *epoch)
{
    UChar known[ZONE_MOST_BYTES];
    char plain[ZONE_MOST_BYTES];
    GTimeZone *zone;
    g_autoptr(GDateTime) when = NULL;

    if (!know_zone(name, known))
        return false;
    zone = recent_zone(u_austrcpy(plain, known));
    if (!zone)
        return epoch_by_icu(known, local, epoch);
    when =
        g_date_time_new(zone, local->tm_year + 1900, local->tm_mon + 1, local->tm_mday,
                        local->tm_hour, local->tm_min, local->tm_sec);
    if (when)
        *epoch = g_date_time_to_unix(when);
    return when != NULL;
}
