#include "sorters/records.h"

#include <arpa/inet.h>

enum {
    REPLACEMENT = 0xfffd,
    MOST_TEXT_BYTES = 64 << 10
};

/* An uncompressed name on the wire (RFC 1035 section 3.1), as text without the final
 * dot; dots and odd bytes inside a label are escaped as in master files. */
static char *
name_text(const uint8_t *wire, size_t size)
{
    GString *text = g_string_new(NULL);
    size_t at = 0;

    while (at < size && wire[at] && at + 1 + wire[at] <= size) {
        if (text->len)
            g_string_append_c(text, '.');
        for (size_t i = 1; i <= wire[at]; i++) {
            uint8_t byte = wire[at + i];

            if (byte == '.' || byte == '\\')
                g_string_append_printf(text, "\\%c", byte);
            else if (g_ascii_isgraph((char)byte))
                g_string_append_c(text, (char)g_ascii_tolower((char)byte));
            else
                g_string_append_printf(text, "\\%03u", byte);
        }
        at += 1U + wire[at];
    }
    return g_string_free(text, FALSE);
}

/* The character-strings of one TXT record joined; bytes become U+0001..U+00FF, NUL the
 * replacement character, so that any record is valid text and none looks sounder than
 * it is. */
static char *
joined_text(const uint8_t *wire, size_t size)
{
    GString *text = g_string_new(NULL);
    size_t at = 0;

    while (at < size && text->len < MOST_TEXT_BYTES) {
        size_t length = MIN((size_t)wire[at], size - at - 1);

        for (size_t i = 1; i <= length; i++)
            g_string_append_unichar(text, wire[at + i] ? wire[at + i] : REPLACEMENT);
        at += 1 + length;
    }
    return g_string_free(text, FALSE);
}

void
records_read(DnsType type, const uint8_t *wire, size_t size, DnsRecord *record)
{
    char address[INET6_ADDRSTRLEN];

    switch (type) {
    case DNS_A:
    case DNS_AAAA:
        if (size == (type == DNS_A ? 4 : 16) &&
            inet_ntop(type == DNS_A ? AF_INET : AF_INET6, wire, address,
                      sizeof address))
            record->text = g_strdup(address);
        break;
    case DNS_MX:
        if (size > 2) {
            record->preference = wire[0] << 8 | wire[1];
            record->text = name_text(wire + 2, size - 2);
        }
        break;
    case DNS_SRV: /* RFC 2782: priority, weight, port, target */
        if (size > 6) {
            g_autofree char *host = name_text(wire + 6, size - 6);

            record->preference = wire[0] << 8 | wire[1];
            record->text = g_strdup_printf("%s:%d", host, wire[4] << 8 | wire[5]);
        }
        break;
    case DNS_TXT:
        record->text = joined_text(wire, size);
        break;
    case DNS_PTR:
    case DNS_CNAME:
        record->text = name_text(wire, size);
        break;
    }
}
