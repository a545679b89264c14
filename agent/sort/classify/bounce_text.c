/* Layer 1, last: bounces in prose. Only from mail daemons: the same words from a
 * person are a customer asking about a bounce. */
#include <string.h>

#include "base/clock.h"
#include "bounce.h"
#include "fold.h"

static const char *const openings[] = {
    " this is the qmail send program ",
    " delivery to the following recipient ",
    " delivery to the following recipients ",
    " delivery has failed ",
    " delivery status notification ",
    " a message that you sent could not be delivered ",
    " your message could not be delivered ",
    " your mail could not be delivered ",
    " message could not be delivered ",
    " could not be delivered ",
    " undeliverable ",
    " undelivered mail ",
    " undeliverable mail ",
    " returned mail ",
    " mail delivery failed ",
    " mail delivery failure ",
    " mail delivery system ",
    " delivery failure ",
    " delivery failed ",
    " failure notice ",
    " failed to deliver ",
    " mail delivery error ",
    " delivery error ",
    " user unknown ",
    " mail failure ",
    " mail failed ",
    " error sending your mail ",
    " could not send mail ",
    " trouble delivering ",
    " an error delivering your mail ",
    " has not yet been delivered ",
    " delayed ",
    " delivery status ",
    " mail could not be ",
    " transcript of session ",
    " returned to sender ",
    " did not reach the following ",
    " was not delivered ",
    " unable to deliver ",
    " not be sent ",
    " mail system error ",
    " el mensaje no se ha podido entregar ",
    " no se pudo entregar ",
    " no se ha podido entregar ",
    " mensaje no entregado ",
    " error de entrega ",
    " unzustellbar ",
    " non remis ",
    " mancato recapito ",
    NULL};

static const char *const delays[] = {" delayed ",
                                     " warning message still undelivered ",
                                     " has not yet been delivered ",
                                     " will be retried ",
                                     " will continue to try ",
                                     " still being retried ",
                                     " demora en la entrega ",
                                     " retrasado ",
                                     NULL};

static bool
is_address_character(char character)
{
    return g_ascii_isalnum(character) || strchr("._%+-=/!#$&'*?^{|}~", character);
}

/* The address around the @ at `at`, unless it is a daemon's; NULL: there is none. */
static char *
address_around(const char *text, size_t size, size_t at)
{
    size_t start = at;
    size_t end = at + 1;
    g_autofree char *found = NULL;

    while (start > 0 && at - start < 64 && text[start - 1] &&
           is_address_character(text[start - 1]))
        start--;
    while (end < size && (g_ascii_isalnum(text[end]) || strchr("-.", text[end])))
        end++;
    while (end > at + 1 && text[end - 1] == '.')
        end--;
    found = g_ascii_strdown(text + start, (gssize)(end - start));
    if (start == at || !strchr(found, '.') || is_daemon(found))
        return NULL;
    return g_strndup(text + start, end - start);
}

/* The first address of the text that is not the daemon's; NULL. */
static char *
first_address(const char *text)
{
    size_t size = text ? strnlen(text, 4000) : 0;

    for (size_t at = 1; at + 3 < size; at++) {
        char *found = text[at] == '@' ? address_around(text, size, at) : NULL;

        if (found)
            return found;
    }
    return NULL;
}

/* A line that begins with an address, bare or as <a@b> or "a@b", and has nothing but
 * a colon or dots after it, or else why it failed or when, opens what is said about one
 * recipient; `rest` becomes what follows. Yours; NULL. */
static char *
opening_address(const char *line, const char **rest)
{
    size_t skipped = strspn(line, " \t<\"");
    const char *start = line + skipped;
    const char *at = strchr(start, '@');
    g_autofree char *found = NULL;

    if (!at)
        return NULL;
    found = address_around(start, strlen(start), (size_t)(at - start));
    if (!found || !g_str_has_prefix(start, found))
        return NULL;
    start += strlen(found);
    *rest = start + strspn(start, ">\":. \t\r");
    if (**rest == '\0' || g_str_has_prefix(*rest, "on ") || bounce_tells(*rest))
        return g_steal_pointer(&found);
    return NULL;
}

/* "550 <a@b>... User unknown": sendmail's own line on one recipient. Yours; NULL. */
static char *
coded_address(const char *line)
{
    const char *start = line;

    if (bounce_smtp_code(line) == TIME_NONE || !g_ascii_isdigit(*line))
        return NULL;
    start += strspn(start, "0123456789. ");
    if (*start != '<' || !strstr(start, ">... "))
        return NULL;
    return address_around(start, strlen(start),
                          strcspn(start, "@") < strlen(start) ? strcspn(start, "@")
                                                              : 0);
}

