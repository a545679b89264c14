/* Texts, parts, reports and invitations, from mails in this folder and in the table. */
#include "mail_fixture.h"

static Reading *
read_file(const char *name)
{
    g_autofree char *path = g_build_filename(TEST_FOLDER, name, NULL);
    g_autofree char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    g_file_get_contents(path, &bytes, &size, &error);
    g_assert_no_error(error);
    return read_bytes(bytes, size);
}

#define TYPE(type) "From: a@b\nContent-Type: " type "\n"

static const struct {
    const char *mail;
    const char *text;
} texts[] = {
    {TYPE("text/plain; charset=windows-1252") "\ncaf\xe9 \x80",
     "caf\xc3\xa9 \xe2\x82\xac"},
    {TYPE("text/plain; charset=iso-8859-1") "\nsaid latin, is caf\xc3\xa9",
     "said latin, is caf\xc3\xa9"},
    {TYPE("text/plain; charset=utf-8") "Content-Transfer-Encoding: quoted-printable\n\n"
                                       "a=C3=A9=\nb =3D C:\\temp\\new",
     "a\xc3\xa9"
     "b = C:\\temp\\new"},
    {TYPE("text/plain; charset=utf-8") "Content-Transfer-Encoding: base64\n\nY2Fmw6k",
     "caf\xc3\xa9"},
    {TYPE("text/plain; charset=iso-2022-jp") "\n\x1b$BF|K\\\x1b(B",
     "\xe6\x97\xa5\xe6\x9c\xac"},
    {TYPE("text/plain; charset=gb18030") "\n\xc4\xe3\xba\xc3",
     "\xe4\xbd\xa0\xe5\xa5\xbd"},
    {TYPE("text/plain; charset=utf-7") "\ncaf+AOk-", "caf\xc3\xa9"},
    {TYPE("text/plain; charset=no-such") "\ncaf\xc3\xa9", "caf\xc3\xa9"},
    {TYPE("text/plain; charset=\"utf-8\"; format=flowed") "\n\xf0\x9f\x98\x80",
     "\xf0\x9f\x98\x80"},
    {TYPE("text/plain; format=flowed; delsp=yes") "\nThe prin \nter  \nfails. \n\n"
                                                  "> is  \n> it on? \nYes. \n> So? "
                                                  "\n>> Now?\n"
                                                  "-- \nEva",
     "The printer fails. \n\n> is it on? \nYes. \n> So? \n>> Now?\n-- \nEva"},
    {TYPE("text/plain; format=flowed") "\nThe printer \nfails.",
     "The printer \nfails."},
    {TYPE("text/markdown") "\n# Broken", "# Broken"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\nU8OtLCDDsQ==\n\n_____\n"
                        "A list\nhttp://x.example/\n",
     "S\xc3\xad, \xc3\xb1\n_____\nA list\nhttp://x.example/\n"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\nNothing of it, really.\n",
     "Nothing of it, really.\n"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\n"
                        "WWVzLCBu\r\nby4gWWVz\nLCBubyE=\n",
     "Yes, no. Yes, no!"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\nWWVzLCBu\nby4\ngWWVz",
     "Yes, no. Yes"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\nWWVzLCBubyEh\n=\n",
     "Yes, no!!"},
    {TYPE("text/plain") "Content-Transfer-Encoding: base64\n\nWW Vz\nL!CB\nubw==\n",
     "Yes, no"},
    {"\r\n\n" TYPE("text/plain") "\nblank lines first", "blank lines first"},
    {"\nFor once: no field\n", "For once: no field\n"},
    {"From: a@b\n\nno type at all\r\nsecond", "no type at all\nsecond"},
    {TYPE("multipart/mixed") "\nno boundary said", "no boundary said"},
    {TYPE("multipart/mixed; boundary=q") "\nnever a boundary", "never a boundary"},
    {TYPE("multipart/mixed; boundary*0=q; boundary*1=r") "\n--qr\n\ncut in "
                                                         "two\n--qr--\n",
     "cut in two"},
    {TYPE("multipart/mixed; boundary=q") "\n--q\nContent-Type: text/html\n\n<p>one\n"
                                         "--q\nContent-Type: "
                                         "text/html\n\n<p>two\n--q--\n",
     "one\n\ntwo"},
    {TYPE("multipart/alternative; boundary=q") "\n--q\nContent-Type: text/plain\n\n \n"
                                               "--q\nContent-Type: "
                                               "text/html\n\n<b>rich</b>"
                                               "\n--q--\n",
     "rich"},
    {TYPE("text/html") "\nbefore <html><body>after &eacute; &nbsp;x</body></html>",
     "before\n\nafter \xc3\xa9 x"},
    {TYPE("text/html") "\n<style>p{}</style><script>bad()</script>seen", "seen"},
    {TYPE("text/html") "\n<table><tr><td>Name:</td><td>Eva</td></tr><tr><td>City:</td>"
                       "<td>Vigo</td></tr></table>",
     "Name: Eva\nCity: Vigo"},
    {TYPE("text/html") "\n<ul><li>one<li>two</ul>three<br>four",
     "- one\n- two\nthree\nfour"},
    {TYPE("text/html") "\n </script>\n<p>after a stray end", "after a stray end"},
    {TYPE("text/html") "\n<b><!--#rotate>never closed", "never closed"},
    {TYPE("text/html") "\n<meta charset=koi8-r>caf\xc3\xa9", "caf\xc3\xa9"},
};

