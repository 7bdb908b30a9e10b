/* SPDX-License-Identifier: ISC */
#include "daemon/store_look.h"

#include "common/fd.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

enum { NAME_SIZE = 256 }; /* sd_notify(3): at most 255 characters */

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

/* A unit's is named after the service, the store's as print_name() has it. */
static bool
is_named(const struct psd_passed *one, const struct psd_listen_place *place,
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
psd_store_init(struct psd_store *store)
{
	const char *max = getenv("FDSTORE");
	char **names = NULL;
	int n;

	store->is_there = max != NULL && strtoul(max, NULL, 10) > 0 &&
	    getenv("NOTIFY_SOCKET") != NULL;
	n = sd_listen_fds_with_names(1, &names);
	if (n <= 0)
		return n;
	store->at = calloc((size_t)n, sizeof(*store->at));
	if (store->at == NULL)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		store->at[i] = (struct psd_passed){
			.name = names[i], /* ours from now on */
			.fd = SD_LISTEN_FDS_START + i,
		};
	free(names);
	store->n = (size_t)n;
	return n;
}

void
psd_store_tell(const struct psd_store *store,
    void (*each)(void *cookie, const char *name, int fd, bool is_in_use),
    void *cookie)
{
	for (size_t i = 0; i < store->n; i++)
		if (store->at[i].fd >= 0)
			each(cookie, store->at[i].name, store->at[i].fd,
			    store->at[i].is_in_use);
}

int
psd_store_adopt(struct psd_store *store, const char *name, int fd,
    bool is_in_use)
{
	struct psd_passed *grown =
	    reallocarray(store->at, store->n + 1, sizeof(*grown));
	char *copy = strdup(name);

	if (grown != NULL)
		store->at = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		return -ENOMEM;
	}
	store->at[store->n++] = (struct psd_passed){
		.name = copy,
		.fd = fd,
		.is_in_use = is_in_use,
	};
	return 0;
}

void
psd_store_resume(struct psd_store *store)
{
	store->is_there = true;
}

/* As systemd has them, which reads a newline as the end of the name. */
static bool
can_be_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~' || *c == ':')
			return false;
	return *name != '\0' && strlen(name) < NAME_SIZE;
}

static void
remove_named(const char *name)
{
	if (can_be_name(name))
		(void)sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

/* Named as print_name() has it, after whatever service of that kind. */
static bool
is_of_kind(const struct psd_passed *one, const char *kind)
{
	const char *end = strrchr(one->name, '/');
	const size_t len = strlen(kind);
	char service[NAME_SIZE], name[NAME_SIZE];

	if (strncmp(one->name, kind, len) != 0 || one->name[len] != '/' ||
	    end == one->name + len || (size_t)(end - one->name) >= NAME_SIZE)
		return false;
	(void)snprintf(service, sizeof(service), "%.*s",
	    (int)(end - one->name - (ptrdiff_t)len - 1), one->name + len + 1);
	return print_name(name, kind, service, one->fd) == 0 &&
	    strcmp(one->name, name) == 0;
}

static bool
is_free_at(const struct psd_passed *one, const struct psd_listen_place *place)
{
	/* Whoever made it may not have needed O_NONBLOCK. */
	return one->fd >= 0 && !one->is_in_use &&
	    psd_store_is_at(one->fd, place) &&
	    fcntl(one->fd, F_SETFL, O_NONBLOCK) == 0;
}

int
psd_store_find(struct psd_store *store, const struct psd_listen_place *place,
    enum psd_holder *ret_holder)
{
	enum psd_holder holder;

	for (size_t i = 0; i < store->n; i++) {
		struct psd_passed *one = &store->at[i];

		if (!is_named(one, place, &holder) || !is_free_at(one, place))
			continue;
		*ret_holder = holder;
		one->is_in_use = true;
		return holder == PSD_HELD_BY_UNIT ? one->fd
						  : psd_fd_take(&one->fd);
	}
	/*
	 * A service that had the address gave it up while no daemon was there
	 * to see it, or has another name now.  As long as its socket is open,
	 * nobody else can listen there; and clients may wait at it.
	 */
	for (size_t i = 0; i < store->n; i++) {
		struct psd_passed *one = &store->at[i];

		if (!is_of_kind(one, place->kind) || !is_free_at(one, place))
			continue;
		remove_named(one->name);
		*ret_holder = PSD_HELD_BY_US;
		return psd_fd_take(&one->fd);
	}
	return -ENOENT;
}

void
psd_store_put(const struct psd_store *store, const char *kind,
    const char *service, int fd, enum psd_holder *holder)
{
	char name[NAME_SIZE], text[NAME_SIZE + 64];

	if (!store->is_there || *holder == PSD_HELD_BY_UNIT ||
	    print_name(name, kind, service, fd) < 0)
		return;
	/* FDPOLL=0: a listener is never hung up, and must not be dropped. */
	(void)snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s",
	    name);
	if (sd_pid_notify_with_fds(0, 0, text, &fd, 1) > 0)
		*holder = PSD_HELD_IN_STORE;
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
psd_store_drop(struct psd_store *store, const char *kind, const char *service,
    int fd, enum psd_holder holder)
{
	if (fd < 0)
		return;
	if (holder == PSD_HELD_BY_UNIT) {
		for (size_t i = 0; i < store->n; i++)
			if (store->at[i].fd == fd)
				store->at[i].is_in_use = false;
		return;
	}
	if (!store->is_frozen)
		psd_store_forget(kind, service, fd, &holder);
	psd_fd_close(fd);
}

/*
 * What a unit listens at stays, since the policy may come with a reload.
 * Everything else is no listener of ours, whoever put it there.
 */
void
psd_store_refuse_rest(struct psd_store *store)
{
	for (size_t i = 0; i < store->n; i++) {
		struct psd_passed *one = &store->at[i];

		if (one->fd < 0 || one->is_in_use)
			continue;
		if (!is_of_store(one->name) &&
		    psd_store_is_listening(one->fd)) {
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
psd_store_free(struct psd_store *store)
{
	for (size_t i = 0; i < store->n; i++) {
		if (!store->at[i].is_in_use)
			psd_fd_cleanup(&store->at[i].fd);
		free(store->at[i].name);
	}
	free(store->at);
	*store = (struct psd_store){ .n = 0 };
}

void
psd_store_freeze(struct psd_store *store)
{
	store->is_frozen = true;
}

bool
psd_store_keeps(const struct psd_store *store, enum psd_holder holder)
{
	return store->is_frozen && holder == PSD_HELD_IN_STORE;
}
