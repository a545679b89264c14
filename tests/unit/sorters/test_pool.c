/* A hostile mail can hurt only itself. This program is its own sorter: called as
 * `PROGRAM sort BYTES` it locks itself down like the real one and then does what the
 * mail says: opens a file, a socket, executes, hangs, crashes, eats memory, lies, or
 * asks DNS a question. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "sort/sort.h"
#include "sorters/sorters.h"

enum {
    HOUSE_FD = 3
};

static void
eat_memory(void)
{
    for (size_t i = 0; i < 1 << 14; i++) {
        char *block = malloc(1 << 20);

        if (!block)
            abort();
        memset(block, (int)i, 1 << 20);
    }
}

static void
misbehave(const char *deed)
{
    char path[] = "/bin/true";
    char *const arguments[] = {path, NULL};

    if (strcmp(deed, "open") == 0)
        (void)!open("/etc/passwd", O_RDONLY);
    else if (strcmp(deed, "socket") == 0)
        (void)!socket(AF_INET, SOCK_STREAM, 0);
    else if (strcmp(deed, "exec") == 0)
        (void)execv(arguments[0], arguments);
    else if (strcmp(deed, "fork") == 0)
        (void)!fork();
    else if (strcmp(deed, "hang") == 0)
        for (;;)
            (void)!getpid();
    else if (strcmp(deed, "crash") == 0)
        raise(SIGSEGV);
    else if (strcmp(deed, "memory") == 0)
        eat_memory();
    else if (strcmp(deed, "lie") == 0)
        (void)frame_send(HOUSE_FD, FRAME_FACTS, "nonsense", 8, 0);
    else if (strcmp(deed, "flood") == 0)
        for (;;) {
            const uint32_t head[2] = {UINT32_MAX, FRAME_FACTS};

            if (send(HOUSE_FD, head, sizeof head, MSG_NOSIGNAL) < 0)
                _exit(0);
        }
}

/* "dns NAME": the first TXT record of NAME. */
static char *
ask_dns(const char *name)
{
    DnsQuestion question = {(char *)(uintptr_t)name, DNS_TXT};
    g_autoptr(DnsAnswer) answer = dns_answer_new(DNS_TEMPORARY);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    FrameKind kind;

    shape_write(&dns_question_shape, &question, frame);
    if (!frame_send(HOUSE_FD, FRAME_QUESTION, frame->data, frame->len, 0) ||
        !frame_receive(HOUSE_FD, FRAME_MAX_BYTES, 0, &kind, frame) ||
        !shape_read(&dns_answer_shape, answer, frame->data, frame->len, &error) ||
        answer->outcome != DNS_FOUND)
        return g_strdup("no answer");
    return g_strdup(((const DnsRecord *)answer->records->pdata[0])->text);
}

/* Everything it is allowed: it answers with the mail as the subject. */
static void
answer(const GByteArray *mail)
{
    Facts *facts = facts_new();
    GByteArray *out = g_byte_array_new();

    facts->message.subject = g_strndup((const char *)mail->data, mail->len);
    if (g_str_has_prefix(facts->message.subject, "dns ")) {
        char *found = ask_dns(facts->message.subject + 4);

        g_free(facts->message.subject);
        facts->message.subject = found;
    }
    shape_write(&facts_shape, facts, out);
    (void)frame_send(HOUSE_FD, FRAME_FACTS, out->data, out->len, 0);
    g_byte_array_unref(out);
    facts_free(facts);
}

static int
serve(int64_t memory_bytes)
{
    GByteArray *frame = g_byte_array_new();
    FrameKind kind;

    if (!sort_lock_down(memory_bytes) || !frame_send(HOUSE_FD, FRAME_READY, NULL, 0, 0))
        return 1;
    while (frame_receive(HOUSE_FD, FRAME_MAX_BYTES, 0, &kind, frame)) {
        if (kind != FRAME_MAIL)
            continue;
        g_byte_array_append(frame, (const guint8 *)"", 1);
        misbehave((const char *)frame->data);
        g_byte_array_set_size(frame, frame->len - 1);
        answer(frame);
    }
    _exit(0);
}

typedef struct House {
    Resolver *resolver;
    Sorters *sorters;
    SortSettings *settings;
} House;

static void
open_house_at(House *house, int count, const char *resolver)
{
    g_autoptr(GError) error = NULL;
    const SortersSettings settings = {.count = count, .memory_bytes = 256 << 20};

    house->resolver =
        resolver_new(&(ResolverSettings){.server = resolver, .anchor = "none"}, &error);
    g_assert_no_error(error);
    house->sorters = sorters_new(&settings, house->resolver, &error);
    g_assert_no_error(error);
    house->settings = sort_settings_new();
    house->settings->limits.seconds = 1;
}

static void
open_house(House *house)
{
    open_house_at(house, 2, "none");
}

static void
close_house(House *house)
{
    sorters_free(house->sorters);
    resolver_free(house->resolver);
    sort_settings_free(house->settings);
}

static Facts *
send_mail(House *house, const char *text, GError **error)
{
    g_autoptr(GBytes) mail = g_bytes_new(text, strlen(text));

    return sorters_finish(sorters_begin(house->sorters, mail, house->settings), error);
}

