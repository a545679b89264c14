#include "sort/parse/addresses.h"

#include <string.h>

#include "sort/parse/charset.h"
#include "sort/parse/fields.h"
#include "sort/parse/words.h"

enum {
    MOST_IDS = 200,
    MOST_ID_BYTES = 998,
    MOST_ADDRESS_BYTES = 1000
};

/* One mailbox while it is read. */
typedef struct Pieces {
    GString *words;  /* outside of quotes, brackets and comments */
    GString *quoted; /* kept apart: quotes shield from being an address */
    GString *bracket;
    GString *comment;
    bool has_bracket;
    bool has_quoted;
} Pieces;

static void
begin(Pieces *pieces)
{
    g_string_truncate(pieces->words, 0);
    g_string_truncate(pieces->bracket, 0);
    g_string_truncate(pieces->comment, 0);
    pieces->has_bracket = false;
    pieces->has_quoted = false;
}

/* `"joe b"@example.org` may hold anything between its quotes. */
static bool
looks_like_address(const char *text)
{
    const char *at = strrchr(text, '@');
    const char *open = *text == '"' && at > text + 1 && at[-1] == '"' ? at : text;

    return at && at > text && at[1] && strlen(text) <= MOST_ADDRESS_BYTES &&
           !strpbrk(open, " \t<>(),;");
}

/* 'a@b' and [a@b]: no address begins and ends so. */
static char *
unwrapped(const char *raw)
{
    char *text = g_strstrip(g_strdup(raw));
    size_t length = strlen(text);

    if (length > 2 && ((text[0] == '\'' && text[length - 1] == '\'') ||
                       (text[0] == '[' && text[length - 1] == ']'))) {
        memmove(text, text + 1, length - 2);
        text[length - 2] = '\0';
    }
    return text;
}

static char *
tidy_address(const char *raw)
{
    g_autofree char *text = unwrapped(raw);
    g_autofree char *utf8 = NULL;
    char *route = g_str_has_prefix(text, "@") ? strchr(text, ':') : NULL;
    char *start = route ? route + 1 : text;
    char *domain;

    if (g_ascii_strncasecmp(start, "mailto:", 7) == 0)
        start += 7;
    utf8 = parse_header_to_utf8(parse_span(start), NULL);
    domain = strrchr(utf8, '@');
    for (; domain && *domain; domain++)
        *domain = g_ascii_tolower(*domain);
    return g_steal_pointer(&utf8);
}

static char *
tidy_name(const char *raw, const char *fallback)
{
    g_autofree char *decoded = parse_decode_words(raw, fallback);
    char *text = g_strstrip(decoded);
    size_t length = strlen(text);

    if (length >= 2 && (*text == '\'' || *text == '"') && text[length - 1] == *text) {
        text[length - 1] = '\0';
        text = g_strstrip(text + 1);
    }
    return *text ? g_strdup(text) : NULL;
}

/* "Big Bug bug@example.org": the last word that is an address was meant as one. */
char *
parse_take_stray_address(char **name)
{
    g_auto(GStrv) words = g_strsplit_set(*name, " \t<>", -1);

    for (guint i = g_strv_length(words); i > 0; i--) {
        const char *word = words[i - 1];
        g_autofree char *rest = NULL;

        if (!looks_like_address(word))
            continue;
        rest = g_strndup(*name, (gsize)(strstr(*name, word) - *name));
        rest[strcspn(rest, "<")] = '\0';
        g_strstrip(rest);
        g_free(*name);
        *name = *rest ? g_steal_pointer(&rest) : NULL;
        return tidy_address(word);
    }
    return NULL;
}

