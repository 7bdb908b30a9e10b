/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "tests/faults/day.h"
#include "tests/support/door_rig.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { HEX_MAX = 2048, LINE_MAX_BYTES = 4096, STEPS_MAX = 128 };

static void
tell(char ret[DAY_OUTCOME_MAX], const char *text)
{
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%s", text);
}

/* A request of the row, as its library would send it; the status. */
static void
ask(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	static struct psd_frame frame;
	static uint32_t id = 0x5eed;
	char line[HEX_MAX * 2 + 16];
	union psd_any_req req;
	int len;

	sample_fill(step->row, sample_succeeds_with(step->row), day->files,
	    &req);
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, step->row, ++id, &req), 0);
	assert_true(frame.len < HEX_MAX);
	len = snprintf(line, sizeof(line), "frame %u ", frame.n_fds);
	for (size_t i = 0; i < frame.len; i++)
		len += snprintf(line + len, sizeof(line) - (size_t)len, "%02x",
		    frame.bytes[i]);
	psd_frame_clear(&frame);
	tell(ret, day_say(day, line));
}

/* A line to the puppet, in which %s is our directory. */
static void
say(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	char line[LINE_MAX_BYTES * 2];
	const char *at = strstr(step->word, "%s");

	if (at == NULL)
		(void)snprintf(line, sizeof(line), "%s", step->word);
	else
		(void)snprintf(line, sizeof(line), "%.*s%s%s",
		    (int)(at - step->word), step->word, day->files, at + 2);
	tell(ret, day_say(day, line));
}

/* The helper ends, in the way it is told, and another takes its place. */
static void
replace(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	(void)day_say(day, step->word);
	day_part(day);
	tell(ret, day_meet(day) ? "replaced" : "not replaced");
}

/* The puppet takes its next client, and speaks with it from then on. */
static void
take_client(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	_cleanup_fd_ int next = PSD_NO_FD;

	(void)step;
	if (send(day->puppet, "accept", 6, MSG_NOSIGNAL) != 6)
		return;
	next = day_connect(day, "all.sock");
	tell(ret, day_hear(day->puppet));
	day_part(day);
	day->puppet = psd_fd_take(&next);
}

/* Runs a program, and ends it by the end of its input or by a signal. */
static void
run(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	char line[64];
	unsigned handle = 0;
	int r = -EPIPE;

	(void)sscanf(day_say(day, "run lo"), "%d %u", &r, &handle);
	if (r < 0) {
		(void)snprintf(ret, DAY_OUTCOME_MAX, "%d", r);
		return;
	}
	if (step->word != NULL)
		(void)snprintf(line, sizeof(line), "%s %u", step->word, handle);
	else
		(void)snprintf(line, sizeof(line), "close-input");
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%.64s, ", day_say(day, line));
	/* The signal was not sent. */
	if (*ret == '-')
		(void)day_say(day, "close-input");
	(void)snprintf(line, sizeof(line), "await %u", handle);
	(void)snprintf(ret + strlen(ret), DAY_OUTCOME_MAX - strlen(ret), "%s",
	    day_say(day, line));
}

/* Words of privsepctl's, between blanks. */
static void
control(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	char words[LINE_MAX_BYTES], last[DAY_OUTCOME_MAX];
	const char *list[8];
	size_t n = 0;
	char *rest = words, *word;

	(void)snprintf(words, sizeof(words), "%s", step->word);
	while ((word = strsep(&rest, " ")) != NULL && n < 7)
		list[n++] = word;
	list[n] = NULL;
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%d", day_ctl(day, last, list));
}

/* "good" or "bad": a reload of a policy that has changed so. */
static void
reload(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	static const char *const words[] = { "reload", NULL };
	const bool is_good = strcmp(step->word, "good") == 0;
	char lines[64], last[DAY_OUTCOME_MAX];

	(void)snprintf(lines, sizeof(lines), "RequestRate=%u/s\n%s",
	    100000 + ++day->generation, is_good ? "" : "AllowOpen=read x/**");
	daemon_rig_puppet(&day->rig, "other", "Instances=1", lines);
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%d", day_ctl(day, last, words));
}

/* Whoever reads the policies next must find them good. */
static void
reload_bad(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	reload(day, step, ret);
	daemon_rig_puppet(&day->rig, "other", "Instances=1", "");
}

/* Operations for which the daemon opens something once, and keeps it. */
bool
day_wake(struct day *day)
{
	static const enum psd_op keepers[] = { PSD_OP_send_frame,
		PSD_OP_credential };
	char answer[DAY_OUTCOME_MAX];
	bool is_awake = day_meet(day);

	sample_make(day->files);
	for (size_t i = 0; is_awake && i < PSD_ELEMENTS(keepers); i++) {
		const struct day_step step = {
			.row = psd_op_find(keepers[i]),
		};

		ask(day, &step, answer);
		is_awake = strcmp(answer, "0") == 0;
	}
	return is_awake;
}

