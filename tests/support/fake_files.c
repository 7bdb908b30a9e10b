/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_files.h"

#include "common/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
or_errno(int r)
{
	return r < 0 ? -errno : 0;
}

static int
do_readlink(const struct psd_readlink_req *req, struct psd_readlink_rep *rep)
{
	static char target[PATH_MAX];
	const ssize_t n = readlink(req->path.at, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	rep->target = (struct psd_str){ target, (uint32_t)n };
	return 0;
}

static int
do_realpath(const struct psd_realpath_req *req, struct psd_realpath_rep *rep)
{
	static char resolved[PATH_MAX];

	if (realpath(req->path.at, resolved) == NULL)
		return -errno;
	rep->resolved = psd_str_of(resolved);
	return 0;
}

static int
do_rename(const struct psd_rename_req *req)
{
	if (req->flags > 1)
		return -EINVAL;
	return or_errno(renameat2(AT_FDCWD, req->from.at, AT_FDCWD, req->to.at,
	    req->flags == 1 ? RENAME_NOREPLACE : 0));
}

static int
do_set_times(const struct psd_set_times_req *req)
{
	const struct timespec times[2] = {
		{ req->accessed / 1000000000, req->accessed % 1000000000 },
		{ req->modified / 1000000000, req->modified % 1000000000 },
	};

	return or_errno(utimensat(AT_FDCWD, req->path.at, times, 0));
}

static int
do_temporary_file(const struct psd_temporary_file_req *req,
    struct psd_temporary_file_rep *rep)
{
	rep->file =
	    open(req->directory.at, O_TMPFILE | O_RDWR | O_CLOEXEC, req->mode);
	return or_errno(rep->file);
}

/* There is one, "null". */
static int
do_credential(const struct psd_credential_req *req,
    struct psd_credential_rep *rep)
{
	if (strcmp(req->credential.at, "null") != 0)
		return -ENOENT;
	rep->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return or_errno(rep->file);
}

/* One program, that ends when it is asked about. */
static int
do_run(const struct psd_run_req *req, struct psd_run_rep *rep)
{
	int ends[2];

	if (strcmp(req->program.at, "cat") != 0)
		return -ENOENT;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	rep->handle = 7;
	rep->input = ends[1];
	rep->output = ends[0];
	rep->error = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return or_errno(rep->error);
}

static int
do_wait_program(const struct psd_wait_program_req *req,
    struct psd_wait_program_rep *rep)
{
	if (req->handle != 7)
		return -ESRCH;
	rep->ending = 2;
	rep->was_killed = 1;
	rep->status = 9;
	return 0;
}

int
fake_files_perform(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	/* An int, since most rows are about something else. */
	switch ((int)row->op) {
	case PSD_OP_readlink:
		return do_readlink(&req->as_readlink, &rep->as_readlink);
	case PSD_OP_realpath:
		return do_realpath(&req->as_realpath, &rep->as_realpath);
	case PSD_OP_unlink:
		return or_errno(unlink(req->as_unlink.path.at));
	case PSD_OP_mkdir:
		return or_errno(
		    mkdir(req->as_mkdir.path.at, req->as_mkdir.mode));
	case PSD_OP_rmdir:
		return or_errno(rmdir(req->as_rmdir.path.at));
	case PSD_OP_rename:
		return do_rename(&req->as_rename);
	case PSD_OP_truncate:
		return or_errno(truncate(req->as_truncate.path.at,
		    (off_t)req->as_truncate.size));
	case PSD_OP_set_times:
		return do_set_times(&req->as_set_times);
	case PSD_OP_temporary_file:
		return do_temporary_file(&req->as_temporary_file,
		    &rep->as_temporary_file);
	case PSD_OP_access:
		return or_errno(access(req->as_access.path.at,
		    (req->as_access.access & PSD_ACCESS_READ) != 0 ? R_OK
								   : W_OK));
	case PSD_OP_credential:
		return do_credential(&req->as_credential, &rep->as_credential);
	case PSD_OP_run:
		return do_run(&req->as_run, &rep->as_run);
	case PSD_OP_wait_program:
		return do_wait_program(&req->as_wait_program,
		    &rep->as_wait_program);
	case PSD_OP_kill_program:
		return req->as_kill_program.handle == 7 ? 0 : -ESRCH;
	case PSD_OP_change_mode:
		return or_errno(
		    fchmod(req->as_change_mode.file, req->as_change_mode.mode));
	case PSD_OP_change_owner:
		return or_errno(fchown(req->as_change_owner.file,
		    PSD_OWNER_UID(req->as_change_owner.owner),
		    PSD_OWNER_GID(req->as_change_owner.owner)));
	default:
		return -EOPNOTSUPP;
	}
}