static void
finish(Pieces *pieces, const char *fallback, GPtrArray **out)
{
    g_autofree char *bare = g_strstrip(g_strdup(pieces->words->str));
    g_autofree char *address = NULL;
    g_autofree char *name = NULL;
    Address *item;

    if (pieces->has_bracket) {
        address = tidy_address(pieces->bracket->str);
        name = tidy_name(*bare ? bare : pieces->comment->str, fallback);
    } else if (looks_like_address(bare)) {
        address = tidy_address(bare);
        name = tidy_name(pieces->comment->str, fallback);
    } else {
        if (!pieces->has_quoted)
            address = parse_take_stray_address(&bare);
        name = tidy_name(bare && *bare ? bare : pieces->comment->str, fallback);
    }
    if (address && !looks_like_address(address) && !strchr(address, '@')) {
        if (!name && *address)
            name = g_strdup(address);
        g_clear_pointer(&address, g_free);
    }
    begin(pieces);
    if (!address && !name)
        return;
    item = shape_append(&address_shape, out);
    item->address = g_steal_pointer(&address);
    item->name = g_steal_pointer(&name);
}

/* Returns where reading goes on. `opening` is '"' or '('. */
static size_t
read_shielded(Span text, size_t at, GString *into)
{
    char opening = text.at[at];
    char closing = opening == '(' ? ')' : opening;
    size_t depth = 1;

    for (at++; at < text.size; at++) {
        char byte = text.at[at];

        if (byte == '\\' && at + 1 < text.size) {
            byte = text.at[++at];
        } else if (byte == closing && --depth == 0) {
            return at + 1;
        } else if (byte == opening && opening == '(') {
            depth++;
        }
        g_string_append_c(into, byte);
    }
    return at;
}

/* An unterminated "<a@b" ends at a comma or blank that follows an '@'. */
static size_t
read_bracket(Span text, size_t at, Pieces *pieces)
{
    bool seen_at = false;

    g_string_truncate(pieces->bracket, 0);
    pieces->has_bracket = true;
    for (at++; at < text.size; at++) {
        char byte = text.at[at];

        if (byte == '>')
            return at + 1;
        if (byte == '"') {
            g_string_append_c(pieces->bracket, '"');
            at = read_shielded(text, at, pieces->bracket) - 1;
            g_string_append_c(pieces->bracket, '"');
            continue;
        }
        if (byte == '(') { /* RFC 5322 lets comments stand around each dot */
            at = read_shielded(text, at, pieces->comment) - 1;
            continue;
        }
        if (byte == '<' || (byte == ',' && seen_at))
            return at;
        seen_at = seen_at || byte == '@';
        if (!g_ascii_isspace(byte))
            g_string_append_c(pieces->bracket, byte);
    }
    return at;
}

/* `"joe b"@example.com`: the quotes belong to the address. */
static size_t
read_quoted_words(Span text, size_t at, Pieces *pieces)
{
    size_t end;

    g_string_truncate(pieces->quoted, 0);
    end = read_shielded(text, at, pieces->quoted);
    if (end < text.size && text.at[end] == '@')
        g_string_append_printf(pieces->words, "\"%s\"", pieces->quoted->str);
    else
        g_string_append_len(pieces->words, pieces->quoted->str,
                            (gssize)pieces->quoted->len);
    pieces->has_quoted = true;
    return end;
}

static size_t
read_piece(Span text, size_t at, Pieces *pieces)
{
    switch (text.at[at]) {
    case '"':
        return read_quoted_words(text, at, pieces);
    case '(':
        if (pieces->comment->len)
            g_string_append_c(pieces->comment, ' ');
        return read_shielded(text, at, pieces->comment);
    case '<':
        return read_bracket(text, at, pieces);
    case '>':
        return at + 1;
    default:
        g_string_append_c(pieces->words, text.at[at]);
        return at + 1;
    }
}

/* "Team: a@b, c@d;" - what stands before the colon is a group's name, unless an "@" or
 * a "mailto" says otherwise. */
static bool
ends_group_name(const Pieces *pieces)
{
    const char *words = pieces->words->str;

    return !pieces->has_bracket && !strchr(words, '@') && !strchr(words, '[') &&
           g_ascii_strcasecmp(words, "mailto") != 0;
}

static void
read_list(Span text, Pieces *pieces, const char *fallback, GPtrArray **out)
{
    size_t at = 0;

    while (at < text.size && list_length(*out) < ADDRESSES_MOST) {
        char byte = text.at[at];

        if (byte == ',' || byte == ';') {
            finish(pieces, fallback, out);
            at++;
        } else if (byte == ':' && ends_group_name(pieces)) {
            begin(pieces);
            at++;
        } else {
            at = read_piece(text, at, pieces);
        }
    }
    if (list_length(*out) < ADDRESSES_MOST)
        finish(pieces, fallback, out);
}

