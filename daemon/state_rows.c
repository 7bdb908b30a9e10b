/* SPDX-License-Identifier: ISC */
#include "daemon/state_rows.h"

const char psd_state_magic[8] = "psdstat";

/* Rows open braces that other rows close, which clang-format cannot follow. */
/* clang-format off */

#define OP(name, number, text) \
	static const struct psd_field name##_fields[] = {
#define REQ(name, kind, field) \
	{ PSD_KIND_##kind, offsetof(struct psd_record_##name, field), \
	  #field },
#define END(name) \
	{ PSD_KIND_end, 0, NULL } \
	} \
	;
#include "common/ops_rows.h"
#include "daemon/state.def"
#include "common/ops_clear.h"
/* clang-format on */

static const struct psd_op_row rows[] = {
#define OP(nam, number, txt) \
	{ .op = (enum psd_op)(number), \
		.name = #nam, \
		.text = (txt), \
		.req = nam##_fields, \
		.req_size = sizeof(struct psd_record_##nam) },
#include "common/ops_rows.h"
#include "daemon/state.def"
#include "common/ops_clear.h"
};

const struct psd_op_row *
psd_state_row(uint32_t number)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((uint32_t)rows[i].op == number)
			return &rows[i];
	return NULL;
}