/* The mail is held after two deaths, the reason is told, the next mail flows. */
static void
deed_hurts_only_itself(gconstpointer deed)
{
    House house;
    g_autoptr(GError) error = NULL;
    g_autoptr(Facts) held = NULL;
    g_autoptr(Facts) next = NULL;
    g_autoptr(GError) none = NULL;

    open_house(&house);
    held = send_mail(&house, deed, &error);
    g_assert_null(held);
    g_assert_error(error, FAULT, FAULT_MESSAGE);
    g_assert_cmpint(sorters_deaths(house.sorters), ==, 2);
    next = send_mail(&house, "an ordinary mail", &none);
    g_assert_no_error(none);
    g_assert_cmpstr(next->message.subject, ==, "an ordinary mail");
    close_house(&house);
}

static void
forbidden_call_is_named(gconstpointer deed)
{
    House house;
    g_autoptr(GError) error = NULL;

    open_house(&house);
    g_assert_null(send_mail(&house, deed, &error));
    g_assert_nonnull(strstr(error->message, "forbidden system call"));
    close_house(&house);
}

static void
many_mails_come_back_to_their_senders(void)
{
    House house;
    GPtrArray *jobs = g_ptr_array_new();

    open_house(&house);
    for (int i = 0; i < 200; i++) {
        g_autofree char *text = g_strdup_printf("mail %d", i);
        g_autoptr(GBytes) mail = g_bytes_new(text, strlen(text));

        if (jobs->len > 4) {
            g_autoptr(GError) error = NULL;
            g_autoptr(Facts) facts =
                sorters_finish(g_ptr_array_steal_index(jobs, 0), &error);
            g_autofree char *wanted = g_strdup_printf("mail %d", i - 5);

            g_assert_no_error(error);
            g_assert_cmpstr(facts->message.subject, ==, wanted);
        }
        g_ptr_array_add(jobs, sorters_begin(house.sorters, mail, house.settings));
    }
    for (guint i = 0; i < jobs->len; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Facts) facts = sorters_finish(jobs->pdata[i], &error);

        g_assert_no_error(error);
        g_assert_nonnull(facts);
    }
    g_ptr_array_unref(jobs);
    close_house(&house);
}

/* A name server of ours that says nothing until it is told to. */
static int
open_name_server(char **address)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(server, (struct sockaddr *)&here, size), ==, 0);
    g_assert_cmpint(getsockname(server, (struct sockaddr *)&here, &size), ==, 0);
    *address = g_strdup_printf("127.0.0.1@%d", ntohs(here.sin_port));
    return server;
}

/* Answers one question, whatever it asks, with one TXT record "late". */
static void
answer_at_last(int server)
{
    static const unsigned char record[] = {0xc0, 12, 0, 16, 0,   1,   0,   0,  0,
                                           60,   0,  5, 4,  'l', 'a', 't', 'e'};
    unsigned char packet[600];
    struct sockaddr_in asker;
    socklen_t size = sizeof asker;
    ssize_t got = recvfrom(server, packet, 512, 0, (struct sockaddr *)&asker, &size);
    size_t end = 12;

    g_assert_cmpint(got, >, 12);
    while (packet[end])
        end += packet[end] + 1U;
    end += 5; /* the root, type and class: behind it an OPT record that we drop */
    packet[2] = 0x81;
    packet[3] = 0x80;
    packet[7] = 1;
    packet[11] = 0;
    memcpy(packet + end, record, sizeof record);
    g_assert_cmpint(sendto(server, packet, end + sizeof record, 0,
                           (const struct sockaddr *)&asker, size),
                    >, 0);
}

/* There is one place; the second mail gets it while the first one waits for DNS. */
static void
waiting_for_dns_holds_nobody_else(void)
{
    House house;
    g_autoptr(GError) error = NULL;
    g_autofree char *address = NULL;
    int server = open_name_server(&address);
    g_autoptr(GBytes) slow = g_bytes_new_static("dns slow.example", 16);
    SortJob *job;

    open_house_at(&house, 1, address);
    job = sorters_begin(house.sorters, slow, house.settings);
    /* Few: on a busy machine each takes its time, and a question lives for seconds. */
    for (int i = 0; i < 4; i++) {
        g_autoptr(Facts) quick = send_mail(&house, "an ordinary mail", &error);

        g_assert_no_error(error);
        g_assert_cmpstr(quick->message.subject, ==, "an ordinary mail");
    }
    answer_at_last(server);
    g_autoptr(Facts) facts = sorters_finish(job, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(facts->message.subject, ==, "late");
    close_house(&house);
    (void)close(server);
}

int
main(int argc, char **argv)
{
    static const char *const deeds[] = {"open",  "socket", "exec", "fork", "hang",
                                        "crash", "memory", "lie",  "flood"};

    if (argc == 3 && strcmp(argv[1], "sort") == 0)
        return serve(g_ascii_strtoll(argv[2], NULL, 10));
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++) {
        g_autofree char *name =
            g_strdup_printf("/sorters/%s-hurts-only-itself", deeds[i]);

#ifdef POSTROOM_SANITIZED /* a sanitizer's own memory has no limit */
        if (strcmp(deeds[i], "memory") == 0)
            continue;
#endif
        g_test_add_data_func(name, deeds[i], deed_hurts_only_itself);
    }
    for (size_t i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("/sorters/%s-is-named", deeds[i]);

        g_test_add_data_func(name, deeds[i], forbidden_call_is_named);
    }
    g_test_add_func("/sorters/many-mails-come-back-to-their-senders",
                    many_mails_come_back_to_their_senders);
    g_test_add_func("/sorters/waiting-for-dns-holds-nobody-else",
                    waiting_for_dns_holds_nobody_else);
    return g_test_run();
}
