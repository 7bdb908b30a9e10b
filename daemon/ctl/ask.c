/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"

#include "common/codec.h"
#include "common/fd.h"
#include "daemon/ctl/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SYSTEM_RUNTIME_DIR "/run/privsepd"

/* A reload builds namespaces and compiles filters: seconds, not minutes. */
enum { ANSWER_MAX_SEC = 60 };

/* connect() as well waits no longer than SO_SNDTIMEO. */
static int
set_deadlines(int fd)
{
	const struct timeval limit = { .tv_sec = ANSWER_MAX_SEC };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	return 0;
}

static int
connect_to(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = set_deadlines(fd);
	if (r < 0)
		return r;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret_fd = psd_fd_take(&fd);
	return 0;
}

/* The socket of that name in a runtime directory. */
static int
connect_in(const char *dir, const char *below, const char *name, char *ret_path,
    int *ret_fd)
{
	const int n = snprintf(ret_path, PSD_PATH_MAX + 1, "%s%s/%s.sock", dir,
	    below, name);

	if (n < 0 || n > PSD_PATH_MAX)
		return -ENAMETOOLONG;
	return connect_to(ret_path, ret_fd);
}

/*
 * The system's daemon comes first.  Only where there is none to be reached,
 * an ordinary user's own is looked for; root never follows its environment.
 */
static int
connect_by(const struct psd_ctl *ctl, const char *name, char *ret_path,
    int *ret_fd)
{
	const char *own = geteuid() == 0 ? NULL : getenv("XDG_RUNTIME_DIR");
	char own_path[PSD_PATH_MAX + 1];
	int r;

	if (ctl->runtime_dir != NULL)
		return connect_in(ctl->runtime_dir, "", name, ret_path, ret_fd);
	r = connect_in(SYSTEM_RUNTIME_DIR, "", name, ret_path, ret_fd);
	if (r < 0 && own != NULL && own[0] == '/' &&
	    connect_in(own, "/privsepd", name, own_path, ret_fd) == 0)
		return 0;
	return r;
}

int
psd_ctl_connect(struct psd_ctl *ctl, char *ret_path)
{
	return ctl->fd >= 0 ? 0
			    : connect_by(ctl, "control", ret_path, &ctl->fd);
}

int
psd_ctl_connect_service(const struct psd_ctl *ctl, const char *service,
    int *ret_fd)
{
	const struct timeval none = { .tv_sec = 0 };
	char path[PSD_PATH_MAX + 1], name[PSD_PATH_MAX + 1];
	_cleanup_fd_ int fd = PSD_NO_FD;
	const int n = snprintf(name, sizeof(name), "service/%s", service);
	int r;

	if (n < 0 || n > PSD_PATH_MAX)
		return -ENAMETOOLONG;
	r = connect_by(ctl, name, path, &fd);
	if (r < 0)
		return r;
	/* How long a client waits for its program is the service's to say. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none)) < 0)
		return -errno;
	*ret_fd = psd_fd_take(&fd);
	return 0;
}

/* False when there is no such directory. */
static bool
find_owner(const char *dir, const char *below, uid_t *ret)
{
	char path[PSD_PATH_MAX + 1];
	struct stat status;
	const int n = snprintf(path, sizeof(path), "%s%s", dir, below);

	if (n < 0 || n > PSD_PATH_MAX || stat(path, &status) < 0)
		return false;
	*ret = status.st_uid;
	return true;
}

/* In the order of connect_by(). */
uid_t
psd_ctl_daemon_uid(const struct psd_ctl *ctl)
{
	const char *own = geteuid() == 0 ? NULL : getenv("XDG_RUNTIME_DIR");
	uid_t uid = 0;

	if (ctl->runtime_dir != NULL)
		(void)find_owner(ctl->runtime_dir, "", &uid);
	else if (!find_owner(SYSTEM_RUNTIME_DIR, "/control.sock", &uid) &&
	    own != NULL && own[0] == '/')
		(void)find_owner(own, "/privsepd", &uid);
	return uid;
}

void
psd_ctl_disconnect(struct psd_ctl *ctl)
{
	psd_frame_clear(&ctl->frame);
	if (ctl->fd >= 0)
		(void)shutdown(ctl->fd, SHUT_RDWR);
	psd_fd_cleanup(&ctl->fd);
}

static enum psd_ctl_fate
lose(struct psd_ctl *ctl, const char *why)
{
	psd_ctl_complain("%s", why);
	psd_ctl_disconnect(ctl);
	return PSD_CTL_LOST;
}

static const char *
connect_advice(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "; is privsepd running?";
	case EACCES:
	case EPERM:
		return "; it answers root and members of its control "
		       "socket's group";
	default:
		return "";
	}
}

