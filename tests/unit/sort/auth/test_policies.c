/* RFC 9989 rule by rule: which record governs, what it asks for, and who belongs to
 * whom. `zone` is "name|record" a line; "name|!" has no answer, "name|" exists. */
#include "sort/auth/auth.h"

#include <string.h>

#include "zone.h"

typedef struct Rule {
    const char *name;
    const char *zone;
    const char *author;
    const char *dkim; /* domains that passed, by blanks */
    const char *spf;
    const char *expected; /* result policy policy-domain organisation */
} Rule;

#define REJECT "v=DMARC1; p=reject"
#define SHOP "_dmarc.shop.example|" REJECT

static const Rule rules[] = {
    {"own-domain", SHOP, "shop.example", "shop.example", "",
     "pass reject shop.example shop.example"},
    {"relaxed-below", SHOP, "shop.example", "news.shop.example", "",
     "pass reject shop.example shop.example"},
    {"relaxed-above", SHOP, "news.shop.example", "shop.example", "",
     "pass reject shop.example shop.example"},
    {"relaxed-beside", SHOP, "a.shop.example", "", "b.shop.example",
     "pass reject shop.example shop.example"},
    {"a-longer-name-is-another", SHOP, "shop.example", "bookshop.example", "",
     "fail reject shop.example shop.example"},
    {"strict-dkim", "_dmarc.shop.example|" REJECT "; adkim=s", "shop.example",
     "news.shop.example", "", "fail reject shop.example shop.example"},
    {"strict-dkim-leaves-spf", "_dmarc.shop.example|" REJECT "; adkim=s",
     "shop.example", "", "news.shop.example", "pass reject shop.example shop.example"},
    {"strict-spf", "_dmarc.shop.example|" REJECT "; aspf=S", "shop.example", "",
     "news.shop.example", "fail reject shop.example shop.example"},
    {"no-record", "x.example|", "shop.example", "shop.example", "",
     "none - - shop.example"},
    {"no-answer", "_dmarc.shop.example|!", "shop.example", "", "",
     "temperror - - shop.example"},
    {"no-answer-from-the-top-moves-nothing", SHOP "\n_dmarc.example|!", "shop.example",
     "", "", "fail reject shop.example shop.example"},

    {"own-record-needs-no-answer-from-above",
     "_dmarc.a.shop.example|" REJECT "\n_dmarc.shop.example|!", "a.shop.example",
     "other.test", "", "fail reject a.shop.example a.shop.example"},
    {"own-record-and-own-signature-need-none",
     "_dmarc.a.shop.example|" REJECT "\n_dmarc.shop.example|!", "a.shop.example",
     "a.shop.example", "", "pass reject a.shop.example a.shop.example"},
    {"who-is-kin-is-told-from-above",
     "_dmarc.a.shop.example|" REJECT "\n_dmarc.shop.example|!", "a.shop.example",
     "b.shop.example", "", "temperror reject a.shop.example a.shop.example"},
    {"strict-has-no-kin",
     "_dmarc.a.shop.example|" REJECT "; adkim=s\n_dmarc.shop.example|!",
     "a.shop.example", "b.shop.example", "",
     "fail reject a.shop.example a.shop.example"},

    {"sp-for-those-below", SHOP "; sp=quarantine\na.shop.example|", "a.shop.example",
     "", "", "fail quarantine shop.example shop.example"},
    {"sp-not-for-itself", SHOP "; sp=none", "shop.example", "", "",
     "fail reject shop.example shop.example"},
    {"np-for-those-that-are-not", SHOP "; sp=none; np=quarantine", "gone.shop.example",
     "", "", "fail quarantine shop.example shop.example"},
    {"np-not-for-those-that-are", SHOP "; sp=none; np=quarantine\nis.shop.example|",
     "is.shop.example", "", "", "fail none shop.example shop.example"},
    {"sp-stands-in-for-np", SHOP "; sp=none", "gone.shop.example", "", "",
     "fail none shop.example shop.example"},
    {"np-alone-leaves-p-for-the-rest", SHOP "; np=none\nis.shop.example|",
     "is.shop.example", "", "", "fail reject shop.example shop.example"},
    {"own-record-wins", SHOP "\n_dmarc.a.shop.example|v=DMARC1; p=none; sp=reject",
     "a.shop.example", "", "", "fail none a.shop.example shop.example"},
    {"between-author-and-organisation-nobody-rules",
     SHOP "; sp=quarantine\n_dmarc.b.shop.example|v=DMARC1; p=none\n"
          "a.b.shop.example|",
     "a.b.shop.example", "", "", "fail quarantine shop.example shop.example"},

    {"t-makes-reject-milder", SHOP "; t=y", "shop.example", "", "",
     "fail quarantine shop.example shop.example"},
    {"t-makes-quarantine-none", "_dmarc.shop.example|v=DMARC1; p=quarantine; t=y",
     "shop.example", "", "", "fail none shop.example shop.example"},
    {"t-touches-sp-too", SHOP "; sp=quarantine; t=y\na.shop.example|", "a.shop.example",
     "", "", "fail none shop.example shop.example"},
    {"pct-is-gone", SHOP "; pct=0", "shop.example", "", "",
     "fail reject shop.example shop.example"},

    {"psd-n-ends-the-walk", SHOP "\n_dmarc.b.shop.example|v=DMARC1; p=none; psd=n",
     "a.b.shop.example", "shop.example", "", "fail none b.shop.example b.shop.example"},
    {"psd-n-without-policy-still-ends-it",
     SHOP "\n_dmarc.b.shop.example|v=DMARC1; psd=n", "a.b.shop.example", "shop.example",
     "", "none - - b.shop.example"},
    {"psd-y-is-nobodys-organisation", "_dmarc.example|" REJECT "; psd=y",
     "a.shop.example", "b.shop.example", "", "pass reject example shop.example"},
    {"below-a-suffix-neighbours-are-strangers", "_dmarc.example|" REJECT "; psd=y",
     "a.shop.example", "other.example", "", "fail reject example shop.example"},
    {"a-suffix-itself", "_dmarc.example|" REJECT "; psd=y", "example", "example", "",
     "pass reject example example"},
    {"a-suffix-does-not-sign-for-those-below",
     SHOP "\n_dmarc.example|" REJECT "; psd=y", "shop.example", "example", "",
     "fail reject shop.example shop.example"},
    {"a-suffix-has-its-own-np", "_dmarc.example|v=DMARC1; p=none; np=reject; psd=y",
     "gone.example", "", "", "fail reject example gone.example"},
    {"psd-u-goes-on", SHOP "; psd=u\n_dmarc.a.shop.example|" REJECT "; psd=u",
     "a.shop.example", "b.shop.example", "", "pass reject a.shop.example shop.example"},
    {"a-record-at-the-top-makes-it-one-house", SHOP "\n_dmarc.example|v=DMARC1; p=none",
     "shop.example", "other.example", "", "pass reject shop.example example"},

    {"eight-labels-are-all-asked", "_dmarc.b.c.d.e.f.g.example|" REJECT "; psd=n",
     "a.b.c.d.e.f.g.example", "", "",
     "fail reject b.c.d.e.f.g.example b.c.d.e.f.g.example"},
    {"nine-labels-jump-to-seven", "_dmarc.b.c.d.e.f.g.h.example|" REJECT,
     "a.b.c.d.e.f.g.h.example", "", "", "none - - a.b.c.d.e.f.g.h.example"},
    {"fifteen-labels-reach-the-top", SHOP, "1.2.3.4.5.6.7.8.9.10.11.12.13.shop.example",
     "", "", "fail reject shop.example shop.example"},

    {"two-records-are-none", SHOP "\n" SHOP, "shop.example", "", "",
     "none - - shop.example"},
    {"two-records-do-not-hide-the-parent",
     SHOP "\n_dmarc.a.shop.example|" REJECT "\n_dmarc.a.shop.example|v=DMARC1; p=none\n"
          "a.shop.example|",
     "a.shop.example", "", "", "fail reject shop.example shop.example"},
    {"other-texts-beside-it", "_dmarc.shop.example|hello\n" SHOP, "shop.example", "",
     "", "fail reject shop.example shop.example"},
    {"version-first", "_dmarc.shop.example|p=reject; v=DMARC1", "shop.example", "", "",
     "none - - shop.example"},
    {"version-exact", "_dmarc.shop.example|v=DMARC1a; p=reject", "shop.example", "", "",
     "none - - shop.example"},
    {"version-in-capitals", "_dmarc.shop.example|v=dmarc1; p=reject", "shop.example",
     "", "", "none - - shop.example"},
    {"nothing-before-the-version", "_dmarc.shop.example| " REJECT, "shop.example", "",
     "", "none - - shop.example"},
    {"blanks-round-signs", "_dmarc.shop.example|v = DMARC1 ; p = Reject ;",
     "shop.example", "", "", "fail reject shop.example shop.example"},
    {"unknown-tags-are-ignored",
     "_dmarc.shop.example|v=DMARC1; x=1; ; p=reject; nonsense", "shop.example", "", "",
     "fail reject shop.example shop.example"},
    {"no-policy", "_dmarc.shop.example|v=DMARC1; adkim=r", "shop.example", "", "",
     "none - - shop.example"},
    {"no-policy-but-reports", "_dmarc.shop.example|v=DMARC1; rua=mailto:r@x.example",
     "shop.example", "", "", "fail none shop.example shop.example"},
    {"wrong-policy-and-second-address-sound",
     "_dmarc.shop.example|v=DMARC1; p=deny; rua=nobody, mailto:r@x.example",
     "shop.example", "", "", "fail none shop.example shop.example"},
    {"wrong-policy-and-no-sound-address",
     "_dmarc.shop.example|v=DMARC1; p=deny; rua=:x, mailto:", "shop.example", "", "",
     "none - - shop.example"},
    {"wrong-sp-spoils-p", SHOP "; sp=maybe", "shop.example", "", "",
     "none - - shop.example"},
    {"wrong-np-with-reports", SHOP "; np=maybe; rua=mailto:r@x.example", "shop.example",
     "", "", "fail none shop.example shop.example"},
    {"own-record-without-policy-rules",
     SHOP "\n_dmarc.a.shop.example|v=DMARC1; sp=none", "a.shop.example", "", "",
     "none - - shop.example"},
    {"wrong-alignment-is-relaxed", SHOP "; adkim=x; aspf=", "shop.example",
     "a.shop.example", "", "pass reject shop.example shop.example"},
    {"capitals-are-the-same-name", SHOP, "Shop.EXAMPLE.", "SHOP.example", "",
     "pass reject shop.example shop.example"},
    {"names-beyond-ascii", "_dmarc.xn--caf-dma.example|" REJECT, "caf\xc3\xa9.example",
     "xn--caf-dma.example", "", "pass reject xn--caf-dma.example xn--caf-dma.example"},
};

