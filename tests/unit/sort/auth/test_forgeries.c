/* Further lies, by where they are told: in the name of the author, in and around a
 * signature, at the border, in the domain name system. No line of these may end as
 * `authenticated` for somebody else's domain. */
#include "attack.h"

#define FROM(text) "From: " text "\r\n"
#define BY_ATTACKER .signer = "attack.example"
#define SUSPECT(title, text)                                                           \
    {                                                                                  \
        .name = title, .from = FROM(text), BY_ATTACKER, .want = VERDICT_SUSPICIOUS     \
    }
/* The author is legit.example however it is written, and the attacker's signature helps
 * nothing. */
#define NOT_OURS(title, text)                                                          \
    {                                                                                  \
        .name = title, .from = FROM(text), BY_ATTACKER, .want = VERDICT_FAILED,        \
        .author = OWN                                                                  \
    }
#define RECEIVED(from)                                                                 \
    "Return-Path: <a@legit.example>\r\nReceived: from " from                           \
    "\r\n\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
#define AT_HEAD(title, fields)                                                         \
    {                                                                                  \
        .name = title, .top = fields AT_BORDER, .want = VERDICT_FAILED                 \
    }
#define CLIENT(title, from)                                                            \
    {                                                                                  \
        .name = title, .top = RECEIVED(from), .want = VERDICT_FAILED                   \
    }
#define BROKEN(title, more)                                                            \
    {                                                                                  \
        .name = title, .signer = OWN, .tags = more, .dkim = RESULT_PERMERROR,          \
        .want = VERDICT_FAILED                                                         \
    }
#define KEYED(title, domain)                                                           \
    {                                                                                  \
        .name = title, .signer = domain, .dkim = RESULT_PERMERROR,                     \
        .want = VERDICT_FAILED                                                         \
    }

static const Attack authors[] = {
    SUSPECT("quoted-pair-in-domain", "<admin@legit.exam\\ple>"),
    SUSPECT("ipv6-literal", "admin@[IPv6:2001:db8::1]"),
    SUSPECT("text-behind-bare-address", "admin@legit.example x@attack.example"),
    SUSPECT("semicolon-separates", "admin@legit.example; x@attack.example"),
    SUSPECT("two-at-signs", "admin@legit.example@attack.example"),
    SUSPECT("angle-never-closes", "<admin@legit.example"),
    SUSPECT("angle-in-angle", "<x@attack.example <admin@legit.example>>"),
    SUSPECT("nothing", ""),
    SUSPECT("empty-angle", "Admin <>"),
    SUSPECT("only-a-comment", "(admin@legit.example)"),
    SUSPECT("only-a-name", "Admin"),
    SUSPECT("empty-label", "admin@legit..example"),
    SUSPECT("leading-dot", "admin@.legit.example"),
    SUSPECT("two-final-dots", "admin@legit.example.."),
    SUSPECT("encoded-word-in-domain", "admin@=?utf-8?Q?legit?=.example"),
    SUSPECT("invalid-utf8-in-domain", "admin@leg\xffit.example"),
    SUSPECT("broken-a-label", "admin@xn--\x7f.example"),
    SUSPECT("comment-in-angle", "<admin@legit.example(@attack.example)>"),
    SUSPECT("escaped-closing-quote", "\"a\\\" <admin@legit.example>"),
    SUSPECT("backspace", "admin@legit.example\b\b <x@attack.example>"),
    NOT_OURS("ideographic-full-stop", "admin@legit\xe3\x80\x82"
                                      "example"),
    NOT_OURS("full-width-letters", "admin@\xef\xbd\x8c\xef\xbd\x85git.example"),
    NOT_OURS("zero-width-space", "admin@le\xe2\x80\x8bgit.example"),
    NOT_OURS("soft-hyphen", "admin@le\xc2\xadgit.example"),
    NOT_OURS("capitals-and-final-dot", "admin@LEGIT.Example."),
    NOT_OURS("percent-route", "x%attack.example@legit.example"),
    NOT_OURS("bang-path", "attack.example!x@legit.example"),
    {.name = "quoted-name-with-comma",
     .from = FROM("\"x@attack.example, a\" <admin@legit.example>"),
     BY_ATTACKER,
     .want = VERDICT_FAILED,
     .author = OWN,
     .flag = "display_name_address_mismatch"},
    {.name = "second-from-in-capitals",
     .unsigned_ = "FROM: x@attack.example\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "second-from-with-tab-before-colon",
     .unsigned_ = "From\t: x@attack.example\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "second-from-with-control-byte",
     .unsigned_ = "Fro\x01m: x@attack.example\r\n",
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "homograph-of-one-script-pair",
     .from = FROM("admin@l\xd0\xb5git.example"),
     BY_ATTACKER,
     .want = VERDICT_UNAUTHENTICATED,
     .flag = "confusable_domain"},
    {.name = "quote-swallows-the-honest-address",
     .from = FROM("\"a\\\" <admin@legit.example>, \\\"\" <x@attack.example>"),
     BY_ATTACKER,
     .want = VERDICT_AUTHENTICATED,
     .author = "attack.example",
     .flag = "display_name_address_mismatch"},
};

