#include "bounce_reasons.h"

#include <string.h>

#include <glib.h>

typedef struct Pattern {
    const char *text; /* lower case */
    const char *reason;
} Pattern;

/* Servers put the real cause into prose and a vague code before it, so the words are
 * asked first. Order matters: the special before the general. */
static const Pattern patterns[] = {
    {"adresse ip source bloquee", "blocked"},
    {"client host blocked", "blocked"},
    {"fix reverse dns", "blocked"},
    {"ip name lookup failed", "blocked"},
    {"unverifyable sending ip", "blocked"},
    {"smtp server of your isp", "blocked"},
    {"an open relay", "blocked"},
    {"(bl)", "blocked"},
    {"line limit exceeded", "too_large"},
    {"unroutable sender", "policy"},
    {"sender rejected", "policy"},
    {"purported responsible", "policy"},
    {"domain of sender", "policy"},
    {"bad spf", "auth_failure"},
    {"dmarc", "auth_failure"},
    {"dkim", "auth_failure"},
    {"spf check", "auth_failure"},
    {"spf fail", "auth_failure"},
    {"spf validation", "auth_failure"},
    {"sender policy framework", "auth_failure"},
    {"openspf", "auth_failure"},
    {"unauthenticated email", "auth_failure"},
    {"authentication checks", "auth_failure"},
    {"not authenticated", "auth_failure"},
    {"message size exceed", "too_large"},
    {"message too large", "too_large"},
    {"message is too large", "too_large"},
    {"message too big", "too_large"},
    {"size limit", "too_large"},
    {"maximum message size", "too_large"},
    {"exceeds size", "too_large"},
    {"maximum size", "too_large"},
    {"mailbox full", "mailbox_full"},
    {"mailbox is full", "mailbox_full"},
    {"over quota", "mailbox_full"},
    {"mailbox has exceeded", "mailbox_full"},
    {"exceeded the limit", "mailbox_full"},
    {"mailfolder is full", "mailbox_full"},
    {"mail folder is full", "mailbox_full"},
    {"inbox is full", "mailbox_full"},
    {"inbox full", "mailbox_full"},
    {"storage is full", "mailbox_full"},
    {"buzon esta lleno", "mailbox_full"},
    {"boite pleine", "mailbox_full"},
    {"postfach ist voll", "mailbox_full"},
    {"disk full", "mailbox_full"},
    {"not enough disk space", "mailbox_full"},
    {"insufficient space", "mailbox_full"},
    {"mailbox quota", "mailbox_full"},
    {"quota limit", "mailbox_full"},
    {"would exceed mailbox", "mailbox_full"},
    {"overquota", "mailbox_full"},
    {"quota exceed", "mailbox_full"},
    {"exceeded storage", "mailbox_full"},
    {"out of storage space", "mailbox_full"},
    {"exceeded his quota", "mailbox_full"},
    {"insufficient quota", "mailbox_full"},
    {"mailbox exceed", "mailbox_full"},
    {"mailbox size limit", "mailbox_full"},
    {"not enough space", "mailbox_full"},
    {"buzon lleno", "mailbox_full"},
    {"not enough storage", "mailbox_full"},
    {"quota violation", "mailbox_full"},
    {"disk quota", "mailbox_full"},
    {"relaying denied", "relay_denied"},
    {"relay access denied", "relay_denied"},
    {"relay not permitted", "relay_denied"},
    {"no relaying", "relay_denied"},
    {"insecure mail relay", "relay_denied"},
    {"relay prohibited", "relay_denied"},
    {"relaying prohibited", "relay_denied"},
    {"does not relay", "relay_denied"},
    {"unable to relay", "relay_denied"},
    {"relaying not allowed", "relay_denied"},
    {"not permitted to relay", "relay_denied"},
    {"account disabled", "suspended"},
    {"disabled recipient", "suspended"},
    {"recipient disabled", "suspended"},
    {"recipient account is blocked", "suspended"},
    {"mailbox is frozen", "suspended"},
    {"mailbox frozen", "suspended"},
    {"account is blocked", "suspended"},
    {"account has been closed", "suspended"},
    {"disabled or discontinued", "suspended"},
    {"user is inactive", "suspended"},
    {"account is disabled", "suspended"},
    {"account has been disabled", "suspended"},
    {"mailbox disabled", "suspended"},
    {"mailbox is disabled", "suspended"},
    {"account suspended", "suspended"},
    {"is suspended", "suspended"},
    {"has been suspended", "suspended"},
    {"user suspended", "suspended"},
    {"inactive", "suspended"},
    {"mailbox unavailable or access denied", "suspended"},
    {"account locked", "suspended"},
    {"is locked", "suspended"},
    {"account expired", "suspended"},
    {"permission to post", "policy"},
    {"not a member", "policy"},
    {"sender verify failed", "policy"},
    {"sender verification", "policy"},
    {"sender domain", "policy"},
    {"not accepting network messages", "host_unknown"},
    {"does not accept mail", "host_unknown"},
    {"dns lookup failure", "host_unknown"},
    {"account or domain may not exist", "host_unknown"},
    {"domain is not configured", "host_unknown"},
    {"host unknown", "host_unknown"},
    {"host name lookup failure", "host_unknown"},
    {"host not found", "host_unknown"},
    {"unknown host", "host_unknown"},
    {"domain not found", "host_unknown"},
    {"no such domain", "host_unknown"},
    {"domain name not found", "host_unknown"},
    {"name service error", "host_unknown"},
    {"unrouteable address", "host_unknown"},
    {"unrouteable mail domain", "host_unknown"},
    {"unrouteable domain", "host_unknown"},
    {"null mx", "host_unknown"},
    {"nullmx", "host_unknown"},
    {"domain does not exist", "host_unknown"},
    {"no mx", "host_unknown"},
    {"multiple addresses in from", "content"},
    {"insufficient disk space", "other"},
    {"ube, id", "spam_refused"},
    {"header error", "policy"},
    {"virus", "content"},
    {"malware", "content"},
    {"illegal attachment", "content"},
    {"attachment type", "content"},
    {"spam content", "spam_refused"},
    {"spam message", "spam_refused"},
    {"message content rejected due to spam", "spam_refused"},
    {"message content", "content"},
    {"rfc 5322", "content"},
    {"rfc5322", "content"},
    {"rfc 2822", "content"},
    {"loop", "network"},
    {"too many hops", "network"},
    {"hop count", "network"},
    {"spamhaus", "blocked"},
    {"spamcop", "blocked"},
    {"blacklist", "blocked"},
    {"blocklist", "blocked"},
    {"black list", "blocked"},
    {"block list", "blocked"},
    {" rbl", "blocked"},
    {"refused your", "blocked"},
    {"banned", "blocked"},
    {"without ptr", "blocked"},
    {"no reverse", "blocked"},
    {"resolve your ip", "blocked"},
    {"reputation", "blocked"},
    {"blocked by", "blocked"},
    {"rejected because of ip", "blocked"},
    {"dynamic ip", "blocked"},
    {"dialup", "blocked"},
    {"dnsbl", "blocked"},
    {"reverse dns", "blocked"},
    {"reverse hostname", "blocked"},
    {"reverse host name", "blocked"},
    {"ptr record", "blocked"},
    {"ptr lookup", "blocked"},
    {"no ptr", "blocked"},
    {"rdns", "blocked"},
    {"poor reputation", "blocked"},
    {"low reputation", "blocked"},
    {"bad reputation", "blocked"},
    {"your ip", "blocked"},
    {"ip address has been", "blocked"},
    {"client host rejected", "blocked"},
    {"connection refused by", "blocked"},
    {"access denied, banned", "blocked"},
    {"banned sending ip", "blocked"},
    {"is blocked", "blocked"},
    {"been blocked", "blocked"},
    {"blocked using", "blocked"},
    {"spam", "spam_refused"},
    {"unsolicited", "spam_refused"},
    {"bulk mail", "spam_refused"},
    {"junk mail", "spam_refused"},
    {"this user doesn't have", "user_unknown"},
    {"recipient name is not recognized", "user_unknown"},
    {"is not recognized", "user_unknown"},
    {"account is unknown", "user_unknown"},
    {"no account by that name", "user_unknown"},
    {"unknown account", "user_unknown"},
    {"adresse inconnue", "user_unknown"},
    {"utilisateur inconnu", "user_unknown"},
    {"unbekannter empf", "user_unknown"},
    {"destinatario desconocido", "user_unknown"},
    {"buzon no existe", "user_unknown"},
    {"no existe", "user_unknown"},
    {"user unknown", "user_unknown"},
    {"unknown user", "user_unknown"},
    {"no such user", "user_unknown"},
    {"no such mailbox", "user_unknown"},
    {"no such recipient", "user_unknown"},
    {"no such address", "user_unknown"},
    {"no such person", "user_unknown"},
    {"does not exist", "user_unknown"},
    {"doesn't exist", "user_unknown"},
    {"not exist", "user_unknown"},
    {"unknown recipient", "user_unknown"},
    {"recipient unknown", "user_unknown"},
    {"unknown address", "user_unknown"},
    {"unknown local", "user_unknown"},
    {"unknown in virtual", "user_unknown"},
    {"unknown in relay", "user_unknown"},
    {"invalid recipient", "user_unknown"},
    {"invalid mailbox", "user_unknown"},
    {"recipient not found", "user_unknown"},
    {"recipientnotfound", "user_unknown"},
    {"user not found", "user_unknown"},
    {"mailbox not found", "user_unknown"},
    {"address not found", "user_unknown"},
    {"not a valid user", "user_unknown"},
    {"not a registered", "user_unknown"},
    {"not a known user", "user_unknown"},
    {"no mailbox here", "user_unknown"},
    {"no longer available", "user_unknown"},
    {"not our customer", "user_unknown"},
    {"not listed in", "user_unknown"},
    {"mailbox unavailable", "user_unknown"},
    {"account that you tried to reach", "user_unknown"},
    {"recipient address rejected: access denied", "user_unknown"},
    {"usuario desconocido", "user_unknown"},
    {"usuario no existe", "user_unknown"},
    {"host not reachable", "expired"},
    {"failing for a long time", "expired"},
    {"continue trying for", "expired"},
    {"timed out", "expired"},
    {"timeout", "expired"},
    {"expired", "expired"},
    {"too old", "expired"},
    {"retry time not reached", "expired"},
    {"retry timeout exceeded", "expired"},
    {"unable to deliver this message after", "expired"},
    {"not yet been delivered", "expired"},
    {"delivery attempts", "expired"},
    {"keep trying", "expired"},
    {"giving up", "expired"},
    {"has been in the queue", "expired"},
    {"could not be delivered for", "expired"},
    {"connection refused", "network"},
    {"no route to host", "network"},
    {"network is unreachable", "network"},
    {"connection lost", "network"},
    {"conversation with", "network"},
    {"lost connection", "network"},
    {"google groups", "policy"},
    {"policy", "policy"},
    {"administrative prohibition", "policy"},
    {"prohibited", "policy"},
    {"not authorized", "policy"},
    {"not allowed", "policy"},
    {"not permitted", "policy"},
    {"sender rejected", "policy"},
    {"sender address rejected", "policy"},
    {"starttls", "policy"},
    {"tls required", "policy"},
    {"access denied", "blocked"},
    {"550 rejected", "blocked"},
    {"service refus", "other"},
    {"rate limit", "blocked"},
    {"too many", "blocked"},
};

