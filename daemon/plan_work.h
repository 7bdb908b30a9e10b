/* SPDX-License-Identifier: ISC */
#ifndef PSD_PLAN_WORK_H
#define PSD_PLAN_WORK_H

#include "daemon/image.h"
#include "daemon/plan.h"
#include "policy/filter.h"

/* What a plan borrows. */
struct psd_prepared_resources {
	struct psd_image image;
	int *programs; /* that Landlock lets be executed; owned */
	size_t n_programs;
	int ns[PSD_NS_COUNT];
	char temporary[96]; /* options of each instance's tmpfs */
	int landlock_fd;
	struct psd_filter *filter, *plain_filter;
	char **argv;           /* of a script; its strings are borrowed */
	struct psd_words view; /* the policy's, and programs */
	char **interpreters;   /* in the view, of other scripts */
	size_t n_interpreters;
};

/* What psd_plan_prepare()'s steps work on. */
struct psd_plan_work {
	const struct psd_host *host;
	const struct psd_policy *policy;
	struct psd_prepared *prepared;
	struct psd_diag *diag;
};

/*
 * Begins, with nothing opened yet: work.prepared is NULL when memory is short,
 * which is told.
 */
struct psd_plan_work psd_plan_begin(const struct psd_host *host,
    const struct psd_policy *policy, struct psd_diag *diag);

/*
 * A step has failed with -errno, and diag may have no more errors than it had
 * before: says so then, frees what was prepared, and returns NULL.
 */
struct psd_prepared *psd_plan_fail(const struct psd_plan_work *work, int r,
    unsigned before);

/* Compiles the filters.  0, or -errno with diag. */
int psd_plan_make_filters(const struct psd_plan_work *work);

/* Lays out the arguments: the policy's, or with a script's interpreter. */
int psd_plan_make_argv(const struct psd_plan_work *work);

/*
 * Opens the program or a script's interpreter, with its loader, and sets up
 * arguments and view.  0, or -errno with diag.
 */
int psd_plan_open_program(const struct psd_plan_work *work);

/*
 * The same for what AllowExec= names, behind psd_plan_open_program().
 * Refuses it where neither Landlock nor a view would bound it.
 */
int psd_plan_open_may_exec(const struct psd_plan_work *work);

/* Parts of both: psd_image_open() by the policy's user. */
int psd_plan_open_image(const struct psd_plan_work *work,
    const struct psd_word *program, struct psd_image *ret);

/* Opens the loader, if any, for Landlock; it has to be in the view. */
int psd_plan_open_loader(const struct psd_plan_work *work,
    const struct psd_word *program, const struct psd_image *image);

/* Keeps a descriptor for Landlock; takes it over. */
void psd_plan_keep(const struct psd_plan_work *work, int fd);

/* Shows a path in the view. */
void psd_plan_show(const struct psd_plan_work *work, const char *path,
    const struct psd_where *where);

/* TemporaryFileSystem=, when the view is known.  0, or -errno with diag. */
int psd_plan_take_temporary(const struct psd_plan_work *work);

/*
 * AllowConnect= and AllowBind= of a program: refuses them where its sockets
 * would not be bounded, and tells Landlock.  0, or -errno with diag.
 */
int psd_plan_check_ports(const struct psd_plan_work *work);
int psd_plan_allow_ports(const struct psd_plan_work *work);

/* Closes what only Landlock was told of. */
void psd_plan_forget(struct psd_prepared_resources *own);

#endif
