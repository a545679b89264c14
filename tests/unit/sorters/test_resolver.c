/* Answers over real sockets, from the rig's DNS server: data, absence, and failure are
 * told apart, and silence ends at our own deadline. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/fault.h"
#include "sorters/sorters.h"

static const char zone[] =
    "{\"data.example\": {\"A\": [\"192.0.2.1\", \"192.0.2.2\"],"
    "  \"AAAA\": [\"2001:db8::1\"], \"MX\": [[10, \"Mail.Data.Example\"]],"
    "  \"TXT\": [[\"v=spf1 \", \"-all\"], [\"caf\\u00e9\"]]},"
    " \"nul.example\": {\"TXT\": [[\"a\\u0000b\"]]},"
    " \"7.2.0.192.in-addr.arpa\": {\"PTR\": [\"Out.Data.Example\"]},"
    " \"9.1.168.192.in-addr.arpa\": {\"PTR\": [\"lan.data.example\"]},"
    " \"alias.example\": {\"CNAME\": \"data.example\"},"
    " \"loop.example\": {\"CNAME\": \"loop.example\"},"
    " \"broken.example\": \"SERVFAIL\", \"closed.example\": \"REFUSED\","
    " \"silent.example\": \"TIMEOUT\"}";

typedef struct Rig {
    GPid pid;
    char *zone_file;
    char *address;
    Resolver *resolver;
} Rig;

static void
open_rig(Rig *rig)
{
    g_autofree char *script =
        g_build_filename(TEST_FOLDER, "..", "..", "rig", "dns.py", NULL);
    g_autoptr(GError) error = NULL;
    char line[256];
    int out = -1;
    int file = g_file_open_tmp("zone-XXXXXX.json", &rig->zone_file, &error);
    const char *argv[] = {"/usr/bin/python3", script, rig->zone_file, NULL};

    g_assert_no_error(error);
    g_assert_cmpint(write(file, zone, strlen(zone)), ==, strlen(zone));
    close(file);
    g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                             NULL, &rig->pid, NULL, &out, NULL, &error);
    g_assert_no_error(error);
    for (size_t at = 0; at < sizeof line - 1; at++) {
        g_assert_cmpint(read(out, line + at, 1), ==, 1);
        line[at + 1] = '\0';
        if (line[at] == '\n')
            break;
    }
    close(out);
    rig->address = g_strdup(strstr(line, "127.0.0.1@"));
    g_assert_nonnull(rig->address);
    g_strchomp(rig->address);
    rig->resolver = resolver_new(&(ResolverSettings){.server = rig->address}, &error);
    g_assert_no_error(error);
}

static void
close_rig(Rig *rig)
{
    resolver_free(rig->resolver);
    kill(rig->pid, SIGKILL);
    g_spawn_close_pid(rig->pid);
    g_unlink(rig->zone_file);
    g_free(rig->zone_file);
    g_free(rig->address);
}

typedef struct Row {
    const char *name;
    DnsType type;
    DnsOutcome outcome;
    const char *first; /* NULL: no record */
    size_t records;
} Row;

static const Row rows[] = {
    {"data.example", DNS_A, DNS_FOUND, NULL, 2},
    {"data.example", DNS_AAAA, DNS_FOUND, "2001:db8::1", 1},
    {"data.example", DNS_MX, DNS_FOUND, "mail.data.example", 1},
    {"data.example", DNS_TXT, DNS_FOUND, NULL, 2},
    {"alias.example", DNS_MX, DNS_FOUND, "mail.data.example", 1},
    {"data.example", DNS_PTR, DNS_NODATA, NULL, 0},
    {"nul.example", DNS_TXT, DNS_FOUND,
     "a\xef\xbf\xbd"
     "b",
     1},
    {"7.2.0.192.in-addr.arpa", DNS_PTR, DNS_FOUND, "out.data.example", 1},
    {"9.1.168.192.in-addr.arpa", DNS_PTR, DNS_FOUND, "lan.data.example", 1},
    {"absent.example", DNS_A, DNS_NXDOMAIN, NULL, 0},
    {"broken.example", DNS_TXT, DNS_TEMPORARY, NULL, 0},
    {"closed.example", DNS_TXT, DNS_TEMPORARY, NULL, 0},
    {"loop.example", DNS_A, DNS_TEMPORARY, NULL, 0},
    {"silent.example", DNS_A, DNS_TEMPORARY, NULL, 0},
    {"", DNS_A, DNS_NXDOMAIN, NULL, 0},
    {"a..example", DNS_A, DNS_NXDOMAIN, NULL, 0},
};

static void
outcomes_are_told_apart(void)
{
    Rig rig;

    open_rig(&rig);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DnsAnswer) answer =
            resolver_ask(rig.resolver, rows[i].name, rows[i].type, 3000);

        g_test_message("%s", rows[i].name);
        g_assert_cmpint(answer->outcome, ==, rows[i].outcome);
        g_assert_cmpint(list_length(answer->records), ==, rows[i].records);
        if (rows[i].first)
            g_assert_cmpstr(((DnsRecord *)answer->records->pdata[0])->text, ==,
                            rows[i].first);
    }
    close_rig(&rig);
}

static void
strings_of_a_record_are_joined(void)
{
    Rig rig;
    bool joined = false;
    bool widened = false;

    open_rig(&rig);
    g_autoptr(DnsAnswer) answer =
        resolver_ask(rig.resolver, "data.example", DNS_TXT, 3000);
    for (guint i = 0; i < list_length(answer->records); i++) {
        const DnsRecord *record = answer->records->pdata[i];

        joined = joined || strcmp(record->text, "v=spf1 -all") == 0;
        widened = widened || strcmp(record->text, "café") == 0;
    }
    g_assert_true(joined && widened);
    close_rig(&rig);
}

static void
none_answers_nothing(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) resolver =
        resolver_new(&(ResolverSettings){.server = "none"}, &error);
    g_autoptr(DnsAnswer) answer = resolver_ask(resolver, "data.example", DNS_A, 1000);

    g_assert_cmpint(answer->outcome, ==, DNS_TEMPORARY);
}

static void
a_broken_address_is_said(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(
        resolver_new(&(ResolverSettings){.server = "not an address"}, &error));
    g_assert_error(error, FAULT, FAULT_CONFIG);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver/outcomes-are-told-apart", outcomes_are_told_apart);
    g_test_add_func("/resolver/strings-are-joined", strings_of_a_record_are_joined);
    g_test_add_func("/resolver/none-answers-nothing", none_answers_nothing);
    g_test_add_func("/resolver/a-broken-address-is-said", a_broken_address_is_said);
    return g_test_run();
}
