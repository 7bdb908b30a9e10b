/* SPDX-License-Identifier: ISC */
#include "daemon/reexec.h"

#include "common/fd.h"
#include "common/mem.h"
#include "policy/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* Absolute; links on the way are followed anew, as by whoever started us. */
static char program[PATH_MAX];

void
psd_reexec_note_program(void)
{
	/* Set by the kernel: what execve(2) was told. */
	const char *told = (const char *)getauxval(AT_EXECFN);
	char here[PATH_MAX];
	ssize_t n;

	if (told != NULL && told[0] == '/' && strncmp(told, "/dev/fd/", 8) != 0)
		(void)snprintf(program, sizeof(program), "%s", told);
	if (program[0] != '\0')
		return;
	n = readlink("/proc/self/exe", here, sizeof(here) - 1);
	here[n < 0 ? 0 : n] = '\0';
	(void)snprintf(program, sizeof(program), "%s", here);
}

static bool
is_safe(const struct stat *status)
{
	return (status->st_uid == 0 || status->st_uid == geteuid()) &&
	    (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Whoever can write there puts another program in its place. */
static bool
has_safe_directory(char *ret_why, size_t size)
{
	char directory[PATH_MAX];
	struct psd_diag diag;
	char *slash;
	bool is_good;

	(void)snprintf(directory, sizeof(directory), "%s", program);
	slash = strrchr(directory, '/');
	assert(slash != NULL);
	slash[slash == directory] = '\0';
	psd_diag_init(&diag);
	is_good = psd_file_check_directory(directory, PSD_FILE_CHECKED,
		      &diag) == PSD_FOUND_FILE;
	if (!is_good)
		(void)snprintf(ret_why, size, "%s",
		    diag.text != NULL ? diag.text : "no such directory");
	psd_diag_free(&diag);
	return is_good;
}

int
psd_reexec_look(struct stat *ret, char *ret_why, size_t size)
{
	_cleanup_fd_ int fd = open(program, O_PATH | O_CLOEXEC);
	int r;

	if (fd < 0 || fstat(fd, ret) < 0) {
		r = -errno;
		(void)snprintf(ret_why, size, "%s: %s", program, strerror(-r));
		return r;
	}
	if (!S_ISREG(ret->st_mode) || (ret->st_mode & 0111) == 0) {
		(void)snprintf(ret_why, size, "%s: not a program", program);
		return -EACCES;
	}
	if (!is_safe(ret)) {
		(void)snprintf(ret_why, size,
		    "%s: others may change it (owner %u, mode %04o)", program,
		    ret->st_uid, (unsigned)(ret->st_mode & 07777));
		return -EPERM;
	}
	return has_safe_directory(ret_why, size) ? 0 : -EPERM;
}

/* One that we were executed with by a predecessor is not passed on. */
static bool
is_of_reexec(const char *word)
{
	return strncmp(word, "--resume=", 9) == 0;
}

int
psd_reexec_execute(const struct psd_daemon *daemon, const char *option,
    int state_fd)
{
	char *const *words = daemon->config.argv;
	_cleanup_free_ char **argv = NULL;
	char how[64];
	size_t n = 0, at = 0;

	while (words[n] != NULL)
		n++;
	argv = calloc(n + 2, sizeof(*argv));
	if (argv == NULL || n == 0)
		return -ENOMEM;
	(void)snprintf(how, sizeof(how), "%s=%d", option, state_fd);
	argv[at++] = words[0];
	argv[at++] = how;
	for (size_t i = 1; i < n; i++)
		if (!is_of_reexec(words[i]))
			argv[at++] = words[i];
	if (fcntl(state_fd, F_SETFD, 0) < 0)
		return -errno;
	(void)execve(program, argv, environ);
	return -errno;
}
