/* Chains of ARC sets: whose word is believed, and what breaks it. Fields are written as
 * the relaxed canonicalisation would leave their values, so that what is sealed is what
 * stands there. */
#include "attack.h"

enum {
    SETS_MAX = 3
};

typedef struct Hop {
    const char *sealer;  /* d= of the seal; NULL: no such set */
    const char *results; /* behind `i=N; ` */
    const char *claim;   /* cv=; NULL: as it should be */
    const char *lie;     /* of ARC-Authentication-Results, put there after sealing */
    const char *names;   /* h=; NULL: from:to:subject */
    const char *tags;    /* more of them in the message signature */
    const char *signer;  /* d= of the message signature; NULL: the sealer */
} Hop;

typedef struct Chain {
    const char *name;
    Hop hops[SETS_MAX]; /* oldest first */
    const char *appended;
    bool drops_first; /* the oldest seal is taken away */
    const char
        *unsigned_; /* fields above the sets; flagged as a copy of a signed one */
    VerdictKind want;
    AuthResult arc;
} Chain;

#define TRUSTED "lists.example"
#define SAW_PASS "mx." TRUSTED "; dmarc=pass header.from=legit.example"
#define SAW_FAIL "mx." TRUSTED "; arc=pass; dmarc=fail header.from=legit.example"

