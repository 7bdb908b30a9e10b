/* SPDX-License-Identifier: ISC */
#include "policy/program.h"

#include "common/fd.h"
#include "common/mem.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* The level of libseccomp's interface that knows notifications. */
	API_LEVEL = 5,
	/* A binary tree of the numbers instead of a list. */
	OPTIMIZE_TREE = 2,
};

static void
release(scmp_filter_ctx *context)
{
	if (*context != NULL)
		seccomp_release(*context);
}

#define _cleanup_context_ __attribute__((cleanup(release)))

/*
 * Every test becomes one masked comparison for equality.  libseccomp has no
 * other that is right for all 64 bits in all of its releases, and with an
 * empty mask it leaves the upper half out, as INT tests want.
 */
static struct scmp_arg_cmp
comparison(const struct psd_call_test *test)
{
	struct scmp_arg_cmp cmp = {
		.arg = test->argument,
		.op = SCMP_CMP_MASKED_EQ,
	};

	switch (test->kind) {
	case PSD_TEST_int_is:
		cmp.datum_a = UINT32_MAX;
		cmp.datum_b = test->value;
		break;
	case PSD_TEST_int_within:
		cmp.datum_a = UINT32_MAX & ~test->value;
		break;
	case PSD_TEST_int_lacks:
		cmp.datum_a = test->value;
		break;
	case PSD_TEST_long_is:
		cmp.datum_a = UINT64_MAX;
		cmp.datum_b = test->value;
		break;
	case PSD_TEST_long_within:
		cmp.datum_a = ~test->value;
		break;
	case PSD_TEST_end:
	default:
		break;
	}
	return cmp;
}

static uint32_t
action_of(const struct psd_call_row *row)
{
	return row->error == 0 ? SCMP_ACT_ALLOW
			       : SCMP_ACT_ERRNO((uint32_t)row->error);
}

static int
add_row(scmp_filter_ctx context, const struct psd_call_row *row)
{
	struct scmp_arg_cmp tests[PSD_CALL_TESTS_MAX];
	unsigned n = 0;
	int r;

	while (row->tests[n].kind != PSD_TEST_end) {
		tests[n] = comparison(&row->tests[n]);
		n++;
	}
	/*
	 * libseccomp wants the number of the architecture that it was built
	 * for, or its stand-in, and finds the one of the filter's itself.
	 */
	r = seccomp_rule_add_array(context, action_of(row),
	    seccomp_syscall_resolve_name(row->call), n, tests);
	/* Two groups may say the same. */
	return r == -EEXIST ? 0 : r;
}

/*
 * Adds what n entries of one call come to.  libseccomp takes no rule that
 * says what is done without it, such as EPERM where all others get EPERM.
 */
static int
add_call(scmp_filter_ctx context, uint32_t refusal,
    const struct psd_callset_entry *entries, size_t n)
{
	size_t i;
	int r = 0;

	for (i = 0; i < n; i++) {
		if (psd_call_row_is_free(entries[i].row))
			return add_row(context, entries[i].row);
	}
	for (i = 0; i < n && r == 0; i++) {
		if (action_of(entries[i].row) != refusal)
			r = add_row(context, entries[i].row);
	}
	return r;
}

static int
set_up(scmp_filter_ctx context, uint32_t arch)
{
	int r;

	if (arch != seccomp_arch_native()) {
		r = seccomp_arch_add(context, arch);
		if (r < 0)
			return r;
		r = seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
		if (r < 0)
			return r;
	}
	r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	if (r < 0)
		return r;
	return seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE,
	    OPTIMIZE_TREE);
}

static int
add_calls(scmp_filter_ctx context, const struct psd_callset *set)
{
	size_t at = 0;

	while (at < set->n) {
		size_t n = 1;
		int r;

		while (at + n < set->n &&
		    set->at[at + n].number == set->at[at].number)
			n++;
		r = add_call(context, set->refusal, &set->at[at], n);
		if (r < 0)
			return r;
		at += n;
	}
	return 0;
}

/* Reads len bytes of a file from its beginning. */
static int
read_whole(int fd, void *ret, size_t len)
{
	size_t done = 0;

	while (done < len) {
		const ssize_t n =
		    pread(fd, (char *)ret + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static int
export_program(scmp_filter_ctx context, const struct psd_callset *set,
    struct sock_fprog *ret_program)
{
	_cleanup_fd_ int fd = memfd_create("filter", MFD_CLOEXEC);
	_cleanup_free_ struct sock_filter *steps = NULL;
	struct stat found;
	size_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &found) < 0)
		return -errno;
	n = (size_t)found.st_size / sizeof(*steps);
	if (n > BPF_MAXINSNS - PSD_PRELUDE)
		return -E2BIG;
	steps = calloc(n + PSD_PRELUDE, sizeof(*steps));
	if (steps == NULL)
		return -ENOMEM;
	r = read_whole(fd, &steps[PSD_PRELUDE], n * sizeof(*steps));
	if (r < 0)
		return r;
	ret_program->len = psd_program_begin(set, steps, n);
	ret_program->filter = steps;
	steps = NULL;
	return 0;
}

int
psd_program_build(const struct psd_callset *set, struct sock_fprog *ret_program)
{
	_cleanup_context_ scmp_filter_ctx context = NULL;
	struct sock_fprog program;
	int r;

	/*
	 * What this kernel can do does not matter while a program is only
	 * written, and a check of a policy may run where seccomp(2) itself is
	 * refused.
	 */
	r = seccomp_api_set(API_LEVEL);
	if (r < 0)
		return r;
	context = seccomp_init(set->refusal);
	if (context == NULL)
		return -ENOMEM;
	r = set_up(context, set->arch);
	if (r < 0)
		return r;
	r = add_calls(context, set);
	if (r < 0)
		return r;
	r = export_program(context, set, &program);
	if (r < 0)
		return r;
	r = psd_program_shrink(&program);
	if (r == 0)
		r = psd_program_tree(set, &program);
	if (r < 0) {
		free(program.filter);
		return r;
	}
	*ret_program = program;
	return 0;
}
