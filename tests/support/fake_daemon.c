/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_daemon.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/ops.h"
#include "tests/support/fake_files.h"
#include "tests/support/fake_names.h"
#include "tests/support/fake_network.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ASKED_MAX = 16 };

struct serving {
	struct psd_conv conv;
	int listener;
	uint32_t asked[ASKED_MAX]; /* ids of accept that wait */
	size_t n_asked;
	struct psd_frame in, out;
	unsigned char batch[PSD_BYTES_MAX];
};

static bool
is_hidden(const struct psd_str *path)
{
	return strstr(path->at, "/.") != NULL;
}

static int
do_open(const struct psd_open_req *req, struct psd_open_rep *rep)
{
	struct stat status;
	int fd;

	if (is_hidden(&req->path) || req->access != PSD_ACCESS_READ)
		return -EPERM;
	fd = open(req->path.at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		(void)close(fd);
		return -EISDIR;
	}
	rep->file = fd;
	return 0;
}

static int
do_stat(const struct psd_stat_req *req, struct psd_stat_rep *rep)
{
	struct stat status;

	if (is_hidden(&req->path))
		return -EPERM;
	if (lstat(req->path.at, &status) < 0)
		return -errno;
	rep->mode = status.st_mode;
	rep->links = (uint32_t)status.st_nlink;
	rep->uid = status.st_uid;
	rep->gid = status.st_gid;
	rep->size = (uint64_t)status.st_size;
	rep->modified = (int64_t)status.st_mtim.tv_sec * 1000000000 +
	    status.st_mtim.tv_nsec;
	return 0;
}

/* One entry a batch, so that the helper has to ask more than once. */
static int
do_read_directory(struct serving *s, const struct psd_read_directory_req *req,
    struct psd_read_directory_rep *rep)
{
	DIR *const dir = opendir(req->path.at);
	const struct dirent *entry = NULL;
	size_t len;

	if (dir == NULL)
		return -errno;
	if (req->cursor != 0)
		seekdir(dir, (long)req->cursor);
	do
		entry = readdir(dir);
	while (entry != NULL &&
	    (strcmp(entry->d_name, ".") == 0 ||
		strcmp(entry->d_name, "..") == 0));
	rep->entries = (struct psd_bytes){ s->batch, 0 };
	rep->cursor = (uint64_t)telldir(dir);
	if (entry != NULL) {
		len = strlen(entry->d_name);
		s->batch[0] = entry->d_type;
		s->batch[1] = (unsigned char)len;
		memcpy(s->batch + 2, entry->d_name, len);
		rep->entries.len = (uint32_t)len + 2;
	}
	(void)closedir(dir);
	return 0;
}

/* What is about names, the network or files. */
static int
perform_elsewhere(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	int r = fake_names_perform(row, req, rep);

	if (r == -EOPNOTSUPP)
		r = fake_network_perform(row, req, rep);
	return r == -EOPNOTSUPP ? fake_files_perform(row, req, rep) : r;
}

static int
perform(struct serving *s, const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep)
{
	/* An int, since the rows of control.sock are none of ours. */
	switch ((int)row->op) {
	case PSD_OP_hello:
		rep->as_hello.version = PSD_PROTOCOL;
		rep->as_hello.service = psd_str_of("fake");
		return 0;
	case PSD_OP_ping:
		rep->as_ping.cookie = req->as_ping.cookie;
		return 0;
	case PSD_OP_log:
		(void)fprintf(stderr, "fake: %.60s\n", req->as_log.message.at);
		return 0;
	case PSD_OP_log_fields:
		/* So many bytes as there are of them. */
		return -(int)req->as_log_fields.fields.len;
	case PSD_OP_open:
		return do_open(&req->as_open, &rep->as_open);
	case PSD_OP_stat:
		return do_stat(&req->as_stat, &rep->as_stat);
	case PSD_OP_read_directory:
		return do_read_directory(s, &req->as_read_directory,
		    &rep->as_read_directory);
	case PSD_OP_restrict:
		return 0;
	case PSD_OP_get_hostname:
		rep->as_get_hostname.hostname = psd_str_of("host.example.org");
		rep->as_get_hostname.domain = psd_str_of("(none)");
		return 0;
	case PSD_OP_set_hostname:
		return strcmp(req->as_set_hostname.hostname.at, "host") == 0
		    ? 0
		    : -EINVAL;
	case PSD_OP_clone:
		return fake_network_clone(&rep->as_clone);
	case PSD_OP_phase:
		return strcmp(req->as_phase.phase.at, "session") == 0 ? 0
								      : -EACCES;
	case PSD_OP_narrow:
		return strcmp(req->as_narrow.lines.at, "AllowStat=/x") == 0
		    ? 0
		    : -EACCES;
	case PSD_OP_adjust_clock:
		return req->as_adjust_clock.offset == -1500 ? 0 : -EPERM;
	case PSD_OP_set_clock:
		return req->as_set_clock.time == 1234567890123456789 ? 0
								     : -EPERM;
	case PSD_OP_read_sysctl:
		rep->as_read_sysctl.value = req->as_read_sysctl.setting;
		return 0;
	case PSD_OP_write_sysctl:
		return strcmp(req->as_write_sysctl.value.at, "1") == 0
		    ? 0
		    : -EINVAL;
	default:
		return perform_elsewhere(row, req, rep);
	}
}

