#include "model/acknowledge.h"

#include <string.h>

#include "model/shape.h"

static bool
fits(const char *wanted, const char *given)
{
    return !wanted || (given && g_ascii_strcasecmp(wanted, given) == 0);
}

const AckText *
acknowledge_text(const Acknowledge *acknowledge, const char *department,
                 const char *language)
{
    for (size_t i = 0; i < list_length(acknowledge->texts); i++) {
        const AckText *text = acknowledge->texts->pdata[i];

        if (fits(text->department, department) && fits(text->language, language))
            return text;
    }
    return NULL;
}

/* Behind the name between braces at `at`, its value in `*value`, owned; NULL: there
 * is none. */
static const char *
read_name(const char *at, const AckValues *values, char **value)
{
    if (g_str_has_prefix(at, "{number}")) {
        *value = g_strdup_printf("%" G_GINT64_FORMAT, values->number);
        return at + strlen("{number}");
    }
    if (g_str_has_prefix(at, "{token}")) {
        *value = g_strdup(values->token ? values->token : "");
        return at + strlen("{token}");
    }
    if (g_str_has_prefix(at, "{subject}")) {
        *value = g_strdup(values->subject ? values->subject : "");
        return at + strlen("{subject}");
    }
    return NULL;
}

char *
acknowledge_fill(const char *text, const AckValues *values)
{
    GString *out = g_string_new(NULL);

    while (*text) {
        g_autofree char *value = NULL;
        const char *behind = *text == '{' ? read_name(text, values, &value) : NULL;

        if (behind)
            g_string_append(out, value);
        else
            g_string_append_c(out, *text);
        text = behind ? behind : text + 1;
    }
    return g_string_free(out, FALSE);
}

bool
acknowledge_fits(const char *text)
{
    const AckValues nothing = {0};

    while ((text = strchr(text, '{'))) {
        g_autofree char *value = NULL;

        text = read_name(text, &nothing, &value);
        if (!text)
            return false;
    }
    return true;
}
