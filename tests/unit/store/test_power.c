/* The disk at its worst, by a VFS of the test's own: power that fails between two syncs
 * and takes with it what was not synced, and errors at each single write. Whoever was
 * told that his mail is filed finds it. */
#include "fixture.h"

enum {
    MAILS = 4,
    STRIDE = 5, /* writes; `-m slow` takes each */
    MOST_CUTS = 400,
    LONG_BYTES = 300000, /* its pages do not leave in one write */
};

/* A file's content as it is on the platter, kept from sync to sync. */
typedef struct Platter {
    char *path;
    GByteArray *synced; /* NULL: the file was not there */
} Platter;

typedef struct File {
    sqlite3_file base;
    char *path;
    sqlite3_file real[]; /* as many bytes as the real VFS wants */
} File;

/* One test runs at a time, and one registrar; a reader is never open beside it. */
static struct {
    pthread_mutex_t lock;
    GHashTable *platters; /* path -> Platter */
    int writes, syncs;
    int fail_at; /* this write and all behind it; 0: none */
    int failure; /* SQLITE_IOERR_WRITE, SQLITE_FULL */
    int cut_at;  /* this sync and all behind it do nothing, and say so; 0: none */
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_vfs *real_vfs;

static sqlite3_file *
real(sqlite3_file *file)
{
    return ((File *)file)->real;
}

static void
free_platter(gpointer self)
{
    Platter *platter = self;

    g_free(platter->path);
    if (platter->synced)
        g_byte_array_unref(platter->synced);
    g_free(platter);
}

static GByteArray *
content_of(const char *path)
{
    char *bytes = NULL;
    gsize size = 0;

    if (!g_file_get_contents(path, &bytes, &size, NULL))
        return NULL;
    return g_byte_array_new_take((guint8 *)bytes, size);
}

static void
keep_platter(const char *path)
{
    Platter *platter = g_new0(Platter, 1);

    platter->path = g_strdup(path);
    platter->synced = content_of(path);
    (void)g_hash_table_replace(disk.platters, platter->path, platter);
}

static int
may_write(void)
{
    int code = SQLITE_OK;

    pthread_mutex_lock(&disk.lock);
    disk.writes++;
    if (disk.fail_at && disk.writes >= disk.fail_at)
        code = disk.failure;
    pthread_mutex_unlock(&disk.lock);
    return code;
}

static int
file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    int code = may_write();

    return code ? code : real(file)->pMethods->xWrite(real(file), bytes, size, at);
}

static int
file_sync(sqlite3_file *file, int flags)
{
    int code = SQLITE_OK;

    pthread_mutex_lock(&disk.lock);
    disk.syncs++;
    if (disk.cut_at && disk.syncs >= disk.cut_at)
        code = SQLITE_IOERR_FSYNC;
    pthread_mutex_unlock(&disk.lock);
    if (code == SQLITE_OK)
        code = real(file)->pMethods->xSync(real(file), flags);
    pthread_mutex_lock(&disk.lock);
    if (code == SQLITE_OK && disk.platters)
        keep_platter(((File *)file)->path);
    pthread_mutex_unlock(&disk.lock);
    return code;
}

static int
file_close(sqlite3_file *file)
{
    int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : 0;

    g_free(((File *)file)->path);
    return code;
}

static int
file_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    return real(file)->pMethods->xRead(real(file), bytes, size, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = may_write();

    return code ? code : real(file)->pMethods->xTruncate(real(file), size);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int
file_lock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int
file_check_lock(sqlite3_file *file, int *is_locked)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), is_locked);
}

static int
file_control(sqlite3_file *file, int what, void *value)
{
    return real(file)->pMethods->xFileControl(real(file), what, value);
}

static int
file_sector(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int
file_traits(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int
file_shm_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

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

static int
vfs_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
         int *given)
{
    File *ours = (File *)file;
    int code = real_vfs->xOpen(real_vfs, path, ours->real, flags, given);

    (void)vfs;
    ours->path = g_strdup(path);
    file->pMethods = code == SQLITE_OK ? &methods : NULL;
    if (code != SQLITE_OK)
        g_clear_pointer(&ours->path, g_free);
    return code;
}

static void
install_disk(void)
{
    static sqlite3_vfs ours;

    real_vfs = sqlite3_vfs_find(NULL);
    ours = *real_vfs;
    ours.zName = "power";
    ours.szOsFile = (int)sizeof(File) + real_vfs->szOsFile;
    ours.xOpen = vfs_open;
    g_assert_cmpint(sqlite3_vfs_register(&ours, 1), ==, SQLITE_OK);
}

static void
mend_disk(void)
{
    disk.writes = disk.syncs = disk.fail_at = disk.cut_at = 0;
    g_clear_pointer(&disk.platters, g_hash_table_unref);
}

/* A house without mail, made once. */
static GByteArray *template;

static void
make_template(void)
{
    g_autofree char *state = fixture_state();
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);

    store_close(fixture_open(state));
    template = content_of(path);
    g_assert_nonnull(template);
    fixture_remove(state);
}

static char *
new_state(void)
{
    char *state = fixture_state();
    g_autofree char *path = g_build_filename(state, "postroom.db", NULL);
    gboolean written =
        g_file_set_contents(path, (char *)template->data, template->len, NULL);

    g_assert_true(written);
    return state;
}

