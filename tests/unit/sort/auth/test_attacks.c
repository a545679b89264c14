/* Mails that lie about their author, and honest ones beside them. Whoever adds a rule
 * adds its attack here. */
#include "attack.h"

static const Attack attacks[] = {
    {.name = "honest", .signer = OWN, .want = VERDICT_AUTHENTICATED},
    {.name = "unsigned", .want = VERDICT_FAILED},
    {.name = "subdomain-signs-for-its-organisation",
     .signer = "news.legit.example",
     .want = VERDICT_AUTHENTICATED},
    {.name = "spf-alone",
     .top = "Return-Path: <a@legit.example>\r\n" FROM_OWN_SERVER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "null-sender-is-judged-by-helo",
     .top = "Return-Path: <>\r\n" FROM_OWN_SERVER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "two-from",
     .unsigned_ = "From: Boss <boss@attack.example>\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "from-with-space-before-colon",
     .unsigned_ = "From : Boss <boss@attack.example>\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "from-behind-bare-cr",
     .unsigned_ = "X-Note: a\rFrom: boss@attack.example\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "first-line-is-folded",
     .top = " From: admin@legit.example\r\n" AT_BORDER,
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "group",
     .from = "From: a: admin@legit.example;\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "encoded-word-is-no-address",
     .from = "From: =?utf-8?Q?admin=40legit.example?=\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "encoded-word-as-local-part",
     .from = "From: <=?utf-8?Q?admin?=@legit.example>\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "nul-in-from",
     .from = "From: <admin@legit.example" NUL_MARK "@attack.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "two-authors",
     .from = "From: admin@legit.example, x@attack.example\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "two-authors-of-one-domain",
     .from = "From: admin@legit.example, \"B, C\" <b@Legit.Example.>\r\n",
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED},
    {.name = "comma-inside-encoded-word",
     .from = "From: =?utf-8?Q?Doe,_John?= <admin@legit.example>\r\n",
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED},
    {.name = "route",
     .from = "From: <@attack.example:admin@legit.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "address-behind-angle",
     .from = "From: <x@attack.example>admin@legit.example\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "two-angles",
     .from = "From: <x@attack.example> <admin@legit.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "name-is-bare-address",
     .from = "From: admin@legit.example <x@attack.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "quoted-local-part-is-an-address",
     .from = "From: \"admin@legit.example\"@attack.example\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "comment-that-never-closes",
     .from = "From: x@attack.example (\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "address-literal",
     .from = "From: admin@[192.0.2.7]\r\n",
     .signer = "attack.example",
     .want = VERDICT_SUSPICIOUS},
    {.name = "name-shows-another-address",
     .from = "From: \"admin@legit.example\" <x@attack.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_AUTHENTICATED,
     .flag = "display_name_address_mismatch"},
    {.name = "encoded-name-shows-another-address",
     .from = "From: =?utf-8?B?YWRtaW5AbGVnaXQuZXhhbXBsZQ==?= <x@attack.example>\r\n",
     .signer = "attack.example",
     .want = VERDICT_AUTHENTICATED,
     .flag = "display_name_address_mismatch"},
    {.name = "comment-shows-another-address",
     .from = "From: x@attack.example (admin@legit.example)\r\n",
     .signer = "attack.example",
     .want = VERDICT_AUTHENTICATED,
     .flag = "display_name_address_mismatch"},
    {.name = "mixed-scripts",
     .from = "From: x@xn--ttack-3ve.example\r\n",
     .want = VERDICT_UNAUTHENTICATED,
     .flag = "confusable_domain"},
    {.name = "text-appended-behind-l",
     .signer = OWN,
     .tags = "; l=35",
     .appended = "Pay here instead.\r\n",
     .dkim = RESULT_POLICY,
     .want = VERDICT_FAILED},
    {.name = "body-changed",
     .signer = OWN,
     .appended = "Pay here instead.\r\n",
     .dkim = RESULT_FAIL,
     .want = VERDICT_FAILED},
    {.name = "unsigned-second-subject",
     .unsigned_ = "Subject: Wire the money\r\n",
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED,
     .flag = "unsigned_duplicate_header"},
    {.name = "signature-of-the-suffix",
     .signer = "example",
     .dkim = RESULT_PASS,
     .want = VERDICT_FAILED},
    {.name = "signature-of-a-stranger",
     .signer = "attack.example",
     .dkim = RESULT_PASS,
     .want = VERDICT_FAILED},
    {.name = "signature-of-a-name-that-ends-alike",
     .signer = "notlegit.example",
     .dkim = RESULT_PASS,
     .want = VERDICT_FAILED},
    {.name = "expired-before-delivery",
     .signer = OWN,
     .tags = "; t=1795000000; x=1795100000",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "expired-after-delivery",
     .signer = OWN,
     .tags = "; t=1795427000; x=1795428100",
     .want = VERDICT_AUTHENTICATED},
    {.name = "dated-after-delivery",
     .signer = OWN,
     .tags = "; t=1795500000",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "identity-outside-the-domain",
     .signer = OWN,
     .tags = "; i=a@attack.example",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "tag-twice",
     .signer = OWN,
     .tags = "; d=legit.example",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "key-does-not-answer",
     .signer = "slow.legit.example",
     .dkim = RESULT_TEMPERROR,
     .want = VERDICT_DEFERRED},
    {.name = "stranger's-key-does-not-answer",
     .signer = "slow.attack.example",
     .want = VERDICT_FAILED},
    {.name = "results-below-the-border",
     .unsigned_ = "Authentication-Results: mx.help.example; dmarc=pass "
                  "header.from=legit.example\r\n",
     .want = VERDICT_FAILED},
    {.name = "results-above-the-border",
     .top = "Authentication-Results: mx.help.example; dmarc=pass "
            "header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "results-for-another-author",
     .top = "Authentication-Results: mx.help.example; dmarc=pass "
            "header.from=attack.example\r\n" AT_BORDER,
     .want = VERDICT_FAILED},
    {.name = "results-that-disagree",
     .top = "Authentication-Results: mx.help.example; dmarc=pass "
            "header.from=legit.example; dmarc=fail "
            "header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_FAILED},
    {.name = "results-in-a-comment",
     .top = "Authentication-Results: mx.help.example; spf=none (; dmarc=pass "
            "header.from=legit.example)\r\n" AT_BORDER,
     .want = VERDICT_FAILED},
    {.name = "best-guess-is-no-pass",
     .top = "Authentication-Results: mx.help.example; dmarc=bestguesspass "
            "header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_FAILED},
    {.name = "helo-literal",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from [192.0.2.7] (unknown [203.0.113.5])\r\n"
            "\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "helo-smuggles-an-address",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from x (legit.example [192.0.2.7]) (unknown [203.0.113.5])\r\n"
            "\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "certificate-smuggles-an-address",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from x (unknown [203.0.113.5]) (Client CN \"x [192.0.2.7]\")\r\n"
            "\tby mx.help.example with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "unknown-border",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from x (x [192.0.2.7])\r\n"
            "\tby mx.attack.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "forged-hop-below-the-border",
     .top = "Return-Path: <a@legit.example>\r\n" AT_BORDER,
     .unsigned_ = FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    {.name = "pass-today-is-not-a-pass-then",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received-SPF: Fail (mx.help.example: no)\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    {.name = "logged-in-user-is-not-judged-by-spf",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from x (x [192.0.2.7])\r\n"
            "\tby mx.help.example with ESMTPSA; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "inner-hops-are-walked",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from mx.help.example\r\n"
            "\tby mx.help.example with LMTP; Mon, 23 Nov 2026 10:00:02 +0000\r\n"
            "Received: from scan (scan.help.example [10.0.0.9])\r\n"
            "\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 10:00:01 "
            "+0000\r\n" FROM_OWN_SERVER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "author-without-policy",
     .from = "From: x@quiet.example\r\n",
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "author-without-policy-but-signed",
     .from = "From: x@quiet.example\r\n",
     .signer = "quiet.example",
     .want = VERDICT_AUTHENTICATED},
    {.name = "identical-signature-needs-no-policy-answer",
     .from = "From: x@mute.example\r\n",
     .signer = "mute.example",
     .want = VERDICT_AUTHENTICATED},
    {.name = "policy-does-not-answer",
     .from = "From: x@mute.example\r\n",
     .want = VERDICT_DEFERRED},
};

/* A mail may cost no more questions than its share, whatever it holds. */
static void
test_questions_are_bounded(const void *world)
{
    const World *self = world;
    g_autoptr(SortSettings) settings = site_settings(NULL);
    g_autoptr(GString) mail = g_string_new(AT_BORDER);
    DnsAsker dns = zone_asker(self->zone);
    g_autoptr(GBytes) bytes = NULL;
    Verdict verdict;

    for (int i = 0; i < 2000; i++)
        g_string_append_printf(
            mail,
            "DKIM-Signature: v=1; a=rsa-sha256; d=s%d.legit.example; "
            "s=k%d; h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "AAA=; b=AAAA\r\n",
            i, i);
    g_string_append(mail, HONEST "\r\n" BODY);
    bytes = g_bytes_new(mail->str, mail->len);
    self->zone->asked = 0;
    shape_init(&verdict_shape, &verdict);
    auth_judge(bytes, settings, &dns, NULL, &verdict);
    g_assert_cmpint(self->zone->asked, <=, 60);
    g_assert_cmpuint(list_length(verdict.dkim), ==, 10);
    g_assert_true(has_text(verdict.flags, "dkim_signature_limit"));
    shape_clear(&verdict_shape, &verdict);
}

/* Depth and length in the author field cost time in proportion, and no stack. */
static void
test_deep_nesting_is_refused(void)
{
    g_autoptr(SortSettings) settings = site_settings(NULL);
    g_autoptr(GString) mail = g_string_new("From: ");
    g_autoptr(Zone) zone = zone_new();
    DnsAsker dns = zone_asker(zone);
    g_autoptr(GBytes) bytes = NULL;
    Verdict verdict;

    for (int i = 0; i < 500000; i++)
        g_string_append(mail, i % 2 ? "(" : "\\\"");
    g_string_append(mail, " <a@b.example>\r\n\r\n");
    bytes = g_bytes_new(mail->str, mail->len);
    shape_init(&verdict_shape, &verdict);
    auth_judge(bytes, settings, &dns, NULL, &verdict);
    g_assert_cmpint(verdict.kind, ==, VERDICT_SUSPICIOUS);
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
    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++)
        add_trial(&world, &attacks[i], false);
    add_trial(&world, &attacks[0], true);
    g_test_add_data_func("/auth/attack/questions-are-bounded", &world,
                         test_questions_are_bounded);
    g_test_add_func("/auth/attack/deep-nesting-is-refused",
                    test_deep_nesting_is_refused);
    status = g_test_run();
    free_world(&world);
    return status;
}
