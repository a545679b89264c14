#include "network.h"

#include <arpa/inet.h>
#include <string.h>

#include <glib.h>

bool
ip_parse(const char *text, IpAddress *out)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    IpAddress ip = {0};

    if (inet_pton(AF_INET, text, ip.bytes) == 1) {
        *out = ip;
        return true;
    }
    if (inet_pton(AF_INET6, text, ip.bytes) != 1)
        return false;
    ip.is_v6 = true;
    if (memcmp(ip.bytes, mapped, sizeof mapped) == 0) {
        memmove(ip.bytes, ip.bytes + 12, 4);
        memset(ip.bytes + 4, 0, 12);
        ip.is_v6 = false;
    }
    *out = ip;
    return true;
}

char *
ip_format(const IpAddress *ip)
{
    char text[INET6_ADDRSTRLEN];

    if (!inet_ntop(ip->is_v6 ? AF_INET6 : AF_INET, ip->bytes, text, sizeof text))
        return NULL;
    return g_strdup(text);
}

bool
ip_matches(const IpAddress *ip, const IpAddress *network, unsigned prefix)
{
    unsigned whole = prefix / 8;
    unsigned rest = prefix % 8;

    if (ip->is_v6 != network->is_v6 || prefix > (ip->is_v6 ? 128u : 32u))
        return false;
    if (memcmp(ip->bytes, network->bytes, whole) != 0)
        return false;
    return rest == 0 || ((ip->bytes[whole] ^ network->bytes[whole]) >> (8 - rest)) == 0;
}

bool
ip_is_in(const IpAddress *ip, const char *network)
{
    g_auto(GStrv) halves = g_strsplit(network, "/", 2);
    IpAddress base;
    guint64 prefix;

    if (!halves[0] || !ip_parse(halves[0], &base))
        return false;
    prefix = base.is_v6 ? 128 : 32;
    if (halves[1] &&
        !g_ascii_string_to_unsigned(halves[1], 10, 0, prefix, &prefix, NULL))
        return false;
    return ip_matches(ip, &base, (unsigned)prefix);
}
