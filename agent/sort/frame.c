/* Frames over the socket between house and sorter. Both ends poll before they move
 * bytes, so a deadline holds however slowly the other side trickles. */
#include "sort/sort.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"

typedef struct FrameHead {
    uint32_t size;
    uint32_t kind;
} FrameHead;

static bool
wait_for(int socket, short events, int64_t deadline_us)
{
    struct pollfd poll_fd = {.fd = socket, .events = events};

    for (;;) {
        int64_t left_ms = -1;
        int ready;

        if (deadline_us)
            left_ms = MAX(0, (deadline_us - clock_monotonic_us() + 999) / 1000);
        ready = poll(&poll_fd, 1, (int)MIN(left_ms, 60000));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready == 0 && deadline_us && clock_monotonic_us() >= deadline_us) {
            errno = ETIMEDOUT;
            return false;
        }
    }
}

/* Drops what was sent from the front of `rest`. */
static void
advance(struct iovec rest[2], size_t sent)
{
    for (int i = 0; i < 2; i++) {
        size_t from_this = MIN(sent, rest[i].iov_len);

        rest[i].iov_base = (char *)rest[i].iov_base + from_this;
        rest[i].iov_len -= from_this;
        sent -= from_this;
    }
}

/* Head and bytes leave together: the other side is woken once. */
static bool
send_all(int socket, struct iovec rest[2], int64_t deadline_us)
{
    const struct msghdr both = {.msg_iov = rest, .msg_iovlen = 2};

    while (rest[0].iov_len + rest[1].iov_len > 0) {
        ssize_t sent = sendmsg(socket, &both, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent >= 0)
            advance(rest, (size_t)sent);
        else if (errno == EAGAIN) {
            if (!wait_for(socket, POLLOUT, deadline_us))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool
receive_all(int socket, void *bytes, size_t size, int64_t deadline_us)
{
    /* Who has all the time waits in the kernel, not in poll. */
    const int flags = deadline_us ? MSG_DONTWAIT : MSG_WAITALL;
    char *at = bytes;

    while (size > 0) {
        ssize_t got = recv(socket, at, size, flags);

        if (got == 0) {
            errno = 0;
            return false;
        }
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        } else if (errno == EAGAIN) {
            if (!wait_for(socket, POLLIN, deadline_us))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

bool
frame_send(int socket, FrameKind kind, const void *bytes, size_t size,
           int64_t deadline_us)
{
    FrameHead head = {(uint32_t)size, (uint32_t)kind};
    struct iovec rest[2] = {{&head, sizeof head}, {(void *)(uintptr_t)bytes, size}};

    if (size > FRAME_MAX_BYTES) {
        errno = EMSGSIZE;
        return false;
    }
    return send_all(socket, rest, deadline_us);
}

bool
frame_receive(int socket, size_t max_bytes, int64_t deadline_us, FrameKind *kind,
              GByteArray *out)
{
    FrameHead head;

    if (!receive_all(socket, &head, sizeof head, deadline_us))
        return false;
    if (head.size > max_bytes) {
        errno = EMSGSIZE;
        return false;
    }
    g_byte_array_set_size(out, head.size);
    *kind = (FrameKind)head.kind;
    return receive_all(socket, out->data, head.size, deadline_us);
}

/* One byte carries it: a stream has no message without bytes. */
typedef struct Parcel {
    struct msghdr message;
    struct iovec bytes;
    char byte;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
} Parcel;

static void
wrap(Parcel *parcel)
{
    memset(parcel, 0, sizeof *parcel);
    parcel->bytes = (struct iovec){&parcel->byte, 1};
    parcel->message = (struct msghdr){.msg_iov = &parcel->bytes,
                                      .msg_iovlen = 1,
                                      .msg_control = parcel->control,
                                      .msg_controllen = sizeof parcel->control};
}

bool
frame_send_descriptor(int socket, int descriptor, int64_t deadline_us)
{
    Parcel parcel;
    struct cmsghdr *head;

    wrap(&parcel);
    head = CMSG_FIRSTHDR(&parcel.message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    for (;;) {
        if (sendmsg(socket, &parcel.message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
            return true;
        if (errno == EAGAIN ? !wait_for(socket, POLLOUT, deadline_us) : errno != EINTR)
            return false;
    }
}

int
frame_receive_descriptor(int socket)
{
    Parcel parcel;
    const struct cmsghdr *head;
    int descriptor = -1;

    wrap(&parcel);
    if (!wait_for(socket, POLLIN, 0) ||
        recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    head = CMSG_FIRSTHDR(&parcel.message);
    if (head && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof descriptor))
        memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    return descriptor;
}
