#include "deliver/network.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "deliver/deliver.h"

/* Every address as sixteen bytes; IPv4 in the mapped form (RFC 4291 section 2.5.5.2).
 */
typedef struct Address16 {
    uint8_t bytes[16];
} Address16;

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* The only part of IPv6 that is given out to the world (RFC 4291 section 2.4, IANA);
 * what lies outside may be translated to an IPv4 address of the inside, as NAT64 and
 * SIIT do. */
static const char global_unicast[] = "2000::/3";

/* RFC 6890 and its successors in the IANA registries; the last is public by its number,
 * but to a machine at Azure it is the host that hands out its secrets. */
static const char *const closed[] = {
    "0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10",   "127.0.0.0/8",
    "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",    "2001::/23",     "2001:db8::/32",   "2002::/16",
    "3fff::/20",      "168.63.129.16",
};

static bool
read_text(const char *text, Address16 *out, int *family_bits)
{
    if (inet_pton(AF_INET, text, out->bytes + 12) == 1) {
        memcpy(out->bytes, mapped, sizeof mapped);
        *family_bits = 32;
        return true;
    }
    *family_bits = 128;
    return inet_pton(AF_INET6, text, out->bytes) == 1;
}

static bool
in_network(const Address16 *address, const char *cidr)
{
    const char *slash = strchr(cidr, '/');
    size_t length = slash ? (size_t)(slash - cidr) : strlen(cidr);
    char text[INET6_ADDRSTRLEN];
    Address16 network;
    int family_bits;
    guint64 bits;
    size_t whole;

    if (length >= sizeof text)
        return false;
    memcpy(text, cidr, length);
    text[length] = '\0';
    if (!read_text(text, &network, &family_bits))
        return false;
    bits = (guint64)family_bits;
    if (slash && !g_ascii_string_to_unsigned(slash + 1, 10, 0, bits, &bits, NULL))
        return false;
    bits += 128 - (guint64)family_bits;
    whole = bits / 8;
    if (memcmp(address->bytes, network.bytes, whole) != 0)
        return false;
    return bits % 8 == 0 ||
           ((address->bytes[whole] ^ network.bytes[whole]) >> (8 - bits % 8)) == 0;
}

static bool
read_socket_address(const struct sockaddr *address, Address16 *out)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;

        memcpy(&four, address, sizeof four);
        memcpy(out->bytes, mapped, sizeof mapped);
        memcpy(out->bytes + 12, &four.sin_addr, 4);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;

        memcpy(&six, address, sizeof six);
        memcpy(out->bytes, &six.sin6_addr, 16);
        return true;
    }
    return false;
}

static bool
is_allowed(const Address16 *peer, const GPtrArray *allowed)
{
    for (guint i = 0; allowed && i < allowed->len; i++)
        if (in_network(peer, allowed->pdata[i]))
            return true;
    if (memcmp(peer->bytes, mapped, sizeof mapped) != 0 &&
        !in_network(peer, global_unicast))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
        if (in_network(peer, closed[i]))
            return false;
    return true;
}

bool
network_allows(const struct sockaddr *address, const GPtrArray *allowed)
{
    Address16 peer;

    return read_socket_address(address, &peer) && is_allowed(&peer, allowed);
}

bool
deliver_may_reach(const char *address, const GPtrArray *allow_networks)
{
    Address16 peer;
    int family_bits;

    return read_text(address, &peer, &family_bits) && is_allowed(&peer, allow_networks);
}
