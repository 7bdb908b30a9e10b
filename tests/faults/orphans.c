/* SPDX-License-Identifier: ISC */
#include "tests/faults/orphans.h"

#include "tests/support/child.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

void
orphans_adopt(void)
{
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* Says which process it is, by its command. */
static void
tell(pid_t pid)
{
	char path[64], name[64] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(name, sizeof(name), file) != NULL)
		name[strcspn(name, "\n")] = '\0';
	(void)fclose(file);
	print_error("outlives the daemon: %d, %s\n", pid, name);
}

static void
kill_all(void)
{
	char path[64];
	FILE *file;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1) {
		tell(pid);
		(void)kill(pid, SIGKILL);
	}
	(void)fclose(file);
}

bool
orphans_have_ended(void)
{
	for (int ms = 0; ms < TEST_DEADLINE;) {
		const pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return true;
		if (pid > 0)
			continue;
		(void)poll(NULL, 0, 1);
		ms++;
	}
	kill_all();
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	return false;
}