static enum psd_ctl_fate
connect_or_tell(struct psd_ctl *ctl)
{
	char path[PSD_PATH_MAX + 1];
	const int r = psd_ctl_connect(ctl, path);

	if (r == 0)
		return PSD_CTL_ANSWERED;
	psd_ctl_complain("cannot reach the daemon at %s: %s%s", path,
	    strerror(-r), connect_advice(-r));
	return PSD_CTL_LOST;
}

static int
send_request(struct psd_ctl *ctl, const struct psd_op_row *row, void *req)
{
	int r;

	psd_frame_clear(&ctl->frame);
	r = psd_encode_request(&ctl->frame, row, ++ctl->last_id, req);
	if (r == 0)
		r = psd_frame_send(ctl->fd, 1, &ctl->frame);
	psd_frame_clear(&ctl->frame);
	return r;
}

static enum psd_ctl_fate
receive_reply(struct psd_ctl *ctl, const struct psd_op_row *row, void *ret_rep)
{
	const struct psd_frame *frame = &ctl->frame;

	switch (psd_frame_recv(ctl->fd, 1, &ctl->frame)) {
	case PSD_HEARD_FRAME:
		break;
	case PSD_HEARD_NOTHING:
		return lose(ctl, "the daemon has not answered for a minute");
	case PSD_HEARD_END:
		return lose(ctl, "the daemon hung up without an answer");
	case PSD_HEARD_BROKEN:
	case PSD_HEARD_ERROR:
	default:
		return lose(ctl, "no answer could be read from the daemon");
	}
	if (frame->type != PSD_FRAME_REPLY || frame->op != row->op ||
	    frame->id != ctl->last_id)
		return lose(ctl, "the daemon answered something else");
	if (frame->status != 0) {
		ctl->status = frame->status;
		return PSD_CTL_DECLINED;
	}
	if (psd_decode(&ctl->frame, row->rep, row->rep_size, ret_rep) < 0)
		return lose(ctl,
		    "the daemon's answer cannot be understood; "
		    "is it of another version?");
	return PSD_CTL_ANSWERED;
}

enum psd_ctl_fate
psd_ctl_call(struct psd_ctl *ctl, enum psd_op op, void *req, void *ret_rep)
{
	const struct psd_op_row *row = psd_ctl_find(op);
	int r;

	if (connect_or_tell(ctl) == PSD_CTL_LOST)
		return PSD_CTL_LOST;
	r = send_request(ctl, row, req);
	if (r == -EMSGSIZE || r == -EINVAL) {
		ctl->status = r;
		return PSD_CTL_DECLINED;
	}
	if (r < 0)
		return lose(ctl, "the daemon hung up before the question");
	return receive_reply(ctl, row, ret_rep);
}

enum psd_ctl_exit
psd_ctl_tell_declined(const struct psd_ctl *ctl, enum psd_op op,
    const char *what)
{
	switch (-ctl->status) {
	case EPERM:
		psd_ctl_complain(psd_ctl_find(op)->is_privileged
			? "the daemon declined: only root and the user that it "
			  "runs as may do this"
			: "the daemon declined: only root, the user that it "
			  "runs as and its control socket's group may ask");
		break;
	case ENOENT:
		psd_ctl_complain("the daemon knows no %s", what);
		break;
	case ENOSYS:
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
		psd_ctl_complain("the daemon is of another version and "
				 "cannot do this");
		break;
	case EMSGSIZE:
		psd_ctl_complain("%s: too long to be asked", what);
		break;
	default:
		psd_ctl_complain("%s: %s", what, strerror(-ctl->status));
	}
	return PSD_CTL_FAILED;
}

enum psd_ctl_exit
psd_ctl_ask(struct psd_ctl *ctl, enum psd_op op, const char *what, void *req,
    void *ret_rep)
{
	switch (psd_ctl_call(ctl, op, req, ret_rep)) {
	case PSD_CTL_ANSWERED:
		return PSD_CTL_DONE;
	case PSD_CTL_DECLINED:
		return psd_ctl_tell_declined(ctl, op, what);
	case PSD_CTL_LOST:
	default:
		return PSD_CTL_UNREACHABLE;
	}
}
