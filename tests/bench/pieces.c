/* SPDX-License-Identifier: ISC */
/*
 * What a ping and an open are made of, so that a goal that is missed tells
 * where the time is: not ours to save is what two bare processes take that do
 * the same without a line of the library's and the daemon's.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/cgroup_find.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_piece.h"
#include "tests/support/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char title[] = "what a request is made of";
static const char bare_ping[] = "bare ping-pong";
static const char bare_open[] = "bare ping-pong of open's size";
static const char in_group[] = "+ and is in a control group of its own";
static const char in_groups[] = "+ and the first one in another";

enum {
	PING = BENCH_EPOLL | BENCH_OWN_FILTER | BENCH_FILTER | BENCH_GROUP,
	ALL = PING | BENCH_OWN_GROUP,
	GIVES = ALL | BENCH_GIVES,
	OPENS = GIVES | BENCH_OPENS,
};

/* A row adds one thing to the one above it. */
static const struct {
	const char *name;
	unsigned does;
	bool is_open;
} rows[] = {
	{ bare_ping, 0, false },
	{ "+ one side waits by epoll_wait()", BENCH_EPOLL, false },
	{ "+ and has a filter", BENCH_EPOLL | BENCH_OWN_FILTER, false },
	{ "+ the other side has that and a helper's", PING & ~BENCH_GROUP,
	    false },
	{ in_group, PING, false },
	{ in_groups, ALL, false },
	{ bare_open, 0, true },
	{ "+ all of that, and a descriptor that goes along", GIVES, true },
	{ "+ and is opened and closed", OPENS, true },
	{ "+ and looked at, by fstat() and fcntl()", OPENS | BENCH_LOOKS,
	    true },
};

struct rig {
	struct bench_piece pieces[PSD_ELEMENTS(rows)];
	struct bench_case cases[PSD_ELEMENTS(rows) + 2];
	size_t n_cases;
	struct bench_asked ping, opened;
	struct psd_filter *filter;
	char group_path[PATH_MAX + 32];
	int file, dir, group;
};

/* Beside our own group; PSD_NO_FD where there is none to make. */
static void
make_group(struct rig *rig)
{
	char own[PATH_MAX], why[256];
	bool is_top;

	if (psd_cgroup_find(NULL, own, sizeof(own), &is_top, why, sizeof(why)) <
	    0) {
		bench_skip_row(title, in_group, "%s", why);
		return;
	}
	(void)snprintf(rig->group_path, sizeof(rig->group_path),
	    "%s/privsepd-bench-%d", own, (int)getpid());
	if (mkdir(rig->group_path, 0700) == 0)
		rig->group =
		    open(rig->group_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rig->group >= 0 &&
	    (mkdirat(rig->group, "daemon", 0700) < 0 ||
		mkdirat(rig->group, "helper", 0700) < 0))
		psd_fd_cleanup(&rig->group);
	if (rig->group < 0)
		bench_skip_row(title, in_group, "%s: %s", rig->group_path,
		    strerror(errno));
}

static void
add_case(struct rig *rig, const char *name,
    double (*run)(void *context, unsigned n), void *context, bool is_open)
{
	const size_t n = rig->n_cases++;
	const bool is_bare = name == bare_ping || name == bare_open;

	rig->cases[n] = (struct bench_case){
		.name = name,
		.run = run,
		.context = context,
		.times = 250,
		.limit = is_bare ? NULL
		    : is_open    ? bare_open
				 : bare_ping,
		.increment = is_bare ? NULL : rig->cases[n - 1].name,
	};
}

static int
start_pieces(struct rig *rig, size_t path_len)
{
	int r = 0;

	for (size_t i = 0; i < PSD_ELEMENTS(rows) && r == 0; i++) {
		struct bench_piece *piece = &rig->pieces[i];

		if ((rows[i].name == in_group || rows[i].name == in_groups) &&
		    rig->group < 0)
			continue;
		*piece = (struct bench_piece){
			.does = rows[i].does,
			.request = rows[i].is_open ? BENCH_OPEN_BYTES + path_len
						   : BENCH_PING_BYTES,
			.reply = rows[i].is_open ? BENCH_REPLY_BYTES
						 : BENCH_PING_BYTES,
			.filter = &rig->filter->program,
			.file = rig->file,
			.dir = rig->dir,
			.group = rig->group,
		};
		if (rig->group < 0)
			piece->does &=
			    ~(unsigned)(BENCH_GROUP | BENCH_OWN_GROUP);
		/* What is ours comes last of its kind. */
		if (rows[i].name == bare_open)
			add_case(rig, "ping", bench_ask, &rig->ping, false);
		r = bench_piece_start(piece);
		add_case(rig, rows[i].name, bench_piece_run, piece,
		    rows[i].is_open);
	}
	add_case(rig, "open and close, brokered", bench_ask, &rig->opened,
	    true);
	return r;
}

static void
stop(struct rig *rig)
{
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		if (rig->pieces[i].request > 0)
			bench_piece_stop(&rig->pieces[i]);
	psd_fd_close(rig->file);
	psd_fd_close(rig->dir);
	(void)unlinkat(rig->group, "daemon", AT_REMOVEDIR);
	(void)unlinkat(rig->group, "helper", AT_REMOVEDIR);
	psd_fd_close(rig->group);
	(void)rmdir(rig->group_path);
	psd_filter_free(rig->filter);
	free(rig);
}

void
bench_pieces(int client, const char *dir)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	char path[256];

	if (rig == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/a", dir);
	rig->ping = (struct bench_asked){ client, "ping" };
	rig->opened.client = client;
	(void)snprintf(rig->opened.command, sizeof(rig->opened.command),
	    "open %s", path);
	rig->filter = test_filter_compile("@helper @loader @network-io",
	    PSD_VIOLATION_KILL, PSD_FILTER_PLAIN, NULL);
	rig->file = open(path, O_RDONLY | O_CLOEXEC);
	rig->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rig->group = PSD_NO_FD;
	make_group(rig);
	if (rig->file >= 0 && rig->dir >= 0 &&
	    start_pieces(rig, strlen(path)) == 0)
		bench_group(title, rig->cases, rig->n_cases);
	else
		bench_skip(title, "%s", strerror(errno));
	stop(rig);
}
