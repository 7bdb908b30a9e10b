/* SPDX-License-Identifier: ISC */
/*
 * Is executed in privsepd's place and sends what no monitor would: the last
 * part of its policy's path says what.
 */
#include "common/notice.h"
#include "common/sealed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIR = 3, BYTES_MAX = 4096 };

/* One that lets everything pass. */
static struct sock_filter pass = { .code = BPF_RET | BPF_K, .k = 0x7fff0000 };

static struct psd_sealed
good_plan(void)
{
	return (struct psd_sealed){
		.uid = 1900000000,
		.gid = 1900000000,
		.set_ids = true,
		.report_number = 64,
		.keep = PSD_KEEP_ALL,
		.n_limits = 1,
		.limits = { { RLIMIT_NOFILE, { 64, 64 } } },
		.plain_filter = { 1, &pass },
	};
}

/* A copy of the memory in memory that anybody can change. */
static int
copy(int sealed)
{
	char bytes[BYTES_MAX];
	const ssize_t n = pread(sealed, bytes, sizeof(bytes), 0);
	const int fd = memfd_create("plan", MFD_ALLOW_SEALING);

	if (n <= 0 || pwrite(fd, bytes, (size_t)n, 0) != n)
		exit(1);
	return fd;
}

static void
send_plan(int memory, size_t n)
{
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_PLAN);
	const int fds[] = { memory, memory, memory };

	(void)psd_notice_send(PAIR, &notice, fds, n);
}

static void
send_raw(const char *bytes, size_t n)
{
	(void)send(PAIR, bytes, n, MSG_NOSIGNAL);
}

int
main(int argc, char **argv)
{
	struct psd_sealed plan = good_plan();
	const char *what = argc > 3 ? strrchr(argv[3], '/') + 1 : "";
	char byte;

	if (strcmp(what, "bytes") == 0)
		send_raw("none of it", 10);
	else if (strcmp(what, "empty") == 0)
		send_raw("", 0);
	else if (strcmp(what, "nothing") == 0)
		send_plan(PSD_NOTICE_PLAN, 0);
	else if (strcmp(what, "file") == 0)
		send_plan(open("/dev/null", O_RDWR), 1);
	else if (strcmp(what, "unsealed") == 0)
		send_plan(copy(psd_sealed_write(&plan)), 1);
	else if (strcmp(what, "more") == 0)
		send_plan(psd_sealed_write(&plan), 3);
	else if (strcmp(what, "root") == 0) {
		plan.uid = 0;
		send_plan(psd_sealed_write(&plan), 1);
	} else if (strcmp(what, "low") == 0) {
		plan.report_number = 63;
		send_plan(psd_sealed_write(&plan), 1);
	} else if (strcmp(what, "filter") == 0) {
		pass.code = 0xffff;
		send_plan(psd_sealed_write(&plan), 1);
	}
	/* Until the other side has refused. */
	while (what[0] != 's' && recv(PAIR, &byte, 1, 0) > 0)
		continue;
	return 0;
}
