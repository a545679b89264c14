#include "sort/parse/html_style.h"

#include <string.h>

enum {
    STYLE_MOST = 4096,
    RULE_MOST = 2000
};

static const struct {
    const char *name;
    int value;
} colours[] = {
    {"white", 0xffffff}, {"black", 0x000000},  {"red", 0xff0000},
    {"blue", 0x0000ff},  {"silver", 0xc0c0c0}, {"gray", 0x808080},
};

static const struct {
    const char *attribute;
    const char *word;
    Role role;
} roles[] = {
    {"class", "gmail_attr", ROLE_QUOTE},
    {"class", "gmail_quote", ROLE_QUOTE_HEAD},
    {"class", "gmail_extra", ROLE_NONE},
    {"class", "yahoo_quoted", ROLE_QUOTE},
    {"class", "protonmail_quote", ROLE_QUOTE_HEAD},
    {"class", "freshdesk_quote", ROLE_QUOTE},
    {"class", "hs_reply", ROLE_QUOTE},
    {"class", "gmail_quote_attribution", ROLE_QUOTE},
    {"class", "missive_quote", ROLE_QUOTE},
    {"class", "mail_android_quote", ROLE_QUOTE},
    {"class", "front-blockquote", ROLE_QUOTE},
    {"class", "mailspring-quote", ROLE_QUOTE},
    {"class", "nylas-quote", ROLE_QUOTE},
    {"class", "zmail_extra", ROLE_QUOTE},
    {"class", "tutanota_quote", ROLE_QUOTE},
    {"class", "moz-cite-prefix", ROLE_QUOTE},
    {"class", "moz-email-headers-table", ROLE_QUOTE_REST},
    {"class", "gmail_signature", ROLE_SIGNATURE},
    {"class", "moz-signature", ROLE_SIGNATURE},
    {"class", "protonmail_signature_block", ROLE_SIGNATURE},
    {"class", "tutanota_signature", ROLE_SIGNATURE},
    {"class", "sh-signature", ROLE_SIGNATURE},
    {"class", "front-signature", ROLE_SIGNATURE},
    {"class", "ms-outlook-ios-signature", ROLE_SIGNATURE},
    {"class", "ms-outlook-mobile-signature", ROLE_SIGNATURE},
    {"id", "OLK_SRC_BODY_SECTION", ROLE_QUOTE},
    {"id", "reply-intro", ROLE_QUOTE},
    {"id", "zwchr", ROLE_QUOTE_REST},
    {"data-marker", "__DIVIDER__", ROLE_QUOTE_REST},
    {"data-marker", "__HEADERS__", ROLE_QUOTE_REST},
    {"data-marker", "__QUOTED_TEXT__", ROLE_QUOTE},
    {"data-marker", "__SIG_POST__", ROLE_SIGNATURE},
    {"id", "Signature", ROLE_SIGNATURE},
    {"id", "composer_signature", ROLE_SIGNATURE},
    {"id", "Zm-_Id_-Sgn", ROLE_SIGNATURE},
    {"id", "divRplyFwdMsg", ROLE_QUOTE_REST},
    {"id", "appendonsend", ROLE_QUOTE_REST},
    {"id", "stopSpelling", ROLE_QUOTE_REST},
    {"id", "mail-editor-reference-message-container", ROLE_QUOTE_REST},
    {"id", "isForwardContent", ROLE_QUOTE},
    {"id", "isReplyContent", ROLE_QUOTE},
    {"id", "yahoo_quoted", ROLE_QUOTE},
    {"id", "ms-outlook-mobile-signature", ROLE_SIGNATURE},
    {"name", "quote", ROLE_QUOTE},
    {"name", "messageReplySection", ROLE_QUOTE},
    {"name", "messageSignatureSection", ROLE_SIGNATURE},
};

