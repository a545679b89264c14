#include "imap/fetched.h"

#include <string.h>

#include "base/clock.h"

void
fetched_clear(Fetched *fetched)
{
    text_clear(&fetched->body);
    text_clear(&fetched->header);
    g_clear_pointer(&fetched->email_id, g_free);
}

/* Digits of a fixed-width field; a leading blank stands for a zero (date-day-fixed). */
static int64_t
digits(const char *text, size_t width)
{
    int64_t sum = 0;

    for (size_t i = 0; i < width; i++) {
        if (i == 0 && text[0] == ' ')
            continue;
        if (!g_ascii_isdigit(text[i]))
            return -1;
        sum = sum * 10 + (text[i] - '0');
    }
    return sum;
}

static int64_t
month_number(const char *text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; i < 12; i++) {
        if (g_ascii_strncasecmp(text, names + 3 * i, 3) == 0)
            return (int64_t)i + 1;
    }
    return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar; the year begins in March so that
 * the leap day is its last. */
static int64_t
day_number(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719469;
}

int64_t
fetched_time(const char *text, size_t size)
{
    char fixed[26];
    int64_t day, month, year, second, zone;

    /* Some servers write a day of one digit without the blank. */
    if (size != 26 && size != 25)
        return TIME_NONE;
    fixed[0] = ' ';
    memcpy(fixed + (26 - size), text, size);
    if (fixed[2] != '-' || fixed[6] != '-' || fixed[11] != ' ' || fixed[14] != ':' ||
        fixed[17] != ':' || fixed[20] != ' ' || !strchr("+-", fixed[21]))
        return TIME_NONE;
    day = digits(fixed, 2);
    month = month_number(fixed + 3);
    year = digits(fixed + 7, 4);
    if (day < 1 || day > 31 || month == 0 || year < 1)
        return TIME_NONE;
    if (digits(fixed + 12, 2) < 0 || digits(fixed + 15, 2) < 0 ||
        digits(fixed + 18, 2) < 0 || digits(fixed + 22, 2) < 0 ||
        digits(fixed + 24, 2) < 0)
        return TIME_NONE;
    second = digits(fixed + 12, 2) * 3600 + digits(fixed + 15, 2) * 60 +
             digits(fixed + 18, 2);
    zone = digits(fixed + 22, 2) * 3600 + digits(fixed + 24, 2) * 60;
    return day_number(year, month, day) * 86400 + second -
           (fixed[21] == '-' ? -zone : zone);
}

static bool
read_uid(Parser *parser, Fetched *fetched, GError **error)
{
    uint64_t uid;

    if (!parser_number(parser, &uid) || uid == 0 || uid > UINT32_MAX)
        return parser_fault(error, "a UID is not a number of 32 bits");
    fetched->uid = (uint32_t)uid;
    return true;
}

static bool
read_size(Parser *parser, Fetched *fetched, GError **error)
{
    uint64_t size;

    if (!parser_number(parser, &size))
        return parser_skip_value(parser, error); /* a hint only: its lack is no fault */
    fetched->has_size = true;
    fetched->size_bytes = (int64_t)MIN(size, LITERAL_LIMIT_BYTES);
    return true;
}

static bool
read_date(Parser *parser, Fetched *fetched, GError **error)
{
    g_auto(Text) text = {0};

    if (!parser_text(parser, (Keep){.whole = 64}, &text, error))
        return false;
    if (text.kept_bytes > 0)
        fetched->received_at = fetched_time((const char *)text.bytes, text.kept_bytes);
    return true;
}

static bool
read_body(Parser *parser, Keep keep, Fetched *fetched, GError **error)
{
    g_auto(Text) again = {0};

    /* A body twice in one response: the first counts unless it was NIL. */
    if (!parser_text(parser, keep, &again, error))
        return false;
    if (fetched->has_body && !fetched->body.is_nil)
        return true;
    text_clear(&fetched->body);
    fetched->has_body = true;
    fetched->body = again;
    again = (Text){0};
    return true;
}

static bool
read_header(Parser *parser, Keep keep, Fetched *fetched, GError **error)
{
    text_clear(&fetched->header);
    return parser_text(parser, keep, &fetched->header, error);
}

static bool
read_gmail_id(Parser *parser, Fetched *fetched, GError **error)
{
    return parser_number(parser, &fetched->gmail_id) ||
           parser_skip_value(parser, error);
}

/* RFC 8474: EMAILID (M6d99ac3275bb4e), or NIL. */
static bool
read_email_id(Parser *parser, Fetched *fetched, GError **error)
{
    g_auto(Text) text = {0};

    if (!parser_accept(parser, '('))
        return parser_skip_value(parser, error);
    if (!parser_text(parser, (Keep){.whole = 255}, &text, error))
        return false;
    if (text.kept_bytes > 0 && !memchr(text.bytes, '\0', text.kept_bytes)) {
        g_free(fetched->email_id);
        fetched->email_id = g_strndup((const char *)text.bytes, text.kept_bytes);
    }
    return parser_accept(parser, ')') || parser_fault(error, "an EMAILID does not end");
}

/* Some servers repeat the question, or say where the answer begins. */
static bool
is_whole_body(const char *name)
{
    static const char *const names[] = {"BODY[]", "RFC822", "BODY.PEEK[]", "BODY[]<0>"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool
read_item(Parser *parser, FetchedKeep keep, Fetched *fetched, GError **error)
{
    char name[64];

    /* A literal shorter than announced is noticed by what seems to stand behind it. */
    if (!parser_word(parser, name, sizeof name) || !g_ascii_isalpha(name[0]))
        return parser_fault(error, "a FETCH item has no name");
    parser_spaces(parser);
    if (strcmp(name, "UID") == 0)
        return read_uid(parser, fetched, error);
    if (strcmp(name, "RFC822.SIZE") == 0)
        return read_size(parser, fetched, error);
    if (strcmp(name, "INTERNALDATE") == 0)
        return read_date(parser, fetched, error);
    if (is_whole_body(name))
        return read_body(parser, keep.body, fetched, error);
    if (g_str_has_prefix(name, "BODY[HEADER.FIELDS"))
        return read_header(parser, keep.header, fetched, error);
    if (strcmp(name, "X-GM-MSGID") == 0)
        return read_gmail_id(parser, fetched, error);
    if (strcmp(name, "EMAILID") == 0)
        return read_email_id(parser, fetched, error);
    return parser_skip_value(parser, error);
}

bool
fetched_read(Parser *parser, FetchedKeep keep, Fetched *fetched, GError **error)
{
    g_auto(Fetched) found = {.received_at = TIME_NONE};

    parser_spaces(parser);
    if (!parser_accept(parser, '('))
        return parser_fault(error, "a FETCH response has no list");
    for (;;) {
        parser_spaces(parser);
        if (parser_accept(parser, ')'))
            break;
        if (read_item(parser, keep, &found, error))
            continue;
        fetched->uid = found.uid;
        return false;
    }
    if (!parser_skip_rest(parser, error)) {
        fetched->uid = found.uid;
        return false;
    }
    *fetched = found;
    found = (Fetched){0};
    return true;
}
