/* SPDX-License-Identifier: ISC */
#include "tests/faults/alone.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

/* What it said last. */
void
alone_print_log(const struct daemon_rig *rig)
{
	enum { LAST = 700 };
	char path[PATH_MAX], text[LAST + 1];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/log", rig->dir);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fseek(file, -LAST, SEEK_END) < 0)
		rewind(file);
	n = fread(text, 1, LAST, file);
	(void)fclose(file);
	text[n] = '\0';
	print_message("# its log ends: %s\n", text);
}

bool
alone_has_ended(pid_t daemon)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)daemon, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid != 0;
}

/* In clock ticks. */
static unsigned long
time_used(pid_t daemon)
{
	char path[64], line[512] = "";
	unsigned long user = 0, system = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)daemon);
	file = fopen(path, "re");
	assert_non_null(file);
	if (fgets(line, sizeof(line), file) != NULL)
		(void)sscanf(strrchr(line, ')') + 1,
		    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		    &user, &system);
	(void)fclose(file);
	return user + system;
}

bool
alone_sleeps(pid_t daemon)
{
	for (int i = 0; i < 100; i++) {
		const unsigned long before = time_used(daemon);

		(void)poll(NULL, 0, 30);
		if (time_used(daemon) - before <= 1)
			return true;
	}
	return false;
}
