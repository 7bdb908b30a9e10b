/* SPDX-License-Identifier: ISC */
#include "tests/support/door_rig.h"

#include "common/frame.h"
#include "common/ops.h"
#include "tests/support/child.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANSWER_MAX = 4096 };

int
door_become(const struct door_user *user)
{
	if (setgroups(user->group != 0, &user->group) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return -errno;
	return 0;
}

int
door_connect(const struct daemon_rig *rig, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int error;

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/run/service/%s.sock", rig->dir, name);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	return -error;
}

/* A refusal is a frame; the puppet's answers are lines. */
static int
judge(const unsigned char *bytes, ssize_t n)
{
	int32_t status;

	if (n <= 0)
		return -EPIPE;
	if (n != PSD_FRAME_HEADER || bytes[0] != PSD_FRAME_REPLY)
		return 0;
	assert_int_equal(bytes[2] | bytes[3] << 8, PSD_OP_svc_hello);
	assert_int_equal(bytes[4], PSD_SVC_HELLO_ID);
	memcpy(&status, bytes + 8, sizeof(status));
	return status;
}

int
door_hear(int fd, char *ret, size_t size)
{
	unsigned char bytes[ANSWER_MAX];
	ssize_t n;
	int status;

	if (test_poll(fd, POLLIN, TEST_DEADLINE) == 0)
		return -ETIME;
	do
		n = recv(fd, bytes, sizeof(bytes) - 1, 0);
	while (n < 0 && errno == ECONNRESET);
	status = judge(bytes, n);
	if (status == 0 && ret != NULL) {
		bytes[n] = '\0';
		bytes[strcspn((char *)bytes, "\n")] = '\0';
		(void)snprintf(ret, size, "%s", (char *)bytes);
	}
	return status;
}

int
door_say(int fd, const char *line, char *ret, size_t size)
{
	/* Refused before it was said: the reason is there to be read. */
	(void)send(fd, line, strlen(line), MSG_NOSIGNAL);
	return door_hear(fd, ret, size);
}

struct attempt {
	const struct daemon_rig *rig;
	const char *name;
	const struct door_user *user;
};

static int
attempt(void *argument)
{
	const struct attempt *what = argument;
	int fd;

	if (door_become(what->user) < 0)
		return ENOTRECOVERABLE;
	fd = door_connect(what->rig, what->name);
	if (fd < 0)
		return -fd;
	return -door_say(fd, "ping 1", NULL, 0);
}

int
door_try(const struct daemon_rig *rig, const char *name,
    const struct door_user *user)
{
	struct attempt what = { rig, name, user };
	const pid_t pid = test_child_start(attempt, &what);

	assert_true(pid > 0);
	return -test_child_exit_status(pid);
}
