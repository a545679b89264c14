/* What a sorter gives up before it opens a stranger's mail. From here on it can read
 * and write what is already open, take memory up to its limit, and look at the clock;
 * any other system call kills it (SIGSYS), which the house sees and writes down. */
#include "sort/sort.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef POSTROOM_SANITIZED

static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg), /* the house hands over what it has learned */
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg), /* frames; what it could pass on, the house does not take */
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(getcpu),
    SCMP_SYS(uname), /* libspf2 asks for the host's name, which it then never uses */
    SCMP_SYS(sched_getaffinity),
};

/* Memory may be mapped, but never anything that can be executed, and of what has a
 * descriptor (a table that the house has sealed) only to be read. */
static int
allow_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp anonymous[] = {
        {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
        {.arg = 4, .op = SCMP_CMP_EQ, .datum_a = (uint32_t)-1}};
    const struct scmp_arg_cmp read_only[] = {
        {.arg = 2, .op = SCMP_CMP_EQ, .datum_a = PROT_READ}};
    const struct scmp_arg_cmp plain[] = {
        {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0}};
    int failed =
        seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, anonymous);

    if (!failed)
        failed = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                        read_only);
    return failed ? failed
                  : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
                                           1, plain);
}

/* abort() raises a signal at its own thread; at nobody else. */
static int
allow_abort(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp ourselves[] = {
        {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid()}};

    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  ourselves);
}

static int
load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int failed = filter ? 0 : -ENOMEM;

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(allowed); i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (!failed)
        failed = allow_memory(filter);
    if (!failed)
        failed = allow_abort(filter);
    if (!failed)
        failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed;
}

static bool
limit_memory(int64_t bytes)
{
    struct rlimit memory = {(rlim_t)bytes, (rlim_t)bytes};

    return setrlimit(RLIMIT_DATA, &memory) == 0;
}

#else

/* A sanitizer's run-time needs system calls of its own, and maps terabytes: such a
 * build refuses what an attacker would want and allows the rest. */
static const int refused[] = {
    SCMP_SYS(socket),  SCMP_SYS(connect),  SCMP_SYS(execve), SCMP_SYS(execveat),
    SCMP_SYS(fork),    SCMP_SYS(vfork),    SCMP_SYS(open),   SCMP_SYS(openat),
    SCMP_SYS(unlink),  SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(ptrace),
    SCMP_SYS(openat2), SCMP_SYS(bind),     SCMP_SYS(kill),   SCMP_SYS(creat),
    SCMP_SYS(clone),   SCMP_SYS(clone3),
};

static int
load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter ? 0 : -ENOMEM;

    for (size_t i = 0; !failed && i < G_N_ELEMENTS(refused); i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, refused[i], 0);
    if (!failed)
        failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed;
}

static bool
limit_memory(int64_t bytes)
{
    return bytes > 0;
}

#endif

bool
sort_lock_down(int64_t memory_bytes)
{
    const struct rlimit nothing = {0, 0};
    int failed;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &nothing) != 0 ||
        setrlimit(RLIMIT_FSIZE, &nothing) != 0 || !limit_memory(memory_bytes))
        return false;
    failed = load_filter();
    errno = -failed;
    return !failed;
}
