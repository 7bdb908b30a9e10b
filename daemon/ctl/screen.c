/* SPDX-License-Identifier: ISC */
/*
 * A few sequences that every terminal of today knows are all that a table
 * needs; a library of terminals would be one more to link privsepctl with.
 */
#include "daemon/ctl/screen.h"

#include "common/mem.h"
#include "daemon/ctl/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { ROWS = 24, COLUMNS = 80, NSEC_PER_USEC = 1000 };

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static struct termios before;
static sigset_t mask_before;
static bool is_ours;
static volatile sig_atomic_t was_ended, was_resized;

static void
note_signal(int number)
{
	if (number == SIGWINCH)
		was_resized = 1;
	else
		was_ended = 1;
}

/* They come only while we wait, so that none is missed in between. */
static int
take_signals(void)
{
	struct sigaction action;
	sigset_t mask;

	memset(&action, 0, sizeof(action));
	action.sa_handler = note_signal;
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGWINCH);
	if (sigaction(SIGWINCH, &action, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < PSD_ELEMENTS(ending); i++) {
		(void)sigaddset(&mask, ending[i]);
		if (sigaction(ending[i], &action, NULL) < 0)
			return -errno;
	}
	return sigprocmask(SIG_BLOCK, &mask, &mask_before) < 0 ? -errno : 0;
}

int
psd_screen_begin(void)
{
	struct termios raw;
	int r;

	if (isatty(STDOUT_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) < 0)
		return -ENOTTY;
	r = take_signals();
	if (r < 0)
		return r;
	raw = before;
	/* Keys at once and unseen; Ctrl-C stays what it is. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return -errno;
	is_ours = true;
	/* The other screen, without a cursor. */
	fputs("\033[?1049h\033[?25l", stdout);
	return 0;
}

void
psd_screen_end(void)
{
	if (!is_ours)
		return;
	is_ours = false;
	fputs("\033[?25h\033[?1049l", stdout);
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

void
psd_screen_size(size_t *ret_rows, size_t *ret_columns)
{
	struct winsize size;

	*ret_rows = ROWS;
	*ret_columns = COLUMNS;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 ||
	    size.ws_col == 0)
		return;
	*ret_rows = size.ws_row;
	*ret_columns = size.ws_col;
}

void
psd_screen_draw(void)
{
	fputs("\033[H", stdout);
}

void
psd_screen_drawn(void)
{
	fputs("\033[J", stdout);
	(void)fflush(stdout);
}

static enum psd_screen_event
read_key(short events, char *ret_key)
{
	if ((events & POLLIN) == 0 || read(STDIN_FILENO, ret_key, 1) != 1)
		return PSD_SCREEN_END;
	return PSD_SCREEN_KEY;
}

enum psd_screen_event
psd_screen_wait(uint64_t until_usec, char *ret_key)
{
	struct pollfd look = { .fd = STDIN_FILENO, .events = POLLIN };
	const uint64_t now = psd_ctl_clock(CLOCK_MONOTONIC);
	const uint64_t left = until_usec > now ? until_usec - now : 0;
	const struct timespec limit = {
		.tv_sec = (time_t)(left / 1000000),
		.tv_nsec = (long)(left % 1000000) * NSEC_PER_USEC,
	};
	const int n = ppoll(&look, 1, &limit, &mask_before);

	if (was_ended || (n < 0 && errno != EINTR))
		return PSD_SCREEN_END;
	if (was_resized) {
		was_resized = 0;
		return PSD_SCREEN_RESIZE;
	}
	return n > 0 ? read_key(look.revents, ret_key) : PSD_SCREEN_TIME;
}