const char *
parse_attribute(const char *const *attributes, const char *name)
{
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        /* libxml2 lowers names */
        if (*attributes[i] == *name && strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

static bool
is_word_end(char byte)
{
    return byte == '\0' || byte == ' ' || byte == '\t' || byte == '\n';
}

/* Webmailers put their own prefix before ids and classes of what they quote: "x_", or
 * "ydp" and some letters and digits. */
static bool
is_prefixed(const char *value, const char *at)
{
    const char *start = at;

    if (at - value >= 2 && at[-1] == '_' && at[-2] == 'x')
        return true;
    while (start > value && g_ascii_isalnum(start[-1]))
        start--;
    return at - start > 3 && g_str_has_prefix(start, "ydp");
}

static bool
has_word(const char *value, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(value, word); at; at = strstr(at + 1, word)) {
        bool starts = at == value || at[-1] == ' ' || is_prefixed(value, at);

        if (starts && (is_word_end(at[length]) || at[length] == '_'))
            return true;
    }
    return false;
}

/* Most elements have none of the attributes above. */
static bool
has_role_attribute(const char *const *attributes)
{
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        const char *value = attributes[i + 1];

        if (value && strlen(value) >= 4 &&
            (strcmp(attributes[i], "class") == 0 || strcmp(attributes[i], "id") == 0 ||
             strcmp(attributes[i], "name") == 0 ||
             strcmp(attributes[i], "data-marker") == 0))
            return true;
    }
    return false;
}

/* Word puts the header fields of what is quoted under a line of its own, the same in
 * every language. */
static bool
is_word_divider(const char *name, const char *const *attributes)
{
    const char *style =
        strcmp(name, "div") == 0 ? parse_attribute(attributes, "style") : NULL;

    return style && strstr(style, "border-top:solid") &&
           strstr(style, "padding:3.0pt 0");
}

static const char *
type_of(const char *const *attributes)
{
    const char *type = parse_attribute(attributes, "type");

    return type ? type : "";
}

Role
parse_element_role(const char *name, const char *const *attributes)
{
    size_t count = has_role_attribute(attributes) ? G_N_ELEMENTS(roles) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *value = parse_attribute(attributes, roles[i].attribute);

        if (!value || strlen(value) >= 500 || !has_word(value, roles[i].word))
            continue;
        if (roles[i].role == ROLE_QUOTE_HEAD && strcmp(name, "blockquote") == 0)
            return ROLE_QUOTE;
        return roles[i].role;
    }
    if (strcmp(name, "blockquote") == 0 && strcmp(type_of(attributes), "cite") == 0)
        return ROLE_QUOTE;
    if (strcmp(name, "signature") == 0)
        return ROLE_SIGNATURE;
    return is_word_divider(name, attributes) ? ROLE_QUOTE_REST : ROLE_NONE;
}

static int
read_hex(const char *text)
{
    size_t digits = 0;
    int value = 0;

    while (digits < 6 && g_ascii_isxdigit(text[digits]))
        value = value * 16 + g_ascii_xdigit_value(text[digits++]);
    if (digits == 6)
        return value;
    if (digits != 3)
        return COLOUR_UNKNOWN;
    return (value >> 8) * 0x110000 + ((value >> 4) & 15) * 0x1100 + (value & 15) * 0x11;
}

static int
read_rgb(const char *text)
{
    unsigned parts[3] = {0, 0, 0};

    for (size_t i = 0; i < 3; i++) {
        if (!g_ascii_isdigit(*text))
            return COLOUR_UNKNOWN;
        for (; g_ascii_isdigit(*text); text++)
            parts[i] = MIN(parts[i] * 10 + (unsigned)(*text - '0'), 255);
        if (*text == ',')
            text++;
    }
    return (int)(parts[0] << 16 | parts[1] << 8 | parts[2]);
}

/* `text` is lower case without blanks. */
static int
read_colour(const char *text)
{
    if (*text == '#')
        return read_hex(text + 1);
    if (g_str_has_prefix(text, "rgb("))
        return read_rgb(text + 4);
    for (size_t i = 0; i < G_N_ELEMENTS(colours); i++) {
        size_t length = strlen(colours[i].name);

        if (strncmp(text, colours[i].name, length) == 0 &&
            !g_ascii_isalpha(text[length]))
            return colours[i].value;
    }
    return COLOUR_UNKNOWN;
}

/* 0, 0px, 0.0em, 0%: nothing but zeros before the unit. */
static bool
is_zero(const char *text)
{
    if (*text != '0' && *text != '.')
        return false;
    while (*text == '0' || *text == '.')
        text++;
    return !g_ascii_isdigit(*text);
}

/* `value` in lower case without blanks. */
static void
squeeze(const char *value, char out[static STYLE_MOST + 1])
{
    for (size_t i = 0; i < STYLE_MOST && value[i]; i++) {
        char byte = value[i];

        if (byte >= 'A' && byte <= 'Z')
            *out++ = (char)(byte + 32);
        else if (!g_ascii_isspace(byte))
            *out++ = byte;
    }
    *out = '\0';
}

/* What a declaration's value begins with when it hides; NULL: a zero. */
static const struct {
    const char *property, *value;
} hiding[] = {
    {"display", "none"},
    {"opacity", NULL},
    {"max-height", NULL},
    {"max-width", NULL},
};

