/* SPDX-License-Identifier: ISC */
/*
 * A server in the manner of inetd, which does what a shell cannot: says
 * something, ends its output by shutdown(), and tells on its standard error
 * how much it read to the end of its input ("closer half").  With "stay" it
 * does not end when its input does; with "crash" it ends by a signal after
 * its first words; with "deaf" it says a lot and reads nothing; with "late" it
 * exits some time after its end; with "attack" it wants a socket of its own;
 * with "peer" it tells which port its client has, and tries to have its socket
 * lead elsewhere.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOT = 1 << 20, LATE_MSEC = 500 };

static void
say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		exit(EXIT_FAILURE);
}

/* In lines of 16, and pages of them. */
static void
say_a_lot(void)
{
	char page[4096 + 1] = "";

	for (size_t i = 0; i < sizeof(page) - 1; i += 16)
		memcpy(page + i, "0123456789abcde\n", 17);
	for (size_t i = 0; i < LOT / (sizeof(page) - 1); i++)
		say(page);
}

static size_t
read_to_end(void)
{
	char buffer[4096];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		sum += (size_t)n;
	return sum;
}

/*
 * A connection to no family is none any more, and its socket could have another
 * one; who says so is the log.
 */
static void
lead_elsewhere(void)
{
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sin);
	char line[32];

	if (getpeername(STDIN_FILENO, (struct sockaddr *)&sin, &len) < 0)
		exit(EXIT_FAILURE);
	(void)snprintf(line, sizeof(line), "port %u\n", ntohs(sin.sin_port));
	say(line);
	sin.sin_family = AF_UNSPEC;
	if (connect(STDIN_FILENO, (struct sockaddr *)&sin, len) < 0)
		exit(EXIT_FAILURE);
	sin.sin_family = AF_INET;
	(void)connect(STDIN_FILENO, (struct sockaddr *)&sin, len);
	(void)fprintf(stderr, "connect: %s\n", strerrorname_np(errno));
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "half";

	say("first\n");
	if (strcmp(how, "crash") == 0)
		__builtin_trap();
	if (strcmp(how, "attack") == 0) {
		say(socket(AF_INET, SOCK_STREAM, 0) < 0 ? "refused\n"
							: "got it\n");
		return EXIT_SUCCESS;
	}
	if (strcmp(how, "peer") == 0) {
		lead_elsewhere();
		return EXIT_SUCCESS;
	}
	if (strcmp(how, "late") == 0) {
		(void)close(STDIN_FILENO);
		(void)close(STDOUT_FILENO);
		(void)poll(NULL, 0, LATE_MSEC);
		return EXIT_SUCCESS;
	}
	if (strcmp(how, "deaf") == 0) {
		say_a_lot();
		return EXIT_SUCCESS;
	}
	if (strcmp(how, "half") == 0 && shutdown(STDOUT_FILENO, SHUT_WR) < 0)
		return EXIT_FAILURE;
	(void)fprintf(stderr, "read %zu\n", read_to_end());
	while (strcmp(how, "stay") == 0)
		(void)poll(NULL, 0, -1);
	return EXIT_SUCCESS;
}
