/* SPDX-License-Identifier: ISC */
#include "tests/faults/words.h"

#include "common/mem.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 64 };

static char *usual[LINES_MAX];
static size_t n_usual;

static FILE *
open_log(const struct daemon_rig *rig)
{
	char path[PATH_MAX];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/log", rig->dir);
	file = fopen(path, "re");
	assert_non_null(file);
	return file;
}

/* The next line, without its end; or NULL. */
static const char *
next_line(FILE *file, char **line, size_t *size)
{
	const ssize_t n = getline(line, size, file);

	if (n <= 0)
		return NULL;
	(*line)[strcspn(*line, "\n")] = '\0';
	return *line;
}

void
words_note_usual(const struct daemon_rig *rig)
{
	_cleanup_free_ char *buffer = NULL;
	FILE *file = open_log(rig);
	const char *line;
	size_t size = 0;

	while (n_usual > 0)
		free(usual[--n_usual]);
	while ((line = next_line(file, &buffer, &size)) != NULL) {
		assert_true(n_usual < LINES_MAX);
		usual[n_usual] = strdup(line);
		assert_non_null(usual[n_usual++]);
	}
	(void)fclose(file);
}

static bool
tells(const char *line)
{
	for (size_t i = 0; i < n_usual; i++)
		if (strcmp(usual[i], line) == 0)
			return false;
	return *line != '\0' &&
	    strcmp(line, "not started: see the lines above") != 0;
}

const char *
words_of_failure(const struct daemon_rig *rig)
{
	static char last[512];
	_cleanup_free_ char *buffer = NULL;
	FILE *file = open_log(rig);
	const char *line;
	size_t size = 0;

	last[0] = '\0';
	while ((line = next_line(file, &buffer, &size)) != NULL)
		if (tells(line))
			(void)snprintf(last, sizeof(last), "%s", line);
	(void)fclose(file);
	return last[0] != '\0' ? last : NULL;
}
