/* SPDX-License-Identifier: ISC */
#include "common/stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Pieces come as large as the C library's buffer, so this is called rarely. */
static ssize_t
append(void *cookie, const char *bytes, size_t n)
{
	struct psd_stream *stream = cookie;
	char *grown = n < (size_t)-1 - stream->len
	    ? realloc(stream->text, stream->len + n + 1)
	    : NULL;

	if (grown == NULL) {
		stream->is_short = true;
		return 0;
	}
	memcpy(grown + stream->len, bytes, n);
	stream->text = grown;
	stream->len += n;
	grown[stream->len] = '\0';
	return (ssize_t)n;
}

FILE *
psd_stream_open(struct psd_stream *text)
{
	static const cookie_io_functions_t functions = { .write = append };

	*text = (struct psd_stream){ .text = NULL };
	return fopencookie(text, "w", functions);
}
