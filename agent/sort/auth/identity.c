#include "identity.h"

#include <string.h>

#include "domain.h"

enum {
    IDENTITY_MAX = 1000
};

/* Section 2.11: dkim-quoted-printable, white space ignored. NULL: malformed. */
static char *
decode_quoted(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (; *text; text++) {
        if (g_ascii_isspace(*text))
            continue;
        if (*text == '=') {
            int high = g_ascii_xdigit_value(text[1]);
            int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2]);

            if (low < 0 || high * 16 + low == 0)
                return NULL;
            g_string_append_c(out, (char)(high * 16 + low));
            text += 2;
        } else {
            g_string_append_c(out, *text);
        }
    }
    return g_utf8_make_valid(out->str, -1);
}

bool
identity_read(Signature *signature)
{
    const char *value = tag_find(&signature->tags, "i");
    g_autofree char *decoded = NULL;
    g_autofree char *domain = NULL;
    g_autofree char *local = NULL;
    g_autofree char *whole = NULL;
    const char *at;

    if (!value) {
        signature->identity = g_strdup_printf("@%s", signature->domain);
        return true;
    }
    decoded = decode_quoted(value);
    at = decoded ? strrchr(decoded, '@') : NULL;
    if (!at)
        return false;
    domain = domain_to_ascii(at + 1, strlen(at + 1));
    if (!domain || !domain_is_within(domain, signature->domain))
        return false;
    local = g_strndup(decoded, MIN((size_t)(at - decoded), IDENTITY_MAX));
    whole = g_strdup_printf("%s@%s", local, domain);
    signature->identity = g_utf8_make_valid(whole, -1);
    return true;
}
