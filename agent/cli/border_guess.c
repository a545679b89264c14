#include "cli/border_guess.h"

#include <string.h>

#include "deliver/deliver.h"

enum {
    LEAST_MAILS = 3,
    TENTH = 10 /* a host that took fewer than one mail in ten is an exception */
};

static const char *const profile_names[] = {"none", "rfc8601", "gmail", "m365"};

struct BorderGuess {
    guint mails, outside;
    guint profiles[PROFILE_M365 + 1];
    GHashTable *hosts; /* name -> how many, both owned by the table */
    GHashTable *ids;
    GRegex *client, *by;
    GPtrArray *samples;
};

/* Reserved for examples (RFC 5737, RFC 3849): in a mail they stand for the world. */
static const char *const sample_networks[] = {"192.0.2.0/24", "198.51.100.0/24",
                                              "203.0.113.0/24", "2001:db8::/32"};

static GRegex *
pattern(const char *text)
{
    g_autoptr(GError) ours = NULL;
    GRegex *made =
        g_regex_new(text, G_REGEX_CASELESS | G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &ours);

    g_assert(made);
    return made;
}

BorderGuess *
border_guess_new(void)
{
    BorderGuess *guess = g_new0(BorderGuess, 1);

    guess->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guess->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guess->samples = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(sample_networks); i++)
        g_ptr_array_add(guess->samples, (gpointer)(intptr_t)sample_networks[i]);
    /* RFC 5321 section 4.4, and those who write the address in round brackets. */
    guess->client = pattern("[[(](?:IPv6:)?([0-9a-f]*[.:][0-9a-f.:]+)[])]");
    guess->by = pattern("(?:^|\\s)by\\s+([a-z0-9._-]+)");
    return guess;
}

void
border_guess_free(BorderGuess *guess)
{
    if (!guess)
        return;
    g_hash_table_unref(guess->hosts);
    g_hash_table_unref(guess->ids);
    g_regex_unref(guess->client);
    g_regex_unref(guess->by);
    g_ptr_array_unref(guess->samples);
    g_free(guess);
}

static void
count(GHashTable *votes, const char *name)
{
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(votes, name));

    (void)g_hash_table_insert(votes, g_strdup(name), GUINT_TO_POINTER(before + 1));
}

/* The host that took this mail from a public address; NULL: a hop within the house, or
 * nothing that we can read. */
static char *
taken_by(const BorderGuess *guess, const char *received)
{
    g_autoptr(GMatchInfo) by = NULL;
    g_autoptr(GMatchInfo) client = NULL;
    g_autofree char *from = NULL;
    g_autofree char *address = NULL;
    g_autofree char *host = NULL;
    int start;

    if (!g_regex_match(guess->by, received, 0, &by) ||
        !g_match_info_fetch_pos(by, 0, &start, NULL))
        return NULL;
    from = g_strndup(received, (gsize)start);
    if (!g_regex_match(guess->client, from, 0, &client))
        return NULL;
    address = g_match_info_fetch(client, 1);
    if (!deliver_may_reach(address, guess->samples))
        return NULL;
    host = g_match_info_fetch(by, 1);
    return g_ascii_strdown(host, -1);
}

static bool
is_google(const char *host)
{
    return g_str_equal(host, "mx.google.com");
}

static BorderProfile
profile_of(const char *host, const char *id)
{
    if (is_google(host))
        return PROFILE_GMAIL;
    if (g_str_has_suffix(host, ".outlook.com"))
        return PROFILE_M365;
    return id ? PROFILE_RFC8601 : PROFILE_NONE;
}

/* The server's name of an Authentication-Results; NULL: it gives none (Microsoft). */
static char *
authserv_id(const char *results)
{
    const char *start = results + strspn(results, " \t\r\n");
    g_autofree char *id = g_strndup(start, strcspn(start, "; \t\r\n"));

    return *id && !strchr(id, '=') ? g_ascii_strdown(id, -1) : NULL;
}

void
border_guess_add(BorderGuess *guess, const Message *message)
{
    g_autofree char *id = NULL;

    guess->mails++;
    for (guint i = 0; message->headers && i < message->headers->len; i++) {
        const Header *header = message->headers->pdata[i];
        g_autofree char *host = NULL;

        if (g_ascii_strcasecmp(header->name, "Authentication-Results") == 0 && !id)
            id = authserv_id(header->value);
        if (g_ascii_strcasecmp(header->name, "Received") != 0)
            continue;
        host = taken_by(guess, header->value);
        if (!host)
            continue;
        /* Results further down are a stranger's: they were there when it came in. */
        guess->outside++;
        guess->profiles[profile_of(host, id)]++;
        count(guess->hosts, host);
        if (id)
            count(guess->ids, id);
        return;
    }
}

guint
border_guess_from_outside(const BorderGuess *guess)
{
    return guess->outside;
}

guint
border_guess_mails(const BorderGuess *guess)
{
    return guess->mails;
}

static BorderProfile
winner(const BorderGuess *guess)
{
    BorderProfile best = PROFILE_NONE;

    for (int at = 0; at <= PROFILE_M365; at++)
        if (guess->profiles[at] > guess->profiles[best])
            best = (BorderProfile)at;
    return best;
}

static gint
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names lent by `votes`, in their order, that more than one mail in ten has. */
static GPtrArray *
usual(const BorderGuess *guess, GHashTable *votes)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter at;
    gpointer name, voted;

    g_hash_table_iter_init(&at, votes);
    while (g_hash_table_iter_next(&at, &name, &voted))
        if (GPOINTER_TO_UINT(voted) * TENTH >= guess->outside)
            g_ptr_array_add(names, name);
    g_ptr_array_sort(names, by_text);
    return names;
}

static void
append_list(GString *text, const char *key, const BorderGuess *guess, GHashTable *votes)
{
    g_autoptr(GPtrArray) names = usual(guess, votes);

    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : key,
                               (const char *)names->pdata[i]);
    if (names->len)
        g_string_append_c(text, ']');
}

char *
border_guess_text(const BorderGuess *guess)
{
    BorderProfile profile = winner(guess);
    GString *text;

    if (guess->outside < LEAST_MAILS || guess->profiles[profile] * 2 < guess->outside)
        return NULL;
    text = g_string_new(NULL);
    g_string_append_printf(text, "border: {profile: %s", profile_names[profile]);
    if (profile == PROFILE_NONE || profile == PROFILE_RFC8601)
        append_list(text, ", hosts: [", guess, guess->hosts);
    if (profile == PROFILE_RFC8601)
        append_list(text, ", authserv_ids: [", guess, guess->ids);
    return g_string_free(g_string_append_c(text, '}'), FALSE);
}

static bool
names_host(const Border *border, const char *host)
{
    for (guint i = 0; border->hosts && i < border->hosts->len; i++)
        if (g_ascii_strcasecmp(border->hosts->pdata[i], host) == 0)
            return true;
    return false;
}

bool
border_guess_fits(const BorderGuess *guess, const Border *border)
{
    BorderProfile profile = winner(guess);
    g_autoptr(GPtrArray) hosts = usual(guess, guess->hosts);

    if (profile == PROFILE_GMAIL || profile == PROFILE_M365)
        return border->profile == profile;
    if (border->networks && border->networks->len)
        return true; /* the house is drawn by addresses, which we do not second-guess */
    for (guint i = 0; i < hosts->len; i++)
        if (!names_host(border, hosts->pdata[i]))
            return false;
    return true;
}