static void
texts_come_out_whole(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Reading) reading = read_text(texts[i].mail);

        g_test_message("row %zu", i);
        g_assert_cmpstr(reading->message.text, ==, texts[i].text);
    }
}

static void
utf16_is_read(void)
{
    static const char mail[] = TYPE("text/plain; charset=utf-16") "\n\xff\xfeh\0\xe9\0";
    g_autoptr(Reading) reading = read_bytes(mail, sizeof mail - 1);

    g_assert_cmpstr(reading->message.text, ==, "h\xc3\xa9");
}

static void
nuls_are_left_out(void)
{
    static const char mail[] = "From: a@b\nSubject: a\0b\n\nc\0d";
    g_autoptr(Reading) reading = read_bytes(mail, sizeof mail - 1);

    g_assert_cmpstr(reading->message.subject, ==, "ab");
    g_assert_cmpstr(reading->message.text, ==, "cd");
    g_assert_true(has_text(reading->message.defects, "nul_bytes"));
}

static const struct {
    const char *html;
    const char *text;
    int64_t hidden;
} hidings[] = {
    {"<p style='display:none'>secret</p>seen", "seen", 6},
    {"<p style='DISPLAY: NONE !important'>secret</p>seen", "seen", 6},
    {"<div style='visibility:hidden'><b>secret</b></div>seen", "seen", 6},
    {"<span style='font-size:0px'>secret</span>seen", "seen", 6},
    {"<span style='font-size:0.9em'>small</span>", "small", 0},
    {"<td style='font-size:0px'>secret<div style='font-size:13px'>seen</div></td>",
     "seen", 6},
    {"<p style='font-size:0'>secret<b style='font-size:100%'>secret</b></p>seen",
     "seen", 12},
    {"<p style='visibility:hidden'>secret<b style='visibility:visible'>seen</b></p>",
     "seen", 6},
    {"<a style='mso-hide:all'>Pay</a>", "Pay", 0},
    {"<style>.b{background:#06c}</style><a class=b style='color:#fff'>Pay</a>"
     "<i style='color:#fff'>secret</i>",
     "Pay", 6},
    {"<style>.b{color:red}</style><a class=b style='color:#fff'>secret</a>seen", "seen",
     6},
    {"<font color=white>secret</font>seen", "seen", 6},
    {"<span style='color:#fff'>secret</span>seen", "seen", 6},
    {"<table><tr><td bgcolor=\"#000000\"><font color=#ffffff>light on "
     "dark</font></table>",
     "light on dark", 0},
    {"<div style='background:#222'><p style='color:rgb(34,34,34)'>secret</p></div>seen",
     "seen", 6},
};

static void
hidden_text_is_counted(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hidings); i++) {
        g_autofree char *mail =
            g_strconcat(TYPE("text/html") "\n", hidings[i].html, NULL);
        g_autoptr(Reading) reading = read_text(mail);

        g_test_message("%s", hidings[i].html);
        g_assert_cmpstr(reading->message.text, ==, hidings[i].text);
        g_assert_cmpint(reading->hidden_characters, ==, hidings[i].hidden);
    }
}

static void
links_name_their_host(void)
{
    g_autoptr(Reading) reading = read_text(
        TYPE("text/html; charset=utf-8") "\n<a href='https://bank.example@B\xc3\xbc"
                                         "cher.example:8/x'>bank"
                                         ".example</a> <a href='#top'>top</a> <a "
                                         "href=mailto:x@Y.example>m</a>");
    const GPtrArray *links = reading->message.links;
    const Link *first;

    g_assert_cmpuint(list_length(links), ==, 2);
    first = links->pdata[0];
    g_assert_cmpstr(first->text, ==, "bank.example");
    g_assert_cmpstr(first->domain, ==, "xn--bcher-kva.example");
    g_assert_cmpstr(((const Link *)links->pdata[1])->domain, ==, "y.example");
}

