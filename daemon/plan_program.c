/* SPDX-License-Identifier: ISC */
#include "daemon/plan_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* The interpreter is given the script by its path, as by the kernel. */
static int
make_script_argv(const struct psd_plan_work *work)
{
	const struct psd_policy *policy = work->policy;
	struct psd_prepared_resources *own = work->prepared->own;
	size_t n = 0, at = 0;

	while (policy->argv[n] != NULL)
		n++;
	own->argv = calloc(n + 4, sizeof(*own->argv));
	if (own->argv == NULL)
		return -ENOMEM;
	own->argv[at++] = own->image.interpreter;
	if (own->image.argument[0] != '\0')
		own->argv[at++] = own->image.argument;
	own->argv[at++] = (char *)(uintptr_t)policy->exec_path;
	for (size_t i = 1; i < n; i++)
		own->argv[at++] = policy->argv[i];
	work->prepared->plan.argv = own->argv;
	return 0;
}

/* A script has to be read by its interpreter, so it is in the view too. */
static int
make_view(const struct psd_plan_work *work)
{
	const struct psd_words *view = &work->policy->view;
	struct psd_prepared_resources *own = work->prepared->own;

	own->view.at = calloc(view->n + 1, sizeof(*own->view.at));
	if (own->view.at == NULL)
		return -ENOMEM;
	own->view.n = view->n;
	if (view->n > 0)
		memcpy(own->view.at, view->at, view->n * sizeof(*view->at));
	if (own->image.is_script)
		own->view.at[own->view.n++] = (struct psd_word){
			.text = work->policy->exec_path,
			.where = work->policy->exec_where,
		};
	return 0;
}

int
psd_plan_open_program(const struct psd_plan_work *work)
{
	const struct psd_policy *policy = work->policy;
	struct psd_prepared_resources *own = work->prepared->own;
	int r = psd_image_open(policy->exec_path,
	    work->host->set_ids && policy->user == NULL, &policy->exec_where,
	    &own->image, work->diag);

	if (r < 0)
		return r;
	if (own->image.loader[0] != '\0' && policy->view.n == 0) {
		psd_diag_error(work->diag, &policy->exec_where,
		    "%s needs its loader and libraries, which the helper may "
		    "not see; to allow: AllowOpen=@runtime",
		    policy->exec_path);
		return -EINVAL;
	}
	if (own->image.loader[0] != '\0') {
		own->loader_fd = open(own->image.loader, O_PATH | O_CLOEXEC);
		if (own->loader_fd < 0) {
			r = -errno;
			psd_diag_error(work->diag, &policy->exec_where,
			    "cannot open the loader %s: %s", own->image.loader,
			    strerror(-r));
			return r;
		}
	}
	work->prepared->plan.exec_fd = own->image.fd;
	work->prepared->plan.argv = policy->argv;
	r = own->image.is_script ? make_script_argv(work) : 0;
	return r < 0 ? r : make_view(work);
}
