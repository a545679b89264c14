/* The man page of the file, postroom.yaml(5): every key of the table. */
#include "config/config.h"

#include <string.h>

#include "config/keys.h"

static const char *const type_texts[] = {
    [KEY_TEXT] = "text",
    [KEY_FOLDER] = "folder",
    [KEY_WORD] = "word",
    [KEY_ENUM] = "word",
    [KEY_BOOL] = "true or false",
    [KEY_COUNT] = "number",
    [KEY_DURATION] = "duration",
    [KEY_SIZE] = "size",
    [KEY_START] = "now, all or a date",
    [KEY_SECRET] = "secret",
    [KEY_SECRETS] = "secret, or a list of them",
    [KEY_TEXTS] = "list of texts",
    [KEY_MAP] = "keys of its own",
    [KEY_LIST] = "list",
    [KEY_TEST] = "test",
};

static const char head[] =
    ".TH POSTROOM.YAML 5 \"2026-11-24\" \"postroom " POSTROOM_VERSION
    "\" \"File Formats\"\n"
    ".SH NAME\n"
    "postroom.yaml \\- the configuration of postroom\n"
    ".SH DESCRIPTION\n"
    "The file is YAML. Unknown keys are errors:\n"
    ".B postroom check\n"
    "names file, line, column and the nearest key. SIGHUP makes the daemon read it "
    "again; a\n"
    "broken file keeps the old configuration, and the log says so.\n"
    ".PP\n"
    "A duration is a number with s, m, h, d or w behind it; a size one with B, kB, "
    "KiB, "
    "MB, MiB,\n"
    "GB or GiB. No secret stands in the file, only where it is: one of\n"
    ".BR \"{file: F}\" \" (mode 0600), \" \"{command: C}\" , "
    "\" {env: NAME}\" \" and \" \"{credential: NAME}\" .\n"
    "A credential is one of systemd's; outside of the service root reads\n"
    ".I /etc/postroom/credentials\n"
    "for it.\n"
    ".SH KEYS\n";

static const char tail[] = ".SH FILES\n"
                           ".TP\n"
                           ".I /etc/postroom/postroom.yaml\n"
                           "Read where neither\n"
                           ".BR \\-c ,\n"
                           ".B $POSTROOM_CONFIG\n"
                           "nor\n"
                           ".I ./postroom.yaml\n"
                           "names another.\n"
                           ".SH EXAMPLES\n"
                           ".B postroom check \\-\\-sample\n"
                           "prints a whole file with a comment at each key,\n"
                           ".B postroom init\n"
                           "writes a short one for a mailbox,\n"
                           ".B postroom check \\-\\-schema\n"
                           "prints the JSON Schema that editors complete by.\n"
                           ".SH SEE ALSO\n"
                           ".BR postroom (1),\n"
                           ".BR postroom\\-events (7)\n";

/* A backslash and a dash mean something else in roff, and so do a dot or a quote that
 * begin a line. */
static void
append_roff(GString *page, const char *text)
{
    if (*text == '.' || *text == '\'')
        g_string_append(page, "\\&");
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            g_string_append(page, "\\e");
        else if (*c == '-')
            g_string_append(page, "\\-");
        else
            g_string_append_c(page, *c);
    }
}

static void
append_words(GString *page, const Key *key)
{
    for (size_t i = 0; key->words && key->words[i]; i++) {
        g_string_append(page, i ? ", " : "One of: ");
        append_roff(page, key->words[i]);
    }
    if (key->words)
        g_string_append(page, ".\n");
}

static void
append_key(GString *page, const char *path, const Key *key)
{
    g_string_append(page, ".TP\n.B ");
    append_roff(page, path);
    g_string_append_printf(page, "\n(%s%s) ", type_texts[key->type],
                           key->is_required ? ", required" : "");
    append_roff(page, key->help);
    g_string_append(page, ".\n");
    append_words(page, key);
    if (key->fallback && *key->fallback && !strchr("[{", *key->fallback)) {
        g_string_append(page, "Default: ");
        append_roff(page, key->fallback);
        g_string_append(page, ".\n");
    } else if (key->hint) {
        g_string_append(page, "Example: ");
        append_roff(page, key->hint);
        g_string_append_c(page, '\n');
    }
}

static void
append_keys(GString *page, const char *prefix, const KeyList *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const Key *key = &keys->keys[i];
        g_autofree char *path = g_strconcat(prefix, key->name, NULL);
        g_autofree char *below =
            g_strconcat(path, key->type == KEY_LIST ? "[]." : ".", NULL);

        append_key(page, path, key);
        if (key->type == KEY_MAP || key->type == KEY_LIST)
            append_keys(page, below, key->of);
    }
}

char *
config_manual(void)
{
    GString *page = g_string_new(head);

    append_keys(page, "", &config_keys);
    g_string_append(page, tail);
    return g_string_free(page, FALSE);
}
