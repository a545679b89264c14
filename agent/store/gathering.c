#include "store/gathering.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

enum {
    /* Bytes. SQLite's VFS for Unix takes less than 128 KiB at once, and calls a disk
     * full where it is given as much. */
    HELD_MOST = 124 << 10
};

struct Gathering {
    sqlite3_vfs vfs; /* first: SQLite hands it back */
    sqlite3_vfs *beneath;
    char name[40];
};

/* A file with what was written to it and has not left yet. */
typedef struct File {
    sqlite3_file base;
    char *held;
    int size;         /* of what is held */
    sqlite3_int64 at; /* where in the file it belongs */
    /* As many bytes as the VFS beneath wants. SQLite aligns what it gives by 8. */
    _Alignas(sqlite3_int64) sqlite3_file beneath[];
} File;

static sqlite3_file *
beneath(sqlite3_file *file)
{
    return ((File *)file)->beneath;
}

/* What cannot be written is forgotten: SQLite, told of it, ends the transaction, and
 * writes all of it anew. */
static int
let_go(sqlite3_file *file)
{
    File *self = (File *)file;
    int size = self->size;

    self->size = 0;
    return size == 0 ? SQLITE_OK
                     : self->beneath->pMethods->xWrite(self->beneath, self->held, size,
                                                       self->at);
}

static bool
follows(const File *self, int size, sqlite3_int64 at)
{
    return self->size == 0 ||
           (at == self->at + self->size && size <= HELD_MOST - self->size);
}

static int
file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    File *self = (File *)file;
    int code = follows(self, size, at) ? SQLITE_OK : let_go(file);

    if (code != SQLITE_OK)
        return code;
    if (size > HELD_MOST) /* a page is no larger than half of it */
        return self->beneath->pMethods->xWrite(self->beneath, bytes, size, at);
    if (!self->held)
        self->held = g_malloc(HELD_MOST);
    if (self->size == 0)
        self->at = at;
    memcpy(self->held + self->size, bytes, (size_t)size);
    self->size += size;
    return SQLITE_OK;
}

static int
file_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    const File *self = (const File *)file;
    bool meets = at < self->at + self->size && at + size > self->at;
    int code = meets ? let_go(file) : SQLITE_OK;

    return code ? code : beneath(file)->pMethods->xRead(beneath(file), bytes, size, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = let_go(file);

    return code ? code : beneath(file)->pMethods->xTruncate(beneath(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
    int code = let_go(file);

    return code ? code : beneath(file)->pMethods->xSync(beneath(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = let_go(file);

    return code ? code : beneath(file)->pMethods->xFileSize(beneath(file), size);
}

static int
file_close(sqlite3_file *file)
{
    int code = let_go(file);
    int closed = beneath(file)->pMethods->xClose(beneath(file));

    g_clear_pointer(&((File *)file)->held, g_free);
    return code ? code : closed;
}

static int
file_lock(sqlite3_file *file, int level)
{
    return beneath(file)->pMethods->xLock(beneath(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
    return beneath(file)->pMethods->xUnlock(beneath(file), level);
}

static int
file_check_lock(sqlite3_file *file, int *is_locked)
{
    return beneath(file)->pMethods->xCheckReservedLock(beneath(file), is_locked);
}

/* Nothing leaves here: SQLite does not always heed what this says. */
static int
file_control(sqlite3_file *file, int what, void *value)
{
    return beneath(file)->pMethods->xFileControl(beneath(file), what, value);
}

static int
file_sector(sqlite3_file *file)
{
    return beneath(file)->pMethods->xSectorSize(beneath(file));
}

static int
file_traits(sqlite3_file *file)
{
    return beneath(file)->pMethods->xDeviceCharacteristics(beneath(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return beneath(file)->pMethods->xShmMap(beneath(file), page, size, extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return beneath(file)->pMethods->xShmLock(beneath(file), offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
    beneath(file)->pMethods->xShmBarrier(beneath(file));
}

static int
file_shm_unmap(sqlite3_file *file, int remove)
{
    return beneath(file)->pMethods->xShmUnmap(beneath(file), remove);
}

/* Version 2: nobody maps such a file into his memory. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* The log alone. Into the database a checkpoint writes, and where it moves a part of
 * the log it counts those pages as moved without a sync, or any call whose fault it
 * heeds. */
static int
vfs_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
         int *given)
{
    sqlite3_vfs *below = ((Gathering *)vfs)->beneath;
    File *self = (File *)file;
    int code;

    if (!(flags & SQLITE_OPEN_WAL))
        return below->xOpen(below, path, file, flags, given);
    memset(self, 0, sizeof *self);
    self->beneath->pMethods = NULL;
    code = below->xOpen(below, path, self->beneath, flags, given);
    /* One that would not open may want to be closed all the same. */
    if (code == SQLITE_OK || self->beneath->pMethods)
        self->base.pMethods = &methods;
    return code;
}

Gathering *
gathering_new(void)
{
    Gathering *gathering = g_new0(Gathering, 1);
    int code;

    gathering->beneath = sqlite3_vfs_find(NULL);
    g_assert(gathering->beneath);
    (void)g_snprintf(gathering->name, sizeof gathering->name, "gathering-%p",
                     (void *)gathering);
    gathering->vfs = *gathering->beneath;
    gathering->vfs.pNext = NULL;
    gathering->vfs.zName = gathering->name;
    gathering->vfs.szOsFile = (int)sizeof(File) + gathering->beneath->szOsFile;
    gathering->vfs.xOpen = vfs_open;
    code = sqlite3_vfs_register(&gathering->vfs, 0);
    g_assert(code == SQLITE_OK);
    return gathering;
}

void
gathering_free(Gathering *gathering)
{
    int code = gathering ? sqlite3_vfs_unregister(&gathering->vfs) : SQLITE_OK;

    g_assert(code == SQLITE_OK);
    g_free(gathering);
}

const char *
gathering_name(const Gathering *gathering)
{
    return gathering->name;
}
