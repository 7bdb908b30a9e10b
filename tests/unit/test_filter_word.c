/* SPDX-License-Identifier: ISC */
/* The words of SystemCallFilter=, as the parser of policies has them judged. */
#include "policy/filter.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct psd_where where = { "www.policy", 12 };

/* Is the word taken, and does exactly this appear in what is said of it? */
static void
judge(const char *word, bool is_taken, unsigned warnings, const char *said)
{
	struct psd_diag diag;

	psd_diag_init(&diag);
	assert_int_equal(psd_filter_check_word(word, &where, &diag), is_taken);
	assert_int_equal(diag.errors, is_taken ? 0 : 1);
	assert_int_equal(diag.warnings, warnings);
	if (said != NULL) {
		assert_non_null(diag.text);
		assert_non_null(strstr(diag.text, "www.policy:12: "));
		assert_non_null(strstr(diag.text, said));
	} else {
		assert_null(diag.text);
	}
	psd_diag_free(&diag);
}

static void
groups_and_harmless_names_are_taken_silently(void **state)
{
	static const char *const words[] = { "@helper", "@loader", "@filter",
		"@threads", "@network-io", "@datagrams", "@basic-io",
		"@io-event", "@signal", "@timer", "@sync", "read", "openat2",
		"getpid", "flock" };
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(words); i++)
		judge(words[i], true, 0, NULL);
}

static void
unknown_group_is_refused_and_the_groups_are_listed(void **state)
{
	(void)state;
	judge("@file-system", false, 0, "@helper @loader @filter @threads");
	judge("@", false, 0, "there is no group");
	judge("@HELPER", false, 0, "there is no group");
	judge("@helpe", false, 0, "there is no group");
}

static void
misspelt_name_is_refused_and_the_nearest_is_named(void **state)
{
	(void)state;
	judge("opennat", false, 0, "\"openat\"");
	judge("sockett", false, 0, "\"socket\"");
	judge("clock_getime", false, 0, "\"clock_gettime\"");
	judge("always", false, 0, "no system call");
	judge("(always)", false, 0, "no system call");
	judge("SystemCallFilter=", false, 0, "no system call");
	judge("", false, 0, "no system call");
	judge("kldsakfjhweiuryqwekjhaskdjhasdkjhqwekjhqwekjhqwekjhqwekjhqwejk"
	      "hqwekjhqwekjhasdkjhzxcmnbzxcmnb",
	    false, 0, "no system call");
}

static void
negation_is_refused(void **state)
{
	(void)state;
	judge("~read", false, 0, "without \"~\"");
	judge("~@network-io", false, 0, "without \"~\"");
	judge("~", false, 0, "without \"~\"");
}

static void
number_is_refused(void **state)
{
	(void)state;
	judge("0", false, 0, "name");
	judge("59", false, 0, "name");
	judge("0x3b", false, 0, "name");
	judge("-1", false, 0, "name");
}

static void
errno_of_its_own_is_refused(void **state)
{
	(void)state;
	judge("mount:EPERM", false, 0, "OnViolation=errno");
	judge("read:0", false, 0, "OnViolation=errno");
}

static void
dangerous_call_is_taken_with_the_reason_against_it(void **state)
{
	static const char *const words[] = { "io_uring_setup", "ptrace",
		"process_vm_readv", "kcmp", "pidfd_getfd", "bpf", "userfaultfd",
		"keyctl", "unshare", "setns", "mount", "seccomp", "execve",
		"execveat", "clone", "clone3", "sendmsg", "socket",
		"memfd_create", "personality" };
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(words); i++)
		judge(words[i], true, 1, "weakens the policy");
}

static void
call_with_argument_rules_is_taken_with_a_warning(void **state)
{
	(void)state;
	judge("mmap", true, 1, "argument rules");
	judge("fcntl", true, 1, "argument rules");
	judge("prctl", true, 1, "argument rules");
	judge("openat", true, 1, "argument rules");
}

static void
call_of_another_architecture_has_no_effect(void **state)
{
	(void)state;
	judge("socketcall", true, 1, "has no effect");
	judge("mmap2", true, 1, "has no effect");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_and_harmless_names_are_taken_silently),
		cmocka_unit_test(
		    unknown_group_is_refused_and_the_groups_are_listed),
		cmocka_unit_test(
		    misspelt_name_is_refused_and_the_nearest_is_named),
		cmocka_unit_test(negation_is_refused),
		cmocka_unit_test(number_is_refused),
		cmocka_unit_test(errno_of_its_own_is_refused),
		cmocka_unit_test(
		    dangerous_call_is_taken_with_the_reason_against_it),
		cmocka_unit_test(
		    call_with_argument_rules_is_taken_with_a_warning),
		cmocka_unit_test(call_of_another_architecture_has_no_effect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
