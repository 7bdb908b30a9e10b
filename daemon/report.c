/* SPDX-License-Identifier: ISC */
#include "daemon/report.h"

#include "common/fd.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/sys.h"
#include "daemon/denial.h"
#include "daemon/loaded.h"
#include "daemon/mounts.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
	LOOKS_BURST = 100, /* at the host, for one program */
	LOOKS_INTERVAL_USEC = 10 * 1000000,
};

void
psd_reports_init(struct psd_reports *reports)
{
	*reports = (struct psd_reports){ .next = 0 };
	psd_rate_init(&reports->looks, LOOKS_BURST, LOOKS_INTERVAL_USEC);
}

/*
 * A program that finds two names of one hash has one of its own refusals
 * less in the log, and is none the better for it.
 */
static uint64_t
hash_of(const struct psd_seen *seen)
{
	uint64_t hash = PSD_HASH_BEGIN;

	hash = psd_hash_on(hash, &seen->act, sizeof(seen->act));
	hash = psd_hash_on(hash, &seen->access, sizeof(seen->access));
	if (seen->has_path)
		hash = psd_hash_on(hash, seen->path, seen->path_len);
	else
		hash =
		    psd_hash_on(hash, seen->texts[0], strlen(seen->texts[0]));
	return hash == 0 ? 1 : hash;
}

/*
 * Opens a name that lies in a mount of the root's file system: from there, since
 * no further one may be on the way.  A descriptor or -errno.
 */
static int
open_in_mount(const char *path)
{
	_cleanup_fd_ int mount_fd = PSD_NO_FD;
	char mount[PSD_BYTES_MAX];
	size_t len;
	int r = psd_mounts_of_root("/proc/self/mountinfo", path, &len);

	if (r < 0 || len == 0)
		return r < 0 ? r : -EXDEV;
	(void)snprintf(mount, sizeof(mount), "%.*s", (int)len, path);
	mount_fd = open(mount, O_PATH | O_CLOEXEC);
	if (mount_fd < 0)
		return -errno;
	if (path[len] == '\0')
		return psd_fd_take(&mount_fd);
	return psd_sys_openat2(mount_fd, path + len + 1, O_PATH | O_CLOEXEC, 0,
	    PSD_RESOLVE_NO_XDEV | PSD_RESOLVE_NO_MAGICLINKS);
}

/*
 * Programs try many names that nobody has.  The program has chosen this one,
 * so the look does not leave the root's own file system, and follows nothing
 * out of it: what is not known that way is taken for being there.
 */
static bool
may_exist(struct psd_seen *seen)
{
	struct stat status;
	int fd;

	if (!seen->has_path || (seen->access & PSD_ACCESS_CREATE) != 0)
		return true;
	fd = psd_sys_openat2(AT_FDCWD, seen->path, O_PATH | O_CLOEXEC, 0,
	    PSD_RESOLVE_NO_XDEV | PSD_RESOLVE_NO_MAGICLINKS);
	if (fd == -EXDEV)
		fd = open_in_mount(seen->path);
	if (fd >= 0 && fstat(fd, &status) == 0)
		seen->is_dir = S_ISDIR(status.st_mode);
	psd_fd_close(fd);
	return fd != -ENOENT && fd != -ENOTDIR;
}

static void
tell(struct psd_instance *instance, const struct seccomp_data *data,
    const struct psd_seen *seen)
{
	char call[PSD_SEEN_CALL_MAX + 1], line[PSD_TEXT_MAX + 1];

	psd_seen_print(seen, call, sizeof(call), data->arch, data->nr,
	    (const uint64_t *)data->args);
	psd_seen_suggest(seen, instance->loaded->policy, line, sizeof(line));
	psd_denial_tell(instance, call, line);
}

/* -1: it was not looked at lately. */
static int
find(const struct psd_reports *reports, uint64_t name)
{
	for (size_t i = 0; i < PSD_REPORTS_KEPT; i++)
		if (reports->names[i] == name)
			return reports->is_refused[i];
	return -1;
}

static void
keep(struct psd_reports *reports, uint64_t name, bool is_refused)
{
	reports->names[reports->next] = name;
	reports->is_refused[reports->next] = is_refused;
	reports->next = (reports->next + 1) % PSD_REPORTS_KEPT;
}

static bool
may_look(struct psd_instance *instance, struct psd_reports *reports)
{
	uint64_t suppressed;

	if (!psd_rate_pass(&reports->looks, psd_now()))
		return false;
	suppressed = psd_rate_take_suppressed(&reports->looks);
	if (suppressed > 0)
		psd_instance_log(instance, LOG_WARNING,
		    "%llu calls were not looked at: too many in a while",
		    (unsigned long long)suppressed);
	return true;
}

void
psd_report_passed(struct psd_instance *instance, struct psd_reports *reports,
    const struct seccomp_data *data, struct psd_seen *seen)
{
	const struct psd_prepared *prepared = instance->loaded->prepared;
	const uint64_t name = hash_of(seen);
	int known;

	if (psd_seen_fits(seen, instance->loaded->policy,
		psd_prepared_view(prepared), prepared->layers))
		return;
	known = find(reports, name);
	instance->service->calls_refused += known == 1;
	if (known >= 0 || !may_look(instance, reports))
		return;
	keep(reports, name, may_exist(seen));
	if (find(reports, name) == 0)
		return;
	instance->service->calls_refused++;
	tell(instance, data, seen);
}
