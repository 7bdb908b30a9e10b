/* SPDX-License-Identifier: ISC */
#ifndef PSD_MANAGER_H
#define PSD_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What whoever started us does for us beyond that, each of which we can do
 * without.
 */
enum psd_manager_gift {
	PSD_MANAGER_NOTIFY = 1 << 0,
	PSD_MANAGER_WATCHDOG = 1 << 1,
	PSD_MANAGER_STORE = 1 << 2,
	PSD_MANAGER_JOURNAL = 1 << 3,
};

/* Which of them there are, PSD_MANAGER_*; two of them are known already. */
uint32_t psd_manager_look(bool has_store, bool has_journal);

/*
 * After a start that failed, before we exit.  The unit has no RestartSec=, since
 * clients wait for who has crashed; but what is in the way of a start, such as
 * an address that comes up late, is not gone at once, and StartLimitBurst= tries
 * are to last for a while.
 */
void psd_manager_pause(uint32_t there);

/* "notify watchdog". */
void psd_manager_print(uint32_t there, char *ret, size_t size);

/* A line for each that is missing, with what that means. */
void psd_manager_print_missing(uint32_t there, char *ret, size_t size);

#endif
