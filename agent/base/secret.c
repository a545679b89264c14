#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A mapping of its own, so that locking and "do not dump" touch nothing else. */
struct Secret {
    size_t mapped_bytes;
    size_t size;
    char text[];
};

Secret *
secret_new(const char *bytes, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t mapped = (sizeof(Secret) + size + 1 + page - 1) / page * page;
    Secret *secret =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    g_assert(secret != MAP_FAILED);
    /* Both are hardening: a tight RLIMIT_MEMLOCK must not stop the daemon. */
    (void)mlock(secret, mapped);
    (void)madvise(secret, mapped, MADV_DONTDUMP);
    secret->mapped_bytes = mapped;
    secret->size = size;
    memcpy(secret->text, bytes, size);
    secret->text[size] = '\0';
    return secret;
}

void
secret_free(Secret *secret)
{
    if (!secret)
        return;
    secret_wipe(secret->text, secret->size);
    (void)munmap(secret, secret->mapped_bytes);
}

Secret *
secret_copy(const Secret *secret)
{
    return secret ? secret_new(secret->text, secret->size) : NULL;
}

const char *
secret_text(const Secret *secret)
{
    return secret->text;
}

size_t
secret_size(const Secret *secret)
{
    return secret->size;
}

void
secret_wipe(void *bytes, size_t size)
{
    explicit_bzero(bytes, size);
}