static void
reexec(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	control(day, step, ret);
	/* What it opens once may fail once, and is opened the next time. */
	if (!day_wake(day) && !day_wake(day))
		(void)snprintf(ret, DAY_OUTCOME_MAX, "asleep");
}

/* Stops a service, which the reload starts again. */
static void
stop_and_start(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	static const char *const stop[] = { "stop", "all", NULL },
				 *const start[] = { "reload", NULL };
	char last[DAY_OUTCOME_MAX];
	int stopped, started;

	(void)step;
	stopped = day_ctl(day, last, stop);
	started = day_ctl(day, last, start);
	/* Until somebody reloads there is none. */
	if (started != 0)
		(void)day_ctl(day, last, start);
	day_part(day);
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%d %d%s", stopped, started,
	    day_meet(day) ? "" : ", no helper");
}

/* A client by the door of a service. */
static void
come_by_the_door(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	char answer[DAY_OUTCOME_MAX] = "";
	_cleanup_fd_ int fd = door_connect(&day->rig, "door");
	int r = fd;

	(void)step;
	if (fd >= 0)
		r = door_say(fd, "ping 1", answer, sizeof(answer));
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%d %.100s", r, answer);
}

static void
use_filter(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	static const char *const words[] = { "run", "--policy", "cat", NULL };
	char last[DAY_OUTCOME_MAX];
	const int status = day_ctl(day, last, words);

	(void)step;
	(void)snprintf(ret, DAY_OUTCOME_MAX, "%d %.100s", status,
	    status == 0 ? last : "");
}

static void
use_server(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX])
{
	_cleanup_fd_ int fd = day_connect(day, "echo.sock");

	(void)step;
	if (fd < 0)
		return;
	(void)send(fd, "hello\n", 6, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	tell(ret, day_hear(fd));
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static const struct day_step others[] = {
	{ "change_mode", say, "mode 0640 %s/file", NULL, false },
	{ "change_owner", say, "owner 1:2 %s/file", NULL, false },
	{ "clone", say, "clone 1", NULL, false },
	{ "accept", take_client, NULL, NULL, false },
	{ "run", run, NULL, NULL, false },
	{ "run and kill", run, "signal 9", NULL, false },
	{ "standard error", say, "complain of nothing", NULL, false },
	{ "end and start", replace, "end", NULL, false, false, true },
	{ "failure and start", replace, "exit 3", NULL, false, false, true },
	{ "broken protocol", replace, "garbage", NULL, false, false, true },
	{ "denied call", replace, "call " TEXT(SYS_mount), NULL, false, false,
	    true },
	{ "client at the door", come_by_the_door, NULL, NULL, false, false,
	    true, true },
	{ "filter", use_filter, NULL, NULL, false },
	{ "inetd", use_server, NULL, NULL, false },
	{ "status", control, "status", NULL, false },
	{ "status of one", control, "--json status all", NULL, false },
	{ "explain", control, "explain all stat /etc/passwd", NULL, false },
	{ "metrics", control, "metrics", NULL, false, true },
	{ "reload", reload, "good", NULL, false },
	{ "bad reload", reload_bad, "bad", NULL, false },
	{ "stop and start", stop_and_start, NULL, NULL, false, true },
	{ "reexec", reexec, "reexec", NULL, false },
};

/* What takes a descriptor, waits, or is said once only, is a step above. */
static bool
is_asked(const struct psd_op_row *row)
{
	return !row->takes_fd && row->op != PSD_OP_hello &&
	    row->op != PSD_OP_accept && row->op != PSD_OP_clone &&
	    row->op != PSD_OP_run;
}

static bool
uses_up(const struct psd_op_row *row)
{
	return row->op == PSD_OP_phase || row->op == PSD_OP_restrict ||
	    row->op == PSD_OP_narrow;
}

const struct day_step *
day_steps(size_t *ret_n)
{
	static struct day_step steps[STEPS_MAX];
	static size_t n;

	for (size_t i = 0; n < psd_op_count && i < psd_op_count; i++)
		if (is_asked(&psd_op_rows[i]))
			steps[n++] = (struct day_step){
				.name = psd_op_rows[i].name,
				.perform = ask,
				.row = &psd_op_rows[i],
				.uses_up = uses_up(&psd_op_rows[i]),
			};
	if (steps[n - 1].row != NULL)
		for (size_t i = 0; i < PSD_ELEMENTS(others); i++)
			steps[n++] = others[i];
	*ret_n = n;
	return steps;
}
