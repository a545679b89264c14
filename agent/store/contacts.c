#include "contacts.h"

#include <string.h>

#include "base/clock.h"

const char *
contacts_domain(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    return at && at[1] ? at + 1 : NULL;
}

bool
contacts_is_robot(const char *address)
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

/* `contact` 0: nobody known. */
static bool
find(Database *db, const char *address, int64_t *contact, bool *has_name,
     GError **error)
{
    g_auto(Statement) found = statement_begin(
        db, "SELECT id, name IS NOT NULL FROM contacts WHERE address = ?", "t",
        address);

    *contact = 0;
    if (statement_row(&found)) {
        *contact = statement_int(&found, 0);
        *has_name = statement_int(&found, 1) != 0;
    }
    return statement_done(&found, error);
}

static bool
insert(Database *db, const Address *person, int64_t messages, GError **error)
{
    int64_t now = clock_now_ms();

    return statement_run(db, error,
                         "INSERT INTO contacts (address, name, domain, first_seen_at, "
                         "last_seen_at, message_count) VALUES (lower(?1), ?2, "
                         "lower(?3), ?4, ?4, ?5)",
                         "tttmi", person->address, person->name,
                         contacts_domain(person->address), now, messages);
}

/* Names have an index: one that stays is not written again. */
static bool
update(Database *db, int64_t contact, const char *name, int64_t messages,
       GError **error)
{
    return statement_run(db, error,
                         "UPDATE contacts SET last_seen_at = ?, message_count = "
                         "message_count + ? WHERE id = ?",
                         "mii", clock_now_ms(), messages, contact) &&
           (!name ||
            statement_run(db, error, "UPDATE contacts SET name = ? WHERE id = ?", "ti",
                          name, contact));
}

static bool
put(Database *db, const Address *person, int64_t messages, int64_t *contact,
    GError **error)
{
    bool has_name = false;

    *contact = 0;
    if (!contacts_domain(person->address) || contacts_is_robot(person->address))
        return true;
    if (!find(db, person->address, contact, &has_name, error))
        return false;
    if (*contact)
        return update(db, *contact, has_name ? NULL : person->name, messages, error);
    if (!insert(db, person, messages, error))
        return false;
    *contact = sqlite3_last_insert_rowid(db->sqlite);
    return true;
}

bool
contacts_put(Database *db, const Address *person, int64_t *contact, GError **error)
{
    return put(db, person, 0, contact, error);
}

bool
contacts_heard(Database *db, const Address *person, GError **error)
{
    int64_t contact;

    return put(db, person, 1, &contact, error);
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
