/* SPDX-License-Identifier: ISC */
#include "common/kind.h"

#include "common/ops.h"

/* The values that a kind of 4 bytes may have. */
bool
psd_kind_is_valid(enum psd_kind kind, uint32_t value)
{
	switch (kind) {
	case PSD_KIND_number:
		return true;
	case PSD_KIND_mode:
		return value <= 0777;
	case PSD_KIND_access:
		return value != 0 && (value & ~(uint32_t)PSD_ACCESS_ALL) == 0;
	case PSD_KIND_priority:
		return value <= 7;
	case PSD_KIND_operation:
		return psd_op_find(value) != NULL;
	case PSD_KIND_end:
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
	case PSD_KIND_fd:
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
	return kind == PSD_KIND_name ? PSD_NAME_MAX : PSD_TEXT_MAX;
}
