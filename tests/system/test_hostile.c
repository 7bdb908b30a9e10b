/* SPDX-License-Identifier: ISC */
/*
 * Helpers that were taken over ask a real daemon for whatever their policy
 * grants, with the strangest values that can be sent.  Children, resolvers and
 * programs are real as well.
 */
#include "tests/op/edge_fixture.h"
#include "tests/support/child.h"
#include "tests/system/asking_fixture.h"

#include <errno.h>
#include <poll.h>

enum { PUPPETS = 5 };

static unsigned n_asked;

static int
start(void **state)
{
	(void)prepare(state);
	grant_all("hostile", "Instances=1..8",
	    "RequestTimeoutSec=300ms\nLogVerdicts=none\n");
	write_program("policies/lo.policy", "/bin/true");
	daemon_rig_start(&rig);
	return 0;
}

/* False when it cannot be said to a puppet, or is not well formed. */
static bool
say(int puppet, const struct psd_op_row *row, union psd_any_req *req)
{
	static struct psd_frame frame;
	char line[HEX_MAX + 16];
	bool is_sent = false;
	int len;

	psd_frame_init(&frame);
	if (psd_encode_request(&frame, row, 1, req) == 0 &&
	    frame.len * 2 < HEX_MAX && is_well_formed(row, &frame)) {
		len = snprintf(line, sizeof(line), "frame %u ", frame.n_fds);
		for (size_t i = 0; i < frame.len; i++)
			len += snprintf(line + len, 3, "%02x", frame.bytes[i]);
		is_sent = send(puppet, line, (size_t)len, MSG_NOSIGNAL) == len;
		n_asked++;
	}
	psd_frame_clear(&frame);
	psd_fields_release(row->req, req);
	return is_sent;
}

static void
hear(int puppet, const struct psd_op_row *row)
{
	char answer[64];

	if (test_poll(puppet, POLLIN, TEST_DEADLINE) == 0 ||
	    recv(puppet, answer, sizeof(answer), 0) <= 0)
		fail_msg("%s ended the conversation", row->name);
}

/* All ask at a time, so that one's children are born while another's run. */
static void
ask_edge(const int puppets[PUPPETS], const struct psd_op_row *row, size_t place,
    size_t i)
{
	bool is_sent[PUPPETS];

	sample_make(rig.dir);
	for (size_t p = 0; p < PUPPETS; p++) {
		const struct psd_field *field = &row->req[place];
		union psd_any_req req;

		sample_fill(row, sample_succeeds_with(row), rig.dir, &req);
		set_edge(field, place, (i + p) % count_edges(field->kind),
		    rig.dir, &req);
		is_sent[p] = say(puppets[p], row, &req);
	}
	for (size_t p = 0; p < PUPPETS; p++)
		if (is_sent[p])
			hear(puppets[p], row);
}

/* Rights that a request took from the helper are the next one's again. */
static void
ask_row(const struct psd_op_row *row)
{
	int puppets[PUPPETS];

	for (size_t p = 0; p < PUPPETS; p++)
		puppets[p] = daemon_rig_connect(&rig, "hostile");
	for (size_t k = 0; row->req[k].kind != PSD_KIND_end; k++)
		for (size_t i = 0; i < count_edges(row->req[k].kind);
		     i += PUPPETS - 1)
			ask_edge(puppets, row, k, i);
	for (size_t p = 0; p < PUPPETS; p++) {
		assert_string_equal(daemon_rig_say(puppets[p], "ping 1"), "0");
		assert_string_equal(daemon_rig_say(puppets[p], "end"), "");
		psd_fd_close(puppets[p]);
	}
}

static void
no_request_harms_the_daemon_or_ends_its_conversation(void **state)
{
	const char *text;

	(void)state;
	n_asked = 0;
	for (size_t i = 0; i < psd_op_count; i++)
		if (is_asked(&psd_op_rows[i]))
			ask_row(&psd_op_rows[i]);
	print_message("# %u requests\n", n_asked);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_false(daemon_rig_has_logged(&rig, "dropped: "));
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_request_harms_the_daemon_or_ends_its_conversation),
	};
	const int skipped = keep_host();

	return skipped != 0 ? skipped
			    : cmocka_run_group_tests(tests, start, clean);
}
