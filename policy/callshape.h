/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALLSHAPE_H
#define PSD_CALLSHAPE_H

#include <stdint.h>

/* What the registers of a call mean to a reader: one letter an argument. */
enum {
	PSD_SHAPE_INT = 'i',  /* a signed number, a descriptor */
	PSD_SHAPE_SIZE = 'n', /* an unsigned number of 64 bits */
	PSD_SHAPE_HEX = 'x',  /* a pointer, or whatever it is */
	PSD_SHAPE_WORD = 'w', /* 32 bits in hex: a request, flags */
	PSD_SHAPE_DIR = 'd',  /* a directory descriptor or AT_FDCWD */
	PSD_SHAPE_MODE = 'm', /* permission bits, octal */
	PSD_SHAPE_OPEN = 'O',
	PSD_SHAPE_PROT = 'P',
	PSD_SHAPE_MAP = 'M',
	PSD_SHAPE_FAMILY = 'F',
	PSD_SHAPE_SOCKET_TYPE = 'T',
	PSD_SHAPE_LEVEL = 'L', /* of a socket option */
	PSD_SHAPE_CLONE = 'C',
	PSD_SHAPE_PRCTL = 'R',
	PSD_SHAPE_SIGNAL = 'S',
	PSD_SHAPE_FCNTL = 'f',
};

/* A constant and its name; a name of NULL ends a list. */
struct psd_call_word {
	uint64_t value;
	const char *name;
};

extern const struct psd_call_word psd_call_words_open[];
extern const struct psd_call_word psd_call_words_prot[];
extern const struct psd_call_word psd_call_words_map[];
extern const struct psd_call_word psd_call_words_family[];
extern const struct psd_call_word psd_call_words_socket_type[];
extern const struct psd_call_word psd_call_words_socket_flags[];
extern const struct psd_call_word psd_call_words_level[];
extern const struct psd_call_word psd_call_words_clone[];
extern const struct psd_call_word psd_call_words_prctl[];
extern const struct psd_call_word psd_call_words_signal[];
extern const struct psd_call_word psd_call_words_fcntl[];

/* The letters of a call, at most six, or NULL when it is not known. */
const char *psd_call_shape(const char *call);

#endif
