/* Reply tokens: a ticket's number and a keyed digest of it, so that nobody guesses his
 * way into another customer's ticket (RFC 2104, RFC 4648 section 6). */
#include "route/token.h"

#include <string.h>

#include "base/digest.h"

enum {
    DIGEST_CHARACTERS = 20, /* 100 bits */
    MOST_TOKENS = 16,
};

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
encode(const uint8_t sum[SHA256_BYTES], char out[DIGEST_CHARACTERS + 1])
{
    for (unsigned i = 0; i < DIGEST_CHARACTERS; i++) {
        unsigned bit = i * 5;
        unsigned window = (unsigned)sum[bit / 8] << 8 | sum[bit / 8 + 1];

        out[i] = alphabet[window >> (11 - bit % 8) & 31];
    }
    out[DIGEST_CHARACTERS] = '\0';
}

char *
route_reply_token(int64_t ticket, const RouteSettings *settings)
{
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, ticket);
    uint8_t sum[SHA256_BYTES];
    char code[DIGEST_CHARACTERS + 1];

    digest_hmac_sha256(settings->token_key, settings->token_key_bytes, number,
                       strlen(number), sum);
    encode(sum, code);
    return g_strconcat(number, "-", code, NULL);
}

/* Same time for every wrong guess. */
static bool
same_text(const char *a, const char *b, size_t size)
{
    unsigned difference = 0;

    for (size_t i = 0; i < size; i++)
        difference |= (unsigned char)a[i] ^ (unsigned char)g_ascii_tolower(b[i]);
    return difference == 0;
}

/* A token that starts at `at`: its ticket, or 0. */
static int64_t
read_token(const char *at, const RouteSettings *settings)
{
    char *end = NULL;
    int64_t ticket = g_ascii_strtoll(at, &end, 10);
    g_autofree char *wanted = NULL;

    if (ticket <= 0 || end - at > 18 || *end != '-' ||
        strnlen(end + 1, DIGEST_CHARACTERS) < DIGEST_CHARACTERS ||
        g_ascii_isalnum(end[1 + DIGEST_CHARACTERS]))
        return 0;
    wanted = route_reply_token(ticket, settings);
    return same_text(strchr(wanted, '-'), end, DIGEST_CHARACTERS + 1) ? ticket : 0;
}

static void
add_token(const char *at, const RouteSettings *settings, GArray *tickets)
{
    int64_t ticket = g_ascii_isdigit(*at) ? read_token(at, settings) : 0;

    for (guint i = 0; i < tickets->len; i++)
        if (g_array_index(tickets, int64_t, i) == ticket)
            return;
    if (ticket != 0)
        g_array_append_val(tickets, ticket);
}

void
token_search(const char *text, const RouteSettings *settings, GArray *tickets)
{
    bool at_start = true;

    for (const char *at = text ? text : ""; *at && tickets->len < MOST_TOKENS; at++) {
        if (at_start)
            add_token(at, settings, tickets);
        at_start = !g_ascii_isalnum(*at);
    }
}

void
token_search_marked(const char *text, const RouteSettings *settings, GArray *tickets)
{
    for (const char *at = text ? text : ""; *at && tickets->len < MOST_TOKENS; at++)
        if (at[0] == '[' && at[1] == '#')
            add_token(at + 2, settings, tickets);
}
