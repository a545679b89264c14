/* H1: mails made to kill or to stall. Each is read in a process of its own, which must
 * come back alive, within two seconds of CPU and 128 MB. */
#include "mail_fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD "From: a@b.example\r\nSubject: x\r\nMessage-ID: <1@x>\r\n"
#define HTML HEAD "Content-Type: text/html\r\n\r\n"

typedef struct Flood {
    const char *name;
    const char *before;
    const char *repeated; /* "%u" is the turn's number */
    unsigned times;
    const char *after;
    const char *defect; /* NULL: none is asked for */
} Flood;

static const Flood floods[] = {
    {"group-chain", "From: ", "g:", 100000, "\r\n\r\nhello", "missing_from"},
    {"300000-parts", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
     "--b\n\nx\n", 300000, "--b--\n", "too_many_parts"},
    {"500000-headers", "", "a:b\n", 500000, "\nbody", "too_many_headers"},
    {"wide-header", HEAD, "X: 0123456789012345678901234567890123456789\n", 9000,
     "\nbody", "header_too_large"},
    {"depth-50000", HEAD, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n",
     50000, "", "too_deep"},
    {"60000-rfc2231", HEAD "Content-Type: application/pdf;", " name*%u=x;", 60000,
     "\r\n\r\nx", "header_too_large"},
    {"9000-rfc2231", HEAD "Content-Type: application/pdf;", " name*%u=x;", 9000,
     "\r\n\r\nx", NULL},
    {"rfc2231-in-a-part",
     HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\n"
          "Content-Type: application/pdf;",
     " name*%u=x;", 60000, "\r\n\r\nx", "header_too_large"},
    {"300000-addresses", "From: a@b\nTo: ", "a@b.c, ", 300000, "\r\n\r\nx",
     "header_too_large"},
    {"40000-addresses", "From: a@b\nTo: ", "a@b.c,", 40000, "\r\n\r\nx",
     "too_many_addresses"},
    {"20000-links", HTML, "<a href='http://e.example/%u'>k</a> ", 20000, "", NULL},
    {"blank-flood", HEAD "\r\n", "                                ", 300000, "x", NULL},
    {"line-flood", HEAD "\r\n", "\n\r\n\n\n\n\n\n", 1000000, "x", NULL},
    {"html-blank-flood", HTML, " \n \t ", 1000000, "x", NULL},
    {"html-depth", HTML, "<b><i><div>", 90000, "x", NULL},
    {"html-end-tags", HTML "<b><b><b><b><b><b>", "</i>", 250000, "x", NULL},
    {"html-tables", HTML, "<table><tr><td>", 60000, "x", NULL},
    {"html-attributes", HTML "<a ", "a%u ", 120000, ">x", NULL},
    {"html-attributes-behind-a-quote", HTML "<a \"", "a%u ", 120000, ">x", NULL},
    {"html-attributes-behind-slashes", HTML "<a", "/a%u", 120000, ">x", NULL},
    {"html-comments", HTML, "<!--", 250000, "", NULL},
    {"html-brackets", HTML, "<", 1000000, "", NULL},
    {"html-ampersands", HTML, "&", 1000000, "", NULL},
    {"html-open-quotes", HTML, "<a x=\"", 150000, "", NULL},
    {"attributions", HEAD "\r\n", "On 1/1/2020 10:00 a@b wrote:\n> x\n\ny\n", 25000, "",
     NULL},
    {"closings", HEAD "\r\nhello\n", "Regards\nx\n", 400000, "", NULL},
    {"closings-apart", HEAD "\r\nhello\n", "Kind regards,\n\n", 300000, "", NULL},
    {"thanks", HEAD "\r\nhello\n", "Thanks\nx\n", 400000, "", NULL},
    {"laws", HEAD "\r\nhello\n\n", "en cumplimiento de\n\n", 200000, "", NULL},
    {"names-far-apart", HEAD "\r\nhello\n\n", "Ana Prieto\n600111222\n\n\n\n\n\n\n\n\n",
     50000, "", NULL},
    {"titles", HEAD "\r\nhello\n\n", "---- x ----\n", 200000, "> x\n", NULL},
    {"open-scripts", HTML, "<script>", 200000, "", NULL},
    {"header-blocks", HEAD "\r\n", "From: x\n", 130000, "", NULL},
    {"encoded-words", "From: a@b\nSubject: ", "=?cs%u?q?=e4?= ", 14000, "\n\nx", NULL},
    {"open-words", "From: a@b\nSubject: ", "=?a?q?", 40000, "?=\n\nx", NULL},
    {"references", "From: a@b\nReferences: ", "<%u@x> ", 20000, "\n\nx", NULL},
    {"comments", "From: ", "(", 200000, "\n\nx", NULL},
    {"quotes", "From: ", "\"<", 100000, "\n\nx", NULL},
    {"calendar", HEAD "Content-Type: text/calendar\n\n", "BEGIN:VCALENDAR\n", 5000, "",
     NULL},
    {"boundary", HEAD "Content-Type: multipart/mixed; boundary=", "xxxxxxxxxx", 9000,
     "\n\nx", "boundary_too_long"},
};

static GString *
make_flood(const Flood *flood)
{
    GString *mail = g_string_new(flood->before);
    const char *mark = strstr(flood->repeated, "%u");

    for (unsigned i = 0; i < flood->times; i++) {
        const char *at = flood->repeated;

        for (const char *next = mark; next; next = strstr(at, "%u")) {
            g_string_append_len(mail, at, next - at);
            g_string_append_printf(mail, "%u", i);
            at = next + 2;
        }
        g_string_append(mail, at);
    }
    return g_string_append(mail, flood->after);
}

/* In the child: 0, or the number of what was wrong. */
static int
read_flood(const Flood *flood)
{
    GString *mail = make_flood(flood);
    Reading *reading;

    parse_init();
    reading = read_bytes(mail->str, mail->len);
    if (flood->defect && !has_text(reading->message.defects, flood->defect))
        return 2;
    if (reading->message.text && !g_utf8_validate(reading->message.text, -1, NULL))
        return 3;
    if (reading->message.size_bytes != (int64_t)mail->len)
        return 4;
    return 0;
}

static void
flood_is_survived(gconstpointer row)
{
    const Flood *flood = row;
    struct rusage usage;
    int status = 0;
    pid_t child = fork();

    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        struct rlimit seconds = {30, 30};

        (void)setrlimit(RLIMIT_CPU, &seconds); /* without it the test only hangs */
        _exit(read_flood(flood));
    }
    g_assert_cmpint(wait4(child, &status, 0, &usage), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
#ifndef POSTROOM_SANITIZED
    g_assert_cmpint(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec, <, 2);
    g_assert_cmpint(usage.ru_maxrss, <, 128 * 1024);
#endif
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(floods); i++) {
        g_autofree char *path = g_strconcat("/parse/survives/", floods[i].name, NULL);

        g_test_add_data_func(path, &floods[i], flood_is_survived);
    }
    return g_test_run();
}
