#include "author.h"

#include <string.h>

#include "display.h"
#include "domain.h"
#include "mailbox.h"

/* Readers take a longer name for text; the longest in use have some sixty bytes. */
enum {
    FIELD_NAME_MAX = 126
};

void
author_clear(Author *author)
{
    g_free(author->domain);
    g_free(author->trouble);
    *author = (Author){0};
}

/* The name as a sloppy reader sees it: without spaces, folds and control bytes. */
static bool
looks_like_from(const RawField *field)
{
    static const char from[] = "from";
    size_t matched = 0;

    for (size_t i = 0; i < field->name_size; i++) {
        char byte = field->raw[i];

        if (byte <= 32 || byte == 127)
            continue;
        if (matched == 4 || g_ascii_tolower(byte) != from[matched])
            return false;
        matched++;
    }
    return matched == 4;
}

/* Readers that take a bare CR for a line end would see a field start behind it. */
static bool
hides_from_behind_cr(const RawField *field)
{
    const char *end = field->value + field->value_size;

    for (const char *p = field->value; p < end;) {
        p = memchr(p, '\r', (size_t)(end - p));
        if (!p)
            return false;
        while (p < end && (*p == '\r' || *p == ' ' || *p == '\t'))
            p++;
        if (p < end && *p == '\n')
            continue;
        if (end - p >= 4 && g_ascii_strncasecmp(p, "from", 4) == 0)
            return true;
    }
    return false;
}

/* A name, blanks, a colon; or the line that mbox files set before a mail. Where a line
 * is neither, many readers take it and all that follows for text. They would show a
 * stranger's words on top of an old mail whose signature is still valid. */
static bool
is_field_line(const RawField *field, bool is_first)
{
    const char *mbox = field->raw + (field->raw_size > 0 && *field->raw == '>');
    size_t size = field->name_size;

    if (is_first && field->raw_size > 6 && strncmp(mbox, "From ", 5) == 0)
        return true;
    while (size > 0 && (field->raw[size - 1] == ' ' || field->raw[size - 1] == '\t'))
        size--;
    for (size_t i = 0; i < size; i++)
        if (field->raw[i] <= 32 || field->raw[i] >= 127)
            return false;
    return size > 0 && size <= FIELD_NAME_MAX;
}

static const RawField *
only_from(const RawMail *mail, const char **trouble)
{
    const RawField *from = NULL;

    *trouble = NULL;
    if (mail->starts_folded)
        *trouble = "the mail begins with a continuation line";
    if (mail->is_cut)
        *trouble = "the mail has too many header fields";
    for (size_t i = 0; !*trouble && i < raw_mail_count_fields(mail); i++) {
        const RawField *field = raw_mail_field(mail, i);

        if (!is_field_line(field, i == 0))
            *trouble = "a line among the header fields is none";
        if (hides_from_behind_cr(field))
            *trouble = "a bare CR hides a second From";
        if (!looks_like_from(field))
            continue;
        if (!field_is(field, "from"))
            *trouble = "a From field has a malformed name";
        else if (from)
            *trouble = "there is more than one From field";
        from = field;
    }
    if (!from && !*trouble)
        *trouble = "there is no From field";
    return *trouble ? NULL : from;
}

static bool
has_control_bytes(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool is_fold = text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';

        if (is_fold)
            i++;
        else if (((unsigned char)text[i] < 32 && text[i] != '\t') || text[i] == 127)
            return true;
    }
    return false;
}

static char *
without_quotes(const char *phrase)
{
    GString *out = g_string_new(NULL);
    bool quoted = false;

    for (const char *p = phrase; *p; p++) {
        if (quoted && *p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted)
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

/* `a@b.example <a@b.example>` is written by careless programs; two domains are a trap.
 */
static bool
phrase_agrees(const char *phrase, const char *domain)
{
    g_autofree char *plain = without_quotes(phrase);
    g_auto(GStrv) words = NULL;

    if (!strchr(plain, '@'))
        return true;
    words = g_strsplit_set(plain, " \t", -1);
    for (size_t i = 0; words[i]; i++) {
        g_autofree char *shown = NULL;

        if (!strchr(words[i], '@'))
            continue;
        shown = mailbox_domain(words[i]);
        if (!shown || strcmp(shown, domain) != 0)
            return false;
    }
    return true;
}

/* NULL with `*trouble`, else the domain of the mailbox. */
static char *
judge_mailbox(const Mailbox *mailbox, const char **trouble)
{
    g_autofree char *bare = g_strstrip(g_strdup(mailbox->bare->str));
    g_autofree char *address = g_strstrip(g_strdup(mailbox->address->str));
    g_autofree char *domain = mailbox_domain(mailbox->has_angle ? address : bare);

    if (mailbox->has_tail)
        *trouble = "text follows the address in From";
    else if (!domain)
        *trouble = "From holds something that is no address with a domain";
    else if (mailbox->has_angle && !phrase_agrees(bare, domain))
        *trouble = "the name in From is an unquoted address of another domain";
    return *trouble ? NULL : g_steal_pointer(&domain);
}

/* Whether the name beside the address shows an address of another domain. */
static bool
name_lies(const Mailbox *mailbox, const char *domain)
{
    bool has_name = mailbox->has_angle || mailbox->display->len > mailbox->bare->len;

    return has_name && display_shows_other(mailbox->display->str, domain);
}

static void
read_mailboxes(const char *text, Author *out, const char **trouble)
{
    const char *p = text;

    for (;;) {
        g_auto(Mailbox) mailbox = {0};
        g_autofree char *domain = NULL;

        mailbox_init(&mailbox);
        if (!mailbox_scan(&p, &mailbox, trouble))
            return;
        domain = judge_mailbox(&mailbox, trouble);
        if (!domain)
            return;
        if (out->domain && strcmp(out->domain, domain) != 0) {
            *trouble = "From names authors of different domains";
            return;
        }
        out->display_lies = out->display_lies || name_lies(&mailbox, domain);
        if (!out->domain)
            out->domain = g_steal_pointer(&domain);
        if (*p != ',')
            return;
        p++;
    }
}

void
author_read(const RawMail *mail, Author *out)
{
    const char *trouble = NULL;
    const RawField *from = only_from(mail, &trouble);
    g_autofree char *text = NULL;

    *out = (Author){0};
    if (from && has_control_bytes(from->value, from->value_size))
        trouble = "From holds control bytes";
    if (!trouble) {
        text = field_unfold(from);
        read_mailboxes(text, out, &trouble);
    }
    if (trouble) {
        g_clear_pointer(&out->domain, g_free);
        out->trouble = g_strdup(trouble);
    }
}
