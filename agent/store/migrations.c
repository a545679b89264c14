#include "migrations.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/owned.h"
#include "database.h"

/* From schema.S. */
extern const char store_schema_001[];

static const char *const migrations[] = {store_schema_001};

enum {
    NEWEST = G_N_ELEMENTS(migrations),
    APPLICATION_ID = 1349481333, /* as schema/001_house.sql sets it */
};

typedef struct Version {
    int64_t number;
    int64_t application;
    int64_t tables;
} Version;

static bool
read_version(Database *db, Version *out, GError **error)
{
    g_auto(Statement) found = statement_begin(
        db,
        "SELECT v.user_version, a.application_id, (SELECT count(*) FROM sqlite_schema) "
        "FROM pragma_user_version v, pragma_application_id a",
        "");

    if (statement_row(&found))
        *out = (Version){statement_int(&found, 0), statement_int(&found, 1),
                         statement_int(&found, 2)};
    return statement_done(&found, error);
}

static bool
refuse_strangers(const Version *version, const char *path, GError **error)
{
    if (version->tables > 0 && version->application != APPLICATION_ID) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "'%s' is not a postroom database: move it away", path);
        return false;
    }
    if (version->number > NEWEST) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "database '%s' is of version %" G_GINT64_FORMAT
                    ", this program knows %d: install the newer postroom or restore a "
                    "backup",
                    path, version->number, NEWEST);
        return false;
    }
    return true;
}

/* An empty file of ours first, so that the backup is not readable by all. */
static bool
back_up(Database *db, const char *path, int64_t version, GError **error)
{
    g_autofree char *backup =
        g_strdup_printf("%s.before-v%" G_GINT64_FORMAT, path, version + 1);
    g_auto(OwnedFd) fd =
        open(backup, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        g_set_error(error, FAULT, FAULT_CONFIG, "cannot write the backup '%s'", backup);
        return false;
    }
    return statement_run(db, error, "VACUUM INTO ?", "t", backup);
}

/* All or nothing: a kill in between leaves the older version. */
static bool
step_up(Database *db, int64_t from, GError **error)
{
    g_autofree char *mark =
        g_strdup_printf("PRAGMA user_version = %" G_GINT64_FORMAT, from + 1);

    if (!database_execute(db, "BEGIN IMMEDIATE", error))
        return false;
    if (database_execute(db, migrations[from], error) &&
        database_execute(db, mark, error) && database_execute(db, "COMMIT", error))
        return true;
    /* The fault is reported already; closing would roll back as well. */
    (void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool
migrations_refuse(Database *db, const char *path, GError **error)
{
    Version version = {0};

    return read_version(db, &version, error) && refuse_strangers(&version, path, error);
}

bool
migrations_run(Database *db, const char *path, GError **error)
{
    Version version = {0};

    if (!read_version(db, &version, error))
        return false;
    if (version.tables > 0 && version.number < NEWEST &&
        !back_up(db, path, version.number, error))
        return false;
    for (int64_t from = version.number; from < NEWEST; from++) {
        if (!step_up(db, from, error)) {
            g_prefix_error(error, "migration %" G_GINT64_FORMAT ": ", from + 1);
            return false;
        }
    }
    return true;
}

bool
migrations_check(Database *db, const char *path, GError **error)
{
    Version version = {0};

    if (!read_version(db, &version, error) || !refuse_strangers(&version, path, error))
        return false;
    if (version.number == NEWEST)
        return true;
    g_set_error(
        error, FAULT, FAULT_CONFIG,
        "database '%s' is older than this program: start `postroom run` once to "
        "bring it up to date",
        path);
    return false;
}
