/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/fd.h"
#include "daemon/rootless.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
save_missing(struct psd_state_writer *writer, const struct psd_host *host)
{
	for (uint32_t i = 0; i < PSD_LAYERS; i++) {
		const struct psd_record_missing missing = {
			.layer = i,
			.why = psd_str_of(host->missing[i]),
		};

		if (host->missing[i][0] != '\0')
			psd_state_put(writer, PSD_RECORD_missing, &missing);
	}
}

static void
save_uids(struct psd_state_writer *writer, const struct psd_uid_range *uids)
{
	const struct psd_record_uids range = {
		.first = uids->first,
		.n = uids->n,
		.next = uids->next,
		.lock = psd_state_hold(writer, uids->lock_fd),
	};
	struct psd_record_uid one = { .uid = 0 };

	psd_state_put(writer, PSD_RECORD_uids, &range);
	for (uint32_t i = 0; i < uids->n; i++) {
		one.uid = uids->first + i;
		if (psd_uid_is_quarantined(uids, one.uid))
			psd_state_put(writer, PSD_RECORD_uid, &one);
	}
}

static void
save_cgroup(struct psd_state_writer *writer, const struct psd_cgroup *cgroup)
{
	const struct psd_record_cgroup base = {
		.path = psd_str_of(cgroup->path),
		.fd = psd_state_hold(writer, cgroup->base_fd),
		.is_ours = cgroup->is_ours,
		.has_memory = cgroup->has_memory,
		.has_pids = cgroup->has_pids,
		.has_kill = cgroup->has_kill,
	};

	psd_state_put(writer, PSD_RECORD_cgroup, &base);
	for (uint32_t i = 0; i < cgroup->n_leaves; i++) {
		const struct psd_leaf *at = &cgroup->leaves[i];
		const struct psd_record_leaf leaf = {
			.place = i,
			.fd = psd_state_hold(writer, at->fd),
			.is_doomed = at->is_doomed,
			.is_spare = at->is_spare,
		};

		if (at->fd >= 0)
			psd_state_put(writer, PSD_RECORD_leaf, &leaf);
	}
}

void
psd_carry_save_host(struct psd_state_writer *writer,
    const struct psd_host *host)
{
	struct psd_record_host record = {
		.layers = host->layers,
		.landlock_abi = (uint32_t)host->landlock_abi,
		.is_rootless = host->is_rootless,
		.is_unprivileged = host->is_unprivileged,
	};

	record.is_inside =
	    psd_rootless_tell(&record.outer_uid, &record.outer_gid);
	psd_state_put(writer, PSD_RECORD_host, &record);
	save_missing(writer, host);
	if (host->set_ids)
		save_uids(writer, &host->uids);
	if (host->cgroup.base_fd >= 0)
		save_cgroup(writer, &host->cgroup);
}

static bool
load_missing(struct psd_state_reader *reader, struct psd_host *host)
{
	struct psd_record_missing missing;

	if (!psd_state_get(reader, PSD_RECORD_missing, &missing))
		return false;
	if (missing.layer >= PSD_LAYERS || missing.why.len >= PSD_REASON_MAX)
		return psd_state_bad(reader, "there is no layer %u",
		    missing.layer);
	memcpy(host->missing[missing.layer], missing.why.at,
	    missing.why.len + 1);
	return true;
}

/* Who has a uid of the range is told by the instances. */
static bool
load_uids(struct psd_state_reader *reader, struct psd_daemon *daemon)
{
	struct psd_uid_range *range = &daemon->host.uids;
	const struct psd_config *config = &daemon->config;
	struct psd_record_uids uids;
	struct psd_record_uid one;

	if (!psd_state_get(reader, PSD_RECORD_uids, &uids))
		return false;
	if (uids.first != config->uid_first ||
	    uids.first + (uids.n - 1) != config->uid_last)
		return psd_state_bad(reader,
		    "UidRange= has changed, which needs a restart");
	if (psd_uid_range_make(range, uids.first, uids.n, uids.next) < 0)
		return psd_state_no_memory(reader);
	range->lock_fd = psd_state_take(reader, uids.lock);
	daemon->host.set_ids = true;
	while (psd_state_next_is(reader, PSD_RECORD_uid))
		if (psd_state_get(reader, PSD_RECORD_uid, &one) &&
		    !psd_uid_quarantine(range, one.uid))
			return psd_state_bad(reader, "uid %u is not ours",
			    one.uid);
	return psd_state_error(reader) == 0;
}

static bool
load_leaf(struct psd_state_reader *reader, struct psd_cgroup *cgroup)
{
	struct psd_record_leaf record;
	struct psd_leaf leaf;

	if (!psd_state_get(reader, PSD_RECORD_leaf, &record))
		return false;
	leaf = (struct psd_leaf){
		.fd = psd_state_take_fd(reader, record.fd),
		.is_doomed = record.is_doomed != 0,
		.is_spare = record.is_spare != 0,
	};
	if (leaf.fd < 0)
		return false;
	if (psd_cgroup_leaf_adopt(cgroup, record.place, &leaf) == 0)
		return true;
	return psd_state_bad(reader, "there is no place for leaf %u",
	    record.place);
}

static bool
load_cgroup(struct psd_state_reader *reader, struct psd_cgroup *cgroup)
{
	struct psd_record_cgroup base;

	if (!psd_state_get(reader, PSD_RECORD_cgroup, &base))
		return false;
	if (base.path.len >= sizeof(cgroup->path))
		return psd_state_bad(reader, "the control group has no path");
	memcpy(cgroup->path, base.path.at, base.path.len + 1);
	cgroup->is_ours = base.is_ours != 0;
	cgroup->has_memory = base.has_memory != 0;
	cgroup->has_pids = base.has_pids != 0;
	cgroup->has_kill = base.has_kill != 0;
	cgroup->base_fd = psd_state_take_fd(reader, base.fd);
	while (psd_state_next_is(reader, PSD_RECORD_leaf))
		if (!load_leaf(reader, cgroup))
			return false;
	return psd_state_error(reader) == 0;
}

bool
psd_carry_load_host(struct psd_state_reader *reader, struct psd_daemon *daemon)
{
	struct psd_host *host = &daemon->host;
	struct psd_record_host record;

	if (!psd_state_get(reader, PSD_RECORD_host, &record))
		return false;
	host->layers = record.layers & PSD_LAYER_ALL;
	host->landlock_abi = (int)record.landlock_abi;
	host->is_rootless = record.is_rootless != 0;
	host->is_unprivileged = record.is_unprivileged != 0;
	if (record.is_inside != 0)
		psd_rootless_adopt(record.outer_uid, record.outer_gid);
	host->cgroup.base_fd = PSD_NO_FD;
	host->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (host->null_fd < 0)
		return psd_state_bad(reader, "cannot open /dev/null");
	while (psd_state_next_is(reader, PSD_RECORD_missing))
		if (!load_missing(reader, host))
			return false;
	if (psd_state_next_is(reader, PSD_RECORD_uids) &&
	    !load_uids(reader, daemon))
		return false;
	if (psd_state_next_is(reader, PSD_RECORD_cgroup) &&
	    !load_cgroup(reader, &host->cgroup))
		return false;
	return psd_state_error(reader) == 0;
}
