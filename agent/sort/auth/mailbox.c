#include "mailbox.h"

#include <string.h>

#include "domain.h"
#include "words.h"

void
mailbox_init(Mailbox *mailbox)
{
    *mailbox = (Mailbox){.bare = g_string_new(NULL),
                         .address = g_string_new(NULL),
                         .display = g_string_new(NULL)};
}

void
mailbox_clear(Mailbox *mailbox)
{
    GString **all[] = {&mailbox->bare, &mailbox->address, &mailbox->display};

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (*all[i])
            g_string_free(*all[i], TRUE);
        *all[i] = NULL;
    }
}

/* Behind the comment that opens at `p`; NULL: it never closes. */
static const char *
scan_comment(const char *p, Mailbox *out)
{
    size_t depth = 0;

    for (; *p; p++) {
        size_t word = word_measure_encoded(p);

        /* One that holds a parenthesis ends where other readers see it end. */
        if (word > 0 && !g_strstr_len(p, (gssize)word, "(") &&
            !g_strstr_len(p, (gssize)word, ")")) {
            word_decode(p, word, out->display);
            p += word - 1;
            continue;
        }
        if (*p == '\\' && p[1]) {
            p++;
        } else if (*p == '(') {
            depth++;
        } else if (*p == ')' && --depth == 0) {
            return p + 1;
        }
        g_string_append_c(out->display, *p);
    }
    return NULL;
}

/* Behind the quoted string that opens at `p`; NULL: it never closes. Encoded words have
 * no place in it (RFC 2047 section 5), and most readers decode them there. */
static const char *
scan_quoted(const char *p, GString *raw, Mailbox *out)
{
    g_string_append_c(raw, *p++);
    for (; *p; p++) {
        size_t word = word_measure_encoded(p);

        if (word > 0) {
            word_decode(p, word, out->display);
            g_string_append_len(raw, p, (gssize)word);
            p += word - 1;
            continue;
        }
        g_string_append_c(raw, *p);
        if (*p == '"')
            return p + 1;
        if (*p == '\\') {
            if (!p[1])
                return NULL;
            g_string_append_c(raw, *++p);
        }
        g_string_append_c(out->display, *p);
    }
    return NULL;
}

static const char *
scan_angle(const char *p, Mailbox *out, const char **trouble)
{
    for (p++; *p && *p != '>';) {
        if (*p == '"') {
            p = scan_quoted(p, out->address, out);
            if (!p)
                break;
            continue;
        }
        if (strchr("<()\\:;,", *p)) {
            *trouble = "the address in angle brackets has more than one reading";
            return NULL;
        }
        g_string_append_c(out->address, *p++);
    }
    if (!p || *p != '>') {
        *trouble = "an angle bracket or quote in From never closes";
        return NULL;
    }
    out->has_angle = true;
    return p + 1;
}

static bool
is_refused(char byte, const char **trouble)
{
    if (byte == ':' || byte == ';')
        *trouble = "From holds a group";
    else if (byte == '>' || byte == ')' || byte == '\\')
        *trouble = "From has stray brackets or a quoted pair outside quotes";
    else
        return false;
    return true;
}

/* A plain byte or a whole encoded word: `=?utf-8?Q?Doe,_John?=` holds no comma that
 * separates mailboxes, but one with `<`, `>` or `@` inside could be meant to. */
static const char *
scan_word(const char *p, Mailbox *out)
{
    size_t word = word_measure_encoded(p);

    if (out->has_angle && *p != ' ' && *p != '\t')
        out->has_tail = true;
    if (word > 0) {
        word_decode(p, word, out->display);
        g_string_append_len(out->bare, p, (gssize)word);
        return p + word;
    }
    g_string_append_c(out->bare, *p);
    g_string_append_c(out->display, *p);
    return p + 1;
}

/* Behind a comment, a quoted text, an angle or a word; NULL: it never closes. */
static const char *
scan_piece(const char *p, Mailbox *out, const char **trouble)
{
    if (*p == '(') {
        p = scan_comment(p, out);
        if (p)
            g_string_append_c(out->bare, ' ');
        return p;
    }
    if (*p != '"' && *p != '<')
        return scan_word(p, out);
    out->has_tail = out->has_tail || out->has_angle;
    return *p == '"' ? scan_quoted(p, out->bare, out) : scan_angle(p, out, trouble);
}

bool
mailbox_scan(const char **at, Mailbox *out, const char **trouble)
{
    const char *p = *at;

    *trouble = NULL;
    while (*p && *p != ',') {
        if (is_refused(*p, trouble))
            return false;
        p = scan_piece(p, out, trouble);
        if (!p) {
            if (!*trouble)
                *trouble = "a quote or comment in From never closes";
            return false;
        }
    }
    *at = p;
    return true;
}

static bool
is_atom_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '.' || (unsigned char)byte > 0x7f ||
           (byte && strchr("!#$%&'*+-/=?^_`{|}~", byte));
}

static bool
is_local_part(const char *text, size_t size)
{
    bool quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';
    size_t start = quoted ? 1 : 0;
    size_t stop = quoted ? size - 1 : size;

    if (size == 0 || g_strstr_len(text, (gssize)size, "=?"))
        return false;
    for (size_t i = start; i < stop; i++)
        if (quoted ? g_ascii_iscntrl(text[i]) || strchr("@<>,;:\\\"()", text[i])
                   : !is_atom_byte(text[i]))
            return false;
    return true;
}

char *
mailbox_domain(const char *address)
{
    const char *at = strrchr(address, '@');

    if (!at || !g_utf8_validate(address, -1, NULL))
        return NULL;
    if (!is_local_part(address, (size_t)(at - address)))
        return NULL;
    return domain_to_ascii(at + 1, strlen(at + 1));
}
