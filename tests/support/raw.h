/* SPDX-License-Identifier: ISC */
#ifndef TEST_RAW_H
#define TEST_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The most descriptors that Linux takes in one message. */
enum { TEST_RAW_FDS = 253 };

/* The 12 bytes of a frame's header, little-endian. */
void test_raw_header(unsigned char *ret, uint16_t type, uint16_t op,
    uint32_t id, int32_t status);

/*
 * Sends one record as it is, however broken, with n_fds descriptors in one
 * control message.  Does not wait.  Returns the bytes sent or -errno.
 */
ssize_t test_raw_send(int fd, const void *bytes, size_t len, const int *fds,
    size_t n_fds);

#endif
