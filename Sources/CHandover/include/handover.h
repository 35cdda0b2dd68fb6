#ifndef SIGNALBOX_HANDOVER_H
#define SIGNALBOX_HANDOVER_H

#include <stddef.h>
#include <sys/types.h>

/// Descriptors that one message carries at the most.
#define HANDOVER_MAX_FDS 250

/// Sends `count` bytes, at least one, with `fd_count` file descriptors.
/// Returns 0, or an errno.
int handover_send(int socket, const void *bytes, size_t count, const int *fds, int fd_count);

/// Receives up to `capacity` bytes and up to HANDOVER_MAX_FDS file descriptors, which the caller owns; they are closed
/// on exec. `*fd_count` is set to how many came.
/// Returns the number of bytes, 0 at the end, or a negative errno.
ssize_t handover_receive(int socket, void *bytes, size_t capacity, int *fds, int *fd_count);

/// Sets `*user` to the effective user of the process at the other end, when it connected or began to listen.
/// Returns 0, or an errno.
int handover_peer(int socket, uid_t *user);

#endif
