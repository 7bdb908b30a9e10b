/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_SCREEN_H
#define PSD_CTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A terminal whose screen is ours for a while.  What it shows comes back with
 * psd_screen_end(), whatever ends us, but for SIGKILL.
 */

/* Makes standard input and output that.  0 or -errno: they are no terminal. */
int psd_screen_begin(void);
void psd_screen_end(void);

/* The rows and columns that it has now. */
void psd_screen_size(size_t *ret_rows, size_t *ret_columns);

/* Begins to draw at the top, and erases what is below what was drawn. */
void psd_screen_draw(void);
void psd_screen_drawn(void);

/* The end of each line that is drawn. */
#define PSD_SCREEN_NEWLINE "\033[K\n"

/* What was waited for. */
enum psd_screen_event {
	PSD_SCREEN_TIME,   /* the time has come */
	PSD_SCREEN_RESIZE, /* it has another size */
	PSD_SCREEN_KEY,
	PSD_SCREEN_END, /* a signal that ends us, or no terminal any more */
};

/* Waits until a moment of CLOCK_MONOTONIC, or for something before. */
enum psd_screen_event psd_screen_wait(uint64_t until_usec, char *ret_key);

#endif
