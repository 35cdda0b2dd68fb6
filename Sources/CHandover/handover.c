#define _GNU_SOURCE
#include "handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// The CMSG macros and struct ucred can't be had in Swift (unix(7), SCM_RIGHTS, SO_PEERCRED).

int handover_send(int socket, const void *bytes, size_t count, const int *fds, int fd_count) {
    char control[CMSG_SPACE(sizeof(int) * HANDOVER_MAX_FDS)];
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count == 0 || fd_count < 0 || fd_count > HANDOVER_MAX_FDS) return EINVAL;
    if (fd_count > 0) {
        memset(control, 0, sizeof(control));
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * (size_t)fd_count);
    }
    size_t sent = 0;
    while (sent < count) {
        part.iov_base = (char *)bytes + sent;
        part.iov_len = count - sent;
        ssize_t written = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (written < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        sent += (size_t)written;
        // The descriptors went with the first byte.
        message.msg_control = NULL;
        message.msg_controllen = 0;
    }
    return 0;
}

ssize_t handover_receive(int socket, void *bytes, size_t capacity, int *fds, int *fd_count) {
    char control[CMSG_SPACE(sizeof(int) * HANDOVER_MAX_FDS)];
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    *fd_count = 0;
    ssize_t received;
    do {
        received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t bytes_of_fds = header->cmsg_len - CMSG_LEN(0);
        int count = (int)(bytes_of_fds / sizeof(int));
        int given[HANDOVER_MAX_FDS];
        if (count > HANDOVER_MAX_FDS) count = HANDOVER_MAX_FDS;
        memcpy(given, CMSG_DATA(header), sizeof(int) * (size_t)count);
        for (int i = 0; i < count; i++) {
            if (*fd_count < HANDOVER_MAX_FDS) fds[(*fd_count)++] = given[i];
            else close(given[i]);
        }
    }
    return received;
}

int handover_peer(int socket, uid_t *user) {
#ifdef SO_PEERCRED
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return errno;
    *user = peer.uid;
    return 0;
#else
    gid_t group;
    return getpeereid(socket, user, &group) == 0 ? 0 : errno;
#endif
}
