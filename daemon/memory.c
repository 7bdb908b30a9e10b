/* SPDX-License-Identifier: ISC */
#include "daemon/memory.h"

#include "common/fd.h"
#include "common/small_file.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SIZE = 128 };

static int
of_group(const struct psd_instance *instance, uint64_t *ret_bytes)
{
	const struct psd_cgroup *cgroup =
	    &instance->service->daemon->host.cgroup;
	char text[TEXT_SIZE], *end;
	uint64_t bytes;
	int r;

	if (instance->leaf < 0 || !cgroup->has_memory)
		return -ENOENT;
	r = psd_small_file_read(psd_cgroup_leaf_fd(cgroup, instance->leaf),
	    "memory.current", text, sizeof(text));
	if (r < 0)
		return r;
	bytes = strtoumax(text, &end, 10);
	if (end == text)
		return -EINVAL;
	*ret_bytes = bytes;
	return 0;
}

/* Its id is nobody else's as long as nobody has waited for it. */
static int
of_process(const struct psd_instance *instance, uint64_t *ret_bytes)
{
	char path[64], text[TEXT_SIZE];
	const char *second;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm",
	    instance->child.pid);
	r = psd_small_file_read(AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r;
	/* Pages: all, resident, and more. */
	second = strchr(text, ' ');
	if (second == NULL)
		return -EINVAL;
	*ret_bytes =
	    strtoumax(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
	return 0;
}

int
psd_instance_memory(const struct psd_instance *instance, uint64_t *ret_bytes,
    const char **ret_source)
{
	*ret_source = "cgroup";
	if (of_group(instance, ret_bytes) == 0)
		return 0;
	*ret_source = "process";
	return of_process(instance, ret_bytes);
}
