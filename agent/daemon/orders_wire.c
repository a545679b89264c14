#include "daemon/orders_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fault.h"

enum {
    NAME_BYTES = 16384
};

bool
orders_place(const char *state, OrdersPlace *out, GError **error)
{
    g_autofree char *path = NULL;

    out->folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (out->folder < 0) {
        g_set_error(error, FAULT, FAULT_CONFIG, "cannot open the state folder '%s': %s",
                    state, g_strerror(errno));
        return false;
    }
    path = g_strdup_printf("/proc/self/fd/%d/postroom.sock", out->folder);
    g_assert(strlen(path) < sizeof out->address.sun_path);
    out->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out->address.sun_path, path, strlen(path) + 1);
    return true;
}

GByteArray *
orders_pack(const char *const *words)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (; *words; words++) {
        size_t size = strlen(*words) + 1;

        if (size > ORDER_MOST_BYTES - bytes->len)
            return NULL;
        g_byte_array_append(bytes, (const guint8 *)*words, (guint)size);
    }
    return g_steal_pointer(&bytes);
}

char **
orders_unpack(const char *bytes, size_t size)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    if (size == 0 || bytes[size - 1] != '\0')
        return NULL;
    for (const char *at = bytes; at < bytes + size; at += strlen(at) + 1)
        g_strv_builder_add(words, at);
    return g_strv_builder_end(words);
}

char *
orders_user_name(unsigned user)
{
    struct passwd entry;
    struct passwd *found = NULL;
    g_autofree char *room = g_malloc(NAME_BYTES);

    if (getpwuid_r(user, &entry, room, NAME_BYTES, &found) == 0 && found)
        return g_strdup(found->pw_name);
    return g_strdup_printf("uid %u", user);
}
