/* SPDX-License-Identifier: ISC */
/*
 * In the place of two functions of the C library, for a daemon before Linux
 * 5.14: no control group has a file cgroup.kill.  That it was looked for is said
 * on standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
is_hidden(const char *path)
{
	static const char words[] = "cgroup.kill is hidden\n";

	if (strcmp(path, "cgroup.kill") != 0)
		return false;
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	errno = ENOENT;
	return true;
}

int
faccessat(int fd, const char *file, int type, int flag)
{
	if (is_hidden(file))
		return -1;
	return (int)syscall(SYS_faccessat2, fd, file, type, flag);
}

int
openat(int fd, const char *file, int oflag, ...)
{
	va_list arguments;
	mode_t mode;

	if (is_hidden(file))
		return -1;
	va_start(arguments, oflag);
	mode = va_arg(arguments, mode_t);
	va_end(arguments);
	return (int)syscall(SYS_openat, fd, file, oflag, mode);
}
