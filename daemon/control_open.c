/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "daemon/control_client.h"
#include "policy/user.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BACKLOG = 16,
	RATE_USEC = 100000,
	RATE_BURST = 64,
	REST_LATE_USEC = 1000,
};

static int
bind_socket(struct psd_control *control)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNIX };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct psd_listen_place place = {
		.kind = "control",
		.service = "control",
		.type = SOCK_SEQPACKET,
		.address = &storage,
		.len = sizeof(address),
	};
	_cleanup_fd_ int fd = PSD_NO_FD;
	gid_t group;
	int found;

	memcpy(address.sun_path, control->path, sizeof(control->path));
	memcpy(&storage, &address, sizeof(address));
	found =
	    psd_store_find(&control->daemon->store, &place, &control->holder);
	if (found >= 0)
		return found;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The directory is locked by us, so a socket there is a dead one. */
	(void)unlink(control->path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	/* Nobody gets in before it has its group and mode (umask 077). */
	if (psd_user_find_group("privsepd", &group) == 0 && geteuid() == 0 &&
	    chown(control->path, (uid_t)-1, group) < 0)
		psd_log(LOG_WARNING, "%s: cannot give it to the group: %s",
		    control->path, strerror(errno));
	if (chmod(control->path, 0660) < 0 || listen(fd, BACKLOG) < 0) {
		found = -errno;
		(void)unlink(control->path);
		return found;
	}
	return psd_fd_take(&fd);
}

/* Without its socket yet.  0 or -errno. */
static int
make(struct psd_daemon *daemon, struct psd_control **ret)
{
	struct psd_control *control = calloc(1, sizeof(*control));
	const size_t size = sizeof(control->path);

	if (control == NULL)
		return -ENOMEM;
	control->daemon = daemon;
	control->fd = PSD_NO_FD;
	control->reserve = PSD_NO_FD;
	psd_control_reserve(control);
	TAILQ_INIT(&control->clients);
	if ((size_t)snprintf(control->path, size, "%s/control.sock",
		daemon->config.runtime_dir) >= size) {
		psd_fd_close(control->reserve);
		free(control);
		return -ENAMETOOLONG;
	}
	*ret = control;
	return 0;
}

static int
watch(struct psd_control *control)
{
	int r = sd_event_add_io(psd_loop(control->daemon), &control->source,
	    control->fd, EPOLLIN, psd_control_on_client, control);

	if (r >= 0)
		r = sd_event_source_set_ratelimit(control->source, RATE_USEC,
		    RATE_BURST);
	if (r >= 0)
		r = sd_event_add_time(psd_loop(control->daemon),
		    &control->rest_source, CLOCK_MONOTONIC, UINT64_MAX,
		    REST_LATE_USEC, psd_control_on_rest, control);
	return r;
}

int
psd_control_open(struct psd_daemon *daemon)
{
	struct psd_control *control;
	int r = make(daemon, &control);

	if (r < 0)
		return r;
	r = bind_socket(control);
	if (r >= 0) {
		control->fd = r;
		r = watch(control);
	}
	if (r < 0) {
		psd_control_close(control);
		return r;
	}
	daemon->control = control;
	return 0;
}

int
psd_control_resume(struct psd_daemon *daemon, int fd)
{
	struct psd_control *control;
	const int r = make(daemon, &control);

	if (r < 0) {
		psd_fd_close(fd);
		return r;
	}
	control->fd = fd;
	daemon->control = control;
	return watch(control);
}
