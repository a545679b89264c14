/* What is settled before anything is sent: signatures, schedule, who may be reached. */
#include <string.h>

#include "base/fault.h"
#include "deliver/deliver.h"

static char *
sign(const char *const *words, size_t n)
{
    g_autoptr(GPtrArray) secrets =
        g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
    DeliverEndpoint endpoint = {.name = "crm", .url = "https://crm.example/"};
    const char body[] = "{\"test\": 2432232314}";

    for (size_t i = 0; i < n; i++)
        g_ptr_array_add(secrets, secret_new(words[i], strlen(words[i])));
    endpoint.secrets = (const Secret *const *)secrets->pdata;
    endpoint.n_secrets = n;
    return deliver_sign(&endpoint, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
                        strlen(body));
}

static const char vector_secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char vector[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

static void
the_vector_of_standard_webhooks(void)
{
    const char *words[] = {vector_secret};
    g_autofree char *signature = sign(words, 1);

    g_assert_cmpstr(signature, ==, vector);
}

static void
two_secrets_sign_twice(void)
{
    const char *words[] = {"whsec_cmlnIHNlY3JldCBvZiB0aGUgcG9zdHJvb20gdGVzdHM=",
                           vector_secret};
    g_autofree char *signature = sign(words, 2);
    g_auto(GStrv) each = g_strsplit(signature, " ", -1);

    g_assert_cmpuint(g_strv_length(each), ==, 2);
    g_assert_true(g_str_has_prefix(each[0], "v1,"));
    g_assert_cmpstr(each[0], !=, each[1]);
    g_assert_cmpstr(each[1], ==, vector);
}

/* The key of RFC 8032 section 7.1, test 1; signed by another implementation. */
static const char seed[] = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
static const char seed_and_public[] =
    "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/"
    "tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
static const char asymmetric[] = "v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoV"
                                 "mAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==";

static void
a_key_pair_signs_beside_a_secret(void)
{
    const char *alone[] = {seed};
    const char *both[] = {vector_secret, seed_and_public};
    g_autofree char *one = sign(alone, 1);
    g_autofree char *two = sign(both, 2);
    g_autofree char *wanted = g_strconcat(vector, " ", asymmetric, NULL);

    g_assert_cmpstr(one, ==, asymmetric);
    g_assert_cmpstr(two, ==, wanted);
}

static void
a_key_pair_has_a_public_half(void)
{
    static const char *const pairs[] = {seed, seed_and_public};
    g_autoptr(Secret) symmetric = secret_new(vector_secret, strlen(vector_secret));

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(Secret) pair = secret_new(pairs[i], strlen(pairs[i]));
        g_autofree char *public = deliver_public_key(pair);

        g_assert_cmpstr(public, ==,
                        "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }
    g_assert_null(deliver_public_key(symmetric));
}

static bool
accepts(const char *url, const char *words, char **said)
{
    g_autoptr(GError) error = NULL;
    Secret *secret = secret_new(words, strlen(words));
    DeliverEndpoint endpoint = {.name = "crm",
                                .url = url,
                                .secrets = (const Secret *const *)&secret,
                                .n_secrets = 1};
    bool sound = deliver_check_endpoint(&endpoint, &error);

    g_assert_true(sound == (error == NULL));
    if (error) {
        g_assert_error(error, FAULT, FAULT_CONFIG);
        g_assert_nonnull(strstr(error->message, "crm"));
        g_assert_null(strstr(error->message, words + strlen("whsec_")));
        if (said)
            *said = g_strdup(error->message);
    }
    secret_free(secret);
    return sound;
}

static void
a_mistyped_secret_is_refused(void)
{
    static const char *const wrong[] = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",         /* no prefix */
        "whsec_c2hvcnQ=",                           /* too short */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",    /* a letter lost */
        "whsec_MfKQ9r8GKYqrTwjUPD8I PZIo2LaLaSw",   /* a blank in it */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", /* and behind it */
        "whsec_MfKQ9r8GKYqrTwjUPD8I_PZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw====",
        "whsec_=",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",             /* no Ed25519 key */
        "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", /* the public half */
        /* of another pair's public half */
        "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2AXWpgBgrEKt9VL/"
        "tPJZAc6DuFy89qmIyWvAhpo9wdRGg==",
    };

    g_assert_true(accepts("https://crm.example/hooks", seed, NULL));
    g_assert_true(accepts("https://crm.example/hooks", seed_and_public, NULL));
    g_assert_true(accepts("https://crm.example/hooks", vector_secret, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *said = NULL;

        g_assert_false(accepts("https://crm.example/hooks", wrong[i], &said));
        g_assert_nonnull(strstr(said, "secret"));
    }
}

static void
only_the_web_is_posted_to(void)
{
    static const char *const right[] = {"http://crm.example",
                                        "HTTPS://crm.example/a?b=c",
                                        "https://[2001:db8::1]:8443/"};
    static const char *const wrong[] = {"ftp://crm.example/",
                                        "file:///etc/passwd",
                                        "crm.example",
                                        "https://",
                                        "gopher://a/",
                                        "",
                                        "http://crm.example/\r\nHost: other"};

    for (size_t i = 0; i < G_N_ELEMENTS(right); i++)
        g_assert_true(accepts(right[i], vector_secret, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *said = NULL;

        g_assert_false(accepts(wrong[i], vector_secret, &said));
        g_assert_nonnull(strstr(said, "url"));
    }
}

static void
the_schedule_of_the_contract(void)
{
    static const double wanted_s[] = {5,     300,   1800,  7200, 18000,
                                      36000, 50400, 72000, 86400};
    double sum_s = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(wanted_s); i++) {
        int64_t attempts = (int64_t)i + 1;

        g_assert_cmpfloat_with_epsilon(deliver_delay_s(attempts, 0), wanted_s[i] * 0.8,
                                       1e-6);
        g_assert_cmpfloat_with_epsilon(deliver_delay_s(attempts, 0.5), wanted_s[i],
                                       1e-6);
        g_assert_cmpfloat(deliver_delay_s(attempts, 0.999999), <, wanted_s[i] * 1.2);
        sum_s += wanted_s[i];
    }
    g_assert_cmpfloat(sum_s / 3600, >, 75);
    g_assert_cmpfloat(sum_s / 3600, <, 76);
    g_assert_cmpfloat(deliver_delay_s(10, 0.5), <, 0);
    g_assert_cmpfloat(deliver_delay_s(0, 0.5), <, 0);
    g_assert_cmpfloat(deliver_delay_s(INT64_MAX, 0.5), <, 0);
}

static void
addresses_that_are_not_public_are_refused(void)
{
    static const char *const closed[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.255.1",
        "198.18.0.1",
        "198.19.255.255",
        "168.63.129.16",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:10.0.0.1",
        "1000::1",
        "4000::1",
        "64:ff9b::a00:1",
        "64:ff9b::5db8:d822",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    };
    static const char *const open[] = {
        "1.1.1.1",         "9.255.255.255",        "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255",      "128.0.0.1",       "169.253.255.255",
        "172.15.255.255",  "172.32.0.0",           "192.167.255.255", "192.169.0.0",
        "223.255.255.255", "::ffff:93.184.216.34", "2606:4700::1111", "2a00::1",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
        if (deliver_may_reach(closed[i], NULL))
            g_error("%s may be reached", closed[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
        if (!deliver_may_reach(open[i], NULL))
            g_error("%s may not be reached", open[i]);
}

static bool
allowed_by(const char *address, const char *network)
{
    g_autoptr(GPtrArray) networks = g_ptr_array_new();

    g_ptr_array_add(networks, (char *)network);
    return deliver_may_reach(address, networks);
}

static void
a_listed_network_is_opened_and_no_other(void)
{
    g_assert_true(allowed_by("10.1.2.3", "10.0.0.0/8"));
    g_assert_true(allowed_by("10.1.2.3", "10.1.2.3"));
    g_assert_true(allowed_by("10.1.2.3", "10.1.2.2/31"));
    g_assert_false(allowed_by("10.1.2.4", "10.1.2.2/31"));
    g_assert_false(allowed_by("10.1.2.3", "192.168.0.0/16"));
    g_assert_true(allowed_by("::ffff:10.1.2.3", "10.0.0.0/8"));
    g_assert_true(allowed_by("fd00::1", "fd00::/8"));
    g_assert_false(allowed_by("fc00::1", "fd00::/8"));
    g_assert_true(allowed_by("::1", "::1"));
    g_assert_false(allowed_by("127.0.0.1", "::1"));
    g_assert_true(allowed_by("1.1.1.1", "10.0.0.0/8"));
}

static void
a_broken_network_opens_nothing(void)
{
    static const char *const broken[] = {"10.0.0.0/abc", "10.0.0.0/33", "10.0.0.0/-1",
                                         "10.0.0.0/",    "localhost",   "",
                                         "10.0.0.0/8x",  "/0"};

    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++)
        g_assert_false(allowed_by("10.1.2.3", broken[i]));
    g_assert_false(deliver_may_reach("crm.example", NULL));
    g_assert_false(deliver_may_reach("fe80::1%lo", NULL));
    g_assert_false(deliver_may_reach("", NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/the_vector_of_standard_webhooks",
                    the_vector_of_standard_webhooks);
    g_test_add_func("/two_secrets_sign_twice", two_secrets_sign_twice);
    g_test_add_func("/a_key_pair_signs_beside_a_secret",
                    a_key_pair_signs_beside_a_secret);
    g_test_add_func("/a_key_pair_has_a_public_half", a_key_pair_has_a_public_half);
    g_test_add_func("/a_mistyped_secret_is_refused", a_mistyped_secret_is_refused);
    g_test_add_func("/only_the_web_is_posted_to", only_the_web_is_posted_to);
    g_test_add_func("/the_schedule_of_the_contract", the_schedule_of_the_contract);
    g_test_add_func("/addresses_that_are_not_public_are_refused",
                    addresses_that_are_not_public_are_refused);
    g_test_add_func("/a_listed_network_is_opened_and_no_other",
                    a_listed_network_is_opened_and_no_other);
    g_test_add_func("/a_broken_network_opens_nothing", a_broken_network_opens_nothing);
    return g_test_run();
}
