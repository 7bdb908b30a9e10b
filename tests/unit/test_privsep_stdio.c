/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_raw_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { R = PSD_ACCESS_READ, W = PSD_ACCESS_WRITE, A = PSD_ACCESS_APPEND };
enum { NEW = PSD_ACCESS_CREATE, CUT = PSD_ACCESS_TRUNCATE };
enum { ONLY = PSD_ACCESS_EXCLUSIVE };

static const struct {
	const char *mode;
	uint32_t access; /* asked for, or 0 when nothing may be */
	int flags;       /* of what the daemon opens */
} modes[] = {
	{ "r", R, O_RDONLY },
	{ "rb", R, O_RDONLY },
	{ "re", R, O_RDONLY },
	{ "rbe", R, O_RDONLY },
	{ "r+", R | W, O_RDWR },
	{ "rb+e", R | W, O_RDWR },
	{ "w", W | NEW | CUT, O_WRONLY },
	{ "w+", R | W | NEW | CUT, O_RDWR },
	{ "wx", W | NEW | CUT | ONLY, O_WRONLY },
	{ "w+bxe", R | W | NEW | CUT | ONLY, O_RDWR },
	{ "a", A | NEW, O_WRONLY | O_APPEND },
	{ "ax", A | NEW | ONLY, O_WRONLY | O_APPEND },
	{ "a+", 0, 0 },
	{ "rx", 0, 0 },
	{ "", 0, 0 },
	{ "+r", 0, 0 },
	{ "z", 0, 0 },
	{ "rm", 0, 0 },
	{ "rc", 0, 0 },
	{ "r,ccs=UTF-8", 0, 0 },
};

/* The access and the mode of the one request that was sent. */
static void
expect_request(const struct talk *t, const char *mode, uint32_t access)
{
	unsigned char record[PSD_FRAME_MAX];
	uint32_t asked, file_mode;
	const ssize_t n = recv(t->daemon, record, sizeof(record), MSG_DONTWAIT);

	if (access == 0) {
		assert_int_equal(n, -1);
		return;
	}
	assert_true(n > PSD_FRAME_HEADER + 8);
	memcpy(&asked, record + PSD_FRAME_HEADER, sizeof(asked));
	memcpy(&file_mode, record + n - 4, sizeof(file_mode));
	if (asked != access)
		fail_msg("%s: asked for %x", mode, asked);
	assert_int_equal(file_mode, (access & NEW) != 0 ? 0600 : 0);
}

static void
use_stream(FILE *stream, uint32_t access)
{
	char text[8];

	if ((access & (W | A)) != 0)
		assert_true(fputs("text", stream) >= 0);
	else
		assert_null(fgets(text, sizeof(text), stream));
	assert_int_equal(fflush(stream), 0);
	assert_int_equal(fcntl(fileno(stream), F_GETFD), FD_CLOEXEC);
	assert_int_equal(fclose(stream), 0);
}

static void
each_mode_asks_for_what_it_says_and_no_more(void **state)
{
	char path[] = "/tmp/privsep-XXXXXX", hello[PSD_FRAME_MAX];
	const int made = mkstemp(path);

	(void)state;
	assert_true(made >= 0);
	(void)close(made);
	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		const int fd = open(path, modes[i].flags | O_CLOEXEC);
		struct talk t;
		FILE *stream;

		assert_true(fd >= 0);
		begin(&t);
		assert_true(recv(t.daemon, hello, sizeof(hello), 0) > 0);
		if (modes[i].access != 0)
			send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open,
			    FIRST_ID, 0, NULL, 0, &fd, 1);
		errno = 0;
		stream = privsep_fopen(t.conversation, "/x", modes[i].mode);
		if ((stream != NULL) != (modes[i].access != 0))
			fail_msg("%s: errno %d", modes[i].mode, errno);
		if (stream != NULL)
			use_stream(stream, modes[i].access);
		else
			assert_int_equal(errno, EINVAL);
		expect_request(&t, modes[i].mode, modes[i].access);
		finish(&t);
		(void)close(fd);
	}
	assert_int_equal(unlink(path), 0);
}

static void
a_stream_that_is_refused_is_told_by_errno(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;

	(void)state;
	begin(&t);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID, -EPERM,
	    NULL, 0, NULL, 0);
	errno = 0;
	assert_null(privsep_fopen(t.conversation, "/x", "r"));
	assert_int_equal(errno, EPERM);
	/* A descriptor that is no stream of this mode is closed. */
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 1, 0,
	    NULL, 0, &fd, 1);
	assert_null(privsep_fopen(t.conversation, "/x", "w"));
	assert_int_equal(errno, EINVAL);
	finish(&t);
}

static void
a_stream_is_opened_without_waiting(void **state)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct privsep *handle = NULL;
	struct talk t;
	FILE *stream;

	(void)state;
	begin(&t);
	assert_int_equal(privsep_handle_new(&handle, t.conversation, 0), 0);
	assert_null(privsep_fopen(handle, "/x", "r"));
	assert_int_equal(errno, EINPROGRESS);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID, 0, NULL,
	    0, &fd, 1);
	assert_int_equal(privsep_process(t.conversation), 0);
	stream = privsep_fopen(handle, "/x", "r");
	assert_non_null(stream);
	assert_int_equal(fclose(stream), 0);
	finish(&t);
	(void)close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mode_asks_for_what_it_says_and_no_more),
		cmocka_unit_test(a_stream_that_is_refused_is_told_by_errno),
		cmocka_unit_test(a_stream_is_opened_without_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
