/* One sorter process, and the end of the socket to it. Belongs to one thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Child {
    pid_t pid; /* 0: none */
    int socket;
    int64_t learned; /* version of the table it judges by; 0: none */
} Child;

/* Execs `program sort` with nothing but the socket (descriptor 3) and a bare
 * environment, and waits until it has locked itself down. FAULT_FATAL. */
bool child_start(Child *child, const char *program, int64_t memory_bytes,
                 GError **error);

/* Kills and reaps. Says how it had ended ("killed by a forbidden system call", "ran out
 * of memory", ...); owned. */
char *child_end(Child *child);
