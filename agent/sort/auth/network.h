/* Addresses and networks, without a socket in sight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct IpAddress {
    bool is_v6;
    uint8_t bytes[16]; /* IPv4 uses the first four */
} IpAddress;

/* Presentation form; an IPv4-mapped IPv6 address becomes IPv4. */
bool ip_parse(const char *text, IpAddress *out);
char *ip_format(const IpAddress *ip);

bool ip_matches(const IpAddress *ip, const IpAddress *network, unsigned prefix);
/* "10.0.0.0/8", "2001:db8::/32" or a bare address; false for anything else. */
bool ip_is_in(const IpAddress *ip, const char *network);