/* Where the returned mail begins: what stands in it is about nobody's failure. */
static bool
is_end_of_prose(const char *line)
{
    static const char *const starts[] = {
        "Return-Path:",   "Received:",       "Return-path:",     "--- Below",
        "--- The header", "   ----- Unsent", "   ----- Original"};

    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
        if (g_str_has_prefix(line, starts[i]))
            return true;
    return false;
}

static void
add_prose_bounce(Case *it, const char *recipient, const char *text, bool is_delay)
{
    g_autofree char *prose = fold_case(text, 4000);
    Bounce *bounce = shape_append(&bounce_shape, &it->out->bounces);

    bounce->recipient = g_strdup(recipient);
    bounce->action = g_strdup(is_delay ? "delayed" : "failed");
    bounce->diagnostic = bounce_find_diagnostic(text);
    bounce->status = bounce_find_status(text);
    bounce->smtp_code = bounce_smtp_code(bounce->diagnostic);
    bounce->original_message_id =
        bare_id(field_of(it->reading->report.returned_headers, "Message-ID"));
    bounce_explain(bounce, prose);
}

/* One row for each recipient that has words of its own. */
static bool
add_each_recipient(Case *it, const char *text, bool is_delay)
{
    g_autofree char *cut = g_strndup(text ? text : "", TEXT_FOLD_BYTES);
    g_auto(GStrv) lines = g_strsplit(cut, "\n", -1);
    g_autofree char *recipient = NULL;
    g_autoptr(GString) said = g_string_new(NULL);

    for (char **line = lines; *line && !is_end_of_prose(*line); line++) {
        const char *rest = "";
        g_autofree char *next = opening_address(*line, &rest);

        if (next && recipient && said->len > 0)
            add_prose_bounce(it, recipient, said->str, is_delay);
        if (next) {
            g_free(recipient);
            recipient = g_steal_pointer(&next);
            g_string_truncate(said, 0);
            if (*rest)
                g_string_append_printf(said, "%s\n", rest);
        } else if (recipient && **line) {
            g_string_append_printf(said, "%s\n", *line);
        }
        if (list_length(it->out->bounces) + 1 >= BOUNCES_MOST)
            break;
    }
    /* A single recipient needs the whole text: its cause may stand above it. */
    if (list_length(it->out->bounces) == 0)
        return false;
    if (recipient && said->len > 0)
        add_prose_bounce(it, recipient, said->str, is_delay);
    return true;
}

static bool
has_coded_line(const char *text)
{
    g_autofree char *line = bounce_find_diagnostic(text);

    return line != NULL;
}

/* Where sendmail has tried several. */
static bool
add_coded_recipients(Case *it, const char *text, bool is_delay)
{
    g_autofree char *cut = g_strndup(text ? text : "", TEXT_FOLD_BYTES);
    g_auto(GStrv) lines = g_strsplit(cut, "\n", -1);
    g_autoptr(GPtrArray) told = g_ptr_array_new();

    for (char **line = lines; *line && !is_end_of_prose(*line); line++) {
        g_autofree char *recipient = coded_address(*line);

        if (recipient && told->len < BOUNCES_MOST)
            g_ptr_array_add(told, *line);
    }
    if (told->len < 2)
        return false;
    for (guint i = 0; i < told->len; i++) {
        g_autofree char *recipient = coded_address(told->pdata[i]);

        add_prose_bounce(it, recipient, told->pdata[i], is_delay);
    }
    return true;
}

/* The words by which it is a bounce; NULL: it is none. */
static const char *
what_is_told(const Case *it, const char *body)
{
    const char *text = it->message->text;
    const char *told = fold_find(it->subject, openings);
    g_autofree char *status = NULL;

    if (!told)
        told = fold_find(body, openings);
    if (told || !is_daemon(it->from_address))
        return told;
    status = bounce_find_status(text);
    return status || has_coded_line(text) ? " a status code " : NULL;
}

bool
layer_bounce_text(Case *it)
{
    const char *text = it->message->text;
    g_autofree char *body = NULL;
    g_autofree char *phrase = NULL;
    const char *told;
    bool is_delay;

    /* "MAILER-DAEMON <>": a person always has an address. */
    if (*it->from_address && !is_daemon(it->from_address))
        return false;
    body = fold_words(text, TEXT_FOLD_BYTES);
    told = what_is_told(it, body);
    if (!told)
        return false;
    is_delay =
        fold_find(it->subject, delays) || strstr(body, " not yet been delivered ");
    if (!add_coded_recipients(it, text, is_delay) &&
        !add_each_recipient(it, text, is_delay)) {
        g_autofree char *recipient = first_address(text);

        add_prose_bounce(it, recipient, text, is_delay);
    }
    phrase = g_strstrip(g_strdup(told));
    bounce_settle(it, "text:bounce",
                  g_strdup_printf("a mail daemon writes “%s”", phrase));
    return true;
}
