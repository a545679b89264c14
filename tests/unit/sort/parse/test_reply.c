/* What a person wrote, apart from what they quote and how they sign. */
#include "mail_fixture.h"

#include <stdlib.h>

#define PLAIN "From: a@b\nContent-Type: text/plain; charset=utf-8\n\n"
#define PAGE "From: a@b\nContent-Type: text/html; charset=utf-8\n\n"

static const struct {
    const char *mail;
    const char *reply;
    const char *signature;
} rows[] = {
    {PLAIN "Only this.\n", "Only this.", NULL},
    {PLAIN
     "Yes.\n\nOn Mon, 3 Aug 2026 at 10:00, Eva <e@x.example> wrote:\n> Shall we?\n",
     "Yes.", NULL},
    {PLAIN "S\xc3\xad.\n\nEl lun, 3 ago 2026 a las 10:00, Eva\n"
           "(<e@x.example>) escribi\xc3\xb3:\n> \xc2\xbfVamos?\n",
     "S\xc3\xad.", NULL},
    {PLAIN "Sim.\n\nEm seg., 3 de ago. de 2026 \xc3\xa0s 10:00, Eva <e@x.example> "
           "escreveu:\n\n> Vamos?\n",
     "Sim.", NULL},
    {PLAIN "Oui.\n\nLe lun. 3 ao\xc3\xbbt 2026 \xc3\xa0 10:00, Eva <e@x.example> a "
           "\xc3\xa9"
           "crit :\n> On y va ?\n",
     "Oui.", NULL},
    {PLAIN
     "Ja.\n\nAm Mo., 3. Aug. 2026 um 10:00 Uhr schrieb Eva <e@x.example>:\n> Los?\n",
     "Ja.", NULL},
    {PLAIN "Ja.\n\nOp ma 3 aug 2026 om 10:00 schreef Eva <e@x.example>:\n> Gaan we?\n",
     "Ja.", NULL},
    {PLAIN "S\xc3\xac.\n\nIl giorno lun 3 ago 2026 alle ore 10:00 Eva <e@x.example> ha "
           "scritto:\n> Andiamo?\n",
     "S\xc3\xac.", NULL},
    {PLAIN
     "Tak.\n\npon., 3 sie 2026 o 10:00 Eva <e@x.example> napisa\xc5\x82(a):\n> No?\n",
     "Tak.", NULL},
    {PLAIN
     "Ja.\n\nDen m\xc3\xa5n 3 aug. 2026 kl 10:00 skrev Eva <e@x.example>:\n> Ska vi?\n",
     "Ja.", NULL},
    {PLAIN "Perfecto.\n\nDe: Eva <e@x.example>\nEnviado: lunes, 3 de agosto de 2026\n"
           "Para: a@b\nAsunto: Visita\n\n\xc2\xbfVamos?\n",
     "Perfecto.", NULL},
    {PLAIN "Gut.\n\n________________________________\nVon: Eva <e@x.example>\n"
           "Gesendet: Montag, 3. August 2026\nAn: a@b\nBetreff: Besuch\n\nGehen wir?\n",
     "Gut.", NULL},
    {PLAIN "Fine.\n\n-----Original Message-----\nFrom: Eva\n\nShall we?\n", "Fine.",
     NULL},
    {PLAIN "> Shall we?\n\nYes, at ten.\n", "Yes, at ten.", NULL},
    {PLAIN "On Mon, 3 Aug 2026 10:00, Eva wrote:\n> Shall we?\n\nYes, at ten.\n",
     "Yes, at ten.", NULL},
    {PLAIN "Hi Eva,\n\nOn Mon, 3 Aug 2026 10:00, Eva wrote:\n> Shall we?\n\nYes.\n\n"
           "> When?\n\nAt ten.\n",
     "Hi Eva,\n\nYes.\n\nAt ten.", NULL},
    {PLAIN "Works now.\n\n-- \nEva Example\nBoss\n", "Works now.",
     "-- \nEva Example\nBoss"},
    {PLAIN "Works now.\n\nEnviado desde mi iPhone\n", "Works now.",
     "Enviado desde mi iPhone"},
    {PLAIN "Works now.\n\nUn saludo,\nEva\n", "Works now.", "Un saludo,\nEva"},
    {PLAIN "Hello,\n\nSent with DHL, the parcel came broken.\nWhat can I do now?\n",
     "Hello,\n\nSent with DHL, the parcel came broken.\nWhat can I do now?", NULL},
    {PLAIN "Hallo,\nbitte buchen Sie\nvon meinem Konto nichts mehr ab.\n",
     "Hallo,\nbitte buchen Sie\nvon meinem Konto nichts mehr ab.", NULL},
    {PLAIN "Hi,\n\nget outlook for my laptop to read it?\n\nI have an old one here.\n",
     "Hi,\n\nget outlook for my laptop to read it?\n\nI have an old one here.", NULL},
    {PLAIN "Hi.\n\nSent from my desk, which is quieter than my phone.\n",
     "Hi.\n\nSent from my desk, which is quieter than my phone.", NULL},
    {PLAIN "Works now.\n\nSent from my RIDGE 4G\n\nIt is said to work again now.\n",
     "Works now.", "Sent from my RIDGE 4G"},
    {PLAIN "Works now.\n\nAtentamente\nEva\nHerramientas de Ejemplo S.A. de C.V.\n",
     "Works now.", "C.V."},
    {PLAIN
     "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nWorks now.\n\n- -- \nEva\n"
     "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n\n"
     "> Shall we?\n",
     "Works now.", "Eva"},
    {PLAIN "Works.\n\nEva Example wrote:\n> Does it?\n", "Works.", NULL},
    {PLAIN "Va.\n\nEva G\xc3\xb3mez escribi\xc3\xb3:\n\n> \xc2\xbfVa?\n", "Va.", NULL},
    {PLAIN "Va.\n\nEva a \xc3\xa9"
           "crit\xc2\xa0:\n> Va?\n",
     "Va.", NULL},
    {PLAIN "Well.\n\nYou wrote:\n> it does\n", "Well.\n\nYou wrote:", NULL},
    {PLAIN "Well.\n\nEva wrote:\nit does\n", "Well.\n\nEva wrote:\nit does", NULL},
    {PLAIN "Works now.\n\nMuchas gracias. Un saludo,\nEva\n", "Works now.", "Eva"},
    {PLAIN "Works now.\n\nFeliz d\xc3\xad"
           "a.\nEva\n",
     "Works now.", "Eva"},
    {PLAIN
     "Works now.\n\nEnviado desde mi smartphone Samsung Galaxy.\nIt is said to work "
     "again now.\n",
     "Works now.", "Galaxy"},
    {PLAIN "Works now.\n\nSent from Edison Mail\n", "Works now.", "Edison"},
    {PLAIN "Works now.\n\nObt\xc3\xa9n BlueMail para Android\n", "Works now.", "Blue"},
    {PLAIN "Works now.\n\n---\nEste correo electr\xc3\xb3nico ha sido comprobado en "
           "busca de virus.\n",
     "Works now.", "virus"},
    {PLAIN "Works now.\n\n<https://x.example/sig>\nLibre de virus.x.example\n",
     "Works now.", "virus"},
    {PLAIN "Works now.\n\nUn saludo\nEva\n\nProtecci\xc3\xb3n de datos: de conformidad "
           "con el RGPD, sus datos ser\xc3\xa1n tratados por la empresa del ejemplo.\n",
     "Works now.", "RGPD"},
    {PLAIN "-----Mensaje original-----\nDe: Eva <e@x.example>\nEnviado: lunes\n"
           "Para: a@b\nAsunto: Visita\n\n> \xc2\xbfVamos?\n\nS\xc3\xad, a las diez.\n",
     "S\xc3\xad, a las diez.", NULL},
    {PAGE "<p>He says:</p><blockquote style='margin: 0 0 0 40px; border: none; "
          "padding: 0px;'>Ten.</blockquote><p>Right?</p>",
     "He says:\n\nTen.\n\nRight?", NULL},
    {PAGE "<p>Works now.</p><div class=front-signature>Eva</div>", "Works now.", "Eva"},
    {PLAIN "Thanks!\n", "Thanks!", NULL},
    {PLAIN "> only\n> a quote\n", "> only\n> a quote", NULL},
    {PLAIN "I read the rules on page 3. You wrote:\nno refunds. Why?\n",
     "I read the rules on page 3. You wrote:\nno refunds. Why?", NULL},
    {PAGE "<div>Yes.</div><br><div class=\"gmail_quote\">On Mon Eva wrote:"
          "<blockquote>Shall we?</blockquote></div>",
     "Yes.", NULL},
    {PAGE "<p>Yes.</p><div id=\"divRplyFwdMsg\"><b>Eva</b></div><div>Shall we?</div>",
     "Yes.", NULL},
    {PAGE "<p>Yes.</p><span id=OLK_SRC_BODY_SECTION>Shall we?</span>", "Yes.", NULL},
    {PAGE "<div id=appendonsend></div><p>Only their words.</p>", "Only their words.",
     NULL},
    {PAGE "Yes.<blockquote type=cite>Shall we?</blockquote>At ten.", "Yes.\nAt ten.",
     NULL},
};

