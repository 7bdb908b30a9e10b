/* SPDX-License-Identifier: ISC */
#ifndef PSD_MEM_H
#define PSD_MEM_H

#include <stdlib.h>

/* Frees what *pointer points to; for _cleanup_free_, always initialised. */
static inline void
psd_mem_cleanup(void *pointer)
{
	void **memory = (void **)pointer;

	free(*memory);
	*memory = NULL;
}

#define _cleanup_free_ __attribute__((cleanup(psd_mem_cleanup)))

#define PSD_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

#endif
