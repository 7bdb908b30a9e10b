/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup_events.h"

#include "common/small_file.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* Newer kernels add lines. */
enum { TEXT_SIZE = 1024 };

bool
psd_cgroup_events_find(const char *text, const char *key, uint64_t *ret)
{
	const size_t len = strlen(key);

	for (const char *line = text; line != NULL && *line != '\0';) {
		/* "oom" is not "oom_kill". */
		if (strncmp(line, key, len) == 0 && line[len] == ' ' &&
		    isdigit((unsigned char)line[len + 1])) {
			*ret = strtoumax(line + len + 1, NULL, 10);
			return true;
		}
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return false;
}

void
psd_cgroup_events_of_memory(int dir_fd, struct psd_cgroup_events *ret)
{
	char text[TEXT_SIZE];

	if (psd_small_file_read(dir_fd, "memory.events", text, sizeof(text)) <
	    0)
		return;
	(void)psd_cgroup_events_find(text, "max", &ret->memory_max);
	(void)psd_cgroup_events_find(text, "oom_kill", &ret->kills);
}

void
psd_cgroup_events_of_pids(int dir_fd, struct psd_cgroup_events *ret)
{
	char text[TEXT_SIZE];

	if (psd_small_file_read(dir_fd, "pids.events", text, sizeof(text)) == 0)
		(void)psd_cgroup_events_find(text, "max", &ret->tasks_max);
}
