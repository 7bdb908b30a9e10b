/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * Safe as far as the policy's author knows the setting: the file is found as
 * read_sysctl finds it, and the value goes to it in one write, which the
 * kernel judges.  Some settings hand over the host to whoever writes them,
 * and some keep the writer waiting; the manual says so beside the key.
 */
int
psd_do_write_sysctl(struct psd_call *call,
    const struct psd_write_sysctl_req *req, struct psd_write_sysctl_rep *rep)
{
	char line[PSD_TEXT_MAX + sizeof("\n")];
	const size_t len = (size_t)req->value.len + 1;
	_cleanup_fd_ int fd = PSD_NO_FD;
	ssize_t n;

	(void)call;
	(void)rep;
	fd = psd_sysctl_open(&req->setting, O_WRONLY);
	if (fd < 0)
		return fd;
	memcpy(line, req->value.at, req->value.len);
	line[req->value.len] = '\n';
	n = write(fd, line, len);
	if (n < 0)
		return -errno;
	/* The kernel made use of the beginning and of no more. */
	return (size_t)n == len ? 0 : -EINVAL;
}
