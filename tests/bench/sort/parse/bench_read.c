/* How fast mail is read, beside GMime's bare parse of the same bytes in the same run.
 *
 *   bench_sort_parse_read [FOLDER]
 *   bench_sort_parse_read --make FOLDER
 *
 * Without a folder: a mix made here, 26 kB in the mean: plain letters with a quote,
 * pages of HTML beside their text, and letters with a file; --make writes it into a
 * folder for others to read. Prints messages and megabytes a second on one core, and
 * the ratio. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <gmime/gmime.h>

#include "sort/parse/parse.h"

enum {
    MAILS = 240,
    ROUNDS = 7,
    MICRO = 1000000
};

static double
cpu_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* this clock always exists */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
add_words(GString *out, unsigned count, GRand *dice)
{
    static const char *const words[] = {
        "the",    "delivery", "arrived",  "yesterday", "but",      "one",
        "pump",   "is",       "leaking",  "por favor", "dígame",   "cuándo",
        "puede",  "venir",    "contract", "invoice",   "attached", "please",
        "thanks", "number",   "4711",     "we",        "need",     "an",
        "answer", "factura",  "pedido",   "urgente"};

    for (unsigned i = 0; i < count; i++)
        g_string_append_printf(out, "%s%s",
                               words[g_rand_int(dice) % G_N_ELEMENTS(words)],
                               i % 11 == 10 ? ".\r\n" : " ");
    g_string_append(out, "\r\n");
}

static void
add_header(GString *out, unsigned number, const char *type)
{
    for (unsigned i = 0; i < 4; i++)
        g_string_append_printf(
            out,
            "Received: from relay%u.example (relay%u.example [192.0.2.%u])\r\n\tby "
            "mx.example.org with ESMTPS id %08x\r\n\tfor <support@example.org>; Mon, 3 "
            "Aug 2026 10:00:0%u +0200\r\n",
            i, i, i, number * 7 + i, i);
    g_string_append_printf(
        out,
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=s1; "
        "h=from:to:subject;\r\n "
        "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
        "From: =?utf-8?Q?Ana_Garc=C3=ADa?= <ana%u@example.net>\r\nTo: Support "
        "<support@example.org>, other@example.org\r\nSubject: "
        "=?utf-8?B?wr9DdcOhbmRvIGxsZWdhPw==?= %u\r\nDate: Mon, 3 Aug 2026 10:00:00 "
        "+0200\r\nMessage-ID: <%u@example.net>\r\nReferences: <a@b> "
        "<c@d>\r\nMIME-Version: "
        "1.0\r\nContent-Type: %s\r\n",
        number, number, number, type);
}

static void
add_letter(GString *out, unsigned words, GRand *dice)
{
    add_words(out, words, dice);
    g_string_append(out, "\r\nBest regards,\r\nAna\r\n\r\nOn Mon, 3 Aug 2026 at 09:00, "
                         "Support <support@example.org> wrote:\r\n");
    for (unsigned i = 0; i < words / 11; i++)
        g_string_append(out,
                        "> this is what we wrote to you the other day, we think\r\n");
}

static void
add_page(GString *out, unsigned cells, GRand *dice)
{
    g_string_append(out,
                    "<html><head><style>p {margin: 0}</style></head><body><table>");
    for (unsigned i = 0; i < cells; i++) {
        g_string_append(out, "<tr><td style=\"color:#333333;padding:0\"><p class=\"x\">"
                             "<a href=\"https://example.net/a?b=c&amp;d=e\">more</a> ");
        add_words(out, 12, dice);
        g_string_append(out, "</p></td></tr>\r\n");
    }
    g_string_append(out, "</table></body></html>\r\n");
}

static void
add_file(GString *out, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++)
        g_string_append(out,
                        "JVBERi0xLjQKJdPr6eEKMSAwIG9iago8PC9UaXRsZSAoQSk+PgplbmRvYmoK"
                        "MiAwIG9iago8PAo=\r\n");
}