static const Chain chains[] = {
    {.name = "no-chain", .want = VERDICT_FAILED, .arc = RESULT_NONE},
    {.name = "trusted-list-saw-a-pass",
     .hops = {{TRUSTED, SAW_PASS}},
     .want = VERDICT_AUTHENTICATED,
     .arc = RESULT_PASS},
    {.name = "two-trusted-hops-the-older-saw-a-pass",
     .hops = {{TRUSTED, SAW_PASS}, {"relay." TRUSTED, SAW_FAIL}},
     .want = VERDICT_AUTHENTICATED,
     .arc = RESULT_PASS},
    {.name = "a-strangers-whole-chain",
     .hops = {{"attack.example", SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "a-stranger-names-a-trusted-server",
     .hops = {{"attack.example", SAW_PASS}, {"attack.example", SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "a-name-that-ends-alike",
     .hops = {{"evil" TRUSTED, SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "a-name-below-the-trusted-one",
     .hops = {{"user." TRUSTED, SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "stranger-behind-the-trusted-list",
     .hops = {{TRUSTED, SAW_PASS}, {"attack.example", SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "stranger-before-the-trusted-list",
     .hops = {{"attack.example", SAW_PASS}, {TRUSTED, SAW_FAIL}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "second-subject-above-what-was-sealed",
     .hops = {{TRUSTED, SAW_PASS}},
     .unsigned_ = "Subject: Wire the money\r\n",
     .want = VERDICT_AUTHENTICATED,
     .arc = RESULT_PASS},
    {.name = "trusted-list-saw-a-fail",
     .hops = {{TRUSTED, SAW_FAIL}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "pass-of-another-author",
     .hops = {{TRUSTED, "mx; dmarc=pass header.from=attack.example"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "pass-of-dkim-alone",
     .hops = {{TRUSTED, "mx; dkim=pass header.d=legit.example"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "two-words-about-one-author",
     .hops = {{TRUSTED, "mx; dmarc=pass header.from=legit.example; dmarc=fail "
                        "header.from=legit.example"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "results-of-another-version",
     .hops = {{TRUSTED, "mx 2; dmarc=pass header.from=legit.example"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_PASS},
    {.name = "results-changed-behind-the-seal",
     .hops = {{TRUSTED, SAW_FAIL, NULL, SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "body-changed-behind-the-seal",
     .hops = {{TRUSTED, SAW_PASS}},
     .appended = "Pay here instead.\r\n",
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "body-appended-behind-l",
     .hops = {{TRUSTED, SAW_PASS, .tags = "l=35; "}},
     .appended = "Pay here instead.\r\n",
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "l-that-leaves-nothing-out",
     .hops = {{TRUSTED, SAW_PASS, .tags = "l=35; "}},
     .want = VERDICT_AUTHENTICATED,
     .arc = RESULT_PASS},
    {.name = "from-is-not-covered",
     .hops = {{TRUSTED, SAW_PASS, .names = "to:subject"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "first-set-claims-a-chain-before-it",
     .hops = {{TRUSTED, SAW_PASS, "pass"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "second-set-denies-the-first",
     .hops = {{"attack.example", SAW_PASS}, {TRUSTED, SAW_PASS, "none"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "sealer-said-the-chain-was-broken",
     .hops = {{TRUSTED, SAW_PASS}, {TRUSTED, SAW_PASS, "fail"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "a-seal-is-missing",
     .hops = {{TRUSTED, SAW_PASS}, {TRUSTED, SAW_PASS}},
     .drops_first = true,
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "sealer-without-a-key",
     .hops = {{"keyless." TRUSTED, SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
    {.name = "sealer-whose-key-does-not-answer",
     .hops = {{"slow." TRUSTED, SAW_PASS}},
     .want = VERDICT_DEFERRED,
     .arc = RESULT_TEMPERROR},
    {.name = "stranger-whose-key-does-not-answer",
     .hops = {{"slow.attack.example", SAW_PASS}},
     .want = VERDICT_FAILED,
     .arc = RESULT_TEMPERROR},
    {.name = "sealer-whose-key-does-not-answer-and-who-saw-a-fail",
     .hops = {{"slow." TRUSTED, SAW_FAIL}},
     .want = VERDICT_FAILED,
     .arc = RESULT_TEMPERROR},
    {.name = "silent-signature-under-a-broken-seal",
     .hops = {{TRUSTED, SAW_FAIL, .lie = SAW_PASS, .signer = "slow.attack.example"}},
     .want = VERDICT_FAILED,
     .arc = RESULT_FAIL},
};

/* `name: value` with CRLF, and the same as relaxed leaves it. */
typedef struct Lines {
    GString *mail;   /* newest on top */
    GString *sealed; /* oldest first, relaxed */
} Lines;

static void
add_line(Lines *lines, const char *name, const char *value, const char *shown)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *line = g_strdup_printf("%s: %s\r\n", name, shown ? shown : value);

    g_string_prepend(lines->mail, line);
    g_string_append_printf(lines->sealed, "%s:%s\r\n", lower, value);
}

static void
add_results(Lines *lines, const Hop *hop, int instance)
{
    g_autofree char *value = g_strdup_printf("i=%d; %s", instance, hop->results);
    g_autofree char *lie =
        hop->lie ? g_strdup_printf("i=%d; %s", instance, hop->lie) : NULL;

    add_line(lines, "ARC-Authentication-Results", value, lie);
}

static void
add_message_signature(const World *world, Lines *lines, const Hop *hop, int instance)
{
    const char *names = hop->names ? hop->names : "from:to:subject";
    unsigned char digest[32];
    g_autofree char *hash = NULL;
    g_autofree char *bare = NULL;
    g_autofree char *text = NULL;
    g_autofree char *signature = NULL;
    g_autofree char *value = NULL;

    EVP_Digest(BODY, strlen(BODY), digest, NULL, EVP_sha256(), NULL);
    hash = g_base64_encode(digest, sizeof digest);
    bare = g_strdup_printf("i=%d; a=ed25519-sha256; c=simple/simple; d=%s; s=ed; "
                           "h=%s; %sbh=%s; b=",
                           instance, hop->signer ? hop->signer : hop->sealer, names,
                           hop->tags ? hop->tags : "", hash);
    text = g_strconcat(hop->names ? REST : HONEST REST, "ARC-Message-Signature: ", bare,
                       NULL);
    signature = signer_sign(world->key[0], false, text);
    value = g_strconcat(bare, signature, NULL);
    add_line(lines, "ARC-Message-Signature", value, NULL);
}

static void
add_seal(const World *world, Lines *lines, const Hop *hop, int instance)
{
    const char *claim = hop->claim ? hop->claim : instance == 1 ? "none" : "pass";
    g_autofree char *bare = g_strdup_printf(
        "i=%d; a=ed25519-sha256; cv=%s; d=%s; s=ed; b=", instance, claim, hop->sealer);
    g_autofree char *text = g_strconcat(lines->sealed->str, "arc-seal:", bare, NULL);
    g_autofree char *signature = signer_sign(world->key[0], false, text);
    g_autofree char *value = g_strconcat(bare, signature, NULL);

    add_line(lines, "ARC-Seal", value, NULL);
}

static GBytes *
build_chain(const World *world, const Chain *chain)
{
    Lines lines = {g_string_new(NULL), g_string_new(NULL)};
    g_autofree char *all = NULL;
    char *first;

    for (int i = 0; i < SETS_MAX && chain->hops[i].sealer; i++) {
        add_results(&lines, &chain->hops[i], i + 1);
        add_message_signature(world, &lines, &chain->hops[i], i + 1);
        add_seal(world, &lines, &chain->hops[i], i + 1);
    }
    all = g_strconcat(AT_BORDER, chain->unsigned_ ? chain->unsigned_ : "",
                      lines.mail->str, HONEST REST "\r\n" BODY, chain->appended, NULL);
    first = chain->drops_first ? strstr(all, "ARC-Seal: i=1;") : NULL;
    if (first)
        memcpy(first, "X-", 2);
    g_string_free(lines.mail, TRUE);
    g_string_free(lines.sealed, TRUE);
    return g_bytes_new(all, strlen(all));
}

typedef struct Row {
    const World *world;
    const Chain *chain;
} Row;

static void
test_chain(const void *data)
{
    const Row *row = data;
    g_autoptr(SortSettings) settings = site_settings(NULL);
    g_autoptr(GBytes) mail = build_chain(row->world, row->chain);
    DnsAsker dns = zone_asker(row->world->zone);
    Verdict verdict;

    texts_append(&settings->border.arc_sealers, g_strdup(TRUSTED));
    texts_append(&settings->border.arc_sealers, g_strdup("relay." TRUSTED));
    texts_append(&settings->border.arc_sealers, g_strdup("slow." TRUSTED));
    texts_append(&settings->border.arc_sealers, g_strdup("keyless." TRUSTED));
    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    g_test_message("%s", verdict.arc.because);
    g_assert_cmpstr(auth_result_name(verdict.arc.result), ==,
                    auth_result_name(row->chain->arc));
    g_assert_cmpstr(verdict_kind_name(verdict.kind), ==,
                    verdict_kind_name(row->chain->want));
    if (verdict.kind == VERDICT_AUTHENTICATED)
        g_assert_cmpint(verdict.source, ==, SOURCE_ARC);
    g_assert_cmpint(has_text(verdict.flags, "unsigned_duplicate_header"), ==,
                    row->chain->unsigned_ != NULL);
    shape_clear(&verdict_shape, &verdict);
}

int
main(int argc, char **argv)
{
    static const char *const sealers[] = {TRUSTED, "relay." TRUSTED, "user." TRUSTED,
                                          "evil" TRUSTED};
    World world;
    int status;

    g_test_init(&argc, &argv, NULL);
    auth_init();
    build_world(&world);
    for (size_t i = 0; i < G_N_ELEMENTS(sealers); i++)
        add_key(&world, sealers[i]);
    zone_add(world.zone, "ed._domainkey.slow." TRUSTED, "*", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(chains); i++) {
        g_autofree char *path = g_strdup_printf("/auth/arc/%s", chains[i].name);
        Row *row = g_new(Row, 1);

        *row = (Row){&world, &chains[i]};
        g_test_add_data_func_full(path, row, test_chain, g_free);
    }
    status = g_test_run();
    free_world(&world);
    return status;
}
