/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* One more byte shows that there is more than fits. */
static char value[PSD_TEXT_MAX + sizeof("\n")];

/*
 * Safe because the name is compared component by component with what was
 * granted, and the file that it names is looked for below /proc/sys alone,
 * over no link and on no other file system; the descriptor stays here.  The
 * kernel decides what the daemon may read, and what it reads is the host's:
 * network settings are those of the daemon's network namespace.
 */
int
psd_do_read_sysctl(struct psd_call *call, const struct psd_read_sysctl_req *req,
    struct psd_read_sysctl_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	size_t len = 0;
	ssize_t n = 1;

	(void)call;
	fd = psd_sysctl_open(&req->setting, O_RDONLY);
	if (fd < 0)
		return fd;
	while (n > 0 && len < sizeof(value)) {
		n = read(fd, value + len, sizeof(value) - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	if (len > 0 && value[len - 1] == '\n')
		len--;
	if (len > PSD_TEXT_MAX)
		return -EFBIG;
	rep->value = (struct psd_str){ value, (uint32_t)len };
	return 0;
}
