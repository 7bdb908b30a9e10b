/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/out.h"

#include "common/print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { PIECE_MAX = 512 };

void
psd_ctl_complain(const char *format, ...)
{
	char text[PSD_TEXT_MAX * 2];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fputs("privsepctl: ", stderr);
	psd_ctl_put_line(stderr, text);
}

/* The length of the next piece that has no character passed as it is. */
static size_t
piece_length(const char *text)
{
	size_t len = strcspn(text, "\n\t\\\"");

	if (len <= PIECE_MAX)
		return len;
	len = PIECE_MAX;
	/* Not through the middle of a UTF-8 sequence. */
	while (len > PIECE_MAX - 3 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

void
psd_ctl_put(FILE *stream, const char *text)
{
	char shown[PIECE_MAX * 4 + 1];

	while (*text != '\0') {
		const size_t len = piece_length(text);

		if (len == 0) {
			fputc(*text++, stream);
			continue;
		}
		psd_print_escaped(shown, sizeof(shown), text, len);
		fputs(shown, stream);
		text += len;
	}
}

void
psd_ctl_put_line(FILE *stream, const char *text)
{
	psd_ctl_put(stream, text);
	fputc('\n', stream);
}

void
psd_ctl_print_usec(char *ret, size_t size, uint64_t usec)
{
	const uint64_t sec = usec / 1000000;

	if (sec >= 86400)
		snprintf(ret, size, "%" PRIu64 "d %" PRIu64 "h", sec / 86400,
		    sec / 3600 % 24);
	else if (sec >= 3600)
		snprintf(ret, size, "%" PRIu64 "h %" PRIu64 "min", sec / 3600,
		    sec / 60 % 60);
	else if (sec >= 60)
		snprintf(ret, size, "%" PRIu64 "min %" PRIu64 "s", sec / 60,
		    sec % 60);
	else
		snprintf(ret, size, "%.1fs", (double)usec / 1e6);
}
