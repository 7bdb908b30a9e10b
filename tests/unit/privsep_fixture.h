/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRIVSEP_FIXTURE_H
#define TEST_PRIVSEP_FIXTURE_H

#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A conversation with a daemon in a process of its own. */
struct talk {
	struct privsep *conversation;
	pid_t daemon;
	int stop[2];  /* a byte into stop[1] makes the daemon end its side */
	int listener; /* abstract, so that nothing is left behind */
	struct sockaddr_un address;
	socklen_t address_len;
	char *dir;
	size_t fds_before;
};

static int
listen_somewhere(struct talk *t)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	t->address_len = sizeof(t->address);
	assert_true(fd >= 0);
	/* No name at all: the kernel chooses a free one. */
	assert_int_equal(bind(fd, (const struct sockaddr *)&any,
			     sizeof(any.sun_family)),
	    0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&t->address,
			     &t->address_len),
	    0);
	return fd;
}

struct both {
	struct fake_daemon daemon;
	int helper_end;
};

static int
serve(void *argument)
{
	struct both *b = argument;

	psd_fd_close(b->helper_end);
	return fake_daemon_serve(&b->daemon);
}

static int
begin(void **state)
{
	static struct talk t;
	struct both b;
	int ends[2];

	t.fds_before = test_fds_count();
	t.dir = test_dir_make();
	assert_non_null(t.dir);
	assert_int_equal(pipe2(t.stop, O_CLOEXEC), 0);
	t.listener = listen_somewhere(&t);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	b.daemon = (struct fake_daemon){ ends[1], t.listener, t.stop[0] };
	b.helper_end = ends[0];
	t.daemon = test_child_start(serve, &b);
	assert_true(t.daemon > 0);
	psd_fd_close(ends[1]);
	assert_int_equal(privsep_from_fd(&t.conversation, ends[0]), 0);
	*state = &t;
	return 0;
}

/* Each test leaves the conversation by an orderly end. */
static int
finish(void **state)
{
	struct talk *t = *state;

	if (t->conversation != NULL) {
		assert_int_equal(privsep_end(t->conversation), 0);
		assert_int_equal(test_child_exit_status(t->daemon), 0);
	}
	psd_fd_close(t->listener);
	psd_fd_close(t->stop[0]);
	psd_fd_close(t->stop[1]);
	test_dir_remove(t->dir);
	assert_int_equal(test_fds_count(), t->fds_before);
	return 0;
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown((test), begin, finish)

#endif
