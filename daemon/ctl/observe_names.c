/* SPDX-License-Identifier: ISC */
#include "common/arch.h"
#include "common/callargs.h"
#include "common/mem.h"
#include "daemon/ctl/observe.h"
#include "daemon/ctl/observe_path.h"
#include "policy/callname.h"
#include "policy/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What becomes of what a call names. */
enum deed {
	DEED_LOOK, /* nothing */
	DEED_OPEN,
	DEED_EXEC,
	DEED_CUT,    /* it is written to */
	DEED_MAKE,   /* the last path is made */
	DEED_CHANGE, /* it is removed, or has its attributes changed */
	DEED_MOVE,   /* likewise, and the second path is made */
	DEED_SOCKET,
};

static const struct {
	const char *call;
	enum deed deed;
} deeds[] = {
	{ "open", DEED_OPEN },
	{ "openat", DEED_OPEN },
	{ "openat2", DEED_OPEN },
	{ "creat", DEED_OPEN },
	{ "execve", DEED_EXEC },
	{ "execveat", DEED_EXEC },
	{ "truncate", DEED_CUT },
	{ "mkdir", DEED_MAKE },
	{ "mkdirat", DEED_MAKE },
	{ "mknod", DEED_MAKE },
	{ "mknodat", DEED_MAKE },
	{ "symlink", DEED_MAKE },
	{ "symlinkat", DEED_MAKE },
	{ "rmdir", DEED_CHANGE },
	{ "unlink", DEED_CHANGE },
	{ "unlinkat", DEED_CHANGE },
	{ "chmod", DEED_CHANGE },
	{ "fchmodat", DEED_CHANGE },
	{ "chown", DEED_CHANGE },
	{ "lchown", DEED_CHANGE },
	{ "fchownat", DEED_CHANGE },
	{ "utime", DEED_CHANGE },
	{ "utimes", DEED_CHANGE },
	{ "utimensat", DEED_CHANGE },
	{ "rename", DEED_MOVE },
	{ "renameat", DEED_MOVE },
	{ "renameat2", DEED_MOVE },
	{ "link", DEED_MOVE },
	{ "linkat", DEED_MOVE },
	{ "connect", DEED_SOCKET },
	{ "bind", DEED_SOCKET },
	{ "sendto", DEED_SOCKET },
};

static enum deed
deed_of(const char *call)
{
	for (size_t i = 0; i < PSD_ELEMENTS(deeds); i++)
		if (strcmp(deeds[i].call, call) == 0)
			return deeds[i].deed;
	return DEED_LOOK;
}

static void
tell(struct psd_learn *learn, const struct psd_observe_path *named,
    uint32_t uses)
{
	const mode_t mode = named->status.st_mode;

	if (named->exists && !S_ISREG(mode) && !S_ISDIR(mode) &&
	    !psd_view_is_harmless_device(&named->status))
		uses |= PSD_LEARN_SPECIAL;
	psd_learn_file(learn, named->path, uses);
}

/* Of a directory that was only looked at nothing is told. */
static void
tell_look(struct psd_learn *learn, const struct psd_observe_path *named)
{
	if (named->exists && !S_ISDIR(named->status.st_mode))
		tell(learn, named, PSD_LEARN_LOOK);
}

static uint64_t
open_flags(const char *call, const struct seccomp_notif *request,
    const struct psd_observe_rep *names)
{
	if (strcmp(call, "openat2") == 0)
		return names->how;
	if (strcmp(call, "creat") == 0)
		return O_WRONLY | O_CREAT | O_TRUNC;
	return request->data.args[strcmp(call, "open") == 0 ? 1 : 2];
}