/* The same each time. The second is long, and of letters that do not compress well. */
static Filing *
nth_filing(int i)
{
    g_autofree char *name = g_strdup_printf("%d@x", i);
    g_autofree char *raw = g_strnfill(i == 1 ? LONG_BYTES : 1, (char)('0' + i));
    g_autoptr(GRand) dice = g_rand_new_with_seed(1);

    for (int at = 1; raw[at]; at++)
        raw[at] = (char)g_rand_int_range(dice, '0', 'z');
    return filing_new(i + 1, name, name, raw);
}

/* Files mails until one is refused, or all are there: how many were acknowledged. */
static int
file_all(const char *state, GError **error)
{
    g_autoptr(Store) store = store_open(state, error);
    int filed = 0;

    for (; store && filed < MAILS; filed++) {
        g_autoptr(Filing) filing = nth_filing(filed);

        if (!filing_try(store, filing, error))
            break;
    }
    return filed;
}

static void
expect_first(const char *state, int filed)
{
    for (int i = 0; i < filed; i++) {
        g_autofree char *sql = g_strdup_printf(
            "SELECT count(*) FROM messages WHERE message_id = '%d@x'", i);

        fixture_expect(state, sql, "1");
    }
}

/* The mails that were refused, once more: each is there once in the end. */
static void
expect_healed(const char *state)
{
    Store *store = fixture_open(state);

    for (int i = 0; i < MAILS; i++) {
        g_autoptr(Filing) filing = nth_filing(i);
        g_autoptr(GError) repeated = NULL;

        /* Filed already is no harm: its UID is settled. */
        if (!filing_try(store, filing, &repeated))
            g_assert_nonnull(strstr(repeated->message, "filed already"));
    }
    store_close(store);
    fixture_expect(state, "SELECT count(*) FROM messages", "4");
    fixture_expect_sound(state);
}

/* What the platter holds is all that is left. */
static void
lose_power(const char *state)
{
    static const char *const names[] = {"postroom.db", "postroom.db-wal"};
    g_autofree char *shm = g_build_filename(state, "postroom.db-shm", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(state, names[i], NULL);
        const Platter *platter = g_hash_table_lookup(disk.platters, path);
        GByteArray *left = platter ? platter->synced : NULL;
        gboolean written = TRUE;

        (void)g_remove(path);
        if (left)
            written = g_file_set_contents(path, (char *)left->data, left->len, NULL);
        g_assert_true(written);
    }
    (void)g_remove(shm);
}

/* At each sync in turn the power fails: what was written since the one before is gone.
 */
static void
acknowledged_mail_outlives_the_power(void)
{
    int cuts = 0;
    bool is_whole = false;

    while (!is_whole) {
        g_autofree char *state = new_state();
        g_autoptr(GError) error = NULL;
        int filed;

        mend_disk();
        disk.platters =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_platter);
        {
            g_autofree char *path = g_build_filename(state, "postroom.db", NULL);

            keep_platter(path);
        }
        disk.cut_at = ++cuts;
        filed = file_all(state, &error);
        is_whole = disk.syncs < disk.cut_at;
        g_assert_true(is_whole == (filed == MAILS && !error && disk.syncs < cuts));
        lose_power(state);
        mend_disk();
        expect_first(state, filed);
        expect_healed(state);
        fixture_remove(state);
        g_assert_cmpint(cuts, <, MOST_CUTS);
    }
    g_assert_cmpint(cuts, >, MAILS); /* each mail has its sync */
}

/* From each write on, in turn, the disk takes nothing more; then it does again. */
static void
an_error_at_each_write_loses_nothing(gconstpointer failure)
{
    int stride = g_test_slow() ? 1 : STRIDE;
    bool is_whole = false;

    for (int at = g_test_rand_int_range(1, stride + 1); !is_whole; at += stride) {
        g_autofree char *state = new_state();
        g_autoptr(GError) error = NULL;
        int filed;

        mend_disk();
        disk.failure = GPOINTER_TO_INT(failure);
        disk.fail_at = at;
        filed = file_all(state, &error);
        is_whole = disk.writes < at;
        if (error)
            g_assert_error(error, FAULT, FAULT_RETRY);
        else
            g_assert_cmpint(filed, ==, MAILS);
        mend_disk();
        expect_first(state, filed);
        expect_healed(state);
        fixture_remove(state);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* What a real sync costs is no matter here, and there are thousands. */
    if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR))
        (void)g_setenv("TMPDIR", "/dev/shm", TRUE);
    make_template();
    install_disk();
    g_test_add_func("/store/acknowledged-mail-outlives-the-power",
                    acknowledged_mail_outlives_the_power);
    g_test_add_data_func("/store/EIO-at-each-write-loses-nothing",
                         GINT_TO_POINTER(SQLITE_IOERR_WRITE),
                         an_error_at_each_write_loses_nothing);
    g_test_add_data_func("/store/ENOSPC-at-each-write-loses-nothing",
                         GINT_TO_POINTER(SQLITE_FULL),
                         an_error_at_each_write_loses_nothing);
    return g_test_run();
}
