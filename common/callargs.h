/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALLARGS_H
#define PSD_CALLARGS_H

/*
 * Which arguments of a system call name something that lies in the caller's
 * memory: one letter an argument, from the first.
 */
enum {
	PSD_ARG_NONE = '-', /* a number, or of no interest */
	PSD_ARG_DIR = 'd',  /* the directory that the next path starts from */
	PSD_ARG_PATH = 'p',
	PSD_ARG_ADDRESS = 'a', /* struct sockaddr; its length comes next */
	PSD_ARG_HOW = 'h',     /* openat2()'s struct open_how */
};

/* What a call is for, where that is of interest. */
enum psd_call_act {
	PSD_ACT_OTHER,
	PSD_ACT_OPEN,
	PSD_ACT_CREATE, /* creat(), whose flags are understood */
	PSD_ACT_EXEC,
	PSD_ACT_CONNECT,
};

/* Bytes of a path that are read, the closing NUL included, as the kernel. */
enum { PSD_SEEN_PATH_MAX = 4096, PSD_SEEN_NAMES_MAX = 2 };

/* What an answer of a watcher says of what it read. */
enum {
	PSD_SEEN_ADDRESS = 1 << 0,    /* the first is one, no path */
	PSD_SEEN_UNREADABLE = 1 << 1, /* of a pointer nothing could be read */
	PSD_SEEN_CUT = 1 << 2, /* a path that is longer than there may be */
	PSD_SEEN_RELATIVE = 1 << 3, /* where a path starts is not known */
	PSD_SEEN_NO_PATH = 1 << 4,  /* empty, or a null pointer */
};

/* The letters of a call of this architecture; NULL: it names nothing. */
const char *psd_call_args(int number);

/* What it is for. */
enum psd_call_act psd_call_act(int number);

#endif
