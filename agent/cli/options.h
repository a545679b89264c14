/* Options that every command takes, read with GOption. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "config/config.h"
#include "store/store.h"

struct Resolver;

typedef struct CommonOptions {
    char *config_file; /* -c; NULL: search $POSTROOM_CONFIG, ./, /etc/postroom/ */
    bool json;
    char *resolver;
    char **rest; /* positional arguments, never NULL after options_parse */
} CommonOptions;

void options_clear(CommonOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommonOptions, options_clear)

/* Parses argv. `synopsis` is what follows the name ("[list|show N]"), `summary` one
 * sentence, `own` further entries or NULL. False: *exit_code says how to leave (0 after
 * --help, 64 after a usage error, which has been printed). */
bool options_parse(CommonOptions *options, int argc, char **argv, const char *synopsis,
                   const char *summary, const GOptionEntry *own, int *exit_code);

/* The configuration the options name. Prints the fault; NULL: *exit_code is set. */
Config *options_load_config(const CommonOptions *options, int *exit_code);
/* Lent. NULL: printed, the command ends with 64. */
const MailboxConfig *options_find_mailbox(const Config *config, const char *command,
                                          const char *name);
/* What a sorter is told about mail of the mailbox `name` (NULL: of the only one, where
 * there is just one). Without a configuration, named or found, the contract's defaults
 * hold. NULL: printed, *exit_code is set. */
SortSettings *options_sort_settings(const CommonOptions *options, const char *command,
                                    const char *name, int *exit_code);
/* Asks whom the options name, else the configuration, else the system's. */
struct Resolver *options_open_resolver(const CommonOptions *options,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the house was taught, for who judges mail without it: empty where no house is
 * configured, or it has no database yet. Owned. */
Lessons *options_read_lessons(const CommonOptions *options, int64_t made_for);
StoreReader *options_open_reader(const CommonOptions *options, int *exit_code);

/* Prints `postroom: TEXT` and returns the exit code of the fault. */
int options_fail(const GError *error);
/* Prints usage trouble, returns 64. */
int options_usage(const char *command, const char *trouble);
