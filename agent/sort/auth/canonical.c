#include "canonical.h"

#include <string.h>

#include "base/digest.h"

#include "relaxed_body.h"

static bool
is_wsp(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool
is_fws(char byte)
{
    return is_wsp(byte) || byte == '\r' || byte == '\n';
}

/* Section 3.4.2: folds opened, runs of white space to one space, none at the ends. A
 * CR or LF that is no fold stays. */
static void
add_relaxed_value(const char *value, size_t size, GString *out)
{
    bool pending = false;
    bool any = false;

    for (size_t i = 0; i < size; i++) {
        bool is_fold = value[i] == '\r' && i + 1 < size && value[i + 1] == '\n';

        if (is_fold || is_wsp(value[i])) {
            i += is_fold;
            pending = any;
            continue;
        }
        if (pending)
            g_string_append_c(out, ' ');
        pending = false;
        any = true;
        g_string_append_c(out, value[i]);
    }
}

static void
add_relaxed_name(const RawField *field, GString *out)
{
    size_t size = field->name_size;

    while (size > 0 && is_fws(field->raw[size - 1]))
        size--;
    for (size_t i = 0; i < size; i++)
        g_string_append_c(out, g_ascii_tolower(field->raw[i]));
    g_string_append_c(out, ':');
}

void
canonical_add_field(const RawField *field, bool relaxed, GString *out)
{
    if (!relaxed) {
        g_string_append_len(out, field->raw, (gssize)field->raw_size);
        if (field->raw_size == 0 || field->raw[field->raw_size - 1] != '\n')
            g_string_append(out, "\r\n");
        return;
    }
    add_relaxed_name(field, out);
    add_relaxed_value(field->value, field->value_size, out);
    g_string_append(out, "\r\n");
}

static size_t
skip_fws(const char *text, size_t at, size_t end)
{
    while (at < end && is_fws(text[at]))
        at++;
    return at;
}

/* Where the value of the b tag stands in a tag list; false: there is no b. */
static bool
find_b(const char *text, size_t size, size_t *start, size_t *stop)
{
    size_t i = 0;

    while (i < size) {
        const char *semicolon = memchr(text + i, ';', size - i);
        size_t end = semicolon ? (size_t)(semicolon - text) : size;
        size_t name = skip_fws(text, i, end);
        size_t equals =
            name < end && text[name] == 'b' ? skip_fws(text, name + 1, end) : end;

        if (equals < end && text[equals] == '=') {
            *start = equals + 1;
            *stop = end;
            return true;
        }
        i = end + 1;
    }
    return false;
}

void
canonical_add_signature(const RawField *field, bool relaxed, GString *out)
{
    size_t start = 0;
    size_t stop = 0;
    g_autoptr(GString) value = g_string_sized_new(field->value_size);

    if (!find_b(field->value, field->value_size, &start, &stop))
        start = stop = field->value_size;
    g_string_append_len(value, field->value, (gssize)start);
    g_string_append_len(value, field->value + stop, (gssize)(field->value_size - stop));
    if (relaxed) {
        add_relaxed_name(field, out);
        add_relaxed_value(value->str, value->len, out);
    } else {
        g_string_append_len(out, field->raw, (gssize)field->name_size);
        g_string_append_c(out, ':');
        g_string_append_len(out, value->str, (gssize)value->len);
    }
}

void
canonical_body_init(CanonicalBody *body, const RawMail *mail)
{
    *body = (CanonicalBody){.mail = mail};
}

void
canonical_body_clear(CanonicalBody *body)
{
    if (body->relaxed)
        g_string_free(body->relaxed, TRUE);
    body->relaxed = NULL;
}

/* Section 3.4.3: the body as it is, with one CRLF at its end instead of many. */
static size_t
simple_size(const RawMail *mail)
{
    size_t size = mail->body_size;

    while (size >= 4 && memcmp(mail->body + size - 4, "\r\n\r\n", 4) == 0)
        size -= 2;
    if (size == 2 && memcmp(mail->body, "\r\n", 2) == 0)
        size = 0;
    return size;
}

static bool
lacks_final_crlf(const RawMail *mail, size_t size)
{
    return size < 2 || memcmp(mail->body + size - 2, "\r\n", 2) != 0;
}

size_t
canonical_body_size(CanonicalBody *body, bool relaxed)
{
    size_t size;

    if (relaxed) {
        if (!body->relaxed)
            body->relaxed = relaxed_body_new(body->mail->body, body->mail->body_size);
        return body->relaxed->len;
    }
    size = simple_size(body->mail);
    return size + (lacks_final_crlf(body->mail, size) ? 2 : 0);
}

void
canonical_body_hash_part(CanonicalBody *body, bool relaxed, size_t length,
                         uint8_t out[32])
{
    size_t whole = canonical_body_size(body, relaxed);
    size_t stored = relaxed ? whole : simple_size(body->mail);
    const char *text = relaxed ? body->relaxed->str : body->mail->body;

    length = MIN(length, whole);
    if (length <= stored) {
        digest_sha256(text, length, out);
    } else {
        g_autoptr(GString) completed = g_string_new_len(text, (gssize)stored);

        g_string_append(completed, "\r\n");
        digest_sha256(completed->str, length, out);
    }
}

const uint8_t *
canonical_body_hash(CanonicalBody *body, bool relaxed)
{
    if (!body->has_hash[relaxed]) {
        canonical_body_hash_part(body, relaxed, canonical_body_size(body, relaxed),
                                 body->hash[relaxed]);
        body->has_hash[relaxed] = true;
    }
    return body->hash[relaxed];
}
