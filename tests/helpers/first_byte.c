/* SPDX-License-Identifier: ISC */
/* As tiny_byte, with a C library that a loader has to find and to bind. */
#include <unistd.h>

int
main(int argc, char **argv)
{
	char byte = '!';

	(void)argv;
	if (argc > 1 && read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	if (write(STDOUT_FILENO, &byte, 1) != 1)
		return 1;
	return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}
