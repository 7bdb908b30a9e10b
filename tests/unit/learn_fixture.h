/* SPDX-License-Identifier: ISC */
#ifndef TEST_LEARN_FIXTURE_H
#define TEST_LEARN_FIXTURE_H

#include "policy/learn.h"

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct psd_learn *learn;
static char *page;          /* the policy, when it was written */
static char told[65536];    /* "+LINE: REASON" or "-LINE: REASON" a line */
static const char *missing; /* a path that is not there */
static const char *private_path;
static const char *links[8][2]; /* a path, and where it leads */

static enum psd_learn_there
fake_look(void *cookie, const char *path, bool writes)
{
	(void)cookie;
	(void)writes;
	if (private_path != NULL && strcmp(path, private_path) == 0)
		return PSD_LEARN_OWNERS;
	return missing != NULL && strcmp(path, missing) == 0
	    ? PSD_LEARN_GONE
	    : PSD_LEARN_ANYBODYS;
}

static bool
fake_hop(void *cookie, const char *path, char *ret)
{
	(void)cookie;
	for (size_t i = 0; i < 8 && links[i][0] != NULL; i++)
		if (strcmp(links[i][0], path) == 0) {
			snprintf(ret, PSD_PATH_MAX + 1, "%s", links[i][1]);
			return true;
		}
	return false;
}

static void
fake_tell(void *cookie, enum psd_learn_word word, const char *line,
    const char *reason)
{
	const size_t len = strlen(told);

	(void)cookie;
	snprintf(told + len, sizeof(told) - len, "%c%s: %s\n",
	    word == PSD_LEARN_WITHHELD ? '-' : '+', line, reason);
}

static const struct psd_learn_system fake_system = {
	.look = fake_look,
	.hop = fake_hop,
	.tell = fake_tell,
};

static inline void
run_of(const char *program)
{
	char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)program,
		NULL };

	psd_learn_run(learn, argv);
}

static inline int
setup(void **state)
{
	(void)state;
	learn = psd_learn_new();
	missing = NULL;
	private_path = NULL;
	memset(links, 0, sizeof(links));
	assert_non_null(learn);
	run_of("/usr/bin/prog");
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	psd_learn_free(learn);
	free(page);
	page = NULL;
	return 0;
}

static inline void
see(const char *call, uint64_t first, uint64_t second, uint64_t third)
{
	const uint64_t args[6] = { first, second, third };

	psd_learn_call(learn, call, args);
}

/* What is written of everything that was seen. */
static inline void
write_page(enum psd_type type)
{
	size_t size;
	FILE *stream;

	free(page);
	told[0] = '\0';
	stream = open_memstream(&page, &size);
	assert_non_null(stream);
	assert_true(psd_learn_write(learn, type, &fake_system, stream));
	assert_int_equal(fclose(stream), 0);
	assert_false(psd_learn_is_short(learn));
}

/* Is there such a line in text? */
static inline bool
has_line(const char *text, const char *line)
{
	const size_t len = strlen(line);

	for (const char *at = text; at != NULL && *at != '\0';
	     at = strchr(at, '\n'), at += at != NULL)
		if (strncmp(at, line, len) == 0 && at[len] == '\n')
			return true;
	return false;
}

#define assert_line(line) \
	do { \
		if (!has_line(page, line)) \
			fail_msg("no line \"%s\" in:\n%s", line, page); \
	} while (0)
#define assert_no_line(line) \
	do { \
		if (has_line(page, line)) \
			fail_msg("a line \"%s\" in:\n%s", line, page); \
	} while (0)

#endif
