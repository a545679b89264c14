/* Reads a secret from where it is. No fault says what was read, nor how a command
 * line goes on: people write tokens there. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/owned.h"

enum {
    MOST_BYTES = 16384,
    PATIENCE_US = 30000000,
    PAUSE_NS = 5000000,
};

/* Wiped when it goes out of scope. */
typedef struct Draft {
    size_t size;
    char bytes[MOST_BYTES];
} Draft;

static void
draft_clear(Draft *draft)
{
    secret_wipe(draft->bytes, sizeof draft->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static Secret *
finish(Draft *draft, const char *what, const char *where, GError **error)
{
    size_t size = draft->size;

    while (size && (draft->bytes[size - 1] == '\n' || draft->bytes[size - 1] == '\r'))
        size--;
    if (size && !memchr(draft->bytes, '\0', size))
        return secret_new(draft->bytes, size);
    g_set_error(error, FAULT, FAULT_CONFIG, "the %s%s %s", what, where,
                size ? "holds a NUL character" : "gives an empty secret");
    return NULL;
}

/* To the end of file. ETIMEDOUT: not before the deadline; EFBIG: more than fits. */
static bool
fill(Draft *draft, int fd, int64_t deadline_us)
{
    while (draft->size < MOST_BYTES) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left_ms = (deadline_us - clock_monotonic_us()) / 1000;
        int ready = left_ms > 0 ? poll(&wait, 1, (int)left_ms) : 0;
        ssize_t got;

        if (ready == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        got = ready < 0
                  ? -1
                  : read(fd, draft->bytes + draft->size, MOST_BYTES - draft->size);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        draft->size += got > 0 ? (size_t)got : 0;
    }
    errno = EFBIG;
    return false;
}

static Secret *
read_file(const char *what, const char *path, bool is_guarded, GError **error)
{
    /* Not blocking: an abandoned FIFO must not hold the house. */
    g_auto(OwnedFd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    g_auto(Draft) draft = {0};
    g_autofree char *quoted = g_strdup_printf(" '%s'", path);
    struct stat file;

    if (fd < 0 || fstat(fd, &file) != 0) {
        g_set_error(error, FAULT, FAULT_CONFIG, "the %s%s cannot be read: %s", what,
                    quoted, g_strerror(errno));
        return NULL;
    }
    if (!is_guarded && S_ISREG(file.st_mode) && (file.st_mode & (S_IRGRP | S_IROTH))) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "the %s%s is readable by others: chmod 600", what, quoted);
        return NULL;
    }
    if (!fill(&draft, fd, clock_monotonic_us() + PATIENCE_US)) {
        g_set_error(error, FAULT, FAULT_CONFIG, "the %s%s cannot be read: %s", what,
                    quoted, g_strerror(errno));
        return NULL;
    }
    return finish(&draft, what, quoted, error);
}

/* A group of its own, so that the deadline ends all that the command began; signals
 * as a shell expects them, which the house has blocked. */
static int
spawn_shell(const char *command, int out, pid_t *pid)
{
    g_autofree char *line = g_strdup(command);
    char shell[] = "sh";
    char option[] = "-c";
    char *const arguments[] = {shell, option, line, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t defaults;
    int failure;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    failure = posix_spawnattr_init(&attributes);
    g_assert(!failure);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    failure = posix_spawn_file_actions_init(&files);
    g_assert(!failure);
    (void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
                                           0);
    (void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    failure = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    return failure;
}

/* The exit code; -1 when it did not end by itself and before the deadline. */
static int
wait_for(pid_t pid, int64_t deadline_us)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 &&
           clock_monotonic_us() < deadline_us)
        (void)nanosleep(&pause, NULL);
    if (ended == 0) {
        (void)kill(-pid, SIGKILL);
        (void)waitpid(pid, &status, 0);
        return -1;
    }
    return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
fault_of_command(int exit_code, int failure, GError **error)
{
    if (exit_code > 0)
        g_set_error(error, FAULT, exit_code == EX_TEMPFAIL ? FAULT_RETRY : FAULT_CONFIG,
                    "the secret's command ended with exit code %d", exit_code);
    else if (failure == ETIMEDOUT)
        g_set_error_literal(error, FAULT, FAULT_RETRY,
                            "the secret's command did not end within 30 s");
    else if (failure)
        g_set_error(error, FAULT, FAULT_CONFIG, "the secret's command: %s",
                    g_strerror(failure));
    else
        g_set_error_literal(error, FAULT, FAULT_CONFIG,
                            "the secret's command was killed or timed out");
}

static Secret *
run_command(const char *command, GError **error)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    g_auto(Draft) draft = {0};
    g_auto(OwnedFd) in = -1;
    int ends[2];
    int failure;
    int exit_code;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        g_set_error(error, FAULT, FAULT_RETRY, "no pipe: %s", g_strerror(errno));
        return NULL;
    }
    in = ends[0];
    failure = spawn_shell(command, ends[1], &pid);
    (void)close(ends[1]);
    if (failure) {
        fault_of_command(0, failure, error);
        return NULL;
    }
    if (!fill(&draft, in, deadline_us)) {
        failure = errno;
        (void)kill(-pid, SIGKILL);
    }
    exit_code = wait_for(pid, deadline_us);
    if (failure || exit_code != 0) {
        fault_of_command(exit_code, failure, error);
        return NULL;
    }
    return finish(&draft, "secret's command", "", error);
}

static Secret *
read_variable(const char *name, GError **error)
{
    const char *value = g_getenv(name);

    if (value && *value)
        return secret_new(value, strlen(value));
    g_set_error(error, FAULT, FAULT_CONFIG, "the environment variable '%s' is not set",
                name);
    return NULL;
}

/* Where the service's credentials come from, for root at the command line: `postroom
 * doctor` reads there what systemd hands to the service. */
static char *
source_of_credential(const char *name)
{
    static const char prefix[] = "secret_"; /* LoadCredential=secret:FOLDER adds it */
    g_autofree char *path = g_build_filename(
        "/etc/postroom/credentials",
        g_str_has_prefix(name, prefix) ? name + strlen(prefix) : name, NULL);

    return access(path, F_OK) == 0 ? g_steal_pointer(&path) : NULL;
}

/* systemd.exec(5), LoadCredential=. It guards the folder; the modes within show the
 * mask of an access list, not what others may read. */
static Secret *
read_credential(const char *name, GError **error)
{
    const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
    g_autofree char *path = NULL;

    if (strchr(name, '/')) {
        g_set_error(error, FAULT, FAULT_CONFIG, "the credential '%s' is no plain name",
                    name);
        return NULL;
    }
    path = folder ? g_build_filename(folder, name, NULL) : source_of_credential(name);
    if (path)
        return read_file("credential", path, folder != NULL, error);
    g_set_error(error, FAULT, FAULT_CONFIG,
                "the credential '%s' needs systemd's LoadCredential=, which gave none",
                name);
    return NULL;
}

Secret *
config_read_secret(const SecretSource *source, GError **error)
{
    switch (source->kind) {
    case SECRET_FILE:
        return read_file("secret file", source->where, false, error);
    case SECRET_COMMAND:
        return run_command(source->where, error);
    case SECRET_ENV:
        return read_variable(source->where, error);
    case SECRET_CREDENTIAL:
        return read_credential(source->where, error);
    case SECRET_NONE:
        break;
    }
    g_set_error_literal(error, FAULT, FAULT_CONFIG, "no secret is configured");
    return NULL;
}