static void
replies_are_cut_out(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Reading) reading = read_text(rows[i].mail);

        g_test_message("row %zu", i);
        g_assert_cmpstr(reading->message.reply_text, ==, rows[i].reply);
        if (rows[i].signature)
            g_assert_nonnull(reading->message.signature_text);
        g_assert_nonnull(reading->message.text);
    }
}

/* The one escape table a line of JSON needs. */
/* A line is found wherever on it a help desk's words stand: it looks at some bytes. */
static void
help_desks_line_is_found_at_each_place(void)
{
    for (guint before = 0; before < 40; before++) {
        g_autofree char *dashes = g_strnfill(before, '#');
        g_autofree char *mail = g_strconcat(
            PLAIN "Yes.\n\n", dashes, " Boven deze regel ", dashes, "\nOld.\n", NULL);
        Reading *reading = read_text(mail);

        g_assert_cmpstr(reading->message.reply_text, ==, "Yes.");
        free_reading(reading);
    }
}

static void
append_escape(GString *out, const char **at)
{
    static const char plain[] = "n\nt\tr\rb\bf\f";
    const char *found = strchr(plain, **at);

    if (**at == 'u') {
        g_autofree char *hex = g_strndup(*at + 1, 4);

        g_string_append_unichar(out, (gunichar)strtoul(hex, NULL, 16));
        *at += 4;
    } else {
        g_string_append_c(out, found && **at != '\0' ? found[1] : **at);
    }
}

