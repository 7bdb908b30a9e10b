/* SPDX-License-Identifier: ISC */
#ifndef PSD_HOT_H
#define PSD_HOT_H

/*
 * What every request passes, in the daemon and in the helper's library: the
 * linker puts it side by side, in three pages instead of some twenty, since
 * after each switch of processes the processor has to find its code again.
 */
#define PSD_HOT __attribute__((hot))

#endif