static void
tell_open(struct psd_learn *learn, const struct psd_observe_path *named,
    uint64_t flags)
{
	const uint64_t mode = flags & O_ACCMODE;
	uint32_t uses = 0;
	int rights = 0;

	if ((flags & O_PATH) != 0) {
		tell_look(learn, named);
		return;
	}
	/* In a session of its own there is none. */
	if (strcmp(named->path, "/dev/tty") == 0)
		return;
	/* O_TMPFILE has O_DIRECTORY in it, and makes a file beneath. */
	if ((flags & O_TMPFILE) == O_TMPFILE || psd_observe_may_make(named)) {
		if ((flags & (O_CREAT | O_TMPFILE)) != 0)
			tell(learn, named, PSD_LEARN_CREATE);
		return;
	}
	if (!named->exists ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ||
	    ((flags & O_NOFOLLOW) != 0 && named->is_link))
		return;
	if (mode != O_WRONLY) {
		uses |= S_ISDIR(named->status.st_mode) ? PSD_LEARN_LIST
						       : PSD_LEARN_READ;
		rights |= R_OK;
	}
	if (mode != O_RDONLY) {
		uses |= PSD_LEARN_WRITE;
		rights |= W_OK;
	}
	if (psd_observe_may(named, rights))
		tell(learn, named, uses);
}

static void
tell_of(struct psd_learn *learn, const struct psd_observe_path *named,
    enum deed deed)
{
	switch (deed) {
	case DEED_EXEC:
		if (named->exists && psd_observe_may(named, X_OK))
			tell(learn, named, PSD_LEARN_EXEC);
		break;
	case DEED_CUT:
		if (named->exists && psd_observe_may(named, W_OK))
			tell(learn, named, PSD_LEARN_WRITE);
		break;
	case DEED_MAKE:
		if (psd_observe_may_make(named))
			tell(learn, named, PSD_LEARN_CHANGE);
		break;
	case DEED_CHANGE:
	case DEED_MOVE:
		if (named->exists || named->is_link)
			tell(learn, named, PSD_LEARN_CHANGE);
		break;
	case DEED_LOOK:
	case DEED_OPEN:
	case DEED_SOCKET:
	default:
		tell_look(learn, named);
		break;
	}
}

/*
 * No view has /proc, and of the root none says what is in it.  0, or what a
 * program is told that asks all the same.
 */
static int
refusal_of(const struct psd_observe_path *named, enum deed deed, uint64_t flags)
{
	static const char proc[] = "/proc";
	const size_t len = sizeof(proc) - 1;

	if (strncmp(named->path, proc, len) == 0 &&
	    (named->path[len] == '\0' || named->path[len] == '/'))
		return -ENOENT;
	return deed == DEED_OPEN && (flags & O_PATH) == 0 &&
		named->path[1] == '\0'
	    ? -EACCES
	    : 0;
}

int
psd_observe_names(struct psd_learn *learn, const struct seccomp_notif *request,
    const struct psd_observe_rep *names)
{
	char call[PSD_CALL_NAME_MAX + 1];
	struct psd_observe_path named;
	uint64_t flags;
	enum deed deed;
	int r;

	if (psd_call_name(PSD_AUDIT_ARCH, request->data.nr, call) < 0)
		return 0;
	deed = deed_of(call);
	if (deed == DEED_SOCKET)
		return psd_observe_socket(learn, call, request, names);
	if ((names->flags &
		(PSD_SEEN_NO_PATH | PSD_SEEN_CUT | PSD_SEEN_RELATIVE)) != 0 ||
	    !psd_observe_path(&names->first, &named))
		return 0;
	flags = open_flags(call, request, names);
	r = refusal_of(&named, deed, flags);
	if (deed == DEED_OPEN)
		tell_open(learn, &named, flags);
	else
		tell_of(learn, &named, deed);
	if (deed == DEED_MOVE && psd_observe_path(&names->second, &named))
		tell(learn, &named, PSD_LEARN_CHANGE);
	return r;
}

void
psd_observe_mapped(struct psd_learn *learn, const struct seccomp_notif *request)
{
	const uint64_t *args = (const uint64_t *)request->data.args;
	char name[64], path[PATH_MAX];
	ssize_t n;

	if ((args[2] & PROT_EXEC) == 0 || (args[3] & MAP_ANONYMOUS) != 0)
		return;
	(void)snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)request->pid,
	    (int)args[4]);
	n = readlink(name, path, sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	psd_learn_file(learn, path, PSD_LEARN_MAP);
}
