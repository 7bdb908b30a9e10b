/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/out.h"

#include <string.h>

enum { COLUMNS_MAX = 16 };

struct column {
	size_t width;
	bool is_right; /* numbers only */
};

static const char *
cell_of(const json_t *row, size_t i)
{
	const char *text = json_string_value(json_array_get(row, i));

	return text != NULL ? text : "";
}

/* Counts, and pairs of counts such as 2/3. */
static bool
is_number(const char *text)
{
	return text[strspn(text, "0123456789/")] == '\0';
}

static void
measure(const json_t *rows, struct column columns[COLUMNS_MAX])
{
	size_t at;
	json_t *row;

	for (size_t i = 0; i < COLUMNS_MAX; i++)
		columns[i] = (struct column){ .width = 0, .is_right = true };
	json_array_foreach((json_t *)(uintptr_t)rows, at, row)
	{
		for (size_t i = 0; i < COLUMNS_MAX; i++) {
			const char *cell = cell_of(row, i);

			if (strlen(cell) > columns[i].width)
				columns[i].width = strlen(cell);
			if (at > 0 && !is_number(cell))
				columns[i].is_right = false;
		}
	}
}

static void
print_row(const json_t *row, const struct column columns[COLUMNS_MAX])
{
	size_t n = json_array_size(row);

	/* No blanks at the end of a line. */
	while (n > 0 && cell_of(row, n - 1)[0] == '\0')
		n--;
	for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
		const char *cell = cell_of(row, i);
		const int pad = (int)(columns[i].width - strlen(cell));
		const bool is_last = i + 1 == n;

		if (columns[i].is_right)
			printf("%*s", pad, "");
		psd_ctl_put(stdout, cell);
		if (!columns[i].is_right && !is_last)
			printf("%*s", pad, "");
		fputs(is_last ? "\n" : "  ", stdout);
	}
}

void
psd_ctl_print_table(const json_t *rows)
{
	struct column columns[COLUMNS_MAX];

	measure(rows, columns);
	for (size_t i = 0; i < json_array_size(rows); i++)
		print_row(json_array_get(rows, i), columns);
}
