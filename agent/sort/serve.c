/* The body of `postroom sort`: one job after the other until the house hangs up. */
#include "sort/sort.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "sort/parse/parse.h"

enum {
    KEPT_BYTES = 4 << 20
};

typedef struct Bench {
    int socket;
    Sorter *sorter;
    GByteArray *frame;
    void *learned; /* the table in use; NULL: none */
    size_t learned_bytes;
} Bench;

/* Never returns without an answer: a house that is gone, or talks nonsense, ends us. */
static DnsAnswer *
ask_house(void *self, const char *name, DnsType type)
{
    Bench *bench = self;
    DnsQuestion question = {g_strdup(name), type};
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GByteArray) in = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    DnsAnswer *answer = dns_answer_new(DNS_TEMPORARY);
    FrameKind kind;

    shape_write(&dns_question_shape, &question, out);
    g_free(question.name);
    if (!frame_send(bench->socket, FRAME_QUESTION, out->data, out->len, 0) ||
        !frame_receive(bench->socket, FRAME_MAX_BYTES, 0, &kind, in) ||
        kind != FRAME_ANSWER ||
        !shape_read(&dns_answer_shape, answer, in->data, in->len, &error))
        _exit(EX_PROTOCOL);
    return answer;
}

static bool
send_facts(Bench *bench, GBytes *mail, const SortSettings *settings)
{
    DnsAsker dns = {ask_house, bench};
    g_autoptr(Facts) facts = sort_mail(bench->sorter, mail, settings, &dns);
    g_autoptr(GByteArray) out = g_byte_array_new();

    shape_write(&facts_shape, facts, out);
    return frame_send(bench->socket, FRAME_FACTS, out->data, out->len, 0);
}

static bool
send_part(Bench *bench, GBytes *mail, const SortSettings *settings, const char *part)
{
    g_autoptr(GBytes) bytes = parse_attachment(mail, settings, part);
    gsize size = 0;
    const void *at = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    return frame_send(bench->socket, bytes ? FRAME_BYTES : FRAME_NOTHING, at, size, 0);
}

static bool
send_report(Bench *bench, GBytes *mail, const SortSettings *settings,
            const Trial *trial)
{
    DnsAsker dns = {ask_house, bench};
    TrialReport report;
    g_autoptr(GByteArray) out = g_byte_array_new();

    shape_init(&trial_report_shape, &report);
    sort_try(mail, trial, settings, &dns, &report);
    shape_write(&trial_report_shape, &report, out);
    shape_clear(&trial_report_shape, &report);
    return frame_send(bench->socket, FRAME_REPORT, out->data, out->len, 0);
}

/* What is asked of a mail: its facts, else a part of it, else a trial. */
typedef struct Errand {
    char *part;
    Trial *trial;
} Errand;

static void
errand_clear(Errand *errand)
{
    g_free(errand->part);
    shape_free(&trial_shape, errand->trial);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Errand, errand_clear)

/* A house that talks nonsense ends us. */
static void
read_noun(const Bench *bench, const Shape *shape, void *noun)
{
    g_autoptr(GError) error = NULL;

    if (!shape_read(shape, noun, bench->frame->data, bench->frame->len, &error))
        _exit(EX_PROTOCOL);
}

/* Up to the frame with the mail, which stays in `frame`. False: the house hung up. */
static bool
receive_errand(Bench *bench, Errand *errand)
{
    FrameKind kind;

    do {
        if (!frame_receive(bench->socket, FRAME_MAX_BYTES, 0, &kind, bench->frame))
            return false;
        if (kind == FRAME_PART && !errand->part) {
            errand->part =
                g_strndup((const char *)bench->frame->data, bench->frame->len);
        } else if (kind == FRAME_TRIAL && !errand->trial) {
            errand->trial = shape_new(&trial_shape);
            read_noun(bench, &trial_shape, errand->trial);
        } else if (kind != FRAME_MAIL) {
            _exit(EX_PROTOCOL);
        }
    } while (kind != FRAME_MAIL);
    return true;
}

/* What the house learned lies in memory that it has sealed: we look at it where it is,
 * and can change nothing. */
static void
receive_learned(Bench *bench)
{
    uint64_t size = 0;
    int descriptor = frame_receive_descriptor(bench->socket);
    g_autoptr(GError) error = NULL;
    void *table;

    if (descriptor < 0 || bench->frame->len != sizeof size)
        _exit(EX_PROTOCOL);
    memcpy(&size, bench->frame->data, sizeof size);
    table = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
    (void)close(descriptor);
    if (table == MAP_FAILED || !sorter_teach(bench->sorter, table, size, &error))
        _exit(EX_PROTOCOL);
    if (bench->learned)
        (void)munmap(bench->learned, bench->learned_bytes);
    bench->learned = table;
    bench->learned_bytes = size;
}

/* The first frame of a job; before it there may be news. False: the house hung up. */
static bool
receive_settings(Bench *bench, SortSettings *settings)
{
    FrameKind kind;

    do {
        if (!frame_receive(bench->socket, FRAME_MAX_BYTES, 0, &kind, bench->frame))
            return false;
        if (kind == FRAME_LEARNED)
            receive_learned(bench);
        else if (kind != FRAME_SETTINGS)
            _exit(EX_PROTOCOL);
    } while (kind != FRAME_SETTINGS);
    read_noun(bench, &sort_settings_shape, settings);
    return true;
}

/* Settings, perhaps an errand, then the mail. False: the house hung up. */
static bool
serve_job(Bench *bench)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) mail = NULL;
    g_auto(Errand) errand = {0};

    if (!receive_settings(bench, settings) || !receive_errand(bench, &errand))
        return false;
    mail = g_byte_array_free_to_bytes(g_steal_pointer(&bench->frame));
    bench->frame = g_byte_array_new();
    if (errand.part)
        return send_part(bench, mail, settings, errand.part);
    if (errand.trial)
        return send_report(bench, mail, settings, errand.trial);
    return send_facts(bench, mail, settings);
}

static GLogWriterOutput
say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer self)
{
    /* Libraries' warnings quote mail, and GLib's own writer makes system calls. */
    (void)level, (void)fields, (void)n, (void)self;
    return G_LOG_WRITER_HANDLED;
}

/* What one mail took is for the next one. To give pages back to the kernel and to get
 * them again costs more than to read what a usual mail has on them. */
static void
keep_memory(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES); /* cannot fail for these */
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
}

static void
close_stderr(void)
{
#ifndef POSTROOM_SANITIZED
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0)
        (void)dup2(nowhere, STDERR_FILENO);
#endif
}

int
sort_serve(int socket, int64_t memory_bytes)
{
    g_autoptr(GError) error = NULL;
    Bench bench = {.socket = socket, .frame = g_byte_array_new()};

    /* The house may be killed while we are deep in a mail. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    tzset();
    keep_memory();
    bench.sorter = sorter_new(&error);
    if (!bench.sorter) {
        (void)fprintf(stderr, "postroom sort: %s\n", error->message);
        return EX_SOFTWARE;
    }
    close_stderr();
    g_log_set_writer_func(say_nothing, NULL, NULL);
    if (!sort_lock_down(memory_bytes))
        return EX_OSERR;
    if (!frame_send(socket, FRAME_READY, NULL, 0, 0))
        return EX_OK;
    while (serve_job(&bench))
        continue;
    /* Leaving through exit handlers would need system calls that are gone. */
    _exit(EX_OK);
}
