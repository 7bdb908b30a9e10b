/* SPDX-License-Identifier: ISC */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether the kernel can do what an older one cannot. */

/* SO_PASSRIGHTS, Linux 6.16: whoever has an end says whether it takes some. */
static inline bool
kernel_refuses_descriptors(void)
{
	const int number = 83;
	int value = 0;
	socklen_t len = sizeof(value);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int r = getsockopt(fd, SOL_SOCKET, number, &value, &len);

	(void)close(fd);
	return r == 0;
}

/* /proc/self/fdinfo has the number of the file, Linux 5.14. */
static inline bool
kernel_numbers_files(void)
{
	char text[512] = "";
	FILE *file = fopen("/proc/self/fdinfo/0", "re");
	size_t n;

	if (file == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	return n > 0 && strstr(text, "\nino:") != NULL;
}

#endif
