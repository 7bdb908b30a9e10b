/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_pump.h"

#include "common/fd.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* As much as privsepctl and the relay move at a time. */
enum { ROOM = 65536 };

struct flow {
	char bytes[ROOM];
	size_t at, len;
	bool is_over;
};

static int
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, bytes, len);

		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int
bench_input(size_t bytes)
{
	_cleanup_fd_ int fd = memfd_create("bench", MFD_CLOEXEC);
	static char piece[ROOM];
	int r = fd < 0 ? -errno : 0;

	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i * i / 61 % 23);
	while (r == 0 && bytes > 0) {
		const size_t len = bytes < ROOM ? bytes : ROOM;

		r = write_all(fd, piece, len);
		bytes -= len;
	}
	return r < 0 ? r : psd_fd_take(&fd);
}

int
bench_program(const char *const *argv, int in, int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	r = posix_spawn(ret_pid, argv[0], &actions, NULL,
	    (char *const *)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -r;
}

int
bench_program_on_pair(const char *const *argv, pid_t *ret_pid)
{
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	ours = ends[0];
	theirs = ends[1];
	r = bench_program(argv, theirs, theirs, ret_pid);
	return r < 0 ? r : psd_fd_take(&ours);
}

bool
bench_program_ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;
}

/* One piece further with the input. */
static int
feed(struct flow *flow, int in, int socket)
{
	ssize_t n;

	if (flow->len == 0) {
		n = read(in, flow->bytes, ROOM);
		if (n < 0)
			return -errno;
		flow->at = 0;
		flow->len = (size_t)n;
		flow->is_over = n == 0;
		if (flow->is_over)
			return shutdown(socket, SHUT_WR) < 0 ? -errno : 0;
	}
	n = send(socket, flow->bytes + flow->at, flow->len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	flow->at += (size_t)n;
	flow->len -= (size_t)n;
	return 0;
}

int64_t
bench_pump(int in, int socket, int out)
{
	static struct flow flow;
	static char bytes[ROOM];
	int64_t sum = 0;
	ssize_t n = 1;
	int r = 0;

	flow.len = 0;
	flow.is_over = false;
	while (r == 0 && n != 0) {
		struct pollfd look = { .fd = socket, .events = POLLIN };

		if (!flow.is_over)
			look.events |= POLLOUT;
		if (poll(&look, 1, -1) < 0)
			return -errno;
		if ((look.revents & POLLOUT) != 0)
			r = feed(&flow, in, socket);
		if (r < 0 || (look.revents & ~POLLOUT) == 0)
			continue;
		n = recv(socket, bytes, ROOM, 0);
		if (n < 0)
			return -errno;
		sum += n;
		r = write_all(out, bytes, (size_t)n);
	}
	return r < 0 ? r : sum;
}

int64_t
bench_drain(int fd)
{
	static char bytes[ROOM];
	int64_t sum = 0;
	ssize_t n;

	while ((n = read(fd, bytes, ROOM)) > 0)
		sum += n;
	return n < 0 ? -errno : sum;
}