/* RFC 3463 and the registry; the longest prefix that fits wins, so it stands first. */
static const Pattern statuses[] = {
    {"x.7.20", "auth_failure"}, {"x.7.21", "auth_failure"}, {"x.7.22", "auth_failure"},
    {"x.7.23", "auth_failure"}, {"x.7.24", "auth_failure"}, {"x.7.25", "blocked"},
    {"x.7.26", "auth_failure"}, {"x.7.27", "host_unknown"}, {"x.7.13", "suspended"},
    {"x.7.17", "user_unknown"}, {"x.1.10", "host_unknown"}, {"x.7.1", "policy"},
    {"x.7.", "policy"},         {"x.1.2", "host_unknown"},  {"x.1.1", "user_unknown"},
    {"x.1.0", "user_unknown"},  {"x.1.3", "user_unknown"},  {"x.1.4", "user_unknown"},
    {"x.1.6", "user_unknown"},  {"x.1.7", "policy"},        {"x.1.8", "policy"},
    {"x.2.0", "user_unknown"},  {"x.2.1", "suspended"},     {"x.2.2", "mailbox_full"},
    {"x.2.3", "too_large"},     {"x.3.1", "mailbox_full"},  {"x.3.4", "too_large"},
    {"x.4.1", "network"},       {"x.4.2", "network"},       {"x.4.3", "network"},
    {"x.4.4", "host_unknown"},  {"x.4.6", "network"},       {"x.4.7", "expired"},
    {"x.5.3", "policy"},        {"x.6.", "content"},
};

