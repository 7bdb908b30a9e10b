/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/progress.h"

#include "daemon/ctl/clock.h"
#include "daemon/ctl/out.h"

#include <stdio.h>
#include <unistd.h>

enum { SHOW_USEC = 200000, USEC_PER_SEC = 1000000, TEXT_SIZE = 32 };

static void
print_bytes(char ret[TEXT_SIZE], uint64_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double size = (double)n;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	(void)snprintf(ret, TEXT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", size,
	    units[unit]);
}

void
psd_progress_begin(struct psd_progress *progress, bool is_wanted)
{
	*progress = (struct psd_progress){
		.is_on = is_wanted && isatty(STDERR_FILENO) == 1,
		.started_usec = psd_ctl_clock(CLOCK_MONOTONIC),
	};
}

void
psd_progress_show(struct psd_progress *progress, uint64_t in, uint64_t out)
{
	char read_text[TEXT_SIZE], written[TEXT_SIZE];
	uint64_t usec;

	if (!progress->is_on)
		return;
	usec = psd_ctl_clock(CLOCK_MONOTONIC);
	if (usec - progress->shown_usec < SHOW_USEC)
		return;
	progress->shown_usec = usec;
	print_bytes(read_text, in);
	print_bytes(written, out);
	/* Back to the line's beginning, and what was there before is erased. */
	fprintf(stderr, "\r\033[K%s in, %s out, %llu s", read_text, written,
	    (unsigned long long)((usec - progress->started_usec) /
		USEC_PER_SEC));
	(void)fflush(stderr);
}

void
psd_progress_end(struct psd_progress *progress)
{
	if (progress->is_on && progress->shown_usec != 0)
		fputs("\n", stderr);
	progress->is_on = false;
}
