/* A copy of the database, taken beside the registrar. */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/owned.h"
#include "database.h"

/* Written under another name first, so that FILE is whole or not there. The file is
 * made here, because SQLite would let everybody read it. */
static bool
make_private(const char *part, GError **error)
{
    g_auto(OwnedFd) fd =
        open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        g_set_error(error, FAULT, FAULT_CONFIG, "cannot write '%s': %s", part,
                    g_strerror(errno));
    return fd >= 0;
}

/* In one step, which sees the database as it was when it began: a log ahead lets the
 * registrar go on writing. (VACUUM INTO wants a connection that may write.) */
static bool
copy_pages(Database *from, sqlite3 *to, GError **error)
{
    sqlite3_backup *copying = sqlite3_backup_init(to, "main", from->sqlite, "main");
    int code;

    if (copying) {
        (void)sqlite3_backup_step(copying, -1); /* finish tells how it went */
        code = sqlite3_backup_finish(copying);
    } else {
        code = sqlite3_errcode(to);
    }
    if (code == SQLITE_OK)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "cannot copy the database: %s",
                sqlite3_errstr(code));
    return false;
}

/* A damaged page is copied like any other; who finds that out when he needs the backup
 * has none. Reads the whole copy. */
static bool
check_copy(sqlite3 *to, GError **error)
{
    sqlite3_stmt *check = NULL;
    int code = sqlite3_prepare_v2(to, "PRAGMA quick_check(1)", -1, &check, NULL);
    const char *found = NULL;

    if (code == SQLITE_OK && sqlite3_step(check) == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(check, 0);
    if (g_strcmp0(found, "ok") != 0) {
        g_set_error(error, FAULT, FAULT_FATAL,
                    "the database is damaged, and so is this copy: %s; restore an "
                    "older backup",
                    found ? found : sqlite3_errmsg(to));
        found = NULL;
    }
    code = found ? SQLITE_OK : SQLITE_CORRUPT;
    (void)sqlite3_finalize(check); /* repeats what the step said */
    return code == SQLITE_OK;
}

static bool
copy_database(Database *from, const char *part, GError **error)
{
    sqlite3 *to = NULL;
    bool done = false;

    if (sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        done = copy_pages(from, to, error) && check_copy(to, error);
    else
        g_set_error(error, FAULT, FAULT_RETRY, "cannot write '%s': %s", part,
                    sqlite3_errmsg(to));
    (void)sqlite3_close(to); /* nothing is open in it any more */
    return done;
}

static bool
sync_file(const char *part, GError **error)
{
    g_auto(OwnedFd) fd = open(part, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && fsync(fd) == 0)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY, "cannot write '%s': %s", part,
                g_strerror(errno));
    return false;
}

/* link() and not rename(): an older backup is never overwritten. */
static bool
give_name(const char *part, const char *file, GError **error)
{
    if (link(part, file) == 0)
        return true;
    g_set_error(error, FAULT, FAULT_CONFIG, "cannot write '%s': %s", file,
                g_strerror(errno));
    return false;
}

bool
store_back_up(StoreReader *reader, const char *file, GError **error)
{
    g_autofree char *part = g_strconcat(file, ".part", NULL);
    bool done;

    if (access(file, F_OK) == 0) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "'%s' is there already: a backup is never overwritten", file);
        return false;
    }
    done = make_private(part, error) && copy_database(&reader->db, part, error) &&
           sync_file(part, error) && give_name(part, file, error);
    (void)unlink(part); /* it has another name by now, or is of no use */
    return done;
}
