/* SPDX-License-Identifier: ISC */
#ifndef WATCHER_FIXTURE_H
#define WATCHER_FIXTURE_H

/*
 * The watcher's program as a child of the test, and a thread that waits at its
 * filter's listener, about whose calls it is asked.
 */
#include "common/callargs.h"
#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/pair.h"
#include "tests/support/child.h"
#include "tests/support/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { HELPER_PAIR = 3, PAGE = 4096, NOT_A_CALL = 9999 };

/* What the thread does, and what comes of it. */
struct caller {
	long number;
	uint64_t args[6];
	int listener;
	pthread_barrier_t ready;
	long answer;
};

struct rig {
	pid_t pid;
	struct psd_conv conv;
	struct psd_frame frame;
	char *pages; /* two, and nothing behind them */
};

static struct rig rig;

static int
notify_on(long number, int *ret_listener)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(steps) / sizeof(steps[0]),
		.filter = steps,
	};

	return test_filter_load(&program, ret_listener);
}

static void *
call_in_thread(void *argument)
{
	struct caller *caller = argument;
	const uint64_t *a = caller->args;

	if (notify_on(caller->number, &caller->listener) < 0)
		caller->listener = PSD_NO_FD;
	(void)pthread_barrier_wait(&caller->ready);
	if (caller->listener < 0)
		return NULL;
	caller->answer =
	    syscall(caller->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	return NULL;
}

static void
send_request(enum psd_op op, uint32_t id, void *req)
{
	psd_frame_init(&rig.frame);
	assert_int_equal(psd_encode_request(&rig.frame, psd_watcher_find(op),
			     id, req),
	    0);
	assert_int_equal(psd_conv_send(&rig.conv, 1, &rig.frame), 0);
	psd_frame_clear(&rig.frame);
}

static void
watch(int listener)
{
	struct psd_watch_req req = {
		.listener = fcntl(listener, F_DUPFD_CLOEXEC, 0),
		.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC),
	};

	assert_true(req.listener >= 0 && req.proc >= 0);
	send_request(PSD_OP_watch, 1, &req);
}

/* What it answers: 0 or -errno.  rep points into the rig's frame. */
static int
ask(const struct seccomp_notif *notice, struct psd_observe_rep *rep)
{
	const struct psd_op_row *row = psd_watcher_find(PSD_OP_observe);
	struct psd_observe_req req = {
		.id = notice->id,
		.pid = notice->pid,
		.call = (uint32_t)notice->data.nr,
		.arg0 = notice->data.args[0],
		.arg1 = notice->data.args[1],
		.arg2 = notice->data.args[2],
		.arg3 = notice->data.args[3],
		.arg4 = notice->data.args[4],
		.arg5 = notice->data.args[5],
	};

	send_request(PSD_OP_observe, 7, &req);
	assert_int_equal(psd_conv_recv(&rig.conv, 1, &rig.frame),
	    PSD_HEARD_FRAME);
	assert_int_equal(rig.frame.type, PSD_FRAME_REPLY);
	assert_int_equal(rig.frame.id, 7);
	if (rig.frame.status == 0)
		assert_int_equal(psd_decode(&rig.frame, row->rep, row->rep_size,
				     rep),
		    0);
	return rig.frame.status;
}

static void
let_end(struct caller *caller, const struct seccomp_notif *notice,
    pthread_t thread)
{
	struct seccomp_notif_resp response = {
		.id = notice->id,
		.error = -EDOM,
	};

	assert_int_equal(ioctl(caller->listener, SECCOMP_IOCTL_NOTIF_SEND,
			     &response),
	    0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pthread_barrier_destroy(&caller->ready), 0);
	psd_fd_cleanup(&caller->listener);
}

static pthread_t
begin(struct caller *caller, struct seccomp_notif *ret_notice)
{
	pthread_t thread;

	assert_int_equal(pthread_barrier_init(&caller->ready, NULL, 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, call_in_thread, caller),
	    0);
	(void)pthread_barrier_wait(&caller->ready);
	assert_true(caller->listener >= 0);
	memset(ret_notice, 0, sizeof(*ret_notice));
	assert_int_equal(test_poll(caller->listener, POLLIN, TEST_DEADLINE),
	    POLLIN);
	assert_int_equal(ioctl(caller->listener, SECCOMP_IOCTL_NOTIF_RECV,
			     ret_notice),
	    0);
	watch(caller->listener);
	return thread;
}

static void
expect_first(const struct psd_observe_rep *rep, uint32_t flags,
    const char *name)
{
	assert_int_equal(rep->flags, flags);
	assert_int_equal(rep->first.len, strlen(name));
	assert_memory_equal(rep->first.at, name, rep->first.len);
}

/* Makes the call, and expects of its first name this to be seen. */
static void
expect_seen(struct caller *caller, uint32_t flags, const char *name)
{
	struct psd_observe_rep rep = { .flags = 0 };
	struct seccomp_notif notice;
	const pthread_t thread = begin(caller, &notice);

	assert_int_equal(ask(&notice, &rep), 0);
	expect_first(&rep, flags, name);
	psd_frame_clear(&rig.frame);
	let_end(caller, &notice, thread);
}

static uint64_t
place(const char *text)
{
	return (uintptr_t)memcpy(rig.pages, text, strlen(text) + 1);
}

static void
open_seen(uint64_t path, uint32_t flags, const char *name)
{
	struct caller caller = {
		.number = SYS_openat,
		.args = { (uint64_t)AT_FDCWD, path },
	};

	expect_seen(&caller, flags, name);
}

static void
greet(void)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_hello);
	struct psd_hello_rep rep = {
		.version = PSD_PROTOCOL,
		.service = psd_str_of("test"),
	};

	psd_frame_init(&rig.frame);
	assert_int_equal(psd_conv_recv(&rig.conv, 1, &rig.frame),
	    PSD_HEARD_FRAME);
	assert_int_equal(rig.frame.op, PSD_OP_hello);
	psd_frame_clear(&rig.frame);
	assert_int_equal(psd_encode_reply(&rig.frame, row, 0, &rep), 0);
	assert_int_equal(psd_conv_send(&rig.conv, 1, &rig.frame), 0);
	psd_frame_clear(&rig.frame);
}

static int
run_watcher(void *argument)
{
	const char *path = argument;

	if (rig.conv.fd == HELPER_PAIR ||
	    dup2(rig.conv.fd, HELPER_PAIR) != HELPER_PAIR)
		return EXIT_FAILURE;
	(void)execl(path, path, (char *)NULL);
	return EXIT_FAILURE;
}

static int
set_up(void **state)
{
	const char *helpers = getenv("PSD_HELPERS");
	char path[PAGE];
	int ends[2];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/helpers/watcher",
	    helpers != NULL           ? helpers
		: getenv("B") != NULL ? getenv("B")
				      : "build");
	rig.pages = mmap(NULL, 3 * (size_t)PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (rig.pages == MAP_FAILED ||
	    munmap(rig.pages + 2 * (size_t)PAGE, PAGE) < 0 ||
	    psd_pair(SOCK_SEQPACKET, ends) < 0)
		return -1;
	rig.conv.fd = ends[1];
	rig.pid = test_child_start(run_watcher, path);
	psd_fd_close(ends[1]);
	psd_conv_init(&rig.conv, ends[0]);
	greet();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)psd_conv_end(&rig.conv);
	if (test_child_exit_status(rig.pid) != 0)
		return -1;
	psd_conv_close(&rig.conv);
	return munmap(rig.pages, 2 * (size_t)PAGE);
}

#endif
