/* What readers of mail make of it that no verifier sees: lines that end the header for
 * them, names that show what they do not say, and means to put a verdict off. */
#include "attack.h"

#define FROM(text) "From: " text "\r\n"
#define SHOWN(title, text)                                                             \
    {                                                                                  \
        .name = title, .from = FROM(text " <x@attack.example>"),                       \
        .signer = "attack.example", .want = VERDICT_AUTHENTICATED,                     \
        .author = "attack.example", .flag = "display_name_address_mismatch"            \
    }
#define HONESTLY(title, text)                                                          \
    {                                                                                  \
        .name = title, .from = FROM(text " <x@attack.example>"),                       \
        .signer = "attack.example", .want = VERDICT_AUTHENTICATED                      \
    }
/* An old mail of the author's, whole and signed, with something above it. */
#define ABOVE(title, lines)                                                            \
    {                                                                                  \
        .name = title, .unsigned_ = lines, .signer = OWN, .want = VERDICT_SUSPICIOUS   \
    }
#define BESIDE(title, lines)                                                           \
    {                                                                                  \
        .name = title, .unsigned_ = lines, .signer = OWN,                              \
        .want = VERDICT_AUTHENTICATED                                                  \
    }
#define A25 "aaaaaaaaaaaaaaaaaaaaaaaaa"

static const Attack readers[] = {
    ABOVE("text-without-colon", "Pay here instead\r\n"),
    ABOVE("text-behind-a-bare-cr", "\r\r\nPay: here instead\r\n"),
    ABOVE("text-behind-a-nul", NUL_MARK "\r\nPay: here\r\n"),
    ABOVE("text-behind-a-form-feed", "\x0c\r\nPay: here\r\n"),
    ABOVE("text-with-a-blank-before-its-colon", "Pay here: instead\r\n"),
    ABOVE("text-beyond-ascii", "P\xc3\xa1galo: aqu\xc3\xad\r\n"),
    ABOVE("text-behind-a-lone-colon", ":\r\nPay here\r\n"),
    ABOVE("text-that-begins-with-a-boundary", "--x\r\nPay: here\r\n"),
    ABOVE("text-as-a-name-without-end", "X-" A25 A25 A25 A25 A25 ": pay\r\n"),
    ABOVE("mbox-line-in-the-middle", "From ann@legit.example Mon Nov 23\r\n"),
    {.name = "byte-order-mark-on-top",
     .top = "\xef\xbb\xbfX-A: b\r\n" AT_BORDER,
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "text-on-top-of-all",
     .top = "Pay here instead\r\n" AT_BORDER,
     .signer = OWN,
     .want = VERDICT_SUSPICIOUS},
    {.name = "mbox-line-on-top-is-none-of-ours",
     .top = "From ann@legit.example Mon Nov 23 10:00:00 2026\r\n" AT_BORDER,
     .signer = OWN,
     .want = VERDICT_AUTHENTICATED},
    BESIDE("blank-before-a-colon-is-old-but-sound", "X-Note : a\r\n"),
    BESIDE("long-name-that-is-in-use", "X-" A25 A25 A25 ": a\r\n"),

    SHOWN("full-width-at-sign", "admin\xef\xbc\xa0legit.example"),
    SHOWN("small-at-sign", "admin\xef\xb9\xablegit.example"),
    SHOWN("full-width-stop", "\"admin@legit\xef\xbc\x8e"
                             "example\""),
    SHOWN("ideographic-stop", "\"admin@legit\xe3\x80\x82"
                              "example\""),
    SHOWN("zero-width-space-in-the-domain", "\"admin@le\xe2\x80\x8bgit.example\""),
    SHOWN("zero-width-space-before-the-at", "\"admin\xe2\x80\x8b@legit.example\""),
    SHOWN("soft-hyphen-in-the-name", "\"admin@leg\xc2\xadit.example\""),
    SHOWN("shown-backwards", "\"\xe2\x80\xae"
                             "elpmaxe.tigel@nimda\""),
    SHOWN("mathematical-letters", "\"admin@\xf0\x9d\x90\xa5"
                                  "egit.example\""),
    SHOWN("domain-beyond-ascii", "\"admin@l\xc3\xa9git.example\""),
    SHOWN("encoded-word-inside-quotes", "\"=?utf-8?q?admin=40legit.example?=\""),
    SHOWN("encoded-word-inside-a-comment", "(=?utf-8?q?admin=40legit.example?=)"),
    SHOWN("at-sign-in-utf-7", "=?utf-7?q?admin+AEA-legit.example?="),
    SHOWN("at-sign-in-ebcdic", "=?ibm037?b?gYSUiZV8k4WHiaNLhaeBlJeThQ==?="),
    SHOWN("charset-with-a-language", "=?utf-8*en?q?admin=40legit.example?="),
    HONESTLY("a-name-in-another-script", "\"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0\""),
    HONESTLY("a-handle", "\"@admin\""),
    HONESTLY("its-own-address-full-width", "\"x\xef\xbc\xa0"
                                           "attack.example\""),
    HONESTLY("a-charset-nobody-knows", "=?x-none?q?Admin?="),
};

/* Ten mail servers at each of ten names: more questions than a mail may ask. */
static const Attack delays[] = {
    {.name = "spf-that-uses-up-all-lookups",
     .top = "Return-Path: <a@greedy.example>\r\n" FROM_OWN_SERVER,
     .want = VERDICT_FAILED},
    {.name = "signature-and-spf-that-use-up-all-lookups",
     .top = "Return-Path: <a@greedy.example>\r\n" FROM_OWN_SERVER,
     .signer = "attack.example",
     .want = VERDICT_FAILED},
};

static void
add_greedy_domain(World *world)
{
    g_autoptr(GString) record = g_string_new("v=spf1");

    for (int i = 0; i < 9; i++) {
        g_autofree char *name = g_strdup_printf("m%d.greedy.example", i);

        g_string_append_printf(record, " mx:%s", name);
        for (int k = 0; k < 10; k++) {
            g_autofree char *host = g_strdup_printf("h%d-%d.greedy.example", i, k);

            zone_add(world->zone, name, "MX", host);
            zone_add(world->zone, host, "A", "203.0.113.9");
        }
    }
    g_string_append(record, " -all");
    zone_add(world->zone, "greedy.example", "TXT", record->str);
}

int
main(int argc, char **argv)
{
    World world;
    int status;

    g_test_init(&argc, &argv, NULL);
    auth_init();
    build_world(&world);
    add_greedy_domain(&world);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        add_trial(&world, &readers[i], false);
    for (size_t i = 0; i < G_N_ELEMENTS(delays); i++)
        add_trial(&world, &delays[i], false);
    status = g_test_run();
    free_world(&world);
    return status;
}
