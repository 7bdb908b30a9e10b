/* SPDX-License-Identifier: ISC */
/*
 * Policies are read and judged while one allocation fails: as without, or with
 * an error that is told, and nothing is lost.  A sample here, all of them with
 * PSD_SOAK=1 (make soak).
 */
#include "daemon/loaded.h"
#include "policy/filter.h"
#include "policy/learn.h"
#include "policy/load.h"
#include "policy/widen.h"
#include "tests/faults/exhaust.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	SAMPLE_OF_POLICY = 20,
	SAMPLE_OF_FILTER = 1,
	SAMPLE_OF_LEARN = 100,
	SAMPLE_OF_CTL = 8
};

static struct allocations *board;

/* One policy and what it is when nothing fails. */
struct subject {
	const char *path;
	struct psd_policy *policy;
};

static void
append(struct exhaust_outcome *ret, const char *text)
{
	const size_t len = strlen(ret->text);

	(void)snprintf(ret->text + len, sizeof(ret->text) - len, "%s", text);
}

static void
tell_difference(void *cookie, char sign, const char *text)
{
	const char start[] = { sign, ' ', '\0' };

	append(cookie, start);
	append(cookie, text);
	append(cookie, "\n");
}

static bool
has_told(const struct psd_diag *diag)
{
	return diag->errors > 0 || diag->out_of_memory;
}

static void
load(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	const struct subject *subject = argument;
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_file(subject->path, PSD_LOAD_TRUST, &diag);
	(void)allocations_disarm(it);
	ret->is_error = policy == NULL && has_told(&diag);
	ret->text[0] = '\0';
	if (policy == NULL)
		append(ret, diag.text != NULL ? diag.text : "no policy");
	else
		psd_policy_compare(subject->policy, policy, tell_difference,
		    ret);
	psd_policy_free(policy);
	psd_diag_free(&diag);
}

static void
compile(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	const struct subject *subject = argument;
	struct psd_filter *filter;
	struct psd_diag diag;

	psd_diag_init(&diag);
	filter =
	    psd_filter_compile(subject->policy, PSD_FILTER_PLAIN, NULL, &diag);
	(void)allocations_disarm(it);
	ret->is_error = filter == NULL && has_told(&diag);
	ret->text[0] = '\0';
	for (unsigned i = 0; filter != NULL && i < filter->program.len; i++) {
		const struct sock_filter *one = &filter->program.filter[i];
		char line[64];

		(void)snprintf(line, sizeof(line), "%x %x %x %x\n", one->code,
		    one->jt, one->jf, one->k);
		append(ret, line);
	}
	if (filter == NULL)
		append(ret, diag.text != NULL ? diag.text : "no filter");
	psd_filter_free(filter);
	psd_diag_free(&diag);
}

static void
for_each_example(void exhausts(struct allocations *board, const char *what,
		     unsigned sample, exhaust_perform *perform, void *argument),
    exhaust_perform *perform, unsigned sample)
{
	glob_t examples;

	assert_int_equal(glob("policy/examples/*.policy", 0, NULL, &examples),
	    0);
	for (size_t i = 0; i < examples.gl_pathc; i++) {
		struct subject subject = { .path = examples.gl_pathv[i] };
		struct psd_diag diag;

		psd_diag_init(&diag);
		subject.policy =
		    psd_policy_load_file(subject.path, PSD_LOAD_TRUST, &diag);
		psd_diag_free(&diag);
		assert_non_null(subject.policy);
		exhausts(board, subject.path, sample, perform, &subject);
		psd_policy_free(subject.policy);
	}
	globfree(&examples);
}

static void
policy_is_read_as_it_is_or_not_at_all(void **state)
{
	(void)state;
	for_each_example(exhaust_forked, load, SAMPLE_OF_POLICY);
}

/* Of half the lines it would tell a reload that nothing has changed. */
static void
tell_apart(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	static const char *const dirs[] = { "policy/examples", NULL };
	const struct subject *subject = argument;
	uint64_t hash = 0;
	const int r =
	    psd_loaded_fingerprint_policy(subject->policy, dirs, &hash);

	(void)allocations_disarm(it);
	ret->is_error = r == -ENOMEM;
	(void)snprintf(ret->text, sizeof(ret->text), "%d %llx", r,
	    (unsigned long long)hash);
}

static void
policy_is_told_from_another_by_all_of_it(void **state)
{
	(void)state;
	for_each_example(exhaust_forked, tell_apart, SAMPLE_OF_POLICY);
}

static void
filter_is_compiled_as_it_is_or_not_at_all(void **state)
{
	(void)state;
	for_each_example(exhaust_forked, compile, SAMPLE_OF_FILTER);
}

static enum psd_learn_there
look(void *cookie, const char *path, bool writes)
{
	(void)cookie;
	(void)path;
	return writes ? PSD_LEARN_OWNERS : PSD_LEARN_ANYBODYS;
}

static bool
hop(void *cookie, const char *path, char *ret)
{
	(void)cookie;
	return strcmp(path, "/etc/first") == 0 &&
	    snprintf(ret, PSD_PATH_MAX + 1, "/etc/alternatives/first") > 0;
}

static void
hear(void *cookie, enum psd_learn_word word, const char *line,
    const char *reason)
{
	(void)cookie;
	(void)word;
	(void)line;
	(void)reason;
}

/* What a program was seen to do. */
static void
see(struct psd_learn *learn)
{
	static char program[] = "/usr/bin/cat", file[] = "/etc/passwd";
	static char *const words[] = { program, file, NULL };
	const uint64_t args[6] = { 0 };
	char path[64];

	psd_learn_run(learn, words);
	psd_learn_call(learn, "openat", args);
	psd_learn_call(learn, "socket", args);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(path, sizeof(path), "/srv/%d/file", i % 10);
		psd_learn_file(learn, path,
		    i % 3 == 0 ? PSD_LEARN_WRITE : PSD_LEARN_READ);
	}
	psd_learn_file(learn, "/etc/first", PSD_LEARN_READ);
	psd_learn_socket(learn, "AllowConnect=tcp 127.0.0.1:80");
	psd_learn_cost(learn, 1 << 20, 1000);
}

static void
learn_it(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	static const struct psd_learn_system system = {
		.look = look,
		.hop = hop,
		.tell = hear,
	};
	struct psd_learn *learn = psd_learn_new();
	FILE *stream = NULL;

	(void)argument;
	memset(ret->text, 0, sizeof(ret->text));
	ret->is_error = learn == NULL;
	if (learn != NULL) {
		see(learn);
		ret->is_error = psd_learn_is_short(learn);
		/* What there is no room for is not to come from this. */
		stream = fmemopen(ret->text, sizeof(ret->text), "w");
		ret->is_error = ret->is_error || stream == NULL ||
		    !psd_learn_write(learn, PSD_TYPE_FILTER, &system, stream);
	}
	if (stream != NULL && fclose(stream) != 0)
		ret->is_error = true;
	psd_learn_free(learn);
	(void)allocations_disarm(it);
}

static void
policy_is_learned_as_it_is_or_not_at_all(void **state)
{
	(void)state;
	exhaust(board, "learn", SAMPLE_OF_LEARN, learn_it, NULL);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_is_read_as_it_is_or_not_at_all),
		cmocka_unit_test(policy_is_told_from_another_by_all_of_it),
		cmocka_unit_test(filter_is_compiled_as_it_is_or_not_at_all),
		cmocka_unit_test(policy_is_learned_as_it_is_or_not_at_all),
	};
	int status;

	(void)argc;
	board = exhaust_begin(argv, &status);
	if (board == NULL)
		return status;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