static const Attack signatures[] = {
    {.name = "from-not-signed",
     .signer = OWN,
     .names = "to:subject",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "second-to-above",
     .unsigned_ = "To: everyone@help.example\r\n",
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED,
     .flag = "unsigned_duplicate_header"},
    {.name = "old-signature-signs-no-new-subject",
     .unsigned_ = "Subject: a\r\n",
     .signer = OWN,
     .names = "from:to:subject:subject",
     .dkim = RESULT_FAIL,
     .want = VERDICT_FAILED},
    {.name = "second-subject-with-a-blank-before-its-colon",
     .unsigned_ = "Subject : Wire the money\r\n",
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED,
     .flag = "unsigned_duplicate_header"},
    {.name = "signed-field-with-a-blank-before-its-colon",
     .from = HONEST "Reply-To \t: admin@legit.example\r\n",
     .signer = OWN,
     .names = "from:reply-to:to:subject",
     .dkim = RESULT_PASS,
     .want = VERDICT_AUTHENTICATED},
    {.name = "replayed-after-a-month",
     .signer = OWN,
     .tags = "; t=1792800000",
     .want = VERDICT_AUTHENTICATED,
     .flag = "replayed_signature"},
    {.name = "polled-a-year-late-is-judged-as-of-the-border",
     .signer = OWN,
     .tags = "; t=1795427000; x=1795428100",
     .stored = "2027-11-23T10:00:00Z",
     .want = VERDICT_AUTHENTICATED},
    {.name = "polled-a-year-late-expired-stays-expired",
     .signer = OWN,
     .tags = "; t=1795000000; x=1795100000",
     .stored = "2027-11-23T10:00:00Z",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "polled-late-todays-spf-says-nothing",
     .top = RECEIVED("mail.legit.example (mail.legit.example [192.0.2.7])"),
     .stored = "2026-12-01T10:00:05Z",
     .want = VERDICT_FAILED},
    {.name = "l-is-nothing",
     .signer = OWN,
     .tags = "; l=0",
     .dkim = RESULT_FAIL,
     .want = VERDICT_FAILED},
    {.name = "l-beyond-the-body",
     .signer = OWN,
     .tags = "; l=9999",
     .dkim = RESULT_FAIL,
     .want = VERDICT_FAILED},
    BROKEN("version-twice", "; v=1"),
    BROKEN("canonicalisation-unknown", "; c=nonsense"),
    BROKEN("query-unknown", "; q=http/get"),
    BROKEN("identity-of-a-name-that-ends-alike", "; i=a@notlegit.example"),
    BROKEN("tag-without-equals", "; x"),
    BROKEN("time-is-no-number", "; t=now"),
    BROKEN("time-beyond-all-digits", "; x=99999999999999999999"),
    BROKEN("expires-before-it-is-signed", "; t=1795428000; x=1795427000"),
    BROKEN("control-byte-in-a-tag", "; z=\x01"),
    KEYED("key-of-the-parent-domain-is-not-asked", "keyless.legit.example"),
    KEYED("key-revoked", "revoked.legit.example"),
    KEYED("key-for-sha1-only", "sha1.legit.example"),
    KEYED("key-for-another-service", "tlsrpt.legit.example"),
    KEYED("key-of-another-version", "version.legit.example"),
    KEYED("key-of-the-other-algorithm", "mixed.legit.example"),
    KEYED("key-of-64-kilobytes", "huge.legit.example"),
    KEYED("key-with-a-tag-twice", "twice.legit.example"),
    {.name = "key-that-wants-exact-identities",
     .signer = "exact.legit.example",
     .tags = "; i=@a.exact.legit.example",
     .dkim = RESULT_PERMERROR,
     .want = VERDICT_FAILED},
    {.name = "domain-in-capitals-is-the-same-domain",
     .signer = "LEGIT.Example",
     .want = VERDICT_AUTHENTICATED,
     .author = OWN},
    {.name = "sibling-of-one-organisation",
     .from = FROM("a@shop.legit.example"),
     .signer = "news.legit.example",
     .want = VERDICT_AUTHENTICATED},
    {.name = "sibling-where-alignment-is-strict",
     .from = FROM("a@a.strict.example"),
     .signer = "b.strict.example",
     .dkim = RESULT_PASS,
     .want = VERDICT_FAILED},
    {.name = "neighbour-below-one-public-suffix",
     .from = FROM("a@victim.suffix.example"),
     .signer = "neighbour.suffix.example",
     .dkim = RESULT_PASS,
     .want = VERDICT_FAILED},
};