bool
parse_read_addresses(Span value, const char *fallback, GPtrArray **out)
{
    g_autofree char *unfolded = parse_unfold(value);
    g_autoptr(GString) words = g_string_new(NULL);
    g_autoptr(GString) quoted = g_string_new(NULL);
    g_autoptr(GString) bracket = g_string_new(NULL);
    g_autoptr(GString) comment = g_string_new(NULL);
    Pieces pieces = {words, quoted, bracket, comment, false, false};

    read_list(parse_span(unfolded), &pieces, fallback, out);
    return list_length(*out) < ADDRESSES_MOST;
}

static bool
is_known(const GPtrArray *ids, const char *id)
{
    for (guint i = 0; ids && i < ids->len; i++) {
        if (strcmp(ids->pdata[i], id) == 0)
            return true;
    }
    return false;
}

static void
add_id(Span id, GPtrArray **out)
{
    Span trimmed = parse_trim_span(id);
    g_autofree char *raw = NULL;
    g_autofree char *text = NULL;

    if (trimmed.size == 0 || trimmed.size > MOST_ID_BYTES)
        return;
    raw = g_strndup(trimmed.at, trimmed.size);
    text = parse_header_to_utf8(parse_span(raw), NULL);
    if (*text && !is_known(*out, text))
        texts_append(out, g_steal_pointer(&text));
}

static void
read_bracketed(Span text, GPtrArray **out)
{
    size_t at = 0;

    while (at < text.size && list_length(*out) < MOST_IDS) {
        size_t open = at + parse_span_find(parse_slice(text, at, text.size), '<');
        size_t close;

        if (open >= text.size)
            return;
        close = open + 1;
        while (close < text.size && text.at[close] != '>' && text.at[close] != '<')
            close++;
        add_id(parse_slice(text, open + 1, close), out);
        at = close;
    }
}

/* Bare ids: words that carry an '@', or a lone word. */
static void
read_bare(Span text, GPtrArray **out)
{
    size_t at = 0;

    while (at < text.size && list_length(*out) < MOST_IDS) {
        size_t end = at;
        Span word;

        while (end < text.size && !g_ascii_isspace(text.at[end]) && text.at[end] != ',')
            end++;
        word = parse_slice(text, at, end);
        if (parse_span_find(word, '@') < word.size || word.size == text.size)
            add_id(word, out);
        at = end + 1;
    }
}

void
parse_read_ids(Span value, GPtrArray **out)
{
    g_autofree char *unfolded = parse_unfold(value);
    Span text = parse_span(unfolded);

    read_bracketed(text, out);
    if (list_length(*out) == 0 && parse_span_find(text, '<') == text.size)
        read_bare(text, out);
}

char *
parse_first_id(Span value)
{
    GPtrArray *ids = NULL;
    char *first = NULL;

    if (!value.at)
        return NULL;
    parse_read_ids(value, &ids);
    if (!ids)
        return NULL;
    for (guint i = 0; i < ids->len; i++) {
        if (i == 0)
            first = ids->pdata[i];
        else
            g_free(ids->pdata[i]);
    }
    g_ptr_array_free(ids, TRUE);
    return first;
}

char *
parse_path_address(Span value)
{
    g_autofree char *unfolded = NULL;
    g_autofree char *bare = NULL;
    char *open;
    char *close;

    if (!value.at)
        return NULL;
    unfolded = parse_unfold(value);
    open = strchr(unfolded, '<');
    close = open ? strchr(open, '>') : NULL;
    bare = open ? g_strndup(open + 1,
                            close ? (size_t)(close - open - 1) : strlen(open + 1))
                : g_strdup(unfolded);
    g_strstrip(bare);
    if (!*bare)
        return open ? g_strdup("") : NULL;
    return strchr(bare, '@') ? tidy_address(bare) : NULL;
}