static GBytes *
make_mail(unsigned number, GRand *dice)
{
    GString *out = g_string_new(NULL);

    if (number % 20 < 11) {
        add_header(out, number, "text/plain; charset=utf-8\r\n");
        add_letter(out, 150 + g_rand_int(dice) % 500, dice);
        return g_string_free_to_bytes(out);
    }
    add_header(out, number,
               number % 20 < 16 ? "multipart/alternative; boundary=\"=_b\"\r\n"
                                : "multipart/mixed; boundary=\"=_b\"\r\n");
    g_string_append(out, "--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
    add_letter(out, 200, dice);
    if (number % 20 < 16) {
        g_string_append(out, "--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
        add_page(out, 60 + g_rand_int(dice) % 100, dice);
    } else {
        g_string_append(out, "--=_b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
                             "Content-Transfer-Encoding: base64\r\n\r\n");
        add_file(out, 700 + g_rand_int(dice) % 500);
    }
    g_string_append(out, "--=_b--\r\n");
    return g_string_free_to_bytes(out);
}

static void
load_folder(const char *folder, GPtrArray *mails)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *bytes;
        gsize size;

        if (g_file_get_contents(path, &bytes, &size, NULL))
            g_ptr_array_add(mails, g_bytes_new_take(bytes, size));
    }
}

static void
make_mails(GPtrArray *mails)
{
    GRand *dice = g_rand_new_with_seed(22);

    for (unsigned i = 0; i < MAILS; i++)
        g_ptr_array_add(mails, make_mail(i, dice));
    g_rand_free(dice);
}

static int
write_mails(const GPtrArray *mails, const char *folder)
{
    for (guint i = 0; i < mails->len; i++) {
        g_autofree char *name = g_strdup_printf("%03u.eml", i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        gsize size;
        const char *bytes = g_bytes_get_data(mails->pdata[i], &size);

        if (!g_file_set_contents(path, bytes, (gssize)size, NULL))
            return 1;
    }
    return 0;
}

static void
read_all(const GPtrArray *mails)
{
    g_autoptr(SortSettings) settings = sort_settings_new();

    for (guint i = 0; i < mails->len; i++) {
        Reading *reading = shape_new(&reading_shape);

        parse_mail(mails->pdata[i], settings, reading);
        shape_free(&reading_shape, reading);
    }
}

static void
parse_bare(const GPtrArray *mails)
{
    for (guint i = 0; i < mails->len; i++) {
        gsize size;
        const char *bytes = g_bytes_get_data(mails->pdata[i], &size);
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

        g_clear_object(&message);
        g_object_unref(parser);
        g_object_unref(stream);
    }
}

/* The best of some rounds: what others do on the machine only adds. */
static double
best_s(void (*work)(const GPtrArray *), const GPtrArray *mails)
{
    double best = 1e9;

    for (unsigned i = 0; i < ROUNDS; i++) {
        double before = cpu_s();

        work(mails);
        best = MIN(best, cpu_s() - before);
    }
    return best;
}

static void
print_row(const char *name, double seconds, const GPtrArray *mails, double megabytes)
{
    printf("%-14s %8.0f messages/s %8.1f MB/s %8.1f us a message\n", name,
           mails->len / seconds, megabytes / seconds, seconds * MICRO / mails->len);
}

int
main(int argc, char **argv)
{
    g_autoptr(GPtrArray) mails =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    double megabytes = 0;
    double ours;
    double bare;

    parse_init();
    if (argc == 2)
        load_folder(argv[1], mails);
    else
        make_mails(mails);
    if (argc > 2)
        return write_mails(mails, argv[2]);
    for (guint i = 0; i < mails->len; i++)
        megabytes += (double)g_bytes_get_size(mails->pdata[i]) / 1e6;
    printf("%u mails, %.1f kB in the mean\n", mails->len, megabytes * 1e3 / mails->len);
    ours = best_s(read_all, mails);
    bare = best_s(parse_bare, mails);
    print_row("postroom", ours, mails, megabytes);
    print_row("GMime, bare", bare, mails, megabytes);
    printf("ratio %.2f\n", ours / bare);
    return 0;
}
