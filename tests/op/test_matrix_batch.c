/* SPDX-License-Identifier: ISC */
/*
 * A helper need not wait for replies: what changes its rights stands in the
 * queue between requests, which are judged one after the other all the same.
 * Made from the catalogue (tests/support/sample.h).
 */
#include "common/frame.h"
#include "daemon/instance.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH_MAX = 4, NO_ANSWER = 1 };

/* Requests that are sent before the daemon looks at the first. */
struct batch {
	struct op_rig rig;
	uint32_t n;
	int status[BATCH_MAX]; /* NO_ANSWER: not yet, or never */
};

static void
post(struct batch *batch, const struct psd_op_row *row, void *req)
{
	static struct psd_frame frame;

	assert_true(batch->n < BATCH_MAX);
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, row, 1000 + batch->n, req),
	    0);
	assert_int_equal(psd_frame_send(batch->rig.helper, 0, &frame), 0);
	psd_frame_clear(&frame);
	batch->status[batch->n++] = NO_ANSWER;
}

/* What succeeds for the row, if it is granted. */
static void
post_sample(struct batch *batch, const struct psd_op_row *row)
{
	union psd_any_req req;

	sample_fill(row, sample_succeeds_with(row), batch->rig.dir, &req);
	post(batch, row, &req);
}

static void
take(struct batch *batch)
{
	static struct psd_frame frame;

	while (!op_rig_is_silent(&batch->rig)) {
		psd_frame_init(&frame);
		assert_int_equal(psd_frame_recv(batch->rig.helper, 0, &frame),
		    PSD_HEARD_FRAME);
		assert_in_range(frame.id, 1000, 999 + batch->n);
		batch->status[frame.id - 1000] = frame.status;
		psd_frame_clear(&frame);
	}
}

static void
start(struct batch *batch, const struct psd_op_row *row, const char *first,
    const char *modifiers)
{
	char lines[SAMPLE_LINES_MAX], line[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", SAMPLE_COVERING, modifiers, line);
	(void)snprintf(lines, sizeof(lines), "%s\n%s", first, line);
	batch->n = 0;
	sample_start(&batch->rig, row, lines);
	sample_make(batch->rig.dir);
}

static void
assert_status(const struct psd_op_row *row, const struct batch *batch,
    uint32_t i, int wanted)
{
	if (batch->status[i] != wanted)
		fail_msg("%s: request %u of %u: %d", row->name, i + 1, batch->n,
		    batch->status[i]);
}

static void
check_once(const struct psd_op_row *row)
{
	struct batch batch;

	start(&batch, row, "", "once");
	for (int i = 0; i < 3; i++)
		post_sample(&batch, row);
	take(&batch);
	if (batch.status[0] < 0)
		fail_msg("%s: %d", row->name, batch.status[0]);
	assert_status(row, &batch, 1, -EPERM);
	assert_status(row, &batch, 2, -EPERM);
	op_rig_stop(&batch.rig);
}

/* One that waits by then is answered as well, but not with what it wanted. */
static void
assert_before(const struct psd_op_row *row, const struct batch *batch)
{
	if (batch->status[0] != 0 && batch->status[0] != -ECANCELED)
		fail_msg("%s: %d", row->name, batch->status[0]);
}

static void
check_given_up(const struct psd_op_row *row)
{
	struct psd_restrict_req req = { .operation = (uint32_t)row->op };
	struct batch batch;

	start(&batch, row, "", "");
	post_sample(&batch, row);
	post(&batch, psd_op_find(PSD_OP_restrict), &req);
	post_sample(&batch, row);
	take(&batch);
	assert_before(row, &batch);
	assert_status(row, &batch, 1, 0);
	assert_status(row, &batch, 2, -EPERM);
	op_rig_stop(&batch.rig);
}

static void
check_phase(const struct psd_op_row *row)
{
	struct psd_phase_req req = { .phase = psd_str_of("second") };
	struct batch batch;

	start(&batch, row, "Phases=first second", "phase=first");
	post_sample(&batch, row);
	post(&batch, psd_op_find(PSD_OP_phase), &req);
	post_sample(&batch, row);
	take(&batch);
	assert_before(row, &batch);
	assert_status(row, &batch, 1, 0);
	assert_status(row, &batch, 2, -EPERM);
	op_rig_stop(&batch.rig);
}

static void
check_broken(const struct psd_op_row *row)
{
	struct psd_hello_req req = { .oldest = 1, .newest = PSD_PROTOCOL };
	struct batch batch;
	uint64_t judged;

	start(&batch, row, "", "");
	judged = batch.rig.instance->allowed + batch.rig.instance->refused;
	post(&batch, psd_op_find(PSD_OP_hello), &req);
	post_sample(&batch, row);
	assert_true(op_rig_is_broken(&batch.rig));
	assert_int_equal(batch.rig.instance->allowed +
		batch.rig.instance->refused,
	    judged);
	op_rig_stop(&batch.rig);
}

static void
check_all(void (*check)(const struct psd_op_row *row))
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (!psd_op_rows[i].is_free)
			check(&psd_op_rows[i]);
}

static void
what_is_granted_once_is_done_once_however_fast_it_is_asked(void **state)
{
	(void)state;
	check_all(check_once);
}

static void
what_stands_behind_giving_it_up_is_refused(void **state)
{
	(void)state;
	check_all(check_given_up);
}

static void
what_stands_behind_the_end_of_its_phase_is_refused(void **state)
{
	(void)state;
	check_all(check_phase);
}

static void
what_stands_behind_a_broken_protocol_is_not_done(void **state)
{
	(void)state;
	check_all(check_broken);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_granted_once_is_done_once_however_fast_it_is_asked),
		cmocka_unit_test(what_stands_behind_giving_it_up_is_refused),
		cmocka_unit_test(
		    what_stands_behind_the_end_of_its_phase_is_refused),
		cmocka_unit_test(
		    what_stands_behind_a_broken_protocol_is_not_done),
	};
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
