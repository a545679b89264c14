/* What a sorter must know to read one mail: limits, the site's border, who we are.
 * Travels with each mail from the house; holds no secret. */
#pragma once

#include "model/mail.h"

typedef struct Limits {
    int64_t mail_bytes;
    int64_t parts;
    int64_t depth;
    int64_t header_bytes;
    int64_t text_bytes; /* of the texts, and of the page, that are told */
    int64_t seconds;    /* of a sorter's own time; waiting for DNS does not count */
} Limits;

typedef enum {
    PROFILE_NONE,
    PROFILE_RFC8601,
    PROFILE_GMAIL,
    PROFILE_M365,
} BorderProfile;

typedef struct Border {
    BorderProfile profile;
    GPtrArray *hosts;    /* texts */
    GPtrArray *networks; /* texts, CIDR */
    GPtrArray *authserv_ids;
    GPtrArray *arc_sealers;
    GPtrArray *forwarders;
} Border;

typedef enum {
    SPF_BUILTIN,
    SPF_LIBSPF2,
} SpfEngine;

typedef struct SortSettings {
    Origin origin;
    Limits limits;
    Border border;
    SpfEngine spf_engine;
    GPtrArray *our_domains;
    GPtrArray *our_addresses;         /* every configured mailbox's address */
    GPtrArray *campaign_headers;      /* names */
    GPtrArray *unsubscribe_addresses; /* unsubscribe@example.com */
    char *default_language;           /* for texts too short to tell; may be NULL */
    bool wants_lesson;                /* also what the mail teaches */
} SortSettings;

/* Who answers for the domain name system, and what proves the answers. All lent. */
typedef struct ResolverSettings {
    const char *server; /* ADDR@PORT; "none": every lookup is a temporary error; NULL:
                           the system's /etc/resolv.conf */
    const char *anchor; /* a file of DS or DNSKEY records; "none": nothing is validated;
                           NULL: Debian's root anchor, where it is there and the
                           server passes on what proves it */
    const GPtrArray *insecure; /* texts: domains below which nothing is validated */
} ResolverSettings;

/* "rfc8601", ...; false: there is no such profile. */
bool border_profile_from_name(const char *name, BorderProfile *out);

extern const Shape limits_shape;
extern const Shape border_shape;
extern const Shape sort_settings_shape;

/* The contract's defaults. */
SortSettings *sort_settings_new(void);
void sort_settings_free(SortSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortSettings, sort_settings_free)
