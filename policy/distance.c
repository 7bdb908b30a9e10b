/* SPDX-License-Identifier: ISC */
#include "policy/distance.h"

#include "policy/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum {
	NSEC_PER_USEC = 1000,
	NSEC_PER_SEC = 1000000000,
	USEC_PER_SEC = 1000000,
	MINUTE = 60,
};

bool
psd_distance_is_of(enum psd_kind kind)
{
	return kind == PSD_KIND_offset || kind == PSD_KIND_moment;
}

static int64_t
now(void)
{
	struct timespec time = { 0, 0 };

	/* Cannot fail for this clock. */
	(void)clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

uint64_t
psd_distance(enum psd_kind kind, int64_t value)
{
	const int64_t from = kind == PSD_KIND_moment ? now() : 0;

	/* As unsigned numbers, where the difference always has room. */
	return value >= from ? (uint64_t)value - (uint64_t)from
			     : (uint64_t)from - (uint64_t)value;
}

const char *
psd_distance_parse(const char *text, uint64_t *ret_nsec)
{
	uint64_t usec;

	if (psd_value_span(text, &usec) < 0)
		return "a span of time must follow max=, such as 500ms or 10s";
	if (usec == 0 || usec > INT64_MAX / NSEC_PER_USEC)
		return "max= must be more than 0 and less than 292 years; "
		       "leave it out for no bound";
	*ret_nsec = usec * NSEC_PER_USEC;
	return NULL;
}

void
psd_distance_print(uint64_t nsec, bool is_moving,
    char ret[PSD_DISTANCE_TEXT_MAX])
{
	uint64_t usec = (nsec + NSEC_PER_USEC - 1) / NSEC_PER_USEC;

	if (nsec > INT64_MAX) {
		ret[0] = '\0';
		return;
	}
	if (is_moving)
		(void)snprintf(ret, PSD_DISTANCE_TEXT_MAX, "max=%" PRIu64 "s",
		    usec / USEC_PER_SEC + MINUTE);
	else
		(void)snprintf(ret, PSD_DISTANCE_TEXT_MAX, "max=%" PRIu64 "us",
		    usec == 0 ? 1 : usec);
}
