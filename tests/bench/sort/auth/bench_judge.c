/* How fast one core judges mail, beside what its hashing and verifying alone cost.
 *
 *     bench_sort_auth_judge [KIBIBYTES] [SECONDS]
 *     bench_sort_auth_judge --write FOLDER [KIBIBYTES]   the mail and its zone, for
 * others
 *
 * The mail is signed with RSA-2048, relaxed/relaxed; DNS answers are at hand, as from a
 * warm cache. Three figures: DKIM alone; the whole verdict (border, SPF, DKIM, DMARC,
 * ARC); and the ceiling, SHA-256 over the body and one verification with a key that is
 * ready.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sort/auth/auth.h"

#define TAGS                                                                           \
    "v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.example; s=s1; "                     \
    "h=from:to:subject; bh=%s; b="

static const char fields[] = "From: Ann <ann@shop.example>\r\n"
                             "To: help@help.example\r\n"
                             "Subject: Where is my order?\r\n";
static const char relaxed[] = "from:Ann <ann@shop.example>\r\n"
                              "to:help@help.example\r\n"
                              "subject:Where is my order?\r\n";
static const char top[] =
    "Return-Path: <ann@shop.example>\r\n"
    "Received: from mail.shop.example (mail.shop.example [192.0.2.7])\r\n"
    "\tby mx.help.example with ESMTPS id 1; Mon, 23 Nov 2026 10:00:00 +0000\r\n";

typedef struct Bench {
    EVP_PKEY *key;
    char *key_record;
    GString *body;
    GBytes *mail;
    AuthKeys *keys;
    unsigned char signature[256];
    unsigned char digest[32]; /* that was signed */
    double seconds;
} Bench;

static double
now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static DnsAnswer *
answer(void *self, const char *name, DnsType type)
{
    const Bench *bench = self;
    const char *text = NULL;
    DnsAnswer *out;
    DnsRecord *record;

    if (type == DNS_TXT && strcmp(name, "s1._domainkey.shop.example") == 0)
        text = bench->key_record;
    else if (type == DNS_TXT && strcmp(name, "_dmarc.shop.example") == 0)
        text = "v=DMARC1; p=reject";
    else if (type == DNS_TXT && strcmp(name, "shop.example") == 0)
        text = "v=spf1 ip4:192.0.2.0/24 -all";
    out = dns_answer_new(text ? DNS_FOUND : DNS_NXDOMAIN);
    if (text) {
        record = shape_append(&dns_record_shape, &out->records);
        record->text = g_strdup(text);
    }
    return out;
}

static void
write_body(GString *body, size_t size)
{
    static const char line[] =
        "The parcel was sent on Monday and has not come yet, says "
        "the carrier.\r\n";

    while (body->len < size)
        g_string_append(body, line);
}

static char *
publish(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    g_autofree char *encoded = g_base64_encode(der, (gsize)size);

    OPENSSL_free(der);
    return g_strdup_printf("v=DKIM1; k=rsa; p=%s", encoded);
}

static void
sign(Bench *bench)
{
    unsigned char hash[32];
    size_t size = sizeof bench->signature;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(bench->key, NULL);
    g_autofree char *encoded_hash = NULL;
    g_autofree char *tags = NULL;
    g_autofree char *text = NULL;
    g_autofree char *encoded = NULL;
    g_autofree char *mail = NULL;

    EVP_Digest(bench->body->str, bench->body->len, hash, NULL, EVP_sha256(), NULL);
    encoded_hash = g_base64_encode(hash, sizeof hash);
    tags = g_strdup_printf(TAGS, encoded_hash);
    text = g_strconcat(relaxed, "dkim-signature:", tags, NULL);
    EVP_Digest(text, strlen(text), bench->digest, NULL, EVP_sha256(), NULL);
    g_assert_true(EVP_PKEY_sign_init(context) == 1 &&
                  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                  EVP_PKEY_sign(context, bench->signature, &size, bench->digest, 32) ==
                      1);
    EVP_PKEY_CTX_free(context);
    encoded = g_base64_encode(bench->signature, size);
    mail = g_strconcat(top, "DKIM-Signature: ", tags, encoded, "\r\n", fields, "\r\n",
                       bench->body->str, NULL);
    bench->mail = g_bytes_new(mail, strlen(mail));
}

