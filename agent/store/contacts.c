#include "contacts.h"

#include <string.h>

#include "base/clock.h"

const char *
contacts_domain(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    return at && at[1] ? at + 1 : NULL;
}

/* Nobody reads what is written there. */
static bool
is_robot(const char *address)
{
    static const char *const names[] = {
        "noreply",      "no-reply",     "no_reply", "no.reply",      "donotreply",
        "do-not-reply", "do_not_reply", "nobody",   "mailer-daemon", "mailer_daemon",
        "postmaster",   "bounce",       "bounces",  "null",          "nicht-antworten",
        "noresponder",  "no-responder"};
    size_t length = strcspn(address, "@+");

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i]) == length &&
            g_ascii_strncasecmp(names[i], address, length) == 0)
            return true;
    return false;
}

bool
contacts_put(Database *db, const Address *person, int64_t *contact, GError **error)
{
    g_auto(Statement) made = {0};
    int64_t now = clock_now_ms();

    *contact = 0;
    if (!contacts_domain(person->address) || is_robot(person->address))
        return true;
    made = statement_begin(
        db,
        "INSERT INTO contacts (address, name, domain, first_seen_at, last_seen_at) "
        "VALUES (lower(?), ?, lower(?), ?, ?) ON CONFLICT DO UPDATE SET "
        "name = coalesce(name, excluded.name), last_seen_at = excluded.last_seen_at "
        "RETURNING id",
        "tttmm", person->address, person->name, contacts_domain(person->address), now,
        now);
    if (statement_row(&made))
        *contact = statement_int(&made, 0);
    return statement_done(&made, error);
}

bool
contacts_heard(Database *db, const Address *person, GError **error)
{
    int64_t contact = 0;

    return contacts_put(db, person, &contact, error) &&
           statement_run(db, error,
                         "UPDATE contacts SET message_count = message_count + 1 "
                         "WHERE id = ?",
                         "i", contact);
}

bool
contacts_put_organisation(Database *db, const Lead *lead, GError **error)
{
    const char *domain = contacts_domain(lead->email);

    if (!domain || lead->address_check.free_provider || lead->address_check.disposable)
        return true;
    return statement_run(
               db, error,
               "INSERT INTO organisations (domain, name, website, "
               "first_seen_at) VALUES (lower(?), ?, ?, ?) "
               "ON CONFLICT DO UPDATE SET name = coalesce(name, excluded.name), "
               "website = coalesce(website, excluded.website)",
               "tttm", domain, lead->company, lead->website, clock_now_ms()) &&
           statement_run(db, error,
                         "UPDATE contacts SET organisation_id = (SELECT id FROM "
                         "organisations WHERE domain = lower(?1)) WHERE address = ?2",
                         "tt", domain, lead->email);
}
