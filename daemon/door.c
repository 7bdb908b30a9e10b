/* SPDX-License-Identifier: ISC */
#include "daemon/door.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/sys.h"
#include "daemon/client.h"
#include "daemon/loaded.h"
#include "daemon/runtime.h"
#include "daemon/service.h"
#include "daemon/store.h"
#include "policy/admission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Whoever floods the door has the daemon refuse some 12000 connections a
 * second, and then look at all else for the rest of the time.
 */
enum {
	BACKLOG = 4096,
	CLIENTS_PER_TURN = 8,
	RATE_USEC = 10000,
	RATE_BURST = 16,
};

static const char kind[] = "door";

struct psd_door {
	struct psd_service *service; /* NULL before it is watched */
	int fd;
	sd_event_source *source;
	enum psd_holder holder;
	struct sockaddr_un address;
	mode_t mode; /* that the socket has */
	gid_t gid;
};

/*
 * A socket file there is a dead daemon's, since the directory is locked by
 * us.  Our umask lets nobody in before mode and group are what they should be.
 *
 * Descriptors that a client sends before a helper has it would be closed by
 * us, and closing can block; where the kernel can, it refuses them, from the
 * moment that the client is connected.
 */
static int
open_socket(const struct sockaddr_un *address)
{
	_cleanup_fd_ int fd = PSD_NO_FD;

	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)psd_sys_pass_rights(fd, false);
	if (unlink(address->sun_path) < 0 && errno != ENOENT)
		return -errno;
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return -errno;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

/* The path of a service's door.  -ENAMETOOLONG: sockets' names are short. */
static int
find_address(const char *runtime_dir, const char *name, struct sockaddr_un *ret)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/service/%s.sock",
	    runtime_dir, name);
	return (size_t)n < sizeof(ret->sun_path) ? 0 : -ENAMETOOLONG;
}

/*
 * What mode and group cannot say, or we cannot set any more, every connection
 * is asked for all the same; they only keep others from knocking.
 */
static int
dress(struct psd_door *door, const struct psd_policy *policy)
{
	const char *path = door->address.sun_path;
	gid_t gid;
	const mode_t wanted = psd_admission_mode(policy, &gid);
	mode_t mode = wanted;

	if (mode == door->mode && gid == door->gid)
		return 0;
	if (chmod(path, 0600) < 0)
		return -errno;
	door->mode = 0600;
	if (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0) {
		psd_log(LOG_NOTICE,
		    "%s: cannot give it to its group: %s; all may knock", path,
		    strerror(errno));
		mode = 0666;
	}
	if (chmod(path, mode) < 0)
		return -errno;
	door->mode = wanted;
	door->gid = gid;
	return 0;
}

/* With mode and group as they are: to change them would close it to clients. */
static int
find_socket(struct psd_daemon *daemon, struct psd_door *door,
    const struct psd_policy *policy)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	const struct psd_listen_place place = {
		.kind = kind,
		.service = policy->name,
		.type = SOCK_SEQPACKET,
		.address = &address,
		.len = sizeof(door->address),
	};
	struct stat status;
	int fd;

	memcpy(&address, &door->address, sizeof(door->address));
	fd = psd_store_find(&daemon->store, &place, &door->holder);
	if (fd >= 0 && stat(door->address.sun_path, &status) == 0) {
		door->mode = status.st_mode & 07777;
		door->gid = status.st_gid;
	}
	return fd;
}

int
psd_door_open(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_door **ret, struct psd_diag *diag)
{
	struct psd_door *door = calloc(1, sizeof(*door));
	int r;

	if (door == NULL)
		return -ENOMEM;
	door->fd = PSD_NO_FD;
	r = find_address(daemon->config.runtime_dir, policy->name,
	    &door->address);
	if (r == 0)
		r = psd_runtime_make_below(daemon->config.runtime_dir,
		    "service");
	if (r == 0) {
		r = find_socket(daemon, door, policy);
		r = r >= 0 ? r : open_socket(&door->address);
	}
	if (r >= 0) {
		door->fd = r;
		/* While we still may give files to others. */
		r = dress(door, policy);
	}
	if (r < 0) {
		psd_diag_error(diag, &policy->clients[0].where,
		    "cannot listen on %s/service/%s.sock for Clients=: %s",
		    daemon->config.runtime_dir, policy->name, strerror(-r));
		psd_door_close(&daemon->store, door);
		return r;
	}
	*ret = door;
	return 0;
}

static int
on_client(sd_event_source *source, int listener, uint32_t events,
    void *userdata)
{
	struct psd_door *door = userdata;

	(void)source;
	(void)events;
	for (int i = 0; i < CLIENTS_PER_TURN; i++) {
		const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0) {
			psd_client_come(door->service, fd);
			continue;
		}
		if (errno == EAGAIN)
			return 0;
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		psd_service_back_off(door->service, errno);
		return 0;
	}
	return 0;
}

void
psd_door_adopt(struct psd_door *door, struct psd_service *service)
{
	door->service = service;
	psd_store_put(&service->daemon->store, kind, service->name, door->fd,
	    &door->holder);
}

static int
watch(struct psd_door *door)
{
	sd_event_source *source = NULL;
	int r;

	r = sd_event_add_io(psd_loop(door->service->daemon), &source, door->fd,
	    EPOLLIN, on_client, door);
	if (r >= 0)
		r = sd_event_source_set_ratelimit(source, RATE_USEC,
		    RATE_BURST);
	if (r < 0)
		sd_event_source_disable_unref(source);
	else
		door->source = source;
	return r;
}

void
psd_door_tell(const struct psd_door *door, struct psd_door_carried *ret)
{
	*ret = (struct psd_door_carried){ door->fd, door->mode, door->gid,
		door->holder };
}

struct psd_door *
psd_door_resume(const struct psd_daemon *daemon, const char *name,
    const struct psd_door_carried *carried)
{
	struct psd_door *door = calloc(1, sizeof(*door));

	if (door == NULL ||
	    find_address(daemon->config.runtime_dir, name, &door->address) <
		0) {
		psd_fd_close(carried->fd);
		free(door);
		return NULL;
	}
	door->fd = carried->fd;
	door->mode = carried->mode;
	door->gid = carried->gid;
	door->holder = carried->holder;
	return door;
}

int
psd_door_enable(struct psd_door *door, bool wanted)
{
	/* Also when nobody is looked at: now we may give files to others. */
	int r = dress(door, door->service->loaded->policy);

	if (r == 0 && wanted && door->source == NULL)
		r = watch(door);
	if (r < 0 || door->source == NULL)
		return r;
	return sd_event_source_set_enabled(door->source,
	    wanted ? SD_EVENT_ON : SD_EVENT_OFF);
}

void
psd_door_close(struct psd_store *store, struct psd_door *door)
{
	if (door == NULL)
		return;
	sd_event_source_disable_unref(door->source);
	if (door->fd >= 0 && !psd_store_keeps(store, door->holder))
		(void)unlink(door->address.sun_path);
	psd_store_drop(store, kind,
	    door->service != NULL ? door->service->name : "", door->fd,
	    door->holder);
	free(door);
}
