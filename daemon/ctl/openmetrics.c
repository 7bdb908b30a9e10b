/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/openmetrics.h"

#include <inttypes.h>

static void
put_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

void
psd_metric_family(FILE *out, const char *name, const char *type,
    const char *unit, const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s %s\n", name, help);
}

static void
begin_sample(FILE *out, const char *name, const char *suffix,
    const struct psd_metric_label *labels)
{
	char separator = '{';

	fprintf(out, "%s%s", name, suffix);
	for (; labels->name != NULL; labels++) {
		fprintf(out, "%c%s=\"", separator, labels->name);
		put_escaped(out, labels->value);
		fputc('"', out);
		separator = ',';
	}
	fputs(separator == ',' ? "} " : " ", out);
}

void
psd_metric_count(FILE *out, const char *name, const char *suffix,
    const struct psd_metric_label *labels, int64_t value)
{
	begin_sample(out, name, suffix, labels);
	fprintf(out, "%" PRId64 "\n", value);
}

void
psd_metric_usec(FILE *out, const char *name, const char *suffix,
    const struct psd_metric_label *labels, int64_t usec)
{
	begin_sample(out, name, suffix, labels);
	fprintf(out, "%" PRId64 ".%06" PRId64 "\n", usec / 1000000,
	    usec % 1000000);
}

void
psd_metric_end(FILE *out)
{
	fputs("# EOF\n", out);
}
