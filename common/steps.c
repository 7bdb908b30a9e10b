/* SPDX-License-Identifier: ISC */
#include "common/steps.h"

#include "common/mem.h"

#include <stddef.h>

const char *
psd_step_name(enum psd_step step)
{
	static const char *const names[] = {
		[PSD_STEP_NONE] = "make the process",
#define STEP(name, text) [PSD_STEP_##name] = (text),
#include "common/steps.def"
#undef STEP
	};

	if ((size_t)step >= PSD_ELEMENTS(names))
		return "an unknown step";
	return names[step];
}
