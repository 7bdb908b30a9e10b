/* SPDX-License-Identifier: ISC */
#include "daemon/landlock.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "policy/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* How many bits of rights each version of Landlock has added up to. */
static const struct {
	int fs, net, scoped;
} versions[] = {
	{ 0, 0, 0 }, { 13, 0, 0 }, /* 1 */
	{ 14, 0, 0 },              /* 2: moving files between directories */
	{ 15, 0, 0 },              /* 3: truncating */
	{ 15, 2, 0 },              /* 4: TCP bind and connect */
	{ 16, 2, 0 },              /* 5: ioctl on devices */
	{ 16, 2, 2 },              /* 6: abstract sockets and signals */
};

static uint64_t
lowest_bits(int n)
{
	return (UINT64_C(1) << n) - 1;
}

/*
 * A rule goes by inode, so it holds for the same directory in the helper's
 * own root.  Never for a parent: that would show what lies beside it.
 */
static int
allow_path(int ruleset_fd, const struct psd_word *word, uint64_t known)
{
	_cleanup_fd_ int fd = open(word->text, O_PATH | O_CLOEXEC);
	uint64_t rights = PSD_LANDLOCK_READ_FILE;
	struct stat status;

	if (fd < 0 && errno == ENOENT && word->may_be_missing)
		return 0;
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	/* It was a file when the policy was looked at. */
	if (S_ISDIR(status.st_mode) && word->access != 0 && !word->is_tree)
		return -EISDIR;
	if (S_ISDIR(status.st_mode))
		rights |= PSD_LANDLOCK_READ_DIR;
	if ((word->access & PSD_ACCESS_WRITE) != 0)
		rights |= PSD_LANDLOCK_WRITE_FILE | PSD_LANDLOCK_TRUNCATE;
	if ((word->access & PSD_ACCESS_CREATE) != 0)
		rights |= PSD_LANDLOCK_MAKE_REG;
	return psd_sys_landlock_allow(ruleset_fd, fd, rights & known);
}

static int
allow_all(int ruleset_fd, const int *programs, size_t n,
    const struct psd_words *view, uint64_t known)
{
	const uint64_t run = PSD_LANDLOCK_EXECUTE | PSD_LANDLOCK_READ_FILE;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = psd_sys_landlock_allow(ruleset_fd, programs[i], run);
	for (size_t i = 0; r == 0 && i < view->n; i++)
		if (!view->at[i].is_temporary)
			r = allow_path(ruleset_fd, &view->at[i], known);
	return r;
}

uint64_t
psd_landlock_temporary(int abi)
{
	const int newest = (int)PSD_ELEMENTS(versions) - 1;
	const uint64_t all = PSD_LANDLOCK_READ_FILE | PSD_LANDLOCK_READ_DIR |
	    PSD_LANDLOCK_WRITE_FILE | PSD_LANDLOCK_TRUNCATE |
	    PSD_LANDLOCK_MAKE_REG | PSD_LANDLOCK_MAKE_DIR |
	    PSD_LANDLOCK_REMOVE_FILE | PSD_LANDLOCK_REMOVE_DIR;

	return all & lowest_bits(versions[abi > newest ? newest : abi].fs);
}

int
psd_landlock_make(int abi, const int *programs, size_t n,
    const struct psd_words *view, uint16_t port)
{
	const int newest = (int)PSD_ELEMENTS(versions) - 1;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	if (abi < 1)
		return -EOPNOTSUPP;
	if (abi > newest)
		abi = newest;
	fd = psd_sys_landlock_create(lowest_bits(versions[abi].fs),
	    lowest_bits(versions[abi].net), lowest_bits(versions[abi].scoped));
	if (fd < 0)
		return fd;
	r = allow_all(fd, programs, n, view, lowest_bits(versions[abi].fs));
	if (r == 0 && port != 0 && versions[abi].net > 0)
		r = psd_sys_landlock_allow_port(fd, port,
		    PSD_LANDLOCK_CONNECT_TCP);
	return r < 0 ? r : psd_fd_take(&fd);
}

int
psd_landlock_allow_ports(int ruleset_fd, const struct psd_reach *reach,
    uint64_t right)
{
	int r = 0;

	for (size_t i = 0; i < reach->n_ports; i++)
		for (uint32_t port = reach->ports[i].from;
		     r == 0 && port <= reach->ports[i].to; port++)
			r = psd_sys_landlock_allow_port(ruleset_fd,
			    (uint16_t)port, right);
	return r;
}
