/* One mail that lies, or does not: how it is built, signed with fresh keys, judged, and
 * what is to be found. */
#pragma once

#include "sort/auth/auth.h"

#include "base/clock.h"

#include "signer.h"

#define OWN "legit.example"
#define HONEST "From: Admin <admin@legit.example>\r\n"
#define REST "To: help@help.example\r\nSubject: Question\r\n"
#define BODY "Hello,\r\nplease reset my password.\r\n"
#define AT_BORDER                                                                      \
    "Received: from relay.example (relay.example [198.51.100.7])\r\n"                  \
    "\tby mx.help.example (Postfix) with ESMTPS id 1; Mon, 23 Nov 2026 10:00:00 "      \
    "+0000\r\n"
#define FROM_OWN_SERVER                                                                \
    "Received: from mail.legit.example (mail.legit.example [192.0.2.7])\r\n"           \
    "\tby mx.help.example with ESMTP id 1; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
#define NUL_MARK "\x1a" /* becomes NUL, which no literal may hold */

typedef struct Attack {
    const char *name;
    const char *top;       /* border and above; NULL: AT_BORDER */
    const char *unsigned_; /* fields below the border that are not signed */
    const char *from;      /* NULL: HONEST */
    const char *signer;    /* d=; NULL: not signed */
    const char *tags;      /* more tags of the signature */
    const char *names;     /* h=; NULL: from:to:subject */
    const char *appended;  /* to the body behind the signer's back */
    VerdictKind want;
    const char *flag;   /* NULL: none may be raised */
    AuthResult dkim;    /* of the first signature; RESULT_NONE: whatever it is */
    const char *author; /* the domain found; NULL: not looked at */
    const char *stored; /* INTERNALDATE; NULL: five seconds behind the border */
} Attack;

typedef struct World {
    EVP_PKEY *key[2]; /* by rsa */
    Zone *zone;
} World;

static inline void
add_key(World *world, const char *domain)
{
    static const char *const selectors[] = {"ed", "rsa"};

    for (int rsa = 0; rsa < 2; rsa++) {
        g_autofree char *record = signer_record(world->key[rsa], rsa == 1);
        g_autofree char *name =
            g_strdup_printf("%s._domainkey.%s", selectors[rsa], domain);

        zone_add(world->zone, name, "TXT", record);
    }
}

static inline void
build_world(World *world)
{
    static const char *const signers[] = {
        OWN,           "news.legit.example", "attack.example",
        "example",     "notlegit.example",   "quiet.example",
        "mute.example"};

    world->key[0] = signer_new_key(false);
    world->key[1] = signer_new_key(true);
    world->zone = zone_new();
    for (size_t i = 0; i < G_N_ELEMENTS(signers); i++)
        add_key(world, signers[i]);
    zone_add(world->zone, "ed._domainkey.slow.legit.example", "*", NULL);
    zone_add(world->zone, "ed._domainkey.slow.attack.example", "*", NULL);
    zone_add(world->zone, "_dmarc.mute.example", "*", NULL);
    zone_add(world->zone, "_dmarc." OWN, "TXT", "v=DMARC1; p=reject");
    zone_add(world->zone, "_dmarc.attack.example", "TXT", "v=DMARC1; p=none");
    zone_add(world->zone, OWN, "TXT", "v=spf1 ip4:192.0.2.0/24 -all");
    zone_add(world->zone, "mail.legit.example", "TXT", "v=spf1 ip4:192.0.2.7 -all");
    zone_add(world->zone, "attack.example", "TXT", "v=spf1 +all");
}

static inline void
free_world(World *world)
{
    EVP_PKEY_free(world->key[0]);
    EVP_PKEY_free(world->key[1]);
    zone_free(world->zone);
}

static inline GBytes *
build_mail(const World *world, const Attack *attack, bool rsa)
{
    const char *from = attack->from ? attack->from : HONEST;
    g_autofree char *signed_text = g_strconcat(from, REST, NULL);
    g_autofree char *signature = NULL;
    g_autoptr(GString) mail = g_string_new(attack->top ? attack->top : AT_BORDER);

    if (attack->signer) {
        g_autofree char *tags = g_strdup_printf(
            "c=simple/simple; d=%s; s=%s; h=%s%s", attack->signer, rsa ? "rsa" : "ed",
            attack->names ? attack->names : "from:to:subject",
            attack->tags ? attack->tags : "");

        signature = signer_field(world->key[rsa], rsa, tags, signed_text, BODY);
    }
    g_string_append_printf(mail, "%s%s%s\r\n" BODY "%s",
                           attack->unsigned_ ? attack->unsigned_ : "",
                           signature ? signature : "", signed_text,
                           attack->appended ? attack->appended : "");
    for (gsize i = 0; i < mail->len; i++)
        if (mail->str[i] == NUL_MARK[0])
            mail->str[i] = '\0';
    return g_bytes_new(mail->str, mail->len);
}

static inline SortSettings *
site_settings(const char *stored)
{
    SortSettings *settings = sort_settings_new();

    settings->border.profile = PROFILE_RFC8601;
    texts_append(&settings->border.hosts, g_strdup("mx.help.example"));
    texts_append(&settings->border.networks, g_strdup("10.0.0.0/8"));
    texts_append(&settings->border.authserv_ids, g_strdup("mx.help.example"));
    g_assert_true(clock_parse(stored ? stored : "2026-11-23T10:00:05Z",
                              &settings->origin.received_at));
    return settings;
}

static inline bool
has_text(const GPtrArray *texts, const char *text)
{
    for (size_t i = 0; i < list_length(texts); i++)
        if (strcmp(g_ptr_array_index(texts, i), text) == 0)
            return true;
    return false;
}

static inline void
judge_attack(const World *world, const Attack *attack, bool rsa)
{
    g_autoptr(SortSettings) settings = site_settings(attack->stored);
    g_autoptr(GBytes) mail = build_mail(world, attack, rsa);
    DnsAsker dns = zone_asker(world->zone);
    Verdict verdict;

    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    g_test_message("%s: %s: %s", attack->name, verdict_kind_name(verdict.kind),
                   (char *)g_ptr_array_index(verdict.because, 0));
    g_assert_cmpstr(verdict_kind_name(verdict.kind), ==,
                    verdict_kind_name(attack->want));
    if (attack->dkim != RESULT_NONE) {
        const DkimFacts *facts = g_ptr_array_index(verdict.dkim, 0);

        g_assert_cmpstr(auth_result_name(facts->result), ==,
                        auth_result_name(attack->dkim));
    }
    if (attack->author)
        g_assert_cmpstr(verdict.author_domain, ==, attack->author);
    if (attack->flag)
        g_assert_true(has_text(verdict.flags, attack->flag));
    else
        g_assert_cmpuint(list_length(verdict.flags), ==, 0);
    shape_clear(&verdict_shape, &verdict);
}

typedef struct Round {
    const World *world;
    const Attack *attack;
    bool rsa;
} Round;

static inline void
test_attack(const void *row)
{
    const Round *round = row;

    judge_attack(round->world, round->attack, round->rsa);
}

static inline void
add_trial(const World *world, const Attack *attack, bool rsa)
{
    Round *round = g_new(Round, 1);
    g_autofree char *path =
        g_strdup_printf("/auth/attack/%s%s", attack->name, rsa ? "/rsa" : "");

    *round = (Round){world, attack, rsa};
    g_test_add_data_func_full(path, round, test_attack, g_free);
}
