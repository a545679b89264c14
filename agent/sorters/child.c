#include "sorters/child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/owned.h"
#include "sort/sort.h"

enum {
    SORTER_FD = 3,
    START_TIMEOUT_US = 30000000
};

/* No variable of ours may reach a sorter: some hold secrets. Sanitizers are steered by
 * theirs. */
static char **
bare_environment(void)
{
    static const char *const kept[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
    char **environment = NULL;

    environment = g_environ_setenv(environment, "TZ", "UTC0", TRUE);
    environment = g_environ_setenv(environment, "MALLOC_ARENA_MAX", "1", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *value = g_getenv(kept[i]);

        if (value)
            environment = g_environ_setenv(environment, kept[i], value, TRUE);
    }
    return environment;
}

static int
spawn(pid_t *pid, const char *program, int64_t memory_bytes, int socket)
{
    g_autofree char *memory = g_strdup_printf("%" G_GINT64_FORMAT, memory_bytes);
    char *name = g_strdup("postroom");
    char *command = g_strdup("sort");
    char *arguments[] = {name, command, memory, NULL};
    g_auto(GStrv) environment = bare_environment();
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int failed;

    sigemptyset(&none);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_adddup2(&files, socket, SORTER_FD);
    (void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", 0, 0);
    (void)posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclosefrom_np(&files, SORTER_FD + 1);
    failed = posix_spawn(pid, program ? program : "/proc/self/exe", &files, &attributes,
                         arguments, environment);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    g_free(name);
    g_free(command);
    return failed;
}

static bool
await_ready(const Child *child)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    FrameKind kind;

    return frame_receive(child->socket, 0, clock_monotonic_us() + START_TIMEOUT_US,
                         &kind, frame) &&
           kind == FRAME_READY;
}

bool
child_start(Child *child, const char *program, int64_t memory_bytes, GError **error)
{
    int ends[2];
    int failed;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        g_set_error(error, FAULT, FAULT_FATAL, "no socket for a sorter: %s",
                    g_strerror(errno));
        return false;
    }
    failed = spawn(&child->pid, program, memory_bytes, ends[1]);
    (void)close(ends[1]);
    child->socket = ends[0];
    child->learned = 0;
    if (failed) {
        child->pid = 0;
        owned_fd_close(&child->socket);
        g_set_error(error, FAULT, FAULT_FATAL, "no process for a sorter: %s",
                    g_strerror(failed));
        return false;
    }
    if (!await_ready(child)) {
        g_autofree char *how = child_end(child);

        g_set_error(error, FAULT, FAULT_FATAL, "a sorter did not start: %s", how);
        return false;
    }
    return true;
}

static char *
describe(int status)
{
    if (WIFEXITED(status))
        return g_strdup_printf("the sorter ended with code %d", WEXITSTATUS(status));
    switch (WTERMSIG(status)) {
    case SIGSYS:
        return g_strdup("the sorter was killed by a forbidden system call");
    case SIGABRT:
    case SIGTRAP:
        return g_strdup("the sorter gave up (memory or a broken invariant)");
    case SIGSEGV:
    case SIGBUS:
        return g_strdup("the sorter crashed");
    default:
        return g_strdup_printf("the sorter was killed by signal %d", WTERMSIG(status));
    }
}

char *
child_end(Child *child)
{
    int status = 0;
    pid_t reaped;

    if (child->pid == 0)
        return g_strdup("the sorter was not running");
    /* A process that is ending by itself keeps its own status; one that is not is
     * ended here. */
    owned_fd_close(&child->socket);
    for (int i = 0; i < 50; i++) {
        reaped = waitpid(child->pid, &status, WNOHANG);
        if (reaped != 0)
            break;
        g_usleep(2000);
    }
    if (reaped == 0) {
        (void)kill(child->pid, SIGKILL);
        while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    child->pid = 0;
    return describe(status);
}
