/* SPDX-License-Identifier: ISC */
/*
 * Two threads write to one end of a pair at a time, with and without
 * descriptors, while the daemon reads the other: each record is one request,
 * its descriptor is its own, and each has one reply with its id.
 *
 * PSD_SOAK=1 writes a hundred times as much.
 */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WRITERS = 4, REQUESTS = 1000, REQUESTS_SOAK = 100000 };

struct writer {
	pthread_t thread;
	const struct op_rig *rig;
	unsigned number;
	uint32_t n;
	int failure;
};

static uint32_t
count_requests(void)
{
	return getenv("PSD_SOAK") != NULL ? REQUESTS_SOAK : REQUESTS;
}

/* Every second writer sends a file of its own along. */
static bool
sends_file(unsigned number)
{
	return number % 2 == 1;
}

static void
spell(const struct op_rig *rig, unsigned number, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/file%u", rig->dir, number);
}

static int
encode(const struct writer *writer, uint32_t id, struct psd_frame *ret)
{
	char path[PATH_MAX];
	struct psd_change_mode_req mode = { .mode = 0640 };
	struct psd_ping_req ping = { .cookie = id };

	psd_frame_init(ret);
	if (!sends_file(writer->number))
		return psd_encode_request(ret, psd_op_find(PSD_OP_ping), id,
		    &ping);
	spell(writer->rig, writer->number, path, sizeof(path));
	mode.path = psd_str_of(path);
	mode.file = open(path, O_RDWR | O_CLOEXEC);
	return psd_encode_request(ret, psd_op_find(PSD_OP_change_mode), id,
	    &mode);
}

static void *
write_all(void *argument)
{
	struct writer *writer = argument;
	struct psd_frame *frame = calloc(1, sizeof(*frame));

	for (uint32_t i = 0; i < writer->n && writer->failure == 0; i++) {
		const uint32_t id = i * WRITERS + writer->number;

		writer->failure = encode(writer, id, frame);
		if (writer->failure == 0)
			writer->failure =
			    psd_frame_send(writer->rig->helper, 1, frame);
		psd_frame_clear(frame);
	}
	free(frame);
	return NULL;
}

/* A reply to a request that had none, of its writer's operation. */
static void
take_reply(const struct op_rig *rig, unsigned char *is_answered, uint32_t n)
{
	static struct psd_frame frame;

	psd_frame_init(&frame);
	assert_int_equal(psd_frame_recv(rig->helper, 0, &frame),
	    PSD_HEARD_FRAME);
	assert_int_equal(frame.type, PSD_FRAME_REPLY);
	assert_true(frame.id < n && !is_answered[frame.id]);
	assert_int_equal(frame.op,
	    sends_file(frame.id % WRITERS) ? PSD_OP_change_mode : PSD_OP_ping);
	if (frame.status != 0)
		fail_msg("request %u: %d", frame.id, frame.status);
	is_answered[frame.id] = 1;
	psd_frame_clear(&frame);
}

static void
hear_all(struct op_rig *rig, uint32_t n)
{
	unsigned char *is_answered = calloc(n, 1);
	const int loop = sd_event_get_fd(rig->daemon.event);

	assert_non_null(is_answered);
	for (uint32_t heard = 0; heard < n;) {
		struct pollfd looks[] = { { rig->helper, POLLIN, 0 },
			{ loop, POLLIN, 0 } };

		assert_false(op_rig_is_broken(rig));
		assert_true(poll(looks, 2, TEST_DEADLINE) > 0);
		if ((looks[0].revents & POLLIN) == 0)
			continue;
		take_reply(rig, is_answered, n);
		heard++;
	}
	free(is_answered);
}

static void
write_and_hear(struct op_rig *rig, uint32_t n)
{
	struct writer writers[WRITERS];

	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .rig = rig, .number = i, .n = n };
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
				     write_all, &writers[i]),
		    0);
	}
	hear_all(rig, WRITERS * n);
	for (unsigned i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
		assert_int_equal(writers[i].failure, 0);
	}
	assert_true(op_rig_is_silent(rig));
}

static void
check_mode(const struct op_rig *rig, unsigned number)
{
	char path[PATH_MAX];
	struct stat status;

	spell(rig, number, path, sizeof(path));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777,
	    sends_file(number) ? 0640 : 0600);
}

static void
check(uint32_t n)
{
	struct op_rig rig;
	char name[16];

	op_rig_start(&rig, NULL, "AllowChangeMode=0640 %s/**");
	for (unsigned i = 0; i < WRITERS; i++) {
		(void)snprintf(name, sizeof(name), "file%u", i);
		assert_int_equal(test_dir_write(rig.dir, name, "written"), 0);
	}
	write_and_hear(&rig, n);
	for (unsigned i = 0; i < WRITERS; i++)
		check_mode(&rig, i);
	op_rig_stop(&rig);
}

static void
each_record_of_several_writers_has_its_own_reply(void **state)
{
	size_t before;

	(void)state;
	/* What is opened once and kept is opened now. */
	check(1);
	before = test_fds_count();
	check(count_requests());
	assert_int_equal(test_fds_count(), before);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_record_of_several_writers_has_its_own_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