static const Attack borders[] = {
    AT_HEAD("results-of-a-name-that-begins-alike",
            "Authentication-Results: mx.help.example.attack.example; dmarc=pass "
            "header.from=legit.example\r\n"),
    AT_HEAD("results-of-another-version",
            "Authentication-Results: mx.help.example 2; dmarc=pass "
            "header.from=legit.example\r\n"),
    AT_HEAD("results-with-space-before-colon",
            "Authentication-Results : mx.help.example; dmarc=pass "
            "header.from=legit.example\r\n"),
    AT_HEAD("results-whose-id-is-a-comment",
            "Authentication-Results: (mx.help.example) attack.example; dmarc=pass "
            "header.from=legit.example\r\n"),
    AT_HEAD("results-of-a-parent-author",
            "Authentication-Results: mx.help.example; dmarc=pass "
            "header.from=example\r\n"),
    AT_HEAD("results-without-an-author",
            "Authentication-Results: mx.help.example; dmarc=pass\r\n"),
    AT_HEAD("results-of-spf-alone-are-no-verdict",
            "Authentication-Results: mx.help.example; spf=pass "
            "smtp.mailfrom=legit.example\r\n"),
    AT_HEAD("results-of-a-method-that-sounds-alike",
            "Authentication-Results: mx.help.example; x-dmarc=pass "
            "header.from=legit.example\r\n"),
    {.name = "no-policy-then-is-no-fail-today",
     .top = "Authentication-Results: mx.help.example; dkim=none; dmarc=none "
            "header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "no-policy-then-and-a-pass-for-the-author",
     .top =
         "Authentication-Results: mx.help.example; dkim=pass "
         "header.d=legit.example; dmarc=none header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "no-policy-then-and-a-pass-for-a-stranger",
     .top = "Authentication-Results: mx.help.example; dkim=pass "
            "header.d=attack.example header.i=@legit.example; spf=pass "
            "smtp.mailfrom=attack.example; dmarc=none "
            "header.from=legit.example\r\n" AT_BORDER,
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "no-policy-then-said-of-another-author",
     .top =
         "Authentication-Results: mx.help.example; dkim=pass "
         "header.d=legit.example; dmarc=none header.from=attack.example\r\n" AT_BORDER,
     .want = VERDICT_FAILED},
    {.name = "results-whose-id-is-quoted-are-ours",
     .top = "Authentication-Results: \"mx.help.example\"; dmarc=pass "
            "header.from=LEGIT.example\r\n" AT_BORDER,
     .want = VERDICT_AUTHENTICATED},
    {.name = "forged-border-brings-its-own-results",
     .unsigned_ = "Authentication-Results: mx.help.example; dmarc=pass "
                  "header.from=legit.example\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    {.name = "return-path-below-the-border",
     .top = FROM_OWN_SERVER,
     .unsigned_ = "Return-Path: <a@legit.example>\r\n",
     .want = VERDICT_FAILED},
    {.name = "received-spf-below-the-border",
     .top = RECEIVED("x (unknown [203.0.113.5])"),
     .unsigned_ = "Received-SPF: pass client-ip=203.0.113.5\r\n",
     .want = VERDICT_FAILED},
    {.name = "quoted-sender-is-the-attackers-domain",
     .top = "Return-Path: <\"a@legit.example\"@attack.example>\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    CLIENT("helo-is-an-address", "192.0.2.7 (unknown [203.0.113.5])"),
    CLIENT("helo-literal-without-a-name", "[192.0.2.7] ([203.0.113.5])"),
    CLIENT("helo-literal-in-exims-words", "x ([203.0.113.5] helo=[192.0.2.7])"),
    CLIENT("helo-in-qmails-words", "x (HELO [192.0.2.7]) (203.0.113.5)"),
    CLIENT("helo-of-the-author", "mail.legit.example (HELO mail.legit.example) "
                                 "(203.0.113.5)"),
    CLIENT("name-of-the-client-is-an-address", "x (192.0.2.7 [203.0.113.5])"),
    CLIENT("only-a-helo", "[192.0.2.7]"),
    CLIENT("helo-literal-beside-a-client-nobody-can-read",
           "x (HELO [192.0.2.7]) (somebody)"),
    CLIENT("helo-literal-in-small-letters", "x (helo=[192.0.2.7]) (somebody)"),
    CLIENT("address-without-parentheses-beside-the-real-one",
           "x [192.0.2.7] (unknown [203.0.113.5])"),
    CLIENT("address-behind-by", "x (unknown)\r\n\tby mx.help.example ([192.0.2.7])"),
    CLIENT("helo-writes-the-field-itself",
           "x ([192.0.2.7]) by mx.help.example (unknown [203.0.113.5])"),
    CLIENT("helo-writes-the-field-without-blanks",
           "x([192.0.2.7])by;mx.help.example (unknown [203.0.113.5])"),
    CLIENT("helo-swallows-what-the-host-wrote",
           "x ([192.0.2.7]) by mx.help.example ( (unknown [203.0.113.5])"),
    {.name = "helo-and-recipient-swallow-what-the-host-wrote",
     .top = "Return-Path: <a@legit.example>\r\n"
            "Received: from x ([192.0.2.7]) ( (unknown [203.0.113.5])\r\n\tby "
            "mx.help.example with ESMTP for <\"a) by mx.help.example with ESMTP "
            "\"@help.example>; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
    {.name = "helo-pretends-a-hop-inside",
     .top = RECEIVED("x ([10.0.0.9]) by mx.help.example ( (unknown [203.0.113.5])"),
     .unsigned_ = "Authentication-Results: mx.help.example; dmarc=pass "
                  "header.from=legit.example\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    {.name = "null-sender-and-a-forged-greeting",
     .top = "Return-Path: <>\r\nReceived: from legit.example (unknown "
            "[203.0.113.5])\r\n\tby mx.help.example with ESMTP; Mon, 23 Nov 2026 "
            "10:00:00 +0000\r\n",
     .want = VERDICT_FAILED},
};

static const Attack poisons[] = {
    {.name = "two-policies-are-none",
     .from = FROM("a@double.example"),
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "policy-in-capitals-is-none",
     .from = FROM("a@loud.example"),
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "a-hundred-thousand-policies",
     .from = FROM("a@flood.example"),
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "spf-record-of-64-kilobytes",
     .top = "Return-Path: <a@long.example>\r\n" FROM_OWN_SERVER,
     .from = FROM("a@long.example"),
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "spf-that-includes-itself",
     .top = "Return-Path: <a@loop.example>\r\n" FROM_OWN_SERVER,
     .from = FROM("a@loop.example"),
     .want = VERDICT_UNAUTHENTICATED},
    {.name = "spf-that-lets-everybody-in-is-not-the-authors",
     .top = "Return-Path: <a@attack.example>\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
};

static void
add_odd_keys(World *world)
{
    g_autofree char *record = signer_record(world->key[0], false);
    const char *key = strstr(record, "p=");
    g_autofree char *other = signer_record(world->key[1], true);
    g_autofree char *long_text = g_strnfill(65000, 'A');
    const struct {
        const char *name;
        char *text;
    } odd[] = {
        {"revoked", g_strdup("v=DKIM1; k=ed25519; p=")},
        {"sha1", g_strdup_printf("v=DKIM1; k=ed25519; h=sha1; %s", key)},
        {"tlsrpt", g_strdup_printf("v=DKIM1; k=ed25519; s=tlsrpt; %s", key)},
        {"version", g_strdup_printf("v=DKIM2; k=ed25519; %s", key)},
        {"mixed", g_steal_pointer(&other)},
        {"huge", g_strdup_printf("v=DKIM1; k=ed25519; p=%s", long_text)},
        {"twice", g_strdup_printf("v=DKIM1; k=ed25519; %s; %s", key, key)},
        {"exact", g_strdup_printf("v=DKIM1; k=ed25519; t=s; %s", key)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autofree char *name =
            g_strdup_printf("ed._domainkey.%s.legit.example", odd[i].name);

        zone_add(world->zone, name, "TXT", odd[i].text);
        g_free(odd[i].text);
    }
}

static void
add_poison(World *world)
{
    g_autoptr(GString) record = g_string_new("v=spf1");
    Zone *zone = world->zone;

    for (int i = 0; i < 3600; i++)
        g_string_append_printf(record, " ip4:10.%d.%d.0/24", i / 256, i % 256);
    zone_add(zone, "long.example", "TXT", record->str);
    zone_add(zone, "loop.example", "TXT", "v=spf1 include:loop.example ~all");
    for (int i = 0; i < 100000; i++)
        zone_add(zone, "_dmarc.flood.example", "TXT", "v=DMARC1; p=reject");
    zone_add(zone, "_dmarc.double.example", "TXT", "v=DMARC1; p=reject");
    zone_add(zone, "_dmarc.double.example", "TXT", "v=DMARC1; p=none");
    zone_add(zone, "_dmarc.loud.example", "TXT", "V=dmarc1; P=REJECT");
    zone_add(zone, "_dmarc.strict.example", "TXT", "v=DMARC1; p=reject; adkim=s");
    zone_add(zone, "_dmarc.suffix.example", "TXT", "v=DMARC1; p=reject; psd=y");
    add_key(world, "b.strict.example");
    add_key(world, "neighbour.suffix.example");
}

int
main(int argc, char **argv)
{
    static const struct {
        const Attack *rows;
        size_t count;
    } tables[] = {{authors, G_N_ELEMENTS(authors)},
                  {signatures, G_N_ELEMENTS(signatures)},
                  {borders, G_N_ELEMENTS(borders)},
                  {poisons, G_N_ELEMENTS(poisons)}};
    World world;
    int status;

    g_test_init(&argc, &argv, NULL);
    auth_init();
    build_world(&world);
    add_odd_keys(&world);
    add_poison(&world);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        for (size_t k = 0; k < tables[i].count; k++)
            add_trial(&world, &tables[i].rows[k], false);
    status = g_test_run();
    free_world(&world);
    return status;
}
