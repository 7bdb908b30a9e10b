/* SPDX-License-Identifier: ISC */
/*
 * Every byte that the daemon sends to a helper was written for it, of every
 * operation that is answered without a resolver, as clang's memory sanitizer
 * follows them from where they come from.  What a record was sent from is worth
 * nothing any more afterwards, so that what an earlier reply left there does
 * not count either.
 *
 * The libraries are not built with the sanitizer, and what they write it takes
 * for unwritten.  So it is asked about records alone, and reports nothing by
 * itself.
 */
#include "tests/support/sample.h"

#include <errno.h>
#include <sanitizer/msan_interface.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

enum { NAME_SIZE = 128 };

/* How many records went to somebody, and the first byte of them, or -1. */
static size_t n_records;
static ssize_t first_unwritten = -1;

const char *
__msan_default_options(void)
{
	return "halt_on_error=0:report_umrs=0:exitcode=0";
}

static void
look_at(const void *bytes, size_t len)
{
	const ssize_t at = __msan_test_shadow(bytes, len);

	n_records++;
	if (at >= 0 && first_unwritten < 0)
		first_unwritten = at;
}

/* In the place of the C library's, for the whole program. */
ssize_t
send(int fd, const void *buf, size_t n, int flags)
{
	ssize_t sent;

	look_at(buf, n);
	sent = syscall(SYS_sendto, fd, buf, n, flags, NULL, 0);
	__msan_poison(buf, n);
	return sent;
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t n;

	for (size_t i = 0; i < message->msg_iovlen; i++)
		look_at(message->msg_iov[i].iov_base,
		    message->msg_iov[i].iov_len);
	n = syscall(SYS_sendmsg, fd, message, flags);
	for (size_t i = 0; i < message->msg_iovlen; i++)
		__msan_poison(message->msg_iov[i].iov_base,
		    message->msg_iov[i].iov_len);
	return n;
}

/* Otherwise all that follows would say nothing. */
static void
byte_that_nobody_wrote_is_seen(void **state)
{
	char *bytes = malloc(64);
	int ends[2];

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	memset(bytes, 0, 40);
	assert_int_equal(send(ends[0], bytes, 64, 0), 64);
	assert_int_equal(first_unwritten, 40);
	first_unwritten = -1;
	(void)close(ends[0]);
	(void)close(ends[1]);
	free(bytes);
}

static void
check_row(void **state)
{
	const struct psd_op_row *row = *state;
	char line[SAMPLE_LINE_MAX] = "";
	struct op_rig rig;
	int status[2];

	if (!row->is_free)
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	n_records = 0;
	first_unwritten = -1;
	for (int i = 0; i < 2; i++)
		status[i] = sample_ask(&rig, row,
		    i == 0 ? SAMPLE_THERE : SAMPLE_MISSING);
	print_message("# %s: %d, %d, %zu records\n", row->name, status[0],
	    status[1], n_records);
	op_rig_stop(&rig);
	if (first_unwritten >= 0)
		fail_msg("byte %zd was not written", first_unwritten);
}

int
main(void)
{
	struct CMUnitTest *cases = calloc(psd_op_count + 1, sizeof(*cases));
	char(*names)[NAME_SIZE] = calloc(psd_op_count, sizeof(*names));
	const int r = sample_keep_host();
	size_t n = 0;

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	assert_true(cases != NULL && names != NULL);
	cases[n++] =
	    (struct CMUnitTest)cmocka_unit_test(byte_that_nobody_wrote_is_seen);
	for (size_t i = 0; i < psd_op_count; i++) {
		if (psd_op_rows[i].op == PSD_OP_hello)
			continue;
		(void)snprintf(names[i], NAME_SIZE,
		    "reply_of_%s_is_written_whole", psd_op_rows[i].name);
		cases[n++] = (struct CMUnitTest){
			.name = names[i],
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&psd_op_rows[i],
		};
	}
	return _cmocka_run_group_tests("replies", cases, n, NULL, NULL);
}
