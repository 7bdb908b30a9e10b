/* SPDX-License-Identifier: ISC */
#include "daemon/local.h"

#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/errand.h"
#include "daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A socket on its way to its name.  It is bound in a directory of our own
 * next to that, where nobody can put anything in its place, and moved when it
 * is what it is to be: nobody ever finds it half made, and no name is removed
 * for it.
 */
struct binding {
	struct psd_errand *errand;
	int fd;
	int parent; /* of the name */
	int room;   /* our own directory in it, or PSD_NO_FD */
	char room_name[40];
	char name[108]; /* what an address has room for */
	void (*reply)(struct psd_call *call, int fd);
};

static void
free_binding(struct binding *binding)
{
	psd_errand_cancel(binding->errand);
	if (binding->room >= 0) {
		(void)unlinkat(binding->room, binding->name, 0);
		(void)unlinkat(binding->parent, binding->room_name,
		    AT_REMOVEDIR);
	}
	psd_fd_cleanup(&binding->room);
	psd_fd_cleanup(&binding->parent);
	psd_fd_cleanup(&binding->fd);
	free(binding);
}

static void
forget(struct psd_call *call)
{
	if (call->state != NULL)
		free_binding(call->state);
}

static int
make_room(struct binding *binding)
{
	uint64_t random;
	int fd;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return -EAGAIN;
	(void)snprintf(binding->room_name, sizeof(binding->room_name),
	    ".privsepd-%016" PRIx64, random);
	if (mkdirat(binding->parent, binding->room_name, 0700) < 0)
		return -errno;
	fd = psd_beneath_find_made(binding->parent, binding->room_name, O_PATH);
	if (fd < 0)
		return fd;
	binding->room = fd;
	return 0;
}

static int
prepare(const struct psd_call *call, int type, const struct psd_str *path,
    uint32_t mode, struct binding *binding)
{
	const char *name;

	binding->parent = psd_beneath_parent(call->policy, call->grant,
	    call->row, path, &name);
	if (binding->parent < 0)
		return binding->parent;
	if (strlen(name) >= sizeof(binding->name))
		return -ENAMETOOLONG;
	(void)snprintf(binding->name, sizeof(binding->name), "%s", name);
	binding->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	/* What the file will have, since it is made with the socket's mode. */
	if (binding->fd < 0 || fchmod(binding->fd, mode) < 0)
		return -errno;
	return make_room(binding);
}

/* What has the name may be taken over when it is a socket, and granted. */
static int
check_taken(const struct psd_grant *grant, const struct binding *binding)
{
	struct stat status;
	const int r =
	    psd_beneath_entry(grant, binding->parent, binding->name, &status);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return S_ISSOCK(status.st_mode) ? 0 : -EADDRINUSE;
}

static int
move(const struct psd_call *call, const struct binding *binding)
{
	const struct psd_grant *grant = call->grant;
	const uid_t owner = (grant->modifiers & PSD_MODIFIER_OWNER) != 0
	    ? grant->owner
	    : psd_instance_uid(call->peer);
	int r;

	if (fchownat(binding->room, binding->name, owner, (gid_t)-1,
		AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	r = check_taken(grant, binding);
	if (r < 0)
		return r;
	return renameat(binding->room, binding->name, binding->parent,
		   binding->name) < 0
	    ? -errno
	    : 0;
}

static void
finish(void *cookie, int status)
{
	struct psd_call *call = cookie;
	struct binding *binding = call->state;
	int r;

	binding->errand = NULL;
	r = status == 0 ? move(call, binding) : status;
	binding->reply(call, r < 0 ? r : psd_fd_take(&binding->fd));
}

static int
start(struct psd_call *call, int type, const struct psd_str *path,
    uint32_t mode, struct binding *binding)
{
	struct psd_errand_task task = {
		.kind =
		    type == SOCK_STREAM ? PSD_ERRAND_LISTEN : PSD_ERRAND_BIND,
	};
	const int r = prepare(call, type, path, mode, binding);

	if (r < 0)
		return r;
	task.fd = binding->fd;
	task.place = binding->room;
	task.name = binding->name;
	return psd_errand_begin(call->peer, &task, psd_call_patience(call),
	    finish, call, &binding->errand);
}

int
psd_local_bind(struct psd_call *call, int type, const struct psd_str *path,
    uint32_t mode, void (*reply)(struct psd_call *call, int fd))
{
	struct psd_call *kept = psd_call_keep(call, forget);
	struct binding *binding;
	int r;

	if (kept == NULL)
		return -errno;
	binding = calloc(1, sizeof(*binding));
	if (binding == NULL) {
		psd_call_drop(kept);
		return -ENOMEM;
	}
	binding->fd = PSD_NO_FD;
	binding->parent = PSD_NO_FD;
	binding->room = PSD_NO_FD;
	binding->reply = reply;
	kept->state = binding;
	r = start(kept, type, path, mode, binding);
	if (r == 0)
		return PSD_LATER;
	psd_call_drop(kept);
	return r;
}