static bool
hides(const char *property, const char *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hiding); i++)
        if (*property == *hiding[i].property &&
            strcmp(property, hiding[i].property) == 0)
            return hiding[i].value ? g_str_has_prefix(value, hiding[i].value)
                                   : is_zero(value);
    return false;
}

/* Of nothing, a part is nothing. */
static bool
is_share(const char *size)
{
    return strchr(size, '%') || (strstr(size, "em") && !strstr(size, "rem")) ||
           g_str_has_prefix(size, "inherit");
}

static void
apply_declaration(const char *property, const char *value, Look *look)
{
    if (hides(property, value))
        look->is_hidden = true;
    else if (strcmp(property, "font-size") == 0)
        look->is_sizeless = is_zero(value) || (look->is_sizeless && is_share(value));
    else if (strcmp(property, "visibility") == 0)
        look->is_veiled = g_str_has_prefix(value, "hidden") ||
                          (look->is_veiled && g_str_has_prefix(value, "inherit"));
    else if (strcmp(property, "color") == 0)
        look->foreground = read_colour(value);
    else if (g_str_has_prefix(property, "background"))
        look->background = read_colour(value);
}

static void
apply_declarations(const char *style, Look *look)
{
    char squeezed[STYLE_MOST + 1];
    char *rest = squeezed;

    squeeze(style, squeezed);
    while (rest && *rest) {
        char *declaration = rest;
        char *end = strchr(rest, ';');
        char *colon;

        rest = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        colon = strchr(declaration, ':');
        if (!colon)
            continue;
        *colon = '\0';
        apply_declaration(declaration, colon + 1, look);
    }
}

static void
apply_colour(const char *value, int *colour)
{
    char squeezed[STYLE_MOST + 1];

    if (!value)
        return;
    squeeze(value, squeezed);
    *colour = read_colour(squeezed);
}

bool
parse_is_indentation(const char *const *attributes)
{
    const char *style = parse_attribute(attributes, "style");
    char squeezed[STYLE_MOST + 1];

    if (!style || parse_attribute(attributes, "type") ||
        parse_attribute(attributes, "cite"))
        return false;
    squeeze(style, squeezed);
    return g_str_has_prefix(squeezed, "margin:") && strstr(squeezed, "px;border:none");
}

void
parse_apply_style(const char *name, const char *const *attributes, Look *look)
{
    const char *style;

    if (!attributes)
        return;
    style = parse_attribute(attributes, "style");
    apply_colour(parse_attribute(attributes, "bgcolor"), &look->background);
    if (parse_attribute(attributes, "background"))
        look->background = COLOUR_UNKNOWN; /* a picture */
    if (strcmp(name, "font") == 0)
        apply_colour(parse_attribute(attributes, "color"), &look->foreground);
    if (style)
        apply_declarations(style, look);
    for (size_t i = 0; attributes[i]; i += 2) {
        if ((*attributes[i] | 32) == 'h' &&
            g_ascii_strcasecmp(attributes[i], "hidden") == 0)
            look->is_hidden = true;
    }
}

/* Does the rule that this stands in speak of the whole page? */
static bool
is_of_body(const char *style, const char *at)
{
    size_t before = MIN((size_t)(at - style), RULE_MOST);
    const char *brace = memrchr(at - before, '{', before);
    const char *start = brace;

    while (start && start > at - before && start[-1] != '}')
        start--;
    return start && memmem(start, (size_t)(brace - start), "body", 4);
}

static void
read_paint(const char *style, const char *end, Paint *paint)
{
    const char *at = style;

    while ((at = memmem(at, (size_t)(end - at), "background", 10)) != NULL) {
        paint->classes = true;
        paint->body = paint->body || is_of_body(style, at);
        at += 10;
    }
}

Paint
parse_style_paint(const char *html, size_t size)
{
    const char *end = html + size;
    const char *at = html;
    Paint paint = {false, false};

    while ((at = memmem(at, (size_t)(end - at), "<style", 6)) != NULL) {
        const char *close = memmem(at, (size_t)(end - at), "</style", 7);

        read_paint(at, close ? close : end, &paint);
        if (!close)
            break;
        at = close;
    }
    return paint;
}

bool
parse_is_invisible(const Look *look)
{
    return look->is_hidden || look->is_sizeless || look->is_veiled ||
           (look->foreground != COLOUR_UNKNOWN && look->foreground == look->background);
}
