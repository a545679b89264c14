#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/owned.h"
#include "config/reader.h"

enum {
    MOST_FILE_BYTES = 4 << 20
};

void
config_free(Config *config)
{
    if (!config)
        return;
    keys_clear(&config_keys, config);
    g_free(config->file);
    g_free(config);
}

/* Up to one byte more than a configuration may have. */
static GByteArray *
read_file(const char *file, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_auto(OwnedFd) fd = open(file, O_RDONLY | O_CLOEXEC);
    uint8_t block[8192];
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && bytes->len <= MOST_FILE_BYTES) {
        got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            g_byte_array_append(bytes, block, (guint)got);
    }
    if (got < 0) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "%s: cannot be read: %s; name the configuration with -c, or "
                    "write a first one: 'postroom init'",
                    file, g_strerror(errno));
        return NULL;
    }
    if (bytes->len > MOST_FILE_BYTES) {
        g_set_error(error, FAULT, FAULT_CONFIG, "%s: is too large for a configuration",
                    file);
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

/* libyaml's texts say what it met, never what stood there. */
static void
fault_of_parser(const yaml_parser_t *parser, const char *file, GError **error)
{
    if (parser->problem_mark.line || parser->problem_mark.column ||
        parser->error != YAML_READER_ERROR)
        g_set_error(error, FAULT, FAULT_CONFIG, "%s:%zu:%zu: is not YAML: %s", file,
                    parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                    parser->problem);
    else
        g_set_error(error, FAULT, FAULT_CONFIG, "%s: is not UTF-8 text, at byte %zu",
                    file, parser->problem_offset);
}

/* A second document would be silently ignored. */
static bool
ends_here(yaml_parser_t *parser, const char *file, GError **error)
{
    yaml_document_t next;
    bool ends;

    if (!yaml_parser_load(parser, &next)) {
        fault_of_parser(parser, file, error);
        return false;
    }
    ends = !yaml_document_get_root_node(&next);
    if (!ends)
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "%s:%zu:1: a second document begins here", file,
                    next.start_mark.line + 1);
    yaml_document_delete(&next);
    return ends;
}

/* A relative folder is meant from the file, not from where somebody happens to stand:
 * there would be another, empty house. */
static void
place_state(Config *config)
{
    g_autofree char *file = g_canonicalize_filename(config->file, NULL);
    g_autofree char *folder = g_path_get_dirname(file);
    g_autofree char *state = config->state;

    config->state = g_canonicalize_filename(state, folder);
}

static Config *
read_document(yaml_document_t *document, const char *file, GError **error)
{
    g_autoptr(Config) config = g_new0(Config, 1);
    const yaml_node_t *root = yaml_document_get_root_node(document);
    g_autofree char *report = NULL;
    Reader reader;

    if (!root) {
        g_set_error(error, FAULT, FAULT_CONFIG, "%s:1:1: is empty", file);
        return NULL;
    }
    config->file = g_strdup(file);
    reader_init(&reader, document);
    read_map(&reader, &config_keys, root, config);
    check_config(&reader, root, config);
    report = reader_report(&reader, file);
    reader_clear(&reader);
    if (!report) {
        place_state(config);
        return g_steal_pointer(&config);
    }
    g_set_error_literal(error, FAULT, FAULT_CONFIG, report);
    return NULL;
}

Config *
config_load(const char *file, GError **error)
{
    g_autoptr(GByteArray) bytes = read_file(file, error);
    Config *config = NULL;
    yaml_parser_t parser;
    yaml_document_t document;
    bool works;

    if (!bytes)
        return NULL;
    works = yaml_parser_initialize(&parser);
    g_assert(works); /* fails where memory ends only */
    /* An empty array of GLib has no data, and libyaml wants some. */
    yaml_parser_set_input_string(&parser, bytes->len ? bytes->data : (const guint8 *)"",
                                 bytes->len);
    if (!yaml_parser_load(&parser, &document)) {
        fault_of_parser(&parser, file, error);
    } else {
        config = read_document(&document, file, error);
        yaml_document_delete(&document);
    }
    if (config && !ends_here(&parser, file, error))
        g_clear_pointer(&config, config_free);
    yaml_parser_delete(&parser);
    return config;
}
