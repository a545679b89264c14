#include "oauth/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/owned.h"

enum {
    TOKEN_LIMIT_BYTES = 16 * 1024
};

char *
oauth_token_file(const char *state, const char *mailbox)
{
    /* A mailbox's name may hold what a file's may not. */
    g_autofree char *safe = g_uri_escape_string(mailbox, NULL, FALSE);
    g_autofree char *name = g_strdup_printf("oauth-%s.token", safe);

    return g_build_filename(state, name, NULL);
}

static bool
fault(const char *what, const char *file, GError **error)
{
    g_set_error(error, FAULT, FAULT_RETRY, "cannot %s '%s': %s", what, file,
                g_strerror(errno));
    return false;
}

Secret *
keep_read(const char *file, GError **error)
{
    g_auto(OwnedFd) fd = open(file, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    ssize_t size;
    Secret *token;

    if (fd < 0 && errno == ENOENT) {
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "nobody has logged in yet: run 'postroom login'");
        return NULL;
    }
    text = g_malloc(TOKEN_LIMIT_BYTES);
    size = fd < 0 ? -1 : read(fd, text, TOKEN_LIMIT_BYTES);
    if (size < 0) {
        g_free(text);
        (void)fault("read", file, error); /* always false */
        return NULL;
    }
    token = secret_new(text, (size_t)size);
    secret_wipe(text, TOKEN_LIMIT_BYTES);
    g_free(text);
    return token;
}

static bool
sync_folder(const char *file, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(file);
    g_auto(OwnedFd) fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return (fd >= 0 && fsync(fd) == 0) || fault("sync", folder, error);
}

/* What root writes into another's state folder is that one's: the service's user exists
 * only while the service runs, and could not read a file of root's. */
static bool
give_to_owner(int fd, const char *file)
{
    g_autofree char *folder = g_path_get_dirname(file);
    struct stat owner;

    return geteuid() != 0 ||
           (stat(folder, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) == 0);
}

bool
keep_write(const char *file, const char *token, GError **error)
{
    g_autofree char *fresh = g_strconcat(file, ".new", NULL);
    g_auto(OwnedFd) fd =
        open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t size = strlen(token);

    if (fd < 0 || write(fd, token, size) != (ssize_t)size || !give_to_owner(fd, file) ||
        fsync(fd) != 0 || rename(fresh, file) != 0)
        return fault("write", file, error);
    return sync_folder(file, error);
}
