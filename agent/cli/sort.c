#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "sort/sort.h"

enum {
    HOUSE_FD = 3
};

/* Started by the house only: the socket to it is descriptor 3. */
int
cli_sort(int argc, char **argv)
{
    int64_t memory_bytes = argc > 1 ? g_ascii_strtoll(argv[1], NULL, 10) : 0;
    struct stat file;

    if (memory_bytes <= 0 || fstat(HOUSE_FD, &file) != 0 || !S_ISSOCK(file.st_mode)) {
        (void)fputs("postroom sort: started by 'postroom run', not by hand\n", stderr);
        return EX_USAGE;
    }
    return sort_serve(HOUSE_FD, memory_bytes);
}
