#include "imap/provider.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)

enum {
    HOSTS = 8
};

/* The first row that fits counts, so a provider stands before the software it runs. */
typedef struct ProviderRow {
    ImapProvider provider;
    const char *hosts[HOSTS]; /* ends of host names */
    const char *words;        /* in the greeting or the answer to ID; NULL: none */
    const char *capability;   /* NULL: none */
} ProviderRow;

/* Google allows 15 sessions a user, phones and desktops included; Microsoft 8 to 20,
 * and slows down all of them before. Yahoo ends IDLE after three minutes. Courier and
 * Yandex offer IDLE and forget to speak. NetEase has no IDLE and wants an ID. */
static const ProviderRow rows[] = {
    {{"gmail", 5, 9 * MINUTE_MS, true, false},
     {"imap.gmail.com", "imap.googlemail.com"},
     "Gimap",
     "X-GM-EXT-1"},
    {{"microsoft365", 4, 9 * MINUTE_MS, true, false},
     {"outlook.office365.com", "outlook.office.com", "imap-mail.outlook.com",
      "partner.outlook.cn", "outlook.office365.us"},
     NULL,
     NULL},
    {{"exchange", 4, 9 * MINUTE_MS, true, false}, {NULL}, "Microsoft Exchange", NULL},
    {{"yahoo", 4, 2 * MINUTE_MS + MINUTE_MS / 2, true, false},
     {"mail.yahoo.com", "mail.yahoo.co.jp", "imap.aol.com", "imap.verizon.net"},
     NULL,
     NULL},
    {{"icloud", 5, 9 * MINUTE_MS, true, false},
     {"mail.me.com", "mail.icloud.com"},
     NULL,
     NULL},
    {{"netease", 3, 9 * MINUTE_MS, false, true},
     {"163.com", "126.com", "yeah.net", "188.com", "vip.163.com", "netease.com"},
     "Coremail",
     NULL},
    {{"yandex", 5, 9 * MINUTE_MS, false, false},
     {"imap.yandex.com", "imap.yandex.ru", "imap.ya.ru", "imap.360.yandex.ru"},
     "Yandex",
     NULL},
    {{"courier", 4, 9 * MINUTE_MS, false, false}, {NULL}, "Courier-IMAP", NULL},
    {{"unknown", 8, 9 * MINUTE_MS, true, false}, {NULL}, NULL, NULL},
};

/* Whether `host` is `end` or lies in that domain. */
static bool
host_ends(const char *host, const char *end)
{
    size_t host_size = strlen(host), end_size = strlen(end);

    return host_size >= end_size &&
           g_ascii_strcasecmp(host + host_size - end_size, end) == 0 &&
           (host_size == end_size || host[host_size - end_size - 1] == '.');
}

static bool
row_knows_host(const ProviderRow *row, const char *host)
{
    for (size_t i = 0; i < HOSTS && row->hosts[i]; i++) {
        if (host_ends(host, row->hosts[i]))
            return true;
    }
    return false;
}

static bool
row_knows_words(const ProviderRow *row, const char *words,
                const GPtrArray *capabilities)
{
    if (row->words && words && strstr(words, row->words))
        return true;
    for (guint i = 0; row->capability && capabilities && i < capabilities->len; i++) {
        if (g_ascii_strcasecmp(capabilities->pdata[i], row->capability) == 0)
            return true;
    }
    return false;
}

const ImapProvider *
provider_find(const char *url, const char *words, const GPtrArray *capabilities)
{
    const char *begin = strstr(url, "://");
    g_autofree char *host = g_strdup(begin ? begin + 3 : url);
    size_t i = 0;

    host[strcspn(host, ":/")] = '\0';
    while (i + 1 < G_N_ELEMENTS(rows) && !row_knows_host(&rows[i], host) &&
           !row_knows_words(&rows[i], words, capabilities))
        i++;
    return &rows[i].provider;
}

const ImapProvider *
imap_provider_of(const char *url)
{
    return provider_find(url, NULL, NULL);
}
