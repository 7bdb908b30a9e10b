/* SPDX-License-Identifier: ISC */
#ifndef PSD_ADVICE_PLACE_H
#define PSD_ADVICE_PLACE_H

#include <stddef.h>
#include <stdint.h>

/* What a line allows with a place. */
enum psd_advice_use {
	PSD_USE_READ = 1 << 0, /* open, to read */
	PSD_USE_CHANGE = 1
	    << 1, /* open, to write or to append; unlink, mkdir, rmdir, rename,
		     listen_unix, bind_unix */
	PSD_USE_STAT = 1 << 2,
	PSD_USE_LIST = 1 << 3,    /* read_directory */
	PSD_USE_CONNECT = 1 << 4, /* connect_unix */
};

/* Which paths of a place a line has to cover. */
enum psd_advice_extent {
	PSD_EXTENT_ANY,    /* one of them */
	PSD_EXTENT_MOUNT,  /* the same; what its first component names is a
			      file system of its own */
	PSD_EXTENT_WITHIN, /* none but these */
};

/* A place of the system that helpers had better not reach. */
struct psd_advice_place {
	const char *glob; /* simple, see policy/cover.h */
	enum psd_advice_extent extent;
	uint32_t uses;      /* which of them are foolish */
	const char *reason; /* what it is */
	const char *name; /* of a tree: a file that is likely there, or NULL */
};

/* The worst first. */
extern const struct psd_advice_place psd_advice_secrets[];
extern const size_t psd_advice_secret_count;

/* What others trust, so that changing it gives more than it seems to. */
extern const struct psd_advice_place psd_advice_trusted[];
extern const size_t psd_advice_trusted_count;

#endif