static const struct {
    const char *fields; /* of the part */
    const char *filename;
    const char *risk; /* NULL: none */
} names[] = {
    {"Content-Type: application/pdf; name=\"r.pdf\"\n", "r.pdf", NULL},
    {"Content-Type: application/pdf; name=\"=?utf-8?Q?caf=C3=A9.pdf?=\"\n",
     "caf\xc3\xa9.pdf", NULL},
    {"Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.pdf\n",
     "caf\xc3\xa9.pdf", NULL},
    {"Content-Disposition: attachment; filename*0*=utf-8''caf; filename*1*=%C3%A9;"
     " filename*2=.pdf\n",
     "caf\xc3\xa9.pdf", NULL},
    {"Content-Disposition: attachment; filename*=us-ascii''f%F6.pdf\n", "f\xc3\xb6.pdf",
     NULL},
    {"Content-Disposition: attachment; filename=\"../../x\"\n", "../../x", NULL},
    {"Content-Disposition: attachment; filename=\"C:\\dir\\r.exe\"\n", "C:\\dir\\r.exe",
     "executable"},
    {"Content-Disposition: attachment; filename=\"r.pdf.exe\"\n", "r.pdf.exe",
     "double_extension"},
    {"Content-Disposition: attachment; filename=\"r.exe . \"\n", "r.exe .",
     "executable"},
    {"Content-Disposition: attachment; filename*=utf-8''r%E2%80%AEfdp.exe\n",
     "r\xe2\x80\xae"
     "fdp.exe",
     "rtl_override"},
    {"Content-Disposition: attachment; filename=\"s.xlsm\"\n", "s.xlsm", "macro"},
    {"Content-Disposition: attachment; filename=\"\xe2\x80\x8b.htaccess\"\n",
     "\xe2\x80\x8b.htaccess", "zero_width"},
};

static void
names_are_data_and_risks_are_marked(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *mail =
            g_strconcat(TYPE("multipart/mixed; boundary=q") "\n--q\n\nhi\n--q\n",
                        names[i].fields, "\nbytes\n--q--\n", NULL);
        g_autoptr(Reading) reading = read_text(mail);
        const Attachment *attachment = attachment_at(reading, 0);

        g_test_message("%s", names[i].fields);
        g_assert_cmpstr(attachment->filename, ==, names[i].filename);
        g_assert_cmpstr(attachment->part, ==, "2");
        g_assert_cmpint(attachment->size_bytes, ==, 5);
        if (names[i].risk)
            g_assert_true(has_text(attachment->risk, names[i].risk));
        else
            g_assert_cmpuint(list_length(attachment->risk), ==, 0);
    }
}

static void
parts_are_found_again(void)
{
    g_autoptr(Reading) reading = read_file("related.eml");
    const Attachment *image = attachment_at(reading, 0);
    const Attachment *zip = attachment_at(reading, 1);
    g_autofree char *path = g_build_filename(TEST_FOLDER, "related.eml", NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;

    g_assert_cmpstr(reading->message.text, ==, "Look at this.");
    g_assert_nonnull(strstr(reading->message.html, "cid:pic@x"));
    g_assert_cmpstr(image->part, ==, "1.2");
    g_assert_cmpstr(image->content_type, ==, "image/png");
    g_assert_cmpstr(image->content_id, ==, "pic@x");
    g_assert_true(image->is_inline);
    g_assert_cmpstr(zip->part, ==, "2");
    g_assert_true(has_text(zip->risk, "encrypted_archive"));

    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    g_autoptr(GBytes) mail = g_bytes_new(bytes, size);
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) found = parse_attachment(mail, settings, "1.2");

    g_assert_nonnull(found);
    g_assert_cmpint((int64_t)g_bytes_get_size(found), ==, image->size_bytes);
    g_assert_null(parse_attachment(mail, settings, "9.9"));
}

static void
archive_members_are_looked_at(void)
{
    g_autoptr(Reading) reading = read_file("archive.eml"); /* a name beyond ASCII */

    g_assert_cmpstr(attachment_at(reading, 0)->content_type, ==, "application/zip");
    g_assert_true(has_text(attachment_at(reading, 0)->risk, "executable_in_archive"));
}

