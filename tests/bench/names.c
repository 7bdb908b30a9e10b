/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_names.h"

#include "common/fd.h"
#include "tests/bench/bench.h"
#include "tests/support/child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 53 };

/* What the helper does, without one. */
static int
resolve_directly(void *argument)
{
	const int fd = *(int *)argument;
	char text[64];
	ssize_t len;

	while ((len = read(fd, text, sizeof(text) - 1)) > 0) {
		struct addrinfo *list;
		unsigned long n;
		double start;

		text[len] = '\0';
		n = strtoul(text, NULL, 10);
		start = bench_now();
		for (unsigned long i = 0; i < n; i++) {
			if (getaddrinfo("some.test", NULL, NULL, &list) != 0)
				return 1;
			freeaddrinfo(list);
		}
		len =
		    snprintf(text, sizeof(text), "%.0f\n", bench_now() - start);
		if (write(fd, text, (size_t)len) != len)
			return 1;
	}
	return 0;
}

static int
start_direct(struct bench_names *names)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	names->direct.client = ends[0];
	names->direct_pid = test_child_start(resolve_directly, &ends[1]);
	psd_fd_close(ends[1]);
	return names->direct_pid < 0 ? (int)names->direct_pid : 0;
}

static int
connect_udp(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

/* What is started here stays in the network that this process leaves. */
static int
start_inside(struct bench_names *names)
{
	int r = fake_dns_enter(names->rig.dir);

	if (r == 0)
		r = fake_dns_start(&names->dns);
	if (r < 0)
		return r;
	names->udp = connect_udp();
	r = names->udp < 0 ? names->udp : start_direct(names);
	if (r == 0)
		daemon_rig_start(&names->rig);
	return r;
}

int
bench_names_start(struct bench_names *names)
{
	struct bench_daemon daemon;
	_cleanup_fd_ int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int mnt = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	*names = (struct bench_names){
		.client = PSD_NO_FD,
		.udp = PSD_NO_FD,
		.direct = { .client = PSD_NO_FD },
		.dns = { .pid = -1 },
		.direct_pid = -1,
	};
	if (net < 0 || mnt < 0 || cwd < 0)
		return -errno;
	bench_daemon_prepare(&daemon);
	bench_daemon_add(&daemon, "asked", "bench_helper",
	    "Instances=1\nListenStream=%s/run/asked.sock",
	    "AllowStat=%s/files/**\nAllowResolve=*.test\nAllowAccept=yes");
	names->rig = daemon.rig;
	r = start_inside(names);
	if (setns(net, CLONE_NEWNET) < 0 || setns(mnt, CLONE_NEWNS) < 0 ||
	    fchdir(cwd) < 0)
		abort();
	if (r == 0) {
		daemon.rig = names->rig;
		names->client = bench_daemon_connect(&daemon, "asked");
		r = names->client < 0 ? names->client : 0;
	}
	if (r < 0)
		bench_names_stop(names);
	return r;
}

void
bench_names_stop(struct bench_names *names)
{
	psd_fd_cleanup(&names->client);
	psd_fd_cleanup(&names->udp);
	psd_fd_cleanup(&names->direct.client);
	test_child_kill(names->direct_pid);
	daemon_rig_clean(&names->rig);
	if (names->dns.pid > 0)
		fake_dns_stop(&names->dns);
}

void
bench_place(pid_t pid, int cpu)
{
	cpu_set_t set;

	memset(&set, cpu < 0 ? 0xff : 0, sizeof(set));
	if (cpu >= 0)
		CPU_SET((unsigned)cpu, &set);
	(void)sched_setaffinity(pid, sizeof(set), &set);
}

static bool
is_helper(pid_t pid)
{
	char path[64], name[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(name, sizeof(name), file) == NULL)
		name[0] = '\0';
	(void)fclose(file);
	return strncmp(name, "bench_helper", 12) == 0;
}

void
bench_names_place(const struct bench_names *names, int asks, int answers)
{
	char path[64];
	FILE *file;
	int child;

	bench_place(names->direct_pid, asks);
	bench_place(names->dns.pid, answers);
	bench_place(names->rig.pid, answers);
	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)names->rig.pid, (int)names->rig.pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	/* The resolver is the daemon's. */
	while (fscanf(file, "%d", &child) == 1)
		bench_place(child, is_helper(child) ? asks : answers);
	(void)fclose(file);
}
