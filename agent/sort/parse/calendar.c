#include "sort/parse/calendar.h"

#include <string.h>

#include <libical/ical.h>

#include "base/clock.h"
#include "sort/parse/body.h"
#include "sort/parse/parameters.h"
#include "sort/parse/zone.h"

typedef struct icalcomponent_impl CalendarTree;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalendarTree, icalcomponent_free)

enum {
    CALENDAR_MOST_BYTES = 128 << 10,
    EVENTS_MOST = 20,
    NESTING_MOST = 200
};

static char *
copy_text(const char *text)
{
    return text ? g_utf8_make_valid(text, -1) : NULL;
}

/* Zones come from the invitation first, then from their name; the system's are files. A
 * floating time is read as UTC. Years far away would make libical expand a zone's rules
 * without end. */
static int64_t
epoch_of(struct icaltimetype when, const char *zone_name, bool trust_zones)
{
    struct tm local = {.tm_year = when.year - 1900,
                       .tm_mon = when.month - 1,
                       .tm_mday = when.day,
                       .tm_hour = when.hour,
                       .tm_min = when.minute,
                       .tm_sec = when.second};
    int64_t epoch;

    if (icaltime_is_null_time(when) || !icaltime_is_valid_time(when) ||
        when.year < 1970 || when.year > 2100)
        return TIME_NONE;
    if (zone_name && !when.is_date && !when.zone &&
        parse_zone_epoch(zone_name, &local, &epoch))
        return epoch;
    if (!trust_zones)
        return (int64_t)icaltime_as_timet(when);
    return (int64_t)icaltime_as_timet_with_zone(when, icaltime_get_timezone(when));
}

static bool
is_yearly(icalcomponent *phase)
{
    for (icalproperty *rule =
             icalcomponent_get_first_property(phase, ICAL_RRULE_PROPERTY);
         rule; rule = icalcomponent_get_next_property(phase, ICAL_RRULE_PROPERTY)) {
        if (icalproperty_get_rrule(rule).freq != ICAL_YEARLY_RECURRENCE)
            return false;
    }
    return true;
}

/* Summer time comes once a year; a zone that changes by the second is an attack. */
static bool
are_zones_tame(icalcomponent *calendar)
{
    for (icalcomponent *zone =
             icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
         zone;
         zone = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT)) {
        for (icalcomponent *phase =
                 icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT);
             phase;
             phase = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
            if (!is_yearly(phase))
                return false;
        }
    }
    return true;
}

/* NULL: the property is absent, or names none. */
static const char *
zone_of(icalcomponent *event, icalproperty_kind kind)
{
    icalproperty *property = icalcomponent_get_first_property(event, kind);
    icalparameter *zone =
        property ? icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER)
                 : NULL;

    return zone ? icalparameter_get_tzid(zone) : NULL;
}

static void
read_event(icalcomponent *event, const char *method, bool trust_zones, Message *message)
{
    Invitation *invitation = shape_append(&invitation_shape, &message->calendar);
    icalproperty *organizer =
        icalcomponent_get_first_property(event, ICAL_ORGANIZER_PROPERTY);
    const char *end_zone = zone_of(event, ICAL_DTEND_PROPERTY);
    const char *address = organizer ? icalproperty_get_organizer(organizer) : NULL;

    if (!end_zone) /* its length was said */
        end_zone = zone_of(event, ICAL_DTSTART_PROPERTY);
    if (address && g_ascii_strncasecmp(address, "mailto:", 7) == 0)
        address += 7;
    invitation->method = copy_text(method);
    invitation->organizer = copy_text(address);
    invitation->summary = copy_text(icalcomponent_get_summary(event));
    invitation->uid = copy_text(icalcomponent_get_uid(event));
    invitation->start = epoch_of(icalcomponent_get_dtstart(event),
                                 zone_of(event, ICAL_DTSTART_PROPERTY), trust_zones);
    invitation->end = epoch_of(icalcomponent_get_dtend(event), end_zone, trust_zones);
}

/* libical keeps a stack of open components; a flood of BEGINs is no invitation. */
static bool
is_calendar_tame(const char *text)
{
    unsigned begins = 0;

    /* Zones under this prefix are looked up in files. */
    if (strstr(text, "/freeassociation.sourceforge.net/") ||
        strstr(text, "/citadel.org/"))
        return false;
    for (const char *at = text; (at = strstr(at, "BEGIN:")); at += 6) {
        if (++begins > NESTING_MOST)
            return false;
    }
    return true;
}

static void
read_tree(const char *text, const char *declared_method, Message *message)
{
    g_autoptr(CalendarTree) tree = icalparser_parse_string(text);
    icalcomponent *calendar = tree;
    icalproperty *method;
    const char *name = declared_method;
    bool trust_zones;

    if (tree && icalcomponent_isa(tree) == ICAL_XROOT_COMPONENT)
        calendar = icalcomponent_get_first_component(tree, ICAL_VCALENDAR_COMPONENT);
    if (!calendar)
        return;
    method = icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY);
    if (method)
        name = icalproperty_method_to_string(icalproperty_get_method(method));
    trust_zones = are_zones_tame(calendar);
    for (icalcomponent *event =
             icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         event && list_length(message->calendar) < EVENTS_MOST;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
        read_event(event, name, trust_zones, message);
}

void
parse_read_calendar(Part *root, Message *message)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        const Part *part = leaves->pdata[i];
        g_autofree char *text = NULL;
        g_autofree char *method = NULL;
        g_autofree char *upper = NULL;
        bool cut = false;

        if (!parse_part_is(part, "text/calendar") || list_length(message->calendar) > 0)
            continue;
        text = parse_part_text(part, &cut);
        method = parse_parameter(part->type_field, "method", NULL);
        upper = method ? g_ascii_strup(method, -1) : NULL;
        if (strlen(text) <= CALENDAR_MOST_BYTES && is_calendar_tame(text))
            read_tree(text, upper, message);
    }
}

void
parse_init_calendar(void)
{
    /* Its recurrence rules wake ICU's calendars, which look for the local zone. */
    static const char first[] = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z\r\n"
                                "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n"
                                "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
                                "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
                                "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
                                "DTSTART;TZID=Z:20260821T100000\r\nEND:VEVENT\r\n"
                                "END:VCALENDAR\r\n";
    Message message;

    parse_init_zones();
    icalerror_set_errors_are_fatal(0);
    icaltimezone_set_builtin_tzdata(1);
    (void)icaltimezone_get_utc_timezone(); /* loads it */
    shape_init(&message_shape, &message);
    read_tree(first, NULL, &message);
    shape_clear(&message_shape, &message);
}
