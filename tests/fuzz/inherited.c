/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/inherited.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"

#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PORT = 7001, PORT6 = 7002, PORT_DUAL = 7003, BACKLOG = 4 };

static void
at_path(struct place *place, const char *dir, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int n = snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/%s", dir, name);

	assert(n > 0 && (size_t)n < sizeof(address.sun_path));
	memcpy(&place->address, &address, sizeof(address));
	place->len = sizeof(address);
}

static void
at_port(struct place *place, int family, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	place->protocol = IPPROTO_TCP;
	in.sin_port = in6.sin6_port = htons(port);
	if (family == AF_INET) {
		memcpy(&place->address, &in, sizeof(in));
		place->len = sizeof(in);
		return;
	}
	memcpy(&place->address, &in6, sizeof(in6));
	place->len = sizeof(in6);
}

void
places_init(struct place places[PLACES], const char *dir)
{
	for (int i = 0; i < PLACES; i++)
		places[i] = (struct place){
			.kind = "listen",
			.service = "www",
			.type = SOCK_STREAM,
			.right = PSD_NO_FD,
		};
	at_port(&places[0], AF_INET, PORT);
	at_port(&places[1], AF_INET6, PORT6);
	at_port(&places[2], AF_INET6, PORT_DUAL);
	places[2].is_dual = true;
	at_path(&places[3], dir, "socket");
	at_path(&places[4], dir, "service/www.sock");
	places[4].kind = "door";
	places[4].type = SOCK_SEQPACKET;
	at_path(&places[5], dir, "control.sock");
	places[5].kind = places[5].service = "control";
	places[5].type = SOCK_SEQPACKET;
}

static const char *
path_of(const struct place *place)
{
	return place->address.ss_family == AF_UNIX
	    ? ((const struct sockaddr_un *)(const void *)&place->address)
		  ->sun_path
	    : NULL;
}

void
places_clear(struct place places[PLACES])
{
	for (int i = 0; i < PLACES; i++) {
		psd_fd_cleanup(&places[i].right);
		places[i].is_taken = places[i].is_unreachable = false;
		if (path_of(&places[i]) != NULL)
			(void)remove(path_of(&places[i]));
	}
}

/* Of this type where the place is, or PSD_NO_FD where there is one. */
static int
bound(struct place *place, int type, bool is_dual)
{
	const int on = 1, v6_only = !is_dual;
	_cleanup_fd_ int fd = PSD_NO_FD;

	fd = socket(place->address.ss_family, type | SOCK_CLOEXEC, 0);
	assert(fd >= 0);
	if (place->address.ss_family != AF_UNIX)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (place->address.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only,
		    sizeof(v6_only));
	if (bind(fd, (const struct sockaddr *)&place->address, place->len) < 0)
		return PSD_NO_FD;
	place->is_taken = true;
	return psd_fd_take(&fd);
}

static int
listening(struct place *place, int type, bool is_dual)
{
	_cleanup_fd_ int fd = bound(place, type, is_dual);

	return fd >= 0 && listen(fd, BACKLOG) == 0 ? psd_fd_take(&fd)
						   : PSD_NO_FD;
}

/* There is one at a place; whoever wants another has a copy of it. */
static int
right(struct place *place)
{
	if (place->right < 0)
		place->right = listening(place, place->type, place->is_dual);
	return place->right < 0 ? PSD_NO_FD
				: fcntl(place->right, F_DUPFD_CLOEXEC, 0);
}

static int
connected(struct place *place)
{
	_cleanup_fd_ int client = PSD_NO_FD;
	_cleanup_fd_ int listener = right(place);

	if (listener < 0)
		return PSD_NO_FD;
	client = socket(place->address.ss_family,
	    place->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert(client >= 0);
	if (connect(client, (const struct sockaddr *)&place->address,
		place->len) < 0)
		return PSD_NO_FD;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static int
elsewhere(const struct place *place)
{
	struct place other = *place;
	struct sockaddr_in *in = (void *)&other.address;

	/* The port stands at the same place in both. */
	if (other.address.ss_family == AF_UNIX)
		return PSD_NO_FD;
	in->sin_port = htons((uint16_t)(ntohs(in->sin_port) + 10));
	return listening(&other, other.type, other.is_dual);
}

/* Bound, then its name is taken away, or is somebody else's. */
static int
unreachable(struct place *place, bool is_replaced)
{
	const int fd = right(place);
	const char *path = path_of(place);

	if (fd < 0 || path == NULL)
		return fd;
	(void)unlink(path);
	place->is_unreachable = true;
	if (is_replaced)
		(void)mkdir(path, 0700);
	return fd;
}

static int
piped(int which)
{
	int ends[2];

	assert(pipe2(ends, O_CLOEXEC) == 0);
	psd_fd_close(ends[!which]);
	return ends[which];
}

static int
paired(int type)
{
	int ends[2];

	assert(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) == 0);
	psd_fd_close(ends[1]);
	return ends[0];
}

static int
unlike(unsigned kind)
{
	switch (kind) {
	case 0:
		return piped(0);
	case 1:
		return piped(1);
	case 2:
		return paired(SOCK_STREAM);
	case 3:
		return paired(SOCK_SEQPACKET);
	case 4:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case 5:
		return open("/", O_PATH | O_CLOEXEC);
	case 6:
		return open("/", O_DIRECTORY | O_CLOEXEC);
	case 7:
		return epoll_create1(EPOLL_CLOEXEC);
	case 8:
		return eventfd(0, EFD_CLOEXEC);
	case 9:
		return memfd_create("thing", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	case 10:
		return psd_sys_pidfd_open(getpid());
	case 11:
		return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	case 12:
		return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	default:
		return PSD_NO_FD; /* and a number that is not open */
	}
}

int
thing_make(unsigned kind, struct place *place)
{
	const int other =
	    place->type == SOCK_STREAM ? SOCK_SEQPACKET : SOCK_STREAM;

	switch (kind % 24) {
	case 0:
	case 1:
		return right(place);
	case 2:
		return bound(place, place->type, place->is_dual);
	case 3:
		return place->address.ss_family == AF_INET6
		    ? listening(place, place->type, !place->is_dual)
		    : right(place);
	case 4:
		return place->address.ss_family == AF_UNIX
		    ? listening(place, other, false)
		    : bound(place, SOCK_DGRAM, place->is_dual);
	case 5:
		return connected(place);
	case 6:
		return elsewhere(place);
	case 7:
		return unreachable(place, false);
	case 8:
		return unreachable(place, true);
	default:
		return unlike(kind % 24 - 9);
	}
}

bool
thing_is_same(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
	    one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Whose socket is at the path is not asked (daemon/store_look.c). */
static bool
can_be_reached(const struct place *place)
{
	struct stat status;

	return path_of(place) == NULL ||
	    (lstat(path_of(place), &status) == 0 && S_ISSOCK(status.st_mode));
}

bool
thing_is_right(int fd, const struct place *place)
{
	return place->right >= 0 && can_be_reached(place) &&
	    thing_is_same(fd, place->right);
}

uint64_t
thing_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	(void)getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}
