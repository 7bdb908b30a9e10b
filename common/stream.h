/* SPDX-License-Identifier: ISC */
#ifndef PSD_STREAM_H
#define PSD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What is written to a stream, in memory.  Other than of open_memstream(3), of
 * which neither ferror() nor fclose() tells that something found no room, it is
 * known afterwards whether all of it is there.
 */
struct psd_stream {
	char *text; /* the caller's to free; closed by NUL, NULL when empty */
	size_t len;
	bool is_short; /* memory was: some of it is missing */
};

/*
 * A stream into text, which must be empty and stay where it is until fclose();
 * only then it is whole.  NULL: out of memory.
 */
FILE *psd_stream_open(struct psd_stream *text);

/* Closes what was opened to be read; for _cleanup_file_. */
static inline void
psd_stream_cleanup(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

#define _cleanup_file_ __attribute__((cleanup(psd_stream_cleanup)))

#endif
