/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/clock.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/gather.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/screen.h"
#include "daemon/ctl/top_show.h"

#include "common/codec.h"
#include "policy/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DELAY_USEC = 2000000, DELAY_MIN_USEC = 100000, COUNT_MAX = 1000000000 };

struct settings {
	uint64_t delay_usec;
	uint64_t count; /* of tables; UINT64_MAX: no end */
	bool in_batch;
};

/* What is wrong with an argument, or NULL. */
static const char *
read_settings(const struct psd_ctl *ctl, struct settings *ret)
{
	*ret = (struct settings){
		.delay_usec = DELAY_USEC,
		.count = UINT64_MAX,
		.in_batch =
		    (ctl->given & PSD_CTL_TAKES_BATCH) != 0 || ctl->json,
	};
	if (ctl->count != NULL &&
	    psd_value_number(ctl->count, 1, COUNT_MAX, &ret->count) < 0)
		return "-n takes a number";
	if (ctl->delay != NULL &&
	    (psd_value_span(ctl->delay, &ret->delay_usec) < 0 ||
		ret->delay_usec < DELAY_MIN_USEC ||
		ret->delay_usec == PSD_VALUE_INFINITY))
		return "--delay takes seconds, 0.1 at least";
	return NULL;
}

static void
wait_until(uint64_t until_usec)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_usec / 1000000),
		.tv_nsec = (long)(until_usec % 1000000) * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	    EINTR)
		;
}

static enum psd_ctl_exit
tell_no_memory(void)
{
	psd_ctl_complain("out of memory");
	return PSD_CTL_FAILED;
}

/* The daemon parts from whoever stays for long, so we come anew each time. */
static enum psd_ctl_exit
look(struct psd_ctl *ctl, json_t **ret)
{
	const enum psd_ctl_exit status = psd_ctl_sample(ctl, false, ret);

	psd_ctl_disconnect(ctl);
	return status;
}

static enum psd_ctl_exit
show_in_batch(const struct psd_ctl *ctl, const json_t *earlier,
    const json_t *now)
{
	struct psd_top top;

	if (!psd_top_compare(earlier, now, &top))
		return tell_no_memory();
	psd_top_sort(&top, 'r');
	if (ctl->json)
		psd_top_show_json(&top);
	else
		psd_top_show(&top, SIZE_MAX, SIZE_MAX, "\n");
	psd_top_free(&top);
	return fflush(stdout) == 0 ? PSD_CTL_DONE : PSD_CTL_FAILED;
}

static enum psd_ctl_exit
run_in_batch(struct psd_ctl *ctl, const struct settings *settings)
{
	uint64_t next = psd_ctl_clock(CLOCK_MONOTONIC);
	json_t *earlier = NULL;
	enum psd_ctl_exit status = look(ctl, &earlier);

	for (uint64_t i = 0; status == PSD_CTL_DONE && i < settings->count;
	     i++) {
		json_t *now = NULL;

		next += settings->delay_usec;
		wait_until(next);
		status = look(ctl, &now);
		if (status == PSD_CTL_DONE && i > 0 && !ctl->json)
			putchar('\n');
		if (status == PSD_CTL_DONE)
			status = show_in_batch(ctl, earlier, now);
		json_decref(earlier);
		earlier = now;
	}
	json_decref(earlier);
	return status;
}

/* What is on the screen, and from what it was made. */
struct view {
	json_t *earlier, *now;
	char path[PSD_PATH_MAX + 1]; /* where nobody answered, or "" */
	char key;
};

static void
draw(const struct view *view)
{
	struct psd_top top;
	size_t rows, columns;

	psd_screen_size(&rows, &columns);
	psd_screen_draw();
	if (view->now == NULL) {
		psd_ctl_put(stdout, "nobody answers at ");
		psd_ctl_put(stdout, view->path);
		fputs(PSD_SCREEN_NEWLINE, stdout);
	} else if (psd_top_compare(view->earlier, view->now, &top)) {
		psd_top_sort(&top, view->key);
		/* The last line is the keys', without a newline behind it. */
		psd_top_show(&top, rows - 1, columns, PSD_SCREEN_NEWLINE);
		psd_top_free(&top);
	}
	printf("%.*s\033[K", (int)columns,
	    "q quit; sort by: n name, r requests, f refused, e ends, "
	    "m memory, l latency");
	psd_screen_drawn();
}

/* A daemon that is not there may come back. */
static enum psd_ctl_exit
refresh(struct psd_ctl *ctl, struct view *view)
{
	enum psd_ctl_exit status = PSD_CTL_DONE;

	json_decref(view->earlier);
	view->earlier = view->now;
	view->now = NULL;
	if (psd_ctl_connect(ctl, view->path) == 0)
		status = look(ctl, &view->now);
	return status;
}

/* Until it is time for the next look.  False: to end. */
static bool
handle_events(struct view *view, uint64_t until_usec)
{
	for (;;) {
		char key = '\0';

		switch (psd_screen_wait(until_usec, &key)) {
		case PSD_SCREEN_TIME:
			return true;
		case PSD_SCREEN_END:
			return false;
		case PSD_SCREEN_RESIZE:
			break;
		case PSD_SCREEN_KEY:
			if (key == 'q')
				return false;
			if (key == ' ')
				return true;
			if (psd_top_is_key(key))
				view->key = key;
			break;
		}
		draw(view);
	}
}

static enum psd_ctl_exit
run_on_screen(struct psd_ctl *ctl, const struct settings *settings)
{
	struct view view = { .key = 'r' };
	enum psd_ctl_exit status = refresh(ctl, &view);

	/* There must be one to begin with, so that mistakes are seen. */
	if (status == PSD_CTL_DONE && view.now == NULL)
		status = look(ctl, &view.now);
	if (status == PSD_CTL_DONE && psd_screen_begin() < 0) {
		psd_ctl_complain("not a terminal; --batch does without");
		status = PSD_CTL_USAGE;
	}
	for (uint64_t i = 0; status == PSD_CTL_DONE && i < settings->count;
	     i++) {
		draw(&view);
		if (!handle_events(&view,
			psd_ctl_clock(CLOCK_MONOTONIC) + settings->delay_usec))
			break;
		status = refresh(ctl, &view);
	}
	psd_screen_end();
	json_decref(view.earlier);
	json_decref(view.now);
	return status;
}

enum psd_ctl_exit
psd_ctl_top(struct psd_ctl *ctl)
{
	struct settings settings;
	const char *wrong = read_settings(ctl, &settings);

	if (wrong != NULL) {
		psd_ctl_complain("%s", wrong);
		return PSD_CTL_USAGE;
	}
	return settings.in_batch ? run_in_batch(ctl, &settings)
				 : run_on_screen(ctl, &settings);
}
