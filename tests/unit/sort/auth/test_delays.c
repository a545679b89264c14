/* A forger who makes others wait: what his own records cost may not keep a mail from
 * being judged by records that are there to be asked for. */
#include "attack.h"

#define GARBAGE "; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
#define SIGNED_BY(domain)                                                              \
    "DKIM-Signature: v=1; a=ed25519-sha256; d=" domain "; s=ed" GARBAGE
#define SILENT SIGNED_BY("silent.attack.example")
#define STRANGER SIGNED_BY("attack.example")
#define FIVE STRANGER STRANGER STRANGER STRANGER STRANGER
#define FORGED_CHAIN                                                                   \
    "ARC-Seal: i=1; a=ed25519-sha256; cv=none; d=lists.example; s=ed; b=AAAA\r\n"      \
    "ARC-Message-Signature: i=1; a=ed25519-sha256; d=lists.example; s=ed" GARBAGE      \
    "ARC-Authentication-Results: i=1; lists.example; dmarc=pass "                      \
    "header.from=legit.example\r\n"
#define BY_SENDER(address)                                                             \
    "Return-Path: <" address ">\r\n"                                                   \
    "Received: from x (unknown [203.0.113.5])\r\n"                                     \
    "\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n"

static const Attack delays[] = {
    {.name = "silent-key-does-not-keep-spf-from-failing",
     .top = BY_SENDER("a@legit.example"),
     .unsigned_ = SILENT,
     .want = VERDICT_FAILED},
    {.name = "silent-key-does-not-keep-spf-from-passing",
     .top = "Return-Path: <a@legit.example>\r\n" FROM_OWN_SERVER,
     .unsigned_ = SILENT,
     .want = VERDICT_AUTHENTICATED},
    {.name = "silent-key-does-not-keep-a-forged-chain-open",
     .top = BY_SENDER("a@attack.example"),
     .unsigned_ = SILENT FORGED_CHAIN,
     .want = VERDICT_FAILED},
    {.name = "silent-spf-does-not-keep-a-signature-from-passing",
     .top = BY_SENDER("a@silent.attack.example"),
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED},
    {.name = "silent-spf-does-not-keep-a-forged-chain-open",
     .top = BY_SENDER("a@silent.attack.example"),
     .unsigned_ = FORGED_CHAIN,
     .want = VERDICT_FAILED},
    {.name = "ten-strangers-do-not-push-a-sibling-out",
     .from = "From: a@shop.legit.example\r\n",
     .unsigned_ = FIVE FIVE,
     .signer = "news.legit.example",
     .want = VERDICT_AUTHENTICATED,
     .flag = "dkim_signature_limit"},
};

/* A mail's time, which the first question for a silent name uses up. */
typedef struct Patience {
    Zone *zone;
    bool is_spent;
} Patience;

static DnsAnswer *
ask_patiently(void *self, const char *name, DnsType type)
{
    Patience *patience = self;

    patience->is_spent =
        patience->is_spent || g_str_has_suffix(name, "silent.attack.example");
    return patience->is_spent ? dns_answer_new(DNS_TEMPORARY)
                              : zone_ask(patience->zone, name, type);
}

static void
test_delay(const void *row)
{
    const Round *round = row;
    g_autoptr(SortSettings) settings = site_settings(NULL);
    g_autoptr(GBytes) mail = build_mail(round->world, round->attack, false);
    Patience patience = {round->world->zone, false};
    DnsAsker dns = {ask_patiently, &patience};
    Verdict verdict;

    texts_append(&settings->border.arc_sealers, g_strdup("lists.example"));
    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    g_test_message("%s", (char *)g_ptr_array_index(verdict.because, 0));
    g_assert_cmpstr(verdict_kind_name(verdict.kind), ==,
                    verdict_kind_name(round->attack->want));
    if (round->attack->flag)
        g_assert_true(has_text(verdict.flags, round->attack->flag));
    shape_clear(&verdict_shape, &verdict);
}

int
main(int argc, char **argv)
{
    World world;
    int status;

    g_test_init(&argc, &argv, NULL);
    auth_init();
    build_world(&world);
    add_key(&world, "lists.example");
    for (size_t i = 0; i < G_N_ELEMENTS(delays); i++) {
        g_autofree char *path = g_strdup_printf("/auth/delay/%s", delays[i].name);
        Round *round = g_new(Round, 1);

        *round = (Round){&world, &delays[i], false};
        g_test_add_data_func_full(path, round, test_delay, g_free);
    }
    status = g_test_run();
    free_world(&world);
    return status;
}
