/* SPDX-License-Identifier: ISC */
/*
 * In the place of a function of the C library, for a kernel with the version of
 * Landlock that PSD_LANDLOCK= says: of what came later it knows nothing.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ARGUMENTS = 6, WORDS = 3, VERSION = 1, NET_PORT = 2, NET_SINCE = 4 };

/* How many bits of the file system, of networks and of scopes it knows. */
static const unsigned char known[][WORDS] = { { 0 }, { 13, 0, 0 }, { 14, 0, 0 },
	{ 15, 0, 0 }, { 15, 2, 0 }, { 16, 2, 0 } };

static long (*next)(long, ...);
static int version;

static bool
is_known(const uint64_t *ruleset, size_t size)
{
	for (size_t i = 0; i < WORDS && i < size / sizeof(*ruleset); i++)
		if (ruleset[i] >> known[version][i] != 0)
			return false;
	return true;
}

/* Returns 0 for what the real kernel is to answer. */
static long
answer(long number, const long *arguments)
{
	if (number == SYS_landlock_create_ruleset && arguments[2] == VERSION)
		return version;
	if (number == SYS_landlock_create_ruleset &&
	    !is_known((const uint64_t *)arguments[0], (size_t)arguments[1]))
		return -EINVAL;
	if (number == SYS_landlock_add_rule && arguments[1] == NET_PORT &&
	    version < NET_SINCE)
		return -EINVAL;
	return 0;
}

/* The daemon forgets its environment. */
__attribute__((constructor)) static void
prepare(void)
{
	const char *text = getenv("PSD_LANDLOCK");

	version = text != NULL ? atoi(text) : 0;
	*(void **)&next = dlsym(RTLD_NEXT, "syscall");
}

long
syscall(long sysno, ...)
{
	long arguments[ARGUMENTS], r;
	va_list list;

	va_start(list, sysno);
	for (size_t i = 0; i < ARGUMENTS; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	r = version > 0 ? answer(sysno, arguments) : 0;
	if (r > 0)
		return r;
	if (r < 0) {
		errno = (int)-r;
		return -1;
	}
	return next(sysno, arguments[0], arguments[1], arguments[2],
	    arguments[3], arguments[4], arguments[5]);
}
