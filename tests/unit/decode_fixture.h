/* SPDX-License-Identifier: ISC */
#ifndef TEST_DECODE_FIXTURE_H
#define TEST_DECODE_FIXTURE_H

/* A frame to be spoilt, and what is left where one is refused. */

#include "tests/support/fds.h"
#include "tests/unit/codec_fixture.h"

static struct psd_frame frame;

/* What is behind the fields, and was in them before. */
enum { UNTOUCHED = 0xa5 };

static inline void
assert_refused(const struct psd_field *layout, size_t size)
{
	const size_t before = test_fds_count();
	const uint32_t n_fds = frame.n_fds;
	unsigned char fields[sizeof(union any_fields)], empty[sizeof(fields)];

	memset(fields, UNTOUCHED, sizeof(fields));
	memset(empty, UNTOUCHED, sizeof(empty));
	psd_fields_init(layout, size, empty);
	assert_int_equal(psd_decode(&frame, layout, size, fields), -EBADMSG);
	assert_memory_equal(fields, empty, sizeof(fields));
	/* The descriptors are the frame's still, for its owner to close. */
	assert_int_equal(frame.n_fds, n_fds);
	for (uint32_t i = 0; i < n_fds; i++)
		assert_true(frame.fds[i] >= 0);
	assert_int_equal(test_fds_count(), before);
}

static inline void
put(unsigned char *at, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

#endif
