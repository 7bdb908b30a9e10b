/* SPDX-License-Identifier: ISC */
/*
 * "A request that is well formed never ends the conversation": each operation
 * of the catalogue, granted, with the strangest values that its fields may
 * have, one by one and mixed.
 */
#include "daemon/instance.h"
#include "tests/op/edge_fixture.h"
#include "tests/support/fds.h"

#include <errno.h>

enum { MIXED = 50, IDS_MAX = 8192 };

/* Which requests have had their reply. */
static bool is_answered[IDS_MAX];
static uint32_t next_id;
static unsigned long seed = 1;

static size_t
draw(size_t n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (size_t)(seed >> 33) % n;
}

static void
take_answers(struct op_rig *rig)
{
	static struct psd_frame frame;

	while (!op_rig_is_silent(rig)) {
		psd_frame_init(&frame);
		assert_int_equal(psd_frame_recv(rig->helper, 0, &frame),
		    PSD_HEARD_FRAME);
		assert_true(frame.id < next_id && !is_answered[frame.id]);
		is_answered[frame.id] = true;
		psd_frame_clear(&frame);
	}
}

static void
ask(struct op_rig *rig, const struct psd_op_row *row, union psd_any_req *req)
{
	static struct psd_frame frame;

	assert_true(next_id < IDS_MAX);
	psd_frame_init(&frame);
	if (psd_encode_request(&frame, row, next_id, req) == 0 &&
	    is_well_formed(row, &frame)) {
		next_id++;
		assert_int_equal(psd_frame_send(rig->helper, 0, &frame), 0);
		take_answers(rig);
		if (op_rig_is_broken(rig))
			fail_msg("%s ended the conversation", row->name);
	}
	psd_frame_clear(&frame);
	psd_fields_release(row->req, req);
}

/* One field after the other, and the others as they should be. */
static void
ask_each(struct op_rig *rig, const struct psd_op_row *row)
{
	size_t place = 0;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++, place++)
		for (size_t i = 0; i < count_edges(f->kind); i++) {
			union psd_any_req req;

			sample_make(rig->dir);
			sample_fill(row, sample_succeeds_with(row), rig->dir,
			    &req);
			set_edge(f, place, i, rig->dir, &req);
			ask(rig, row, &req);
		}
}

static void
ask_mixed(struct op_rig *rig, const struct psd_op_row *row)
{
	for (int n = 0; n < MIXED; n++) {
		union psd_any_req req;
		size_t place = 0;

		sample_make(rig->dir);
		sample_fill(row, SAMPLE_THERE, rig->dir, &req);
		for (const struct psd_field *f = row->req;
		     f->kind != PSD_KIND_end; f++, place++)
			if (draw(3) > 0)
				set_edge(f, place, draw(count_edges(f->kind)),
				    rig->dir, &req);
		ask(rig, row, &req);
	}
}

static void
start(struct op_rig *rig, const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX] = "";

	if (!row->is_free)
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	memset(is_answered, 0, sizeof(is_answered));
	next_id = 0;
	sample_start(rig, row, line);
}

/* What is opened once and kept is opened now. */
static void
warm_up(const struct psd_op_row *row)
{
	union psd_any_req req;
	struct op_rig rig;

	start(&rig, row);
	sample_make(rig.dir);
	sample_fill(row, sample_succeeds_with(row), rig.dir, &req);
	ask(&rig, row, &req);
	op_rig_stop(&rig);
}

static void
check_row(const struct psd_op_row *row)
{
	struct psd_ping_req ping = { .cookie = 1 };
	struct op_rig rig;
	size_t before;

	warm_up(row);
	before = test_fds_count();
	start(&rig, row);
	ask_each(&rig, row);
	ask_mixed(&rig, row);
	ask(&rig, psd_op_find(PSD_OP_ping), (void *)&ping);
	assert_true(is_answered[next_id - 1]);
	op_rig_stop(&rig);
	if (test_fds_count() != before)
		fail_msg("%s: %zu descriptors, then %zu", row->name, before,
		    test_fds_count());
}

static void
whatever_is_well_formed_is_answered_once_and_nothing_stays_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < psd_op_count; i++)
		if (psd_op_rows[i].op != PSD_OP_hello)
			check_row(&psd_op_rows[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whatever_is_well_formed_is_answered_once_and_nothing_stays_open),
	};
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
