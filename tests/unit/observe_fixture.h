/* SPDX-License-Identifier: ISC */
#ifndef TEST_OBSERVE_FIXTURE_H
#define TEST_OBSERVE_FIXTURE_H

/* Calls as privsepctl learn hears of them, and the record of what it saw. */
#include "common/arch.h"
#include "common/callargs.h"
#include "daemon/ctl/observe.h"
#include "policy/callname.h"
#include "tests/support/dir.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { OBSERVE_TEXT = 1024 };

static struct psd_learn *learn;
static char *dir; /* its real name */
static char record[16384];

/* Nothing was seen, again. */
static inline void
observe_again(void)
{
	char program[] = "/usr/bin/prog";
	char *argv[] = { program, program, NULL };

	psd_learn_free(learn);
	learn = psd_learn_new();
	assert_non_null(learn);
	psd_learn_run(learn, argv);
}

static inline int
observe_setup(void **state)
{
	(void)state;
	dir = test_dir_make();
	if (dir == NULL)
		return -1;
	observe_again();
	return 0;
}

static inline int
observe_teardown(void **state)
{
	(void)state;
	psd_learn_free(learn);
	learn = NULL;
	test_dir_remove(dir);
	return 0;
}

static inline const char *
observe_in_dir(char ret[OBSERVE_TEXT], const char *name)
{
	const bool is_itself = strcmp(name, ".") == 0;

	(void)snprintf(ret, OBSERVE_TEXT, "%s%s%s", dir, is_itself ? "" : "/",
	    is_itself ? "" : name);
	return ret;
}

struct observe_ask {
	const char *call; /* NULL: a number that none has */
	const void *first;
	const char *second;
	uint32_t len;   /* of the first; 0: up to its end */
	uint32_t seen;  /* PSD_SEEN_* */
	uint64_t flags; /* of what opens */
};

static inline struct psd_bytes
observe_bytes(const void *text, uint32_t len)
{
	return (
	    struct psd_bytes){ text, len > 0 ? len : (uint32_t)strlen(text) };
}

/* fd: its first register, where that is a descriptor. */
static inline int
observe_on(const struct observe_ask *ask, uint64_t fd)
{
	struct seccomp_notif request = { .pid = (uint32_t)getpid() };
	struct psd_observe_rep names = { .flags = ask->seen,
		.how = ask->flags };
	const int number =
	    ask->call == NULL ? -1 : psd_call_number(PSD_AUDIT_ARCH, ask->call);

	request.data.nr = ask->call == NULL ? 99999 : number;
	assert_true(ask->call == NULL || number >= 0);
	names.first = observe_bytes(ask->first, ask->len);
	if (ask->second != NULL)
		names.second = observe_bytes(ask->second, 0);
	request.data.args[0] = fd;
	if (ask->call != NULL && strcmp(ask->call, "open") == 0)
		request.data.args[1] = ask->flags;
	else
		request.data.args[2] = ask->flags;
	return psd_observe_names(learn, &request, &names);
}

static inline int
observe(const struct observe_ask *ask)
{
	return observe_on(ask, 0);
}

/* What was seen of files and sockets, without how often. */
static inline const char *
observe_record(void)
{
	static char text[16384];
	FILE *stream = fmemopen(text, sizeof(text), "w");
	size_t len = 0;
	char *save = NULL;

	assert_non_null(stream);
	psd_learn_record(learn, stream);
	assert_int_equal(fclose(stream), 0);
	record[0] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		char key[16], rest[4096];

		if (sscanf(line, "%15[A-Z a-z]=%*d %*d %4095[^\n]", key,
			rest) != 2 ||
		    strcmp(key, "Call") == 0)
			continue;
		len += (size_t)snprintf(record + len, sizeof(record) - len,
		    "%s=%s\n", key, rest);
	}
	return record;
}

#endif
