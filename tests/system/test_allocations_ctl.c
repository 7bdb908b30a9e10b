/* SPDX-License-Identifier: ISC */
/*
 * privsepctl, in which one allocation fails: it answers as always, or fails and
 * says why.  A sample here, all of them with PSD_SOAK=1 (make soak).
 */
#include "daemon/ctl/ctl.h"
#include "tests/faults/exhaust.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { SAMPLE = 8 };

static struct allocations *board;

static void
append(struct exhaust_outcome *ret, const char *text)
{
	const size_t len = strlen(ret->text);

	(void)snprintf(ret->text + len, sizeof(ret->text) - len, "%s", text);
}

/* What it writes goes to files, for which no memory is needed. */
static void
control(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	char *line = argument, words[512];
	char *argv[16] = { (char[]){ "privsepctl" } }, *rest = words;
	int kept[2], files[2], argc = 1, status;
	ssize_t n, n_err;

	(void)snprintf(words, sizeof(words), "%s", line);
	while ((argv[argc] = strsep(&rest, " ")) != NULL)
		argc++;
	for (int i = 0; i < 2; i++) {
		kept[i] = fcntl(STDOUT_FILENO + i, F_DUPFD_CLOEXEC, 10);
		files[i] = memfd_create("stream", MFD_CLOEXEC);
		assert_true(kept[i] >= 0 && files[i] >= 0);
		assert_true(dup2(files[i], STDOUT_FILENO + i) >= 0);
	}
	status = (int)psd_ctl_run(argc, argv);
	(void)fflush(stdout);
	(void)allocations_disarm(it);
	for (int i = 0; i < 2; i++) {
		(void)dup2(kept[i], STDOUT_FILENO + i);
		(void)close(kept[i]);
	}
	n = pread(files[0], ret->text, sizeof(ret->text) - 1, 0);
	assert_true(n >= 0);
	ret->text[n] = '\0';
	n_err = lseek(files[1], 0, SEEK_END);
	ret->is_error = status == PSD_CTL_FAILED && n_err > 0;
	(void)snprintf(words, sizeof(words), "status %d%s", status,
	    n_err > 0 ? ", and words" : "");
	append(ret, words);
	/* diff says so among what it found. */
	if (strstr(ret->text, ": out of memory") != NULL)
		ret->is_error = true;
	(void)close(files[0]);
	(void)close(files[1]);
}

static void
privsepctl_answers_as_always_or_fails(void **state)
{
	static const char *const lines[] = {
		"check policy/examples/jq.policy",
		"check --strict policy/examples/www.policy",
		"explain policy/examples/www.policy open read /etc/passwd",
		"--json explain policy/examples/www.policy open read /etc/x",
		"syscalls policy/examples/jq.policy",
		"--json syscalls policy/examples/jq.policy",
		"diff policy/examples/jq.policy policy/examples/xmllint.policy",
		"--json diff policy/examples/jq.policy policy/examples/gs.policy",
		"help",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		exhaust_apart(board, lines[i], SAMPLE, control,
		    (void *)(uintptr_t)lines[i]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(privsepctl_answers_as_always_or_fails),
	};
	int status;

	(void)argc;
	board = exhaust_begin(argv, &status);
	if (board == NULL)
		return status;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