static void
delivery_report_is_taken_apart(void)
{
    g_autoptr(Reading) reading = read_file("bounce.eml");
    const Report *report = &reading->report;
    const ReportGroup *second;

    g_assert_cmpint(report->kind, ==, REPORT_DELIVERY);
    g_assert_cmpuint(list_length(report->groups), ==, 3);
    second = report->groups->pdata[1];
    g_assert_cmpstr(((const Header *)second->fields->pdata[0])->name, ==,
                    "Final-Recipient");
    g_assert_cmpuint(list_length(report->returned_headers), ==, 3);
    g_assert_nonnull(strstr(report->human_text, "could not be delivered"));
    g_assert_cmpstr(reading->message.text, ==, "Your mail could not be delivered.\n");
    g_assert_cmpuint(list_length(reading->message.attachments), ==, 2);
}

static void
invitation_is_read_in_its_zone(void)
{
    g_autoptr(Reading) reading = read_file("invitation.eml");
    const Invitation *invitation;

    g_assert_cmpuint(list_length(reading->message.calendar), ==, 1);
    invitation = reading->message.calendar->pdata[0];
    g_assert_cmpstr(invitation->method, ==, "REQUEST");
    g_assert_cmpstr(invitation->organizer, ==, "eva@x.example");
    g_assert_cmpstr(invitation->summary, ==, "Visita");
    g_assert_cmpint(invitation->start, ==, 1787299200);
    g_assert_cmpint(invitation->end, ==, 1787302800);
}

static const struct {
    const char *zone;
    int64_t start; /* of noon on 3 August 2026 */
} zones[] = {
    {"Europe/Madrid", 1785751200},
    {"Romance Standard Time", 1785751200},
    {"America/Bogota", 1785776400},
    {"America/Mexico_City", 1785780000}, /* no summer time since 2022 */
    {"Central Standard Time (Mexico)", 1785780000},
    {"Nowhere/At_All", 1785758400},
};

static void
invitation_may_name_its_zone_alone(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autofree char *mail = g_strdup_printf(
            TYPE("text/calendar") "\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n"
                                  "DTSTART;TZID=%s:20260803T120000\nDURATION:PT1H\n"
                                  "END:VEVENT\nEND:VCALENDAR\n",
            zones[i].zone);
        g_autoptr(Reading) reading = read_text(mail);
        const Invitation *invitation = reading->message.calendar->pdata[0];

        g_test_message("%s", zones[i].zone);
        g_assert_cmpint(invitation->start, ==, zones[i].start);
        g_assert_cmpint(invitation->end, ==, zones[i].start + 3600);
    }
}

static void
opaque_signature_is_opened(void)
{
    g_autoptr(Reading) reading = read_file("opaque.eml");

    g_assert_cmpstr(reading->message.text, ==, "signed caf\xc3\xa9 words");
    g_assert_true(reading->message.security.is_signed);
    g_assert_false(reading->message.security.is_encrypted);
    g_assert_cmpstr(attachment_at(reading, 0)->filename, ==, "a.pdf");
}

static void
pdf_alone_is_an_attachment(void)
{
    g_autoptr(Reading) reading =
        read_text(TYPE("application/octet-stream; name=r.pdf") "\n%PDF-1.4");

    g_assert_cmpstr(attachment_at(reading, 0)->part, ==, "1");
    g_assert_cmpstr(attachment_at(reading, 0)->content_type, ==, "application/pdf");
    g_assert_cmpstr(reading->message.text, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    parse_init();
    g_test_add_func("/parse/texts-come-out-whole", texts_come_out_whole);
    g_test_add_func("/parse/utf16-is-read", utf16_is_read);
    g_test_add_func("/parse/nuls-are-left-out", nuls_are_left_out);
    g_test_add_func("/parse/hidden-text-is-counted", hidden_text_is_counted);
    g_test_add_func("/parse/links-name-their-host", links_name_their_host);
    g_test_add_func("/parse/names-are-data-and-risks-are-marked",
                    names_are_data_and_risks_are_marked);
    g_test_add_func("/parse/parts-are-found-again", parts_are_found_again);
    g_test_add_func("/parse/archive-members-are-looked-at",
                    archive_members_are_looked_at);
    g_test_add_func("/parse/delivery-report-is-taken-apart",
                    delivery_report_is_taken_apart);
    g_test_add_func("/parse/invitation-is-read-in-its-zone",
                    invitation_is_read_in_its_zone);
    g_test_add_func("/parse/invitation-may-name-its-zone-alone",
                    invitation_may_name_its_zone_alone);
    g_test_add_func("/parse/opaque-signature-is-opened", opaque_signature_is_opened);
    g_test_add_func("/parse/pdf-alone-is-an-attachment", pdf_alone_is_an_attachment);
    return g_test_run();
}