static Zone *
build_zone(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Zone *zone = zone_new();

    for (size_t i = 0; lines[i]; i++) {
        char *bar = strchr(lines[i], '|');

        *bar++ = '\0';
        if (*bar == '!')
            zone_add(zone, lines[i], "TXT", NULL);
        else
            zone_add(zone, lines[i], *bar ? "TXT" : "-", bar);
    }
    return zone;
}

static GPtrArray *
split_words(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; words[i]; i++)
        if (*words[i])
            g_ptr_array_add(out, g_strdup(words[i]));
    return out;
}

static const char *
word_or_dash(const char *text)
{
    return text ? text : "-";
}

static void
test_rule(const void *row)
{
    const Rule *rule = row;
    g_autoptr(Zone) zone = build_zone(rule->zone);
    g_autoptr(GPtrArray) dkim = split_words(rule->dkim);
    g_autoptr(GPtrArray) spf = split_words(rule->spf);
    g_autofree char *got = NULL;
    DnsAsker dns = zone_asker(zone);
    DmarcFacts facts;

    shape_init(&dmarc_shape, &facts);
    auth_dmarc(rule->author, dkim, spf, &dns, &facts);
    got = g_strdup_printf("%s %s %s %s", auth_result_name(facts.result),
                          word_or_dash(facts.policy), word_or_dash(facts.policy_domain),
                          word_or_dash(facts.organizational_domain));
    shape_clear(&dmarc_shape, &facts);
    g_assert_cmpstr(got, ==, rule->expected);
    /* Eight for the author, as many for one other domain, one for its existence. */
    g_assert_cmpint(zone->asked, <=, 17);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    auth_init();
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autofree char *path = g_strdup_printf("/auth/policies/%s", rules[i].name);

        g_test_add_data_func(path, &rules[i], test_rule);
    }
    return g_test_run();
}
