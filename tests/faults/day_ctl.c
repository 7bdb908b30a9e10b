/* SPDX-License-Identifier: ISC */
#include "tests/faults/day.h"

#include "tests/support/child.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 12 };

/* The last line that privsepctl has written to its file. */
static void
read_last_line(const char *path, char ret[DAY_OUTCOME_MAX])
{
	char line[4096];
	FILE *file = fopen(path, "re");

	ret[0] = '\0';
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		(void)snprintf(ret, DAY_OUTCOME_MAX, "%.*s",
		    DAY_OUTCOME_MAX - 1, line);
	}
	(void)fclose(file);
}

static void
become_ctl(const char *input, const char *output, char **words)
{
	const int in = open(input, O_RDONLY | O_CLOEXEC);
	const int out =
	    open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(97);
	(void)execv(words[0], words);
	_exit(98);
}

int
day_ctl(struct day *day, char ret[DAY_OUTCOME_MAX], const char *const *words)
{
	char program[PATH_MAX], run[PATH_MAX], output[PATH_MAX], from[PATH_MAX];
	char *all[WORDS_MAX] = { program, (char *)(uintptr_t) "--runtime-dir",
		run };
	int status = 0, n = 3;
	pid_t pid;

	for (; words[n - 3] != NULL; n++) {
		assert_true(n + 1 < WORDS_MAX);
		all[n] = (char *)(uintptr_t)words[n - 3];
	}
	(void)snprintf(program, sizeof(program), "%s/privsepctl", getenv("B"));
	(void)snprintf(run, sizeof(run), "%s/run", day->rig.dir);
	(void)snprintf(output, sizeof(output), "%s/output", day->rig.dir);
	(void)snprintf(from, sizeof(from), "%.*s/file", PATH_MAX - 6,
	    day->files);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become_ctl(from, output, all);
	if (test_child_wait(pid, &status) < 0)
		return -1;
	read_last_line(output, ret);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
