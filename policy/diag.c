/* SPDX-License-Identifier: ISC */
#include "policy/diag.h"

#include "common/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_MAX_BYTES = 2048, /* longer messages are cut */
	TEXT_MAX_BYTES = 65536,
};

void
psd_diag_init(struct psd_diag *diag)
{
	*diag = (struct psd_diag){ .text = NULL };
}

void
psd_diag_free(struct psd_diag *diag)
{
	free(diag->text);
	psd_diag_init(diag);
}

/* What is told beyond the bound, or beyond memory, is only counted. */
static void
append(struct psd_diag *diag, const char *line, size_t len)
{
	char *text;

	if (TEXT_MAX_BYTES - diag->len < len + 2)
		return;
	text = realloc(diag->text, diag->len + len + 2);
	if (text == NULL) {
		diag->out_of_memory = true;
		return;
	}
	memcpy(text + diag->len, line, len);
	text[diag->len + len] = '\n';
	text[diag->len + len + 1] = '\0';
	diag->text = text;
	diag->len += len + 1;
}

__attribute__((format(printf, 4, 0))) static void
add(struct psd_diag *diag, const struct psd_where *where, const char *severity,
    const char *format, va_list arguments)
{
	char raw[LINE_MAX_BYTES];
	char line[LINE_MAX_BYTES];
	int start = 0;

	if (where != NULL && where->line > 0)
		start = snprintf(raw, sizeof(raw), "%s:%u: %s", where->file,
		    where->line, severity);
	else
		start = snprintf(raw, sizeof(raw), "%s%s%s",
		    where == NULL ? "" : where->file, where == NULL ? "" : ": ",
		    severity);
	if (start < 0)
		start = 0;
	if ((size_t)start < sizeof(raw))
		(void)vsnprintf(raw + start, sizeof(raw) - (size_t)start,
		    format, arguments);
	append(diag, line,
	    psd_print_line(line, sizeof(line), raw, strlen(raw)));
}

void
psd_diag_error(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...)
{
	va_list arguments;

	diag->errors++;
	va_start(arguments, format);
	add(diag, where, "", format, arguments);
	va_end(arguments);
}

void
psd_diag_warning(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...)
{
	va_list arguments;

	diag->warnings++;
	va_start(arguments, format);
	add(diag, where, "warning: ", format, arguments);
	va_end(arguments);
}

void
psd_diag_note(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diag, where, "note: ", format, arguments);
	va_end(arguments);
}

void
psd_diag_no_memory(struct psd_diag *diag)
{
	static const char text[] = "out of memory";

	diag->out_of_memory = true;
	diag->errors++;
	append(diag, text, sizeof(text) - 1);
}
