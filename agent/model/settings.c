#include "model/settings.h"

static const char *const profile_names[] = {"none", "rfc8601", "gmail", "m365"};
static const char *const engine_names[] = {"builtin", "libspf2"};

static const Field limits_fields[] = {
    SHAPE_INT(Limits, "mail", mail_bytes), SHAPE_INT(Limits, "parts", parts),
    SHAPE_INT(Limits, "depth", depth),     SHAPE_INT(Limits, "header", header_bytes),
    SHAPE_INT(Limits, "text", text_bytes), SHAPE_INT(Limits, "seconds", seconds),
};
const Shape limits_shape = SHAPE_OF(Limits, limits_fields);

static const Field border_fields[] = {
    SHAPE_ENUM(Border, "profile", profile, profile_names),
    SHAPE_TEXTS(Border, "hosts", hosts),
    SHAPE_TEXTS(Border, "networks", networks),
    SHAPE_TEXTS(Border, "authserv_ids", authserv_ids),
    SHAPE_TEXTS(Border, "arc_sealers", arc_sealers),
    SHAPE_TEXTS(Border, "forwarders", forwarders),
};
const Shape border_shape = SHAPE_OF(Border, border_fields);

static const Field settings_fields[] = {
    SHAPE_ONE(SortSettings, "origin", origin, &origin_shape),
    SHAPE_ONE(SortSettings, "limits", limits, &limits_shape),
    SHAPE_ONE(SortSettings, "border", border, &border_shape),
    SHAPE_ENUM(SortSettings, "spf_engine", spf_engine, engine_names),
    SHAPE_TEXTS(SortSettings, "our_domains", our_domains),
    SHAPE_TEXTS(SortSettings, "our_addresses", our_addresses),
    SHAPE_TEXTS(SortSettings, "campaign_headers", campaign_headers),
    SHAPE_TEXTS(SortSettings, "unsubscribe_addresses", unsubscribe_addresses),
    SHAPE_TEXT(SortSettings, "default_language", default_language),
    SHAPE_BOOL(SortSettings, "wants_lesson", wants_lesson),
};
const Shape sort_settings_shape = SHAPE_OF(SortSettings, settings_fields);

bool
border_profile_from_name(const char *name, BorderProfile *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(profile_names); i++)
        if (g_str_equal(name, profile_names[i])) {
            *out = (BorderProfile)i;
            return true;
        }
    return false;
}

SortSettings *
sort_settings_new(void)
{
    SortSettings *settings = shape_new(&sort_settings_shape);

    settings->limits = (Limits){.mail_bytes = 50 << 20,
                                .parts = 1000,
                                .depth = 50,
                                .header_bytes = 256 << 10,
                                .text_bytes = 1 << 20,
                                .seconds = 10};
    texts_append(&settings->campaign_headers, g_strdup("X-Campaign-ID"));
    texts_append(&settings->campaign_headers, g_strdup("Feedback-ID"));
    return settings;
}

void
sort_settings_free(SortSettings *settings)
{
    shape_free(&sort_settings_shape, settings);
}
