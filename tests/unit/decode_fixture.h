/* SPDX-License-Identifier: ISC */
#ifndef TEST_DECODE_FIXTURE_H
#define TEST_DECODE_FIXTURE_H

/* A frame to be spoilt, and what a refused one must leave alone. */

#include "tests/support/fds.h"
#include "tests/unit/codec_fixture.h"

static struct psd_frame frame;

/* What the fields hold before a decode that must leave them alone. */
enum { UNTOUCHED = 0xa5 };

static inline void
assert_refused(const struct psd_field *layout, size_t size)
{
	const size_t before = test_fds_count();
	const uint32_t n_fds = frame.n_fds;
	unsigned char fields[sizeof(union any_fields)];

	memset(fields, UNTOUCHED, sizeof(fields));
	assert_int_equal(psd_decode(&frame, layout, size, fields), -EBADMSG);
	for (size_t i = 0; i < sizeof(fields); i++)
		assert_int_equal(fields[i], UNTOUCHED);
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
