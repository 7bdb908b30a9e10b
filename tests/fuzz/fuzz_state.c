/* SPDX-License-Identifier: ISC */
/*
 * Arbitrary bytes as what a predecessor left: every record is either read
 * within its bounds, or the state is refused, and stays so.
 *
 * The bytes are the records; a head is put before them, so that it need not be
 * guessed, unless they begin with a magic word of their own.
 */
#include "common/fd.h"
#include "common/seal.h"
#include "daemon/state_rows.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_RECORD = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Room for any record. */
union any {
#define OP(name, number, text) struct psd_record_##name as_##name;
#include "common/ops_rows.h"
#include "daemon/state.def"
#include "common/ops_clear.h"
};

/* Takes whatever comes next.  False at the end. */
static bool
take_one(struct psd_state_reader *reader)
{
	union any any;

	for (uint32_t number = 1; number < LAST_RECORD; number++) {
		if (psd_state_row(number) == NULL ||
		    !psd_state_next_is(reader, (enum psd_record)number))
			continue;
		if (number == PSD_RECORD_source) {
			if (psd_state_get(reader, PSD_RECORD_source, &any))
				free(psd_state_get_bytes(reader,
				    any.as_source.size));
			return true;
		}
		(void)psd_state_get(reader, (enum psd_record)number, &any);
		return true;
	}
	return false;
}

static int
seal(const uint8_t *data, size_t size)
{
	struct psd_state_head head = {
		.version = PSD_STATE_VERSION,
		.n_bytes = size,
	};
	unsigned char *all = malloc(sizeof(head) + size);
	int fd;

	assert(all != NULL);
	memcpy(head.magic, psd_state_magic, sizeof(head.magic));
	memcpy(all, &head, sizeof(head));
	if (size > 0)
		memcpy(all + sizeof(head), data, size);
	fd = size > 0 && data[0] == 0
	    ? psd_seal_write("fuzz", data, size)
	    : psd_seal_write("fuzz", all, sizeof(head) + size);
	free(all);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_fd_ int fd = seal(data, size);
	struct psd_state_reader *reader;

	assert(fd >= 0);
	reader = psd_state_read(fd);
	if (reader == NULL)
		return 0;
	while (take_one(reader))
		continue;
	(void)psd_state_is_used_up(reader);
	assert((psd_state_error(reader) == 0) ==
	    (psd_state_wrong(reader)[0] == '\0'));
	psd_state_reader_free(reader);
	return 0;
}
