/* SPDX-License-Identifier: ISC */
#include "common/kind.h"

#include "common/mem.h"
#include "common/ops.h"

#include <fcntl.h>

/* The values that a kind of 4 bytes may have. */
bool
psd_kind_is_valid(enum psd_kind kind, uint32_t value)
{
	switch (kind) {
	case PSD_KIND_number:
		return true;
	case PSD_KIND_family:
		return value == 0 || value == PSD_FAMILY_INET ||
		    value == PSD_FAMILY_INET6;
	case PSD_KIND_mode:
	case PSD_KIND_permissions:
		return value <= 0777;
	case PSD_KIND_access:
		return value != 0 && (value & ~(uint32_t)PSD_ACCESS_ALL) == 0;
	case PSD_KIND_priority:
		return value <= 7;
	case PSD_KIND_operation:
		return psd_op_find(value) != NULL;
	case PSD_KIND_protocol:
		return value >= PSD_PROTOCOL_TCP && value <= PSD_PROTOCOL_UNIX;
	case PSD_KIND_end:
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_endpoint:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		break;
	}
	return false;
}

size_t
psd_kind_string_max(enum psd_kind kind)
{
	if (kind == PSD_KIND_path)
		return PSD_PATH_MAX;
	if (kind == PSD_KIND_setting)
		return PSD_SETTING_MAX;
	if (kind == PSD_KIND_host)
		return PSD_HOST_MAX;
	if (kind == PSD_KIND_site)
		return PSD_SITE_MAX;
	if (kind == PSD_KIND_label)
		return PSD_LABEL_MAX;
	return kind == PSD_KIND_name ? PSD_NAME_MAX : PSD_TEXT_MAX;
}

bool
psd_access_is_sensible(uint32_t access)
{
	const bool writes =
	    (access & (PSD_ACCESS_WRITE | PSD_ACCESS_APPEND)) != 0;

	if ((access & (PSD_ACCESS_CREATE | PSD_ACCESS_TRUNCATE)) != 0 &&
	    !writes)
		return false;
	if ((access & PSD_ACCESS_EXCLUSIVE) != 0 &&
	    (access & PSD_ACCESS_CREATE) == 0)
		return false;
	/* What can be read and written can be mapped, and changed anywhere. */
	if ((access & (PSD_ACCESS_READ | PSD_ACCESS_APPEND)) ==
		(PSD_ACCESS_READ | PSD_ACCESS_APPEND) &&
	    (access & PSD_ACCESS_WRITE) == 0)
		return false;
	return writes || (access & PSD_ACCESS_READ) != 0;
}

/* What open(2)'s flags beside the access mode are on the wire. */
static const struct {
	int flag;
	uint32_t access;
} flag_bits[] = {
	{ O_CREAT, PSD_ACCESS_CREATE },
	{ O_EXCL, PSD_ACCESS_EXCLUSIVE },
	{ O_TRUNC, PSD_ACCESS_TRUNCATE },
};

uint32_t
psd_access_of(int flags)
{
	const int mode = flags & O_ACCMODE;
	uint32_t access = mode == O_WRONLY ? 0 : PSD_ACCESS_READ;

	if (mode != O_RDONLY)
		access |= (flags & O_APPEND) != 0 ? PSD_ACCESS_APPEND
						  : PSD_ACCESS_WRITE;
	for (size_t i = 0; i < PSD_ELEMENTS(flag_bits); i++)
		if ((flags & flag_bits[i].flag) != 0)
			access |= flag_bits[i].access;
	return access;
}
