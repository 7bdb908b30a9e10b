/* SPDX-License-Identifier: ISC */
#include "daemon/store.h"

#include "common/fd.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

enum { NAME_SIZE = 256 }; /* sd_notify(3): at most 255 characters */

/* A descriptor that was passed to us. */
struct passed {
	char *name;
	int fd;
	bool is_in_use;
};

static struct passed *passed;
static size_t n_passed;
static bool has_store, is_frozen;

/*
 * Its cookie, which the kernel gives to no other socket until it is booted
 * again, is a part of the name in the store.  So the two cannot be mixed up,
 * and nothing has to be remembered elsewhere that a crash could leave half
 * written.
 */
static int
print_name(char ret[NAME_SIZE], const char *kind, const char *service, int fd)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);
	int n;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) < 0)
		return -errno;
	n = snprintf(ret, NAME_SIZE, "%s/%s/%llx", kind, service,
	    (unsigned long long)cookie);
	return n < NAME_SIZE ? 0 : -ENAMETOOLONG;
}

static bool
is_of_store(const char *name)
{
	return strchr(name, '/') != NULL;
}

static bool
has_option(int fd, int level, int option, int wanted)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) == 0 &&
	    value == wanted;
}

static bool
is_listening(int fd)
{
	return has_option(fd, SOL_SOCKET, SO_ACCEPTCONN, 1);
}

/* Field by field: between them are bytes that nobody sets. */
static bool
is_same_address(const struct sockaddr_storage *a,
    const struct sockaddr_storage *b)
{
	struct sockaddr_in a4, b4;
	struct sockaddr_in6 a6, b6;
	const struct sockaddr_un *au = (const void *)a, *bu = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	switch (a->ss_family) {
	case AF_INET:
		memcpy(&a4, a, sizeof(a4));
		memcpy(&b4, b, sizeof(b4));
		return a4.sin_port == b4.sin_port &&
		    a4.sin_addr.s_addr == b4.sin_addr.s_addr;
	case AF_INET6:
		memcpy(&a6, a, sizeof(a6));
		memcpy(&b6, b, sizeof(b6));
		return a6.sin6_port == b6.sin6_port &&
		    a6.sin6_scope_id == b6.sin6_scope_id &&
		    memcmp(&a6.sin6_addr, &b6.sin6_addr,
			sizeof(a6.sin6_addr)) == 0;
	case AF_UNIX:
		return memcmp(au->sun_path, bu->sun_path,
			   sizeof(au->sun_path)) == 0;
	default:
		return false;
	}
}

/* A socket whose name somebody removed is there, and nobody gets to it. */
static bool
can_be_reached(const struct sockaddr_storage *address)
{
	const struct sockaddr_un *sun = (const void *)address;
	struct stat status;

	if (address->ss_family != AF_UNIX || sun->sun_path[0] == '\0')
		return true;
	return lstat(sun->sun_path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static bool
is_at(int fd, const struct psd_listen_place *place)
{
	const int family = place->address->ss_family;
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);

	return is_listening(fd) &&
	    has_option(fd, SOL_SOCKET, SO_TYPE, place->type) &&
	    has_option(fd, SOL_SOCKET, SO_PROTOCOL,
		family == AF_UNIX ? 0 : IPPROTO_TCP) &&
	    getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	    is_same_address(&address, place->address) &&
	    (family != AF_INET6 ||
		has_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !place->is_dual)) &&
	    can_be_reached(place->address);
}

/* A unit's is named after the service, the store's as print_name() has it. */
static bool
is_named(const struct passed *one, const struct psd_listen_place *place,
    enum psd_holder *ret_holder)
{
	char name[NAME_SIZE];

	if (!is_of_store(one->name)) {
		*ret_holder = PSD_HELD_BY_UNIT;
		return strcmp(one->name, place->service) == 0;
	}
	*ret_holder = PSD_HELD_IN_STORE;
	return print_name(name, place->kind, place->service, one->fd) == 0 &&
	    strcmp(one->name, name) == 0;
}