/* "neko.example.com does not exist" is said of a host, "neko does not exist" of a
 * person. */
static bool
is_absent_host(const char *text)
{
    const char *said = strstr(text, " does not exist");
    const char *word = said;

    while (word && word > text && word[-1] != ' ')
        word--;
    return word && memchr(word, '.', (size_t)(said - word)) &&
           !memchr(word, '@', (size_t)(said - word)) && *word != '<';
}

const char *
bounce_reason_in(const char *text)
{
    if (!text || !*text)
        return NULL;
    if (is_absent_host(text))
        return "host_unknown";
    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (strstr(text, patterns[i].text))
            return patterns[i].reason;
    return NULL;
}

bool
bounce_status_fits(const char *status, const char *pattern)
{
    size_t size = strlen(pattern);

    if (strlen(status) < size || strncmp(status + 1, pattern + 1, size - 1) != 0)
        return false;
    return pattern[size - 1] == '.' || !g_ascii_isdigit(status[size]);
}

/* Exchange writes 5.7.1xx for "the sender may not": that is policy, as all of 5.7. */
const char *
bounce_reason_of_status(const char *status)
{
    /* "Later" and a code of the mailbox: it is there, and busy or watched over. */
    if (!status || g_str_equal(status, "4.2.0") || g_str_equal(status, "4.2.1"))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (bounce_status_fits(status, statuses[i].text))
            return statuses[i].reason;
    return NULL;
}
