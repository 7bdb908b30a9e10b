/* SPDX-License-Identifier: ISC */
#ifndef PSD_PLAN_WORK_H
#define PSD_PLAN_WORK_H

#include "daemon/image.h"
#include "daemon/plan.h"
#include "policy/filter.h"

/* What a plan borrows. */
struct psd_prepared_resources {
	struct psd_image image;
	int loader_fd;
	int ns[PSD_NS_COUNT];
	int landlock_fd;
	struct psd_filter *filter, *plain_filter;
	char **argv;           /* of a script; its strings are borrowed */
	struct psd_words view; /* the policy's, and the script */
};

/* What psd_plan_prepare()'s steps work on. */
struct psd_plan_work {
	const struct psd_host *host;
	const struct psd_policy *policy;
	struct psd_prepared *prepared;
	struct psd_diag *diag;
};

/*
 * Opens the program or a script's interpreter, with its loader, and sets up
 * arguments and view.  0, or -errno with diag.
 */
int psd_plan_open_program(const struct psd_plan_work *work);

#endif