static void
answer(struct serving *s, const struct psd_op_row *row, uint32_t id, int status,
    union psd_any_rep *rep)
{
	psd_frame_init(&s->out);
	if (status == 0)
		status = psd_encode_reply(&s->out, row, id, rep);
	if (status < 0)
		psd_encode_status(&s->out, (uint16_t)row->op, id, status);
	(void)psd_conv_send(&s->conv, 1, &s->out);
	psd_frame_clear(&s->out);
}

/* Returns false when the helper broke the protocol. */
static bool
take_request(struct serving *s)
{
	const struct psd_op_row *const row = psd_op_find(s->in.op);
	const uint32_t id = s->in.id;
	union psd_any_req req;
	union psd_any_rep rep;
	int status;

	if (row == NULL || s->in.type != PSD_FRAME_REQUEST ||
	    psd_decode(&s->in, row->req, sizeof(req), &req) < 0)
		return false;
	if (row->op == PSD_OP_accept && s->n_asked < ASKED_MAX) {
		s->asked[s->n_asked++] = id;
		return true;
	}
	psd_fields_init(row->rep, sizeof(rep), &rep);
	status = perform(s, row, &req, &rep);
	answer(s, row, id, status, &rep);
	return true;
}

static void
give_connection(struct serving *s)
{
	union psd_any_rep rep;
	int fd;

	fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	rep.as_accept = (struct psd_accept_rep){ .connection = fd };
	answer(s, psd_op_find(PSD_OP_accept), s->asked[0], 0, &rep);
	memmove(s->asked, s->asked + 1, --s->n_asked * sizeof(s->asked[0]));
}

/* Nobody connects any more to a helper that has ended, or is to end. */
static void
cancel_accepts(struct serving *s)
{
	for (size_t i = 0; i < s->n_asked; i++)
		answer(s, psd_op_find(PSD_OP_accept), s->asked[i], -ECANCELED,
		    NULL);
	s->n_asked = 0;
}

/* Returns PSD_HEARD_NOTHING to go on. */
static enum psd_heard
hear(struct serving *s)
{
	enum psd_heard heard;

	psd_frame_init(&s->in);
	heard = psd_conv_recv(&s->conv, 0, &s->in);
	if (heard != PSD_HEARD_FRAME)
		return heard;
	heard = take_request(s) ? PSD_HEARD_NOTHING : PSD_HEARD_BROKEN;
	psd_frame_clear(&s->in);
	return heard;
}

static enum psd_heard
turn(struct serving *s, int stop)
{
	struct pollfd looks[] = {
		{ .fd = s->conv.fd, .events = POLLIN },
		{ .fd = s->n_asked > 0 ? s->listener : PSD_NO_FD,
		    .events = POLLIN },
		{ .fd = s->conv.state == PSD_CONV_OPEN ? stop : PSD_NO_FD,
		    .events = POLLIN },
	};

	if (poll(looks, 3, -1) < 0)
		return PSD_HEARD_NOTHING;
	if ((looks[1].revents & POLLIN) != 0)
		give_connection(s);
	if (looks[2].revents != 0) {
		cancel_accepts(s);
		(void)psd_conv_end(&s->conv);
	}
	return looks[0].revents != 0 ? hear(s) : PSD_HEARD_NOTHING;
}

int
fake_daemon_serve(const struct fake_daemon *daemon)
{
	static struct serving s;
	enum psd_heard heard;

	memset(&s, 0, sizeof(s));
	psd_conv_init(&s.conv, daemon->end);
	s.listener = daemon->listener;
	do
		heard = turn(&s, daemon->stop);
	while (heard == PSD_HEARD_NOTHING);
	cancel_accepts(&s);
	(void)psd_conv_end(&s.conv);
	psd_conv_close(&s.conv);
	return heard == PSD_HEARD_END ? 0 : 1;
}

int
fake_daemon_child(void *daemon)
{
	return fake_daemon_serve(daemon);
}