static void
judge_dkim_alone(Bench *bench)
{
    DnsAsker dns = {answer, bench};
    TrialReport report;

    shape_init(&trial_report_shape, &report);
    auth_dkim(bench->mail, 1795428000, &dns, &report.dkim);
    g_assert_true(((DkimFacts *)report.dkim->pdata[0])->result == RESULT_PASS);
    shape_clear(&trial_report_shape, &report);
}

static void
judge_all(Bench *bench)
{
    static SortSettings *settings;
    DnsAsker dns = {answer, bench};
    Verdict verdict;

    if (!settings) {
        settings = sort_settings_new();
        settings->origin.received_at = 1795428000;
        texts_append(&settings->border.hosts, g_strdup("mx.help.example"));
    }
    shape_init(&verdict_shape, &verdict);
    auth_judge(bench->mail, settings, &dns, bench->keys, &verdict);
    g_assert_true(verdict.kind == VERDICT_AUTHENTICATED);
    g_assert_true(verdict.spf.result == RESULT_PASS);
    shape_clear(&verdict_shape, &verdict);
}

static void
hash_and_verify(Bench *bench)
{
    unsigned char hash[32];
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(bench->key, NULL);

    EVP_Digest(bench->body->str, bench->body->len, hash, NULL, EVP_sha256(), NULL);
    g_assert_true(EVP_PKEY_verify_init(context) == 1 &&
                  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                  EVP_PKEY_verify(context, bench->signature, sizeof bench->signature,
                                  bench->digest, 32) == 1);
    EVP_PKEY_CTX_free(context);
}

static double
rate(Bench *bench, void (*work)(Bench *))
{
    double start = now_s();
    double spent;
    int64_t done = 0;

    do {
        for (int i = 0; i < 100; i++)
            work(bench);
        done += 100;
        spent = now_s() - start;
    } while (spent < bench->seconds);
    return (double)done / spent;
}

static void
write_for_others(const Bench *bench, const char *folder)
{
    g_autofree char *mail = g_build_filename(folder, "mail.eml", NULL);
    g_autofree char *key = g_build_filename(folder, "key.txt", NULL);
    g_autoptr(GError) error = NULL;
    gsize size;
    const char *bytes = g_bytes_get_data(bench->mail, &size);

    g_file_set_contents(mail, bytes, (gssize)size, &error);
    g_assert_no_error(error);
    g_file_set_contents(key, bench->key_record, -1, &error);
    g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
    bool writes = argc > 2 && strcmp(argv[1], "--write") == 0;
    const char *size = writes ? (argc > 3 ? argv[3] : "16") : argc > 1 ? argv[1] : "16";
    Bench bench = {.key = EVP_RSA_gen(2048), .body = g_string_new(NULL)};

    bench.seconds = argc > 2 && !writes ? g_ascii_strtod(argv[2], NULL) : 3;
    bench.key_record = publish(bench.key);
    write_body(bench.body, (size_t)g_ascii_strtoull(size, NULL, 10) << 10);
    sign(&bench);
    if (writes) {
        write_for_others(&bench, argv[2]);
        return 0;
    }
    auth_init();
    bench.keys = auth_keys_new();
    {
        double ceiling = rate(&bench, hash_and_verify);
        double dkim = rate(&bench, judge_dkim_alone);
        double all = rate(&bench, judge_all);

        printf("mails a second and core, %s KiB, RSA-2048:\n", size);
        printf("  hash and verify alone (OpenSSL)  %8.0f\n", ceiling);
        printf("  DKIM, its key read anew          %8.0f  (%.2f of it)\n", dkim,
               dkim / ceiling);
        printf("  the whole verdict                %8.0f  (%.2f of it)\n", all,
               all / ceiling);
    }
    return 0;
}
