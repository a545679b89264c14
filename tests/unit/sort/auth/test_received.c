/* How mail servers write down who connected. */
#include "sort/auth/auth.h"

#include <string.h>

typedef struct Row {
    const char *name;
    const char *value;
    const char *ip; /* NULL: nothing to be believed */
    const char *helo;
} Row;

#define BY " by mx.help.example with ESMTP id 1; Mon, 23 Nov 2026 10:00:00 +0000"

static const Row rows[] = {
    {"postfix", "from x (h.example [192.0.2.7])" BY, "192.0.2.7", "x"},
    {"postfix-without-a-name", "from x (unknown [192.0.2.7])" BY, "192.0.2.7", "x"},
    {"postfix-ipv6", "from x (h.example [2001:db8::7])" BY, "2001:db8::7", "x"},
    {"rfc5321-ipv6", "from x (h.example [IPv6:2001:db8::7])" BY, "2001:db8::7", "x"},
    {"mapped", "from x ([::ffff:192.0.2.7])" BY, "192.0.2.7", "x"},
    {"sendmail", "from x (h.example [192.0.2.7] (may be forged))" BY, "192.0.2.7", "x"},
    {"exim", "from h.example ([192.0.2.7] helo=x)" BY, "192.0.2.7", "x"},
    {"exim-without-a-name", "from [192.0.2.7] (helo=x)" BY, "192.0.2.7", "x"},
    {"exim-of-old", "from h (x) [192.0.2.7.4711] (mail)" BY, "192.0.2.7", "h"},
    {"qmail", "from h (HELO x) (192.0.2.7)" BY, "192.0.2.7", "x"},
    {"qmail-ident", "from h (HELO x) (ident@192.0.2.7)" BY, "192.0.2.7", "x"},
    {"qmail-greeted-with-a-literal", "from h (HELO [10.9.8.7]) (192.0.2.7)" BY,
     "192.0.2.7", "[10.9.8.7]"},
    {"a-users-submission", "from h (HELO [10.9.8.7]) (ann@192.0.2.7 with plain)" BY,
     "192.0.2.7", "[10.9.8.7]"},
    {"microsoft", "from x (192.0.2.7)" BY, "192.0.2.7", "x"},
    {"google", "from x (h.example. [192.0.2.7])" BY, "192.0.2.7", "x"},
    {"port-in-brackets", "from x ([192.0.2.7:4711])" BY, "192.0.2.7", "x"},
    {"port-behind-brackets", "from x ([192.0.2.7]:4711)" BY, "192.0.2.7", "x"},
    {"port-without-brackets", "from x (192.0.2.7:4711)" BY, "192.0.2.7", "x"},
    {"port-behind-a-dot", "from x ([192.0.2.7.4711])" BY, "192.0.2.7", "x"},
    {"said-twice", "from x ([192.0.2.7] [192.0.2.7])" BY, "192.0.2.7", "x"},
    {"said-twice-and-not-the-same", "from x ([192.0.2.7] [192.0.2.8])" BY, NULL, NULL},
    {"no-parentheses", "from x [192.0.2.7]" BY, "192.0.2.7", "x"},
    {"two-without-parentheses", "from x [192.0.2.7] [192.0.2.8]" BY, NULL, NULL},
    {"fetched-mail", "from h.example [192.0.2.7] by localhost with IMAP (fetcher)",
     NULL, NULL},
    {"only-a-greeting", "from [192.0.2.7]" BY, NULL, NULL},
    {"greeting-in-a-comment", "from x (HELO [192.0.2.7])" BY, NULL, NULL},
    {"address-of-the-receiver", "from x by mx.help.example ([192.0.2.7])", NULL, NULL},
    {"not-an-address", "from x (h.example [192.0.2.777])" BY, NULL, NULL},
    {"greets-as-by", "from by (h.example [192.0.2.7])" BY, "192.0.2.7", "by"},
    {"two-say-they-wrote-it",
     "from x ([192.0.2.7]) by mx.help.example ( (unknown [203.0.113.5])" BY, NULL,
     NULL},
    {"invoked-by-a-user",
     "from h (HELO x) (192.0.2.7) by mx.help.example with SMTP (invoked by uid 89)",
     "192.0.2.7", "x"},
    {"nobody-connected", "by mx.help.example with local id 1", NULL, NULL},
    {"nothing", "", NULL, NULL},
    {"from-and-no-more", "from", NULL, NULL},
    {"from-a-name-and-no-more", "from by", NULL, NULL},
};

static void
test_row(const void *data)
{
    const Row *row = data;
    BorderFacts facts = {0};
    bool found = auth_read_received(row->value, &facts);

    g_assert_cmpint(found, ==, row->ip != NULL);
    g_assert_cmpstr(facts.ip, ==, row->ip);
    g_assert_cmpstr(facts.helo, ==, row->helo);
    g_free(facts.ip);
    g_free(facts.helo);
    g_free(facts.by);
    g_free(facts.envelope_from);
    g_free(facts.source);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/auth/received/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}
