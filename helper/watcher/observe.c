/* SPDX-License-Identifier: ISC */
#include "helper/watcher/watcher.h"

#include "common/callargs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum {
	ARGUMENTS = 6,
	/* With the directory before it, so that two fit an answer. */
	NAME_MAX_LEN = PSD_BYTES_MAX / PSD_SEEN_NAMES_MAX,
};

/* One thread, one question at a time. */
static char names[PSD_SEEN_NAMES_MAX][NAME_MAX_LEN];

/* A look at one call. */
struct look {
	const struct sight *sight;
	pid_t pid;
	uint64_t args[ARGUMENTS];
	int dir; /* where the next path starts */
	bool has_dir;
	size_t n; /* names found */
	struct psd_observe_rep *rep;
};

static void
keep(struct look *look, const char *name, size_t len)
{
	struct psd_bytes *into =
	    look->n == 0 ? &look->rep->first : &look->rep->second;

	*into =
	    (struct psd_bytes){ (const unsigned char *)name, (uint32_t)len };
	look->n++;
}

/*
 * Puts the directory before a path of len bytes at name, which does not begin
 * with a slash.  Returns the length of both, or what it was given.
 */
static size_t
put_start(struct look *look, char *name, size_t len)
{
	const int dir = look->has_dir ? look->dir : AT_FDCWD;
	char start[PSD_SEEN_PATH_MAX];
	size_t at;

	if (psd_watcher_start(look->sight, look->pid, dir, start,
		sizeof(start)) < 0 ||
	    strlen(start) + 1 + len > NAME_MAX_LEN) {
		look->rep->flags |= PSD_SEEN_RELATIVE;
		return len;
	}
	at = strlen(start);
	/* An empty path is the directory itself. */
	if (len > 0 && start[at - 1] != '/')
		start[at++] = '/';
	memmove(name + at, name, len);
	memcpy(name, start, at);
	return at + len;
}

static void
see_path(struct look *look, uint64_t address)
{
	char *name = names[look->n];
	ssize_t n;
	size_t len;

	if (address == 0) {
		look->rep->flags |= PSD_SEEN_NO_PATH;
		keep(look, name, 0);
		return;
	}
	n = psd_watcher_read(look->pid, address, name, PSD_SEEN_PATH_MAX);
	if (n < 0) {
		look->rep->flags |= PSD_SEEN_UNREADABLE;
		keep(look, name, 0);
		return;
	}
	len = strnlen(name, (size_t)n);
	if (len == (size_t)n)
		look->rep->flags |= PSD_SEEN_CUT;
	if (len == 0)
		look->rep->flags |= PSD_SEEN_NO_PATH;
	if (len == 0 || name[0] != '/')
		len = put_start(look, name, len);
	keep(look, name, len);
}

static void
see_address(struct look *look, uint64_t address, uint64_t claimed)
{
	const uint32_t len = (uint32_t)claimed;
	char *name = names[look->n];
	ssize_t n;

	/* sendto() on what is connected has none. */
	if (address == 0)
		return;
	look->rep->flags |= PSD_SEEN_ADDRESS;
	n = psd_watcher_read(look->pid, address, name,
	    len < sizeof(struct sockaddr_storage)
		? len
		: sizeof(struct sockaddr_storage));
	if (n < 0)
		look->rep->flags |= PSD_SEEN_UNREADABLE;
	keep(look, name, n < 0 ? 0 : (size_t)n);
}

/* struct open_how begins with its flags. */
static void
see_how(struct look *look, uint64_t address)
{
	uint64_t flags = 0;

	if (psd_watcher_read(look->pid, address, &flags, sizeof(flags)) ==
	    sizeof(flags))
		look->rep->how = flags;
	else
		look->rep->flags |= PSD_SEEN_UNREADABLE;
}

static void
see_argument(struct look *look, char letter, size_t i)
{
	switch (letter) {
	case PSD_ARG_DIR:
		look->dir = (int)(uint32_t)look->args[i];
		look->has_dir = true;
		break;
	case PSD_ARG_PATH:
		see_path(look, look->args[i]);
		break;
	case PSD_ARG_ADDRESS:
		see_address(look, look->args[i], look->args[i + 1]);
		break;
	case PSD_ARG_HOW:
		see_how(look, look->args[i]);
		break;
	default:
		break;
	}
}

/*
 * While it waits, the caller's number is nobody else's.  Asked last: what was
 * read before is the caller's then.
 */
static bool
still_waits(const struct sight *sight, uint64_t id)
{
	return ioctl(sight->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

int
psd_watcher_observe(const struct sight *sight,
    const struct psd_observe_req *req, struct psd_observe_rep *rep)
{
	const char *letters = psd_call_args((int)req->call);
	struct look look = {
		.sight = sight,
		.pid = (pid_t)req->pid,
		.args = { req->arg0, req->arg1, req->arg2, req->arg3, req->arg4,
		    req->arg5 },
		.rep = rep,
	};

	*rep = (struct psd_observe_rep){ .flags = 0 };
	for (size_t i = 0; letters != NULL && letters[i] != '\0'; i++)
		see_argument(&look, letters[i], i);
	return still_waits(sight, req->id) ? 0 : -ENOENT;
}
