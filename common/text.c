/* SPDX-License-Identifier: ISC */
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>

void
psd_text_put(struct psd_text *text, const char *format, ...)
{
	const size_t room = text->size - text->len;
	va_list arguments;
	int n;

	if (room == 0)
		return;
	va_start(arguments, format);
	n = vsnprintf(text->at + text->len, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}
