// SPDX-License-Identifier: ISC
/*
 * Where a program that was built for `make coverage` counts.  The counters are
 * a mapping of a file that all processes of the program share, from before
 * main() on.  So what is killed, executes something else, or shares its
 * parent's memory counts as well, and nothing is left to be written at an end.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#ifndef TEST_PROFILES
#define TEST_PROFILES "."
#endif

int __llvm_profile_initialize_file(void);
/* With a symbol of this name clang's own start of the counters stays out. */
extern int __llvm_profile_runtime;
int __llvm_profile_runtime;
/* The file's name; clang's has room for a constant. */
extern char __llvm_profile_filename[4096];
char __llvm_profile_filename[4096];

/*
 * Whoever comes first makes the file, and users of any uid go on with it: the
 * daemon is root here, an ordinary user there.  %m is a checksum of what the
 * program has to count; two programs can have the same.  %c asks for a mapping.
 */
__attribute__((constructor)) static void
start_counting(void)
{
	const mode_t mask = umask(0);

	(void)snprintf(__llvm_profile_filename, sizeof(__llvm_profile_filename),
	    "%s/%s-%%m%%c", TEST_PROFILES, program_invocation_short_name);
	(void)__llvm_profile_initialize_file();
	(void)umask(mask);
}
