/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_byte.h"

#include "common/fd.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_pump.h"
#include "tests/bench/bench_start.h"
#include "tests/support/child.h"
#include "tests/support/plan_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A uid that no test has; see starts.c. */
enum { BYTE_UID = 1900061001, NAP_MSEC = 3 };

/* Pipes to and from a program, and what of them it is given. */
struct pipes {
	int given_in, to, from, given_out;
};

static void
close_pipes(struct pipes *pipes)
{
	psd_fd_cleanup(&pipes->given_in);
	psd_fd_cleanup(&pipes->to);
	psd_fd_cleanup(&pipes->from);
	psd_fd_cleanup(&pipes->given_out);
}

static int
open_pipes(struct pipes *ret)
{
	int input[2], output[2];

	if (pipe2(input, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(output, O_CLOEXEC) < 0) {
		psd_fd_close(input[0]);
		psd_fd_close(input[1]);
		return -errno;
	}
	*ret = (struct pipes){ input[0], input[1], output[0], output[1] };
	return 0;
}

/* Has the byte come?  The end of its input, which is later, ends the program. */
static bool
has_come(struct pipes *pipes)
{
	char byte;

	psd_fd_cleanup(&pipes->given_in);
	psd_fd_cleanup(&pipes->given_out);
	return read(pipes->from, &byte, 1) == 1;
}

static double
run_until_byte(const char *const *argv, struct pipes *pipes)
{
	const double start = bench_now();
	double took;
	pid_t pid;

	if (bench_program(argv, pipes->given_in, pipes->given_out, &pid) < 0)
		return -1;
	took = has_come(pipes) ? bench_now() - start : -1;
	psd_fd_cleanup(&pipes->to);
	return bench_program_ended_well(pid) ? took : -1;
}

double
bench_byte_of_command(void *argv, unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		struct pipes pipes;
		double took;

		if (open_pipes(&pipes) < 0)
			return -1;
		took = run_until_byte(argv, &pipes);
		close_pipes(&pipes);
		if (took < 0)
			return -1;
		sum += took;
	}
	return sum;
}

static int
connect_to(const char *path)
{
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

double
bench_byte_of_service(void *context, unsigned n)
{
	const struct bench_visit *visit = context;
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		const double start = bench_now();
		_cleanup_fd_ int fd = connect_to(visit->socket);
		char byte = '?';

		if (fd < 0 ||
		    (visit->is_pooled &&
			send(fd, &byte, 1, MSG_NOSIGNAL) != 1) ||
		    recv(fd, &byte, 1, 0) != 1)
			return -1;
		sum += bench_now() - start;
		if (shutdown(fd, SHUT_WR) < 0 || recv(fd, &byte, 1, 0) != 0)
			return -1;
		/* Of the others, too, the end comes before the next begins. */
		(void)poll(NULL, 0, NAP_MSEC);
	}
	return sum;
}

static double
start_until_byte(const struct psd_plan *plan, const struct psd_birth *like,
    struct pipes *pipes)
{
	const int stdio[] = { pipes->given_in, pipes->given_out,
		plan->null_fd };
	struct psd_birth birth = *like;
	const double start = bench_now();
	struct psd_spawn_failure failure;
	struct psd_child child;
	double took;

	birth.stdio = stdio;
	if (psd_spawn(plan, &birth, &child, &failure) < 0)
		return -1;
	took = has_come(pipes) ? bench_now() - start : -1;
	psd_fd_cleanup(&pipes->to);
	psd_fd_close(child.listener);
	return bench_has_ended_well(child.pidfd) ? took : -1;
}

static double
start_all(const struct psd_plan *plan, const struct psd_birth *birth,
    unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		struct pipes pipes;
		double took;

		if (open_pipes(&pipes) < 0)
			return -1;
		took = start_until_byte(plan, birth, &pipes);
		close_pipes(&pipes);
		if (took < 0)
			return -1;
		sum += took;
	}
	return sum;
}

/* What a starter's process is told, and answers how long that many took. */
struct starter_task {
	int ours, channel;
	const char *program, *policy_lines;
};

static int
serve(void *context)
{
	const struct starter_task *task = context;
	struct psd_birth birth = {
		.uid = BYTE_UID,
		.gid = BYTE_UID,
		.pair_end = PSD_NO_FD,
		.stderr_fd = PSD_NO_FD,
	};
	struct plan_rig rig;
	unsigned n;
	double took;

	/* So that the other side's end is seen. */
	(void)close(task->ours);
	if (plan_rig_prepare() != 0 ||
	    plan_rig_load(&rig, task->program, "\nLimitNOFILE=32",
		task->policy_lines) < 0)
		return 1;
	birth.cgroup_fd = bench_leaf_for_all();
	while (recv(task->channel, &n, sizeof(n), 0) == sizeof(n)) {
		took = start_all(&rig.prepared->plan, &birth, n);
		if (send(task->channel, &took, sizeof(took), MSG_NOSIGNAL) < 0)
			break;
	}
	plan_rig_free(&rig);
	psd_host_free(&plan_rig_host);
	return 0;
}

int
bench_starter_start(struct bench_starter *starter, const char *program,
    const char *policy_lines)
{
	struct starter_task task = { .program = program,
		.policy_lines = policy_lines };
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	ours = ends[0];
	theirs = ends[1];
	task.ours = ours;
	task.channel = theirs;
	starter->pid = test_child_start(serve, &task);
	starter->channel = psd_fd_take(&ours);
	return starter->pid < 0 ? starter->pid : 0;
}

double
bench_byte_of_starter(void *context, unsigned n)
{
	const struct bench_starter *starter = context;
	double took;

	if (send(starter->channel, &n, sizeof(n), MSG_NOSIGNAL) < 0 ||
	    recv(starter->channel, &took, sizeof(took), 0) != sizeof(took))
		return -1;
	return took;
}

void
bench_starter_stop(struct bench_starter *starter)
{
	psd_fd_cleanup(&starter->channel);
	(void)test_child_exit_status(starter->pid);
}