int
psd_store_init(void)
{
	const char *max = getenv("FDSTORE");
	char **names = NULL;
	int n;

	has_store = max != NULL && strtoul(max, NULL, 10) > 0 &&
	    getenv("NOTIFY_SOCKET") != NULL;
	n = sd_listen_fds_with_names(1, &names);
	if (n <= 0)
		return n;
	passed = calloc((size_t)n, sizeof(*passed));
	if (passed == NULL)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		passed[i] = (struct passed){
			.name = names[i], /* ours from now on */
			.fd = SD_LISTEN_FDS_START + i,
		};
	free(names);
	n_passed = (size_t)n;
	return n;
}

bool
psd_store_is_there(void)
{
	return has_store;
}

int
psd_store_find(const struct psd_listen_place *place,
    enum psd_holder *ret_holder)
{
	enum psd_holder holder;

	for (size_t i = 0; i < n_passed; i++) {
		struct passed *one = &passed[i];

		if (one->fd < 0 || one->is_in_use ||
		    !is_named(one, place, &holder) || !is_at(one->fd, place))
			continue;
		/* Whoever made it may not have needed that. */
		if (fcntl(one->fd, F_SETFL, O_NONBLOCK) < 0)
			continue;
		*ret_holder = holder;
		one->is_in_use = true;
		return holder == PSD_HELD_BY_UNIT ? one->fd
						  : psd_fd_take(&one->fd);
	}
	return -ENOENT;
}

void
psd_store_put(const char *kind, const char *service, int fd,
    enum psd_holder *holder)
{
	char name[NAME_SIZE], text[NAME_SIZE + 64];

	if (!has_store || *holder == PSD_HELD_BY_UNIT ||
	    print_name(name, kind, service, fd) < 0)
		return;
	/* FDPOLL=0: a listener is never hung up, and must not be dropped. */
	(void)snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s",
	    name);
	if (sd_pid_notify_with_fds(0, 0, text, &fd, 1) > 0)
		*holder = PSD_HELD_IN_STORE;
}

static void
remove_named(const char *name)
{
	(void)sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

void
psd_store_forget(const char *kind, const char *service, int fd,
    enum psd_holder *holder)
{
	char name[NAME_SIZE];

	if (*holder != PSD_HELD_IN_STORE)
		return;
	*holder = PSD_HELD_BY_US;
	if (print_name(name, kind, service, fd) == 0)
		remove_named(name);
}

void
psd_store_drop(const char *kind, const char *service, int fd,
    enum psd_holder holder)
{
	if (fd < 0)
		return;
	if (holder == PSD_HELD_BY_UNIT) {
		for (size_t i = 0; i < n_passed; i++)
			if (passed[i].fd == fd)
				passed[i].is_in_use = false;
		return;
	}
	if (!is_frozen)
		psd_store_forget(kind, service, fd, &holder);
	psd_fd_close(fd);
}

/*
 * What a unit listens at stays, since the policy may come with a reload.
 * Everything else is no listener of ours, whoever put it there.
 */
void
psd_store_refuse_rest(void)
{
	for (size_t i = 0; i < n_passed; i++) {
		struct passed *one = &passed[i];

		if (one->fd < 0 || one->is_in_use)
			continue;
		if (!is_of_store(one->name) && is_listening(one->fd)) {
			psd_log(LOG_NOTICE,
			    "%s: its socket unit listens where no ListenStream= "
			    "of %s.policy does",
			    one->name, one->name);
			continue;
		}
		psd_log(LOG_WARNING,
		    "refused a descriptor that the service manager passed as "
		    "%s: it is no listener of that name",
		    one->name);
		remove_named(one->name);
		psd_fd_cleanup(&one->fd);
	}
}

void
psd_store_freeze(void)
{
	is_frozen = true;
}

bool
psd_store_keeps(enum psd_holder holder)
{
	return is_frozen && holder == PSD_HELD_IN_STORE;
}
