#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "migrations.h"

enum {
    BUSY_MS = 2000, /* somebody writes with the sqlite3 shell */
    LOCK_TRIES = 20,
    LOCK_PAUSE_US = 50 * 1000,
    READER_BUSY_MS = 5000, /* a checkpoint or a recovery is under way */
};

/* A folder or file we cannot have: the operator's, unless the disk is full. */
static void
cannot(const char *what, const char *path, GError **error)
{
    int cause = errno;
    FaultCode code =
        cause == ENOSPC || cause == EIO || cause == EDQUOT ? FAULT_RETRY : FAULT_CONFIG;

    g_set_error(
        error, FAULT, (gint)code,
        "cannot %s '%s': %s; `state:` must be a folder that this user may write", what,
        path, g_strerror(cause));
}

static bool
make_folder(const char *state, GError **error)
{
    if (g_mkdir_with_parents(state, 0700) == 0 && access(state, W_OK | X_OK) == 0)
        return true;
    cannot("write the state folder", state, error);
    return false;
}

/* A command that carries out its own order is soon done with it. */
static bool
wait_for_lock(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        g_usleep(LOCK_PAUSE_US);
    }
    return false;
}

/* Kept by flock on the folder itself, so that it dies with its process, and nobody can
 * take it for a file that was left behind. */
static bool
take_lock(const char *state, OwnedFd *lock, GError **error)
{
    g_auto(OwnedFd) fd = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        cannot("open", state, error);
        return false;
    }
    if (!wait_for_lock(fd)) {
        g_set_error(error, FAULT, FAULT_RETRY,
                    "another postroom is running with the state '%s': stop it first",
                    state);
        return false;
    }
    *lock = owned_fd_steal(&fd);
    return true;
}

/* SQLite would create it readable by all; what lies beside it inherits this mode. */
static bool
make_file(const char *path, GError **error)
{
    g_auto(OwnedFd) fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        cannot("open", path, error);
    return fd >= 0;
}

/* The first read of the file: what is no database shows itself here. */
static bool
probe_file(const Database *db, const char *path, GError **error)
{
    int code = sqlite3_exec(db->sqlite, "SELECT count(*) FROM sqlite_schema", NULL,
                            NULL, NULL);

    if (code == SQLITE_OK)
        return true;
    if (code == SQLITE_NOTADB)
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "'%s' is not a database: move it away or restore a backup", path);
    else
        database_fault(db, code, error);
    return false;
}

static void
stop_counting(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Before anything else of SQLite: Debian's build counts every allocation under a lock,
 * for statistics nobody asks for. Too late is no harm. */
static void
configure_library(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, stop_counting);
}

static bool
connect_file(Database *db, const char *path, int flags, int busy_ms, GError **error)
{
    int code;

    configure_library();
    if (flags & SQLITE_OPEN_READWRITE)
        db->gathering = gathering_new();
    code = sqlite3_open_v2(path, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX,
                           db->gathering ? gathering_name(db->gathering) : NULL);

    /* "x" is a name and never a text: a typing error must not pass as a value. */
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(db->sqlite, busy_ms);
    if (code == SQLITE_OK)
        return probe_file(db, path, error);
    database_fault(db, code, error);
    g_prefix_error(error, "'%s': ", path);
    return false;
}

bool
database_open_memory(Database *db, GError **error)
{
    return connect_file(db, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, 0,
                        error);
}

bool
database_execute(const Database *db, const char *sql, GError **error)
{
    int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        database_fault(db, code, error);
    return code == SQLITE_OK;
}

/* Answers with the mode it has, which on a disk of another machine is not WAL. */
static bool
keep_log_ahead(Database *db, const char *path, GError **error)
{
    g_auto(Statement) mode = statement_begin(db, "PRAGMA journal_mode = WAL", "");

    if (statement_row(&mode) && g_strcmp0(statement_text(&mode, 0), "wal") != 0) {
        g_set_error(
            error, FAULT, FAULT_CONFIG,
            "'%s' cannot have a write-ahead log: `state:` must be a folder on a "
            "disk of this machine",
            path);
        return false;
    }
    return statement_done(&mode, error);
}

static bool
configure_writer(Database *db, const char *path, GError **error)
{
    /* First of all: what the VFS gathers is written when it is synced. */
    static const char durable[] = "PRAGMA synchronous = FULL";
    static const char pragmas[] = "PRAGMA foreign_keys = ON;"
                                  "PRAGMA wal_autocheckpoint = 0;"
                                  "PRAGMA temp_store = MEMORY;"
                                  "PRAGMA cache_size = -32768;";

    return database_execute(db, durable, error) && keep_log_ahead(db, path, error) &&
           database_execute(db, pragmas, error);
}

static bool
remember_file(Database *db, const char *path, GError **error)
{
    struct stat found;

    if (stat(path, &found) != 0) {
        cannot("open", path, error);
        return false;
    }
    db->device = found.st_dev;
    db->inode = found.st_ino;
    return true;
}

bool
database_in_place(const Database *db, GError **error)
{
    const char *path = sqlite3_db_filename(db->sqlite, "main");
    struct stat found;

    if (stat(path, &found) == 0 && found.st_dev == db->device &&
        found.st_ino == db->inode)
        return true;
    g_set_error(error, FAULT, FAULT_RETRY,
                "'%s' was removed or replaced while postroom had it open: put it back "
                "and start postroom again; mail stays on its servers until then",
                path);
    return false;
}

bool
database_open(Database *db, OwnedFd *lock, const char *state, GError **error)
{
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);

    /* What is not ours is refused before the first write to it. */
    return make_folder(state, error) && take_lock(state, lock, error) &&
           make_file(path, error) &&
           connect_file(db, path, SQLITE_OPEN_READWRITE, BUSY_MS, error) &&
           migrations_refuse(db, path, error) && configure_writer(db, path, error) &&
           migrations_run(db, path, error) && remember_file(db, path, error);
}

static void
refuse_reader(const char *path, GError **error)
{
    int cause = errno;

    if (cause == ENOENT)
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "there is no database '%s' yet: start `postroom run` first", path);
    else
        g_set_error(error, FAULT, FAULT_CONFIG, "cannot read '%s': %s", path,
                    g_strerror(cause));
}

bool
database_open_reader(Database *db, const char *state, GError **error)
{
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);

    if (access(path, R_OK) != 0) {
        refuse_reader(path, error);
        return false;
    }
    return connect_file(db, path, SQLITE_OPEN_READONLY, READER_BUSY_MS, error) &&
           database_execute(db, "PRAGMA query_only = ON", error) &&
           migrations_check(db, path, error);
}
