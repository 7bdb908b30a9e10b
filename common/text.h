/* SPDX-License-Identifier: ISC */
#ifndef PSD_TEXT_H
#define PSD_TEXT_H

#include <stddef.h>

/* A text being written into size bytes of somebody else's. */
struct psd_text {
	char *at; /* closed by NUL once something was put there */
	size_t size;
	size_t len;
};

/* Adds what printf() would print; cut at the end of its room. */
void psd_text_put(struct psd_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
