/* Whose Authentication-Results each profile believes, and where. The mails are made up
 * in the order in which the providers write their fields. */
#include "sort/auth/auth.h"

#include "zone.h"

#define AUTHOR "From: Ann <ann@shop.example>\r\nSubject: Hello\r\n\r\nHi.\r\n"
#define GOOGLE_INSIDE                                                                  \
    "Delivered-To: help@help.example\r\n"                                              \
    "Received: by 2002:a05:7300:1:b0:1:2:3 with SMTP id x; Mon, 23 Nov 2026 "          \
    "02:00:03 -0800 (PST)\r\n"                                                         \
    "Return-Path: <ann@shop.example>\r\n"
#define GOOGLE_BORDER                                                                  \
    "Received: from mail.shop.example (mail.shop.example. [192.0.2.7])\r\n"            \
    "        by mx.google.com with ESMTPS id y; Mon, 23 Nov 2026 02:00:02 -0800 "      \
    "(PST)\r\n"
#define GOOGLE_SPF "Received-SPF: pass (google.com: ok) client-ip=192.0.2.7;\r\n"
#define GOOGLE_RESULTS                                                                 \
    "Authentication-Results: mx.google.com;\r\n"                                       \
    "       dkim=pass header.i=@shop.example header.s=s1 header.b=ab/c;\r\n"           \
    "       spf=pass (google.com: ok) smtp.mailfrom=ann@shop.example;\r\n"             \
    "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=shop.example\r\n"
#define MICROSOFT_INSIDE                                                               \
    "Received: from AM1PR01MB1.eurprd01.prod.outlook.com (2603:10a6:20b:1::1) by\r\n"  \
    " AM2PR01MB2.eurprd01.prod.outlook.com with HTTPS; Mon, 23 Nov 2026 10:00:03 "     \
    "+0000\r\n"
#define MICROSOFT_RESULTS                                                              \
    "Authentication-Results: spf=pass (sender IP is 192.0.2.7)\r\n"                    \
    " smtp.mailfrom=shop.example; dkim=none (message not signed)\r\n"                  \
    " header.d=none;dmarc=pass action=none\r\n"                                        \
    " header.from=shop.example;compauth=pass reason=100\r\n"
#define MICROSOFT_BORDER                                                               \
    "Received: from mail.shop.example (192.0.2.7) by\r\n"                              \
    " AM1EUR01FT1.mail.protection.outlook.com (10.152.1.1) with Microsoft SMTP\r\n"    \
    " Server id 15.20.1; Mon, 23 Nov 2026 10:00:02 +0000\r\n"

typedef struct Row {
    const char *name;
    BorderProfile profile;
    const char *mail;
    bool believed;
    const char *envelope_from; /* NULL: not looked at */
} Row;

static const Row rows[] = {
    {"gmail", PROFILE_GMAIL,
     GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_SPF GOOGLE_RESULTS AUTHOR, true,
     "ann@shop.example"},
    {"gmail-needs-the-spf-beside-it", PROFILE_GMAIL,
     GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_RESULTS AUTHOR, false, NULL},
    {"gmail-needs-the-same-client", PROFILE_GMAIL,
     GOOGLE_INSIDE GOOGLE_BORDER
     "Received-SPF: pass client-ip=192.0.2.8;\r\n" GOOGLE_RESULTS AUTHOR,
     false, NULL},
    {"gmail-forged-further-down", PROFILE_GMAIL,
     GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_SPF "X-Mailer: a\r\n" GOOGLE_RESULTS AUTHOR,
     false, NULL},
    {"gmail-forged-behind-the-real-one", PROFILE_GMAIL,
     GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_SPF
     "Authentication-Results: mx.google.com; dmarc=temperror "
     "header.from=shop.example\r\n" GOOGLE_RESULTS AUTHOR,
     false, NULL},
    {"gmail-above-the-border", PROFILE_GMAIL,
     GOOGLE_RESULTS GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_SPF AUTHOR, false, NULL},
    {"gmail-fields-in-another-mailbox", PROFILE_RFC8601,
     GOOGLE_INSIDE GOOGLE_BORDER GOOGLE_SPF GOOGLE_RESULTS AUTHOR, false, NULL},
    {"m365", PROFILE_M365,
     MICROSOFT_INSIDE MICROSOFT_RESULTS MICROSOFT_BORDER
     "Return-Path: ann@shop.example\r\n" AUTHOR,
     true, "ann@shop.example"},
    {"m365-return-path-in-brackets", PROFILE_M365,
     MICROSOFT_INSIDE MICROSOFT_RESULTS MICROSOFT_BORDER
     "Return-Path: <ann@shop.example>\r\n" AUTHOR,
     true, "ann@shop.example"},
    {"m365-below-the-border", PROFILE_M365,
     MICROSOFT_INSIDE MICROSOFT_BORDER MICROSOFT_RESULTS AUTHOR, false, NULL},
    {"m365-with-a-name", PROFILE_M365,
     MICROSOFT_INSIDE "Authentication-Results: outlook.com; dmarc=pass "
                      "header.from=shop.example\r\n" MICROSOFT_BORDER AUTHOR,
     false, NULL},
    {"m365-guess", PROFILE_M365,
     MICROSOFT_INSIDE
     "Authentication-Results: spf=pass; dmarc=bestguesspass action=none "
     "header.from=shop.example\r\n" MICROSOFT_BORDER AUTHOR,
     false, NULL},
    {"nobody", PROFILE_NONE, MICROSOFT_INSIDE MICROSOFT_RESULTS MICROSOFT_BORDER AUTHOR,
     false, NULL},
};

static void
test_profile(const void *data)
{
    const Row *row = data;
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(Zone) zone = zone_new();
    g_autoptr(GBytes) mail = g_bytes_new_static(row->mail, strlen(row->mail));
    DnsAsker dns = zone_asker(zone);
    Verdict verdict;

    zone_add(zone, "_dmarc.shop.example", "TXT", "v=DMARC1; p=reject");
    settings->border.profile = row->profile;
    shape_init(&verdict_shape, &verdict);
    auth_judge(mail, settings, &dns, NULL, &verdict);
    g_assert_cmpstr(verdict_kind_name(verdict.kind), ==,
                    row->believed ? "authenticated" : "failed");
    if (row->believed)
        g_assert_cmpint(verdict.source, ==, SOURCE_RESULTS_HEADER);
    if (row->envelope_from)
        g_assert_cmpstr(verdict.border.envelope_from, ==, row->envelope_from);
    shape_clear(&verdict_shape, &verdict);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    auth_init();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/auth/profile/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_profile);
    }
    return g_test_run();
}
