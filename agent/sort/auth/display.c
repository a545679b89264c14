#include "display.h"

#include <string.h>

#include "domain.h"

/* Display names are looked at up to here; nobody reads further. */
enum {
    DISPLAY_MAX = 4096,
    LEFT_TO_RIGHT_OVERRIDE = 0x202d,
    RIGHT_TO_LEFT_OVERRIDE = 0x202e
};

/* As a screen shows it: full-width letters and signs are ordinary ones, and what has no
 * width is not there. `is_turned`: a part of it is shown backwards. */
static char *
as_shown(const char *display, bool *is_turned)
{
    g_autofree char *valid = g_utf8_make_valid(display, -1);
    g_autofree char *plain = g_utf8_normalize(valid, -1, G_NORMALIZE_NFKC);
    GString *out = g_string_new(NULL);

    *is_turned = false;
    for (const char *p = plain; *p; p = g_utf8_find_next_char(p, NULL)) {
        gunichar letter = g_utf8_get_char(p);

        *is_turned = *is_turned || letter == LEFT_TO_RIGHT_OVERRIDE ||
                     letter == RIGHT_TO_LEFT_OVERRIDE;
        if (g_unichar_type(letter) != G_UNICODE_FORMAT)
            g_string_append_unichar(out, letter);
    }
    return g_string_free(out, FALSE);
}

static size_t
span_domain(const char *text, bool is_wide)
{
    size_t size = 0;

    while (g_ascii_isalnum(text[size]) || text[size] == '-' || text[size] == '.' ||
           (is_wide && (unsigned char)text[size] > 0x7f))
        size++;
    return size;
}

static bool
is_other(const char *text, size_t size, const char *domain)
{
    g_autofree char *shown = domain_to_ascii(text, size);

    return shown && strchr(shown, '.') && !domain_is_within(shown, domain) &&
           !domain_is_within(domain, shown);
}

bool
display_shows_other(const char *display, const char *domain)
{
    g_autofree char *start = g_strndup(display, DISPLAY_MAX);
    bool is_turned = false;
    g_autofree char *shown = as_shown(start, &is_turned);

    for (const char *p = strchr(shown, '@'); p; p = strchr(p + 1, '@')) {
        size_t narrow = span_domain(p + 1, false);
        size_t wide = span_domain(p + 1, true);

        if (p == shown)
            continue;
        if (is_turned || is_other(p + 1, narrow, domain) ||
            (wide > narrow && is_other(p + 1, wide, domain)))
            return true;
    }
    return false;
}
