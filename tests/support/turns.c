/* SPDX-License-Identifier: ISC */
#include "tests/support/turns.h"

#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Of this test, whose child the daemon is. */
static const char *
group(pid_t test)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/cpu/privsepd-%d",
	    (int)test);
	return path;
}

void
turns_enter_group(void)
{
	char path[256];
	FILE *file;

	if (mkdir(group(getppid()), 0755) < 0 && errno != EEXIST)
		return;
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", group(getppid()));
	file = fopen(path, "we");
	if (file == NULL || fprintf(file, "0") < 0 || fclose(file) != 0)
		_exit(96);
}

void
turns_take_edge(void)
{
	const char *other = getenv("PSD_NICE");

	if (setpriority(PRIO_PROCESS, 0,
		other != NULL ? atoi(other) : TURNS_NICE) < 0)
		_exit(96);
	turns_enter_group();
}

void
turns_ungroup(void)
{
	for (int ms = 0;
	     rmdir(group(getpid())) < 0 && errno == EBUSY && ms < TEST_DEADLINE;
	     ms++)
		(void)poll(NULL, 0, 1);
}

/* The first part of it: after that come services and instances. */
static const char *
scrape(struct daemon_rig *rig)
{
	static char text[8192];
	char path[PATH_MAX], option[PATH_MAX + 16];
	const char *said;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/metrics", rig->dir);
	(void)snprintf(option, sizeof(option), "--output=%s", path);
	assert_int_equal(daemon_rig_ctl(rig, &said, "metrics", option, NULL),
	    0);
	file = fopen(path, "re");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	return text;
}

static double
read_sample(const char *metrics, const char *work, const char *clock)
{
	char name[128];
	const char *at;
	double seconds = 0;

	(void)snprintf(name, sizeof(name),
	    "\nprivsepd_loop_longest_turn_seconds{work=\"%s\",clock=\"%s\"} ",
	    work, clock);
	at = strstr(metrics, name);
	if (at == NULL || sscanf(at + strlen(name), "%lf", &seconds) != 1)
		fail_msg("nothing is told of turns for %s", work);
	return seconds * 1000;
}

static struct turn
turn_in(const char *metrics, const char *work)
{
	return (struct turn){
		read_sample(metrics, work, "wall"),
		read_sample(metrics, work, "cpu"),
	};
}

struct turn
turns_of(struct daemon_rig *rig, const char *work)
{
	return turn_in(scrape(rig), work);
}

void
turns_print(struct daemon_rig *rig, const char *when)
{
	static const char *const works[] = { "requests", "ends", "starts",
		"leftovers", "control", "reload", "other" };
	const char *metrics = scrape(rig);
	char text[512] = "";
	double worst = 0;
	size_t len = 0;

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		const struct turn turn = turn_in(metrics, works[i]);

		worst = turn.wall > worst ? turn.wall : worst;
		if (turn.wall > 0 && len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    " %s %.1f (%.1f)", works[i], turn.wall, turn.cpu);
	}
	print_message("# longest turns of the loop %s, in ms (of the "
		      "processor):%s; at most 20: %s\n",
	    when, text, worst <= 20 ? "yes" : "MISSED");
}
