#include "domain.h"

#include <string.h>

#include <unicode/uidna.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

enum {
    LABEL_MAX = 63,
    NAME_MAX_TEXT = 253,
    INPUT_MAX = 1000
};

static bool
is_label_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_';
}

bool
domain_is_name(const char *text)
{
    size_t label = 0;
    size_t size = strlen(text);

    if (size == 0 || size > NAME_MAX_TEXT)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if (!is_label_byte(text[i]) || ++label > LABEL_MAX) {
            return false;
        }
    }
    return label > 0;
}

static char *
map_by_uts46(const char *text, size_t size)
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo judgement = UIDNA_INFO_INITIALIZER;
    char mapped[INPUT_MAX];
    UIDNA *idna =
        uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                            UIDNA_NONTRANSITIONAL_TO_ASCII,
                        &status);
    int32_t length =
        uidna_nameToASCII_UTF8(idna, text, (int32_t)size, mapped,
                               (int32_t)sizeof mapped - 1, &judgement, &status);

    uidna_close(idna);
    if (U_FAILURE(status) || judgement.errors != 0 || length <= 0 ||
        (size_t)length >= sizeof mapped)
        return NULL;
    return g_strndup(mapped, (size_t)length);
}

static bool
needs_mapping(const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p > 0x7f)
            return true;
        if (g_ascii_strncasecmp(p, "xn--", 4) == 0)
            return true;
    }
    return false;
}

char *
domain_to_ascii(const char *text, size_t size)
{
    g_autofree char *name = NULL;
    size_t length;

    if (size == 0 || size >= INPUT_MAX || memchr(text, '\0', size))
        return NULL;
    name = g_strndup(text, size);
    if (needs_mapping(name)) {
        char *mapped = map_by_uts46(name, size);

        g_free(name);
        name = mapped;
        if (!name)
            return NULL;
    }
    length = strlen(name);
    if (length > 1 && name[length - 1] == '.')
        name[length - 1] = '\0';
    if (!domain_is_name(name))
        return NULL;
    return g_ascii_strdown(name, -1);
}

bool
domain_is_within(const char *child, const char *parent)
{
    size_t child_size = strlen(child);
    size_t parent_size = strlen(parent);

    if (child_size < parent_size || parent_size == 0)
        return false;
    if (strcmp(child + child_size - parent_size, parent) != 0)
        return false;
    return child_size == parent_size || child[child_size - parent_size - 1] == '.';
}

size_t
domain_count_labels(const char *name)
{
    size_t labels = 1;

    for (; *name; name++)
        labels += *name == '.';
    return labels;
}

const char *
domain_keep_labels(const char *name, size_t labels)
{
    const char *p = name + strlen(name);

    while (p > name) {
        if (p[-1] == '.' && --labels == 0)
            return p;
        p--;
    }
    return name;
}

static bool
label_mixes_scripts(const UChar *label, int32_t size)
{
    UChar32 letters[LABEL_MAX + 1];
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    bool latin = false;
    bool alike = false;

    u_strToUTF32(letters, LABEL_MAX + 1, &count, label, size, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < count; i++) {
        UScriptCode script = uscript_getScript(letters[i], &status);

        latin = latin || script == USCRIPT_LATIN;
        alike = alike || script == USCRIPT_CYRILLIC || script == USCRIPT_GREEK;
    }
    return latin && alike;
}

bool
domain_is_confusable(const char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo judgement = UIDNA_INFO_INITIALIZER;
    UChar ascii[LABEL_MAX + 1];
    UChar label[LABEL_MAX + 1];
    g_auto(GStrv) labels = NULL;
    UIDNA *idna;
    bool found = false;

    if (!strstr(name, "xn--"))
        return false;
    idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_UNICODE, &status);
    labels = g_strsplit(name, ".", -1);
    for (size_t i = 0; labels[i] && !found; i++) {
        int32_t size = (int32_t)strlen(labels[i]);
        int32_t written;

        status = U_ZERO_ERROR;
        if (size > LABEL_MAX)
            continue;
        for (int32_t k = 0; k <= size; k++)
            ascii[k] = (UChar)labels[i][k];
        written = uidna_labelToUnicode(idna, ascii, size, label, LABEL_MAX + 1,
                                       &judgement, &status);
        found = U_SUCCESS(status) && written <= LABEL_MAX &&
                label_mixes_scripts(label, written);
    }
    uidna_close(idna);
    return found;
}