static char *
json_text(const char *line, const char *key)
{
    g_autofree char *sought = g_strdup_printf("\"%s\": \"", key);
    const char *at = strstr(line, sought);
    GString *out = g_string_new(NULL);

    g_assert_nonnull(at);
    for (at += strlen(sought); *at && *at != '"'; at++) {
        if (*at == '\\') {
            at++;
            append_escape(out, &at);
        } else {
            g_string_append_c(out, *at);
        }
    }
    return g_string_free(out, FALSE);
}

static bool
is_exact(const char *line)
{
    g_autofree char *text = json_text(line, "text");
    g_autofree char *reply = g_strstrip(json_text(line, "reply"));
    g_autofree char *mail = g_strconcat(PLAIN, text, NULL);
    g_autoptr(Reading) reading = read_text(mail);
    g_autofree char *got = g_strstrip(g_strdup(reading->message.reply_text));

    return strcmp(got, reply) == 0;
}

static void
others_fixtures_mostly_agree(void)
{
    g_autofree char *shared = shared_folder();
    g_autofree char *path = shared ? g_build_filename(shared, "classify", "replystrip",
                                                      "plain", "expected.jsonl", NULL)
                                   : NULL;
    g_autofree char *all = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned exact = 0;

    if (!path || !g_file_get_contents(path, &all, NULL, NULL)) {
        g_test_skip("the shared fixtures are not here");
        return;
    }
    lines = g_strsplit(g_strchomp(all), "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        exact += is_exact(lines[i]) ? 1 : 0;
    g_test_message("%u of %u exact", exact, g_strv_length(lines));
    g_assert_cmpuint(exact, >=, 45);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    parse_init();
    g_test_add_func("/parse/replies-are-cut-out", replies_are_cut_out);
    g_test_add_func("/parse/help-desks-line-is-found-at-each-place",
                    help_desks_line_is_found_at_each_place);
    g_test_add_func("/parse/others-fixtures-mostly-agree",
                    others_fixtures_mostly_agree);
    return g_test_run();
}
