/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_dns.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PORT = 53,
	HEADER = 12,
	MESSAGE_MAX = 4096,
	MANY = 64,
	TYPE_A = 1,
	TYPE_PTR = 12,
	FLAG_ANSWER = 0x80,
	FLAG_CUT = 0x02,
	NO_SUCH_NAME = 3,
};

/* Where the test's files take the place of the system's. */
static const char *const files[][3] = {
	{ "resolv.conf", "/etc/resolv.conf",
	    "nameserver 127.0.0.1\nsearch wrong.test\n" },
	{ "hosts", "/etc/hosts",
	    "127.0.0.1 localhost\n192.0.2.7 seven.test seven\n"
	    "2001:db8::7 seven.test\n" },
	{ "nsswitch.conf", "/etc/nsswitch.conf",
	    "passwd: files\ngroup: files\nhosts: files dns\n"
	    "services: files\nprotocols: files\n" },
};

static int
bring_loopback_up(void)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return -errno;
	return 0;
}

int
fake_dns_enter(const char *dir)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < PSD_ELEMENTS(files); i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i][0]);
		if (test_dir_write(dir, files[i][0], files[i][2]) < 0 ||
		    mount(path, files[i][1], NULL, MS_BIND, NULL) < 0)
			return -errno;
	}
	return bring_loopback_up();
}

static bool
begins_with(const unsigned char *question, const char *label)
{
	const size_t len = strlen(label);

	return question[0] == len && memcmp(question + 1, label, len) == 0;
}

/* A record for the name that was asked for. */
static size_t
put_record(unsigned char *at, unsigned type, const void *data, size_t len)
{
	const unsigned char head[] = { 0xc0, HEADER, 0, (unsigned char)type, 0,
		1, 0, 0, 0, 0, 0, (unsigned char)len };

	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), data, len);
	return sizeof(head) + len;
}

/* Makes the answer of the question in place; 0: there is none. */
static size_t
answer(unsigned char *message, size_t len, bool is_tcp)
{
	static const unsigned char some[] = { 192, 0, 2, 1 };
	static const unsigned char own[] = { 127, 0, 0, 1 };
	static const unsigned char name[] = "\4back\4test";
	const unsigned char *question = message + HEADER;
	size_t at = HEADER;
	unsigned n = 1, type;

	while (at < len && message[at] != 0)
		at += message[at] + 1U;
	at += 5;
	if (at > len || begins_with(question, "slow"))
		return 0;
	type = message[at - 3];
	message[2] |= FLAG_ANSWER;
	/* Without what newer resolvers put behind the question. */
	memset(message + 8, 0, 4);
	if (begins_with(question, "none"))
		message[3] |= NO_SUCH_NAME;
	if (begins_with(question, "many") && !is_tcp)
		message[2] |= FLAG_CUT;
	else if (begins_with(question, "many"))
		n = MANY;
	if (begins_with(question, "none") || (message[2] & FLAG_CUT) != 0 ||
	    (type != TYPE_A && type != TYPE_PTR))
		n = 0;
	message[7] = (unsigned char)n;
	while (n-- > 0)
		at += type == TYPE_PTR
		    ? put_record(message + at, type, name, sizeof(name))
		    : put_record(message + at, type,
			  begins_with(question, "local") ? own : some,
			  sizeof(some));
	return at;
}

static void
serve_udp(int fd, volatile unsigned *asked)
{
	unsigned char message[MESSAGE_MAX];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	const ssize_t n = recvfrom(fd, message, sizeof(message) / 4, 0,
	    (struct sockaddr *)&from, &from_len);
	size_t len;

	if (n < HEADER)
		return;
	(*asked)++;
	len = answer(message, (size_t)n, false);
	if (len > 0)
		(void)sendto(fd, message, len, 0, (struct sockaddr *)&from,
		    from_len);
}

static void
serve_tcp(int listener, volatile unsigned *asked)
{
	_cleanup_fd_ int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	unsigned char message[MESSAGE_MAX];
	size_t len;

	if (fd < 0)
		return;
	/* Both questions may come over one connection. */
	while (recv(fd, message, 2, MSG_WAITALL) == 2) {
		len = (size_t)message[0] << 8 | message[1];
		if (len > sizeof(message) / 4 ||
		    recv(fd, message + 2, len, MSG_WAITALL) != (ssize_t)len)
			return;
		(*asked)++;
		len = answer(message + 2, len, true);
		message[0] = (unsigned char)(len >> 8);
		message[1] = (unsigned char)len;
		(void)send(fd, message, len + 2, MSG_NOSIGNAL);
	}
}

static int
open_socket(int type)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	_cleanup_fd_ int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 16) < 0))
		return -errno;
	return psd_fd_take(&fd);
}

struct sockets {
	int udp, tcp;
	volatile unsigned *asked;
};

static int
serve(void *argument)
{
	const struct sockets *sockets = argument;
	struct pollfd looks[] = { { sockets->udp, POLLIN, 0 },
		{ sockets->tcp, POLLIN, 0 } };

	for (;;) {
		if (poll(looks, 2, -1) < 0)
			return 1;
		if (looks[0].revents != 0)
			serve_udp(sockets->udp, sockets->asked);
		if (looks[1].revents != 0)
			serve_tcp(sockets->tcp, sockets->asked);
	}
}

int
fake_dns_start(struct fake_dns *dns)
{
	struct sockets sockets = { open_socket(SOCK_DGRAM),
		open_socket(SOCK_STREAM), NULL };
	void *shared = mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	dns->pid = -EIO;
	if (sockets.udp >= 0 && sockets.tcp >= 0 && shared != MAP_FAILED) {
		dns->asked = shared;
		sockets.asked = shared;
		dns->pid = test_child_start(serve, &sockets);
	}
	psd_fd_cleanup(&sockets.udp);
	psd_fd_cleanup(&sockets.tcp);
	return dns->pid < 0 ? (int)dns->pid : 0;
}

void
fake_dns_stop(struct fake_dns *dns)
{
	test_child_kill(dns->pid);
	(void)munmap((void *)(uintptr_t)dns->asked, sizeof(unsigned));
}
