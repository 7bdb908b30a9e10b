/* SPDX-License-Identifier: ISC */
/* A client that is somebody else's by now, and a helper that is. */
#include "tests/unit/service_fixture.h"
#include "tests/unit/service_scripts.h"

static const struct script *script;

static int
say_line(int end, const struct line *line)
{
	int r;

	psd_frame_init(&frame);
	psd_encode_status(&frame, (uint16_t)line->op, line->id, line->status);
	frame.bytes[0] = (unsigned char)line->type;
	if (line->len > 0)
		memcpy(frame.bytes + PSD_FRAME_HEADER, line->body, line->len);
	frame.len = (uint32_t)(PSD_FRAME_HEADER + line->len);
	while (frame.n_fds < line->n_fds)
		frame.fds[frame.n_fds++] = file_with("x");
	r = psd_frame_send(end, 1, &frame);
	psd_frame_clear(&frame);
	return r;
}

static int
play(int end)
{
	psd_frame_init(&frame);
	for (size_t i = 0; i < 4 && script->lines[i].type != 99; i++) {
		const struct line *line = &script->lines[i];

		if (line->type == CLOSED)
			(void)shutdown(end, SHUT_WR);
		else if (line->type != 0)
			(void)say_line(end, line);
		else if (hear(end) < 0)
			return 0;
		psd_frame_clear(&frame);
	}
	/* Until the other side is gone. */
	while (hear(end) == 0)
		psd_frame_clear(&frame);
	return 0;
}

/* What comes of a client: the first error of its conversation. */
static int
serve_it(int end)
{
	char room[16];
	struct privsep_buffer call = { .bytes = room, .size = sizeof(room) };
	struct privsep *client;
	int r = privsep_from_client(&client, end);

	if (r < 0)
		return r;
	r = privsep_receive(client, &call);
	for (size_t i = 0; r == 0 && i < call.n_fds; i++)
		psd_fd_close(call.fds[i]);
	privsep_free(client);
	return r;
}

static int
call_it(int end)
{
	const struct privsep_message call = { .bytes = "x", .len = 1 };
	struct privsep_buffer reply = { .size = 0 };
	struct privsep *client;
	int r = psd_client_begin(&client, end, "x");

	if (r < 0)
		return r;
	r = privsep_call(client, &call, &reply);
	privsep_free(client);
	return r;
}

static void
play_all(const struct script *scripts, size_t n, int (*meet)(int end))
{
	for (size_t i = 0; i < n; i++) {
		const size_t before = test_fds_count();
		pid_t pid;
		int end, r;

		script = &scripts[i];
		pid = start_side(play, &end);
		r = meet(end);
		if (r != script->expected)
			fail_msg("%s: %d, not %d", script->name, r,
			    script->expected);
		assert_int_equal(test_child_exit_status(pid), 0);
		assert_int_equal(test_fds_count(), before);
	}
}

static void
what_a_client_may_not_say_ends_its_conversation(void **state)
{
	(void)state;
	play_all(of_clients, sizeof(of_clients) / sizeof(of_clients[0]),
	    serve_it);
}

static void
what_a_helper_may_not_say_ends_its_conversation(void **state)
{
	(void)state;
	play_all(of_services, sizeof(of_services) / sizeof(of_services[0]),
	    call_it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_a_client_may_not_say_ends_its_conversation),
		cmocka_unit_test(
		    what_a_helper_may_not_say_ends_its_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
