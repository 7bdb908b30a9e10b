/* SPDX-License-Identifier: ISC */
#include "daemon/plan_work.h"

#include "common/fd.h"

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

/* Room for the most that there can be. */
static int
make_room(const struct psd_plan_work *work)
{
	const struct psd_words *view = &work->policy->view;
	const size_t n = work->policy->may_exec.n;
	struct psd_prepared_resources *own = work->prepared->own;

	/* A program and its loader; of a script also the script itself. */
	own->programs = calloc(2 + 3 * n, sizeof(*own->programs));
	own->interpreters = calloc(n + 1, sizeof(*own->interpreters));
	own->view.at = calloc(view->n + 1 + 2 * n, sizeof(*own->view.at));
	if (own->programs == NULL || own->interpreters == NULL ||
	    own->view.at == NULL)
		return -ENOMEM;
	own->view.n = view->n;
	if (view->n > 0)
		memcpy(own->view.at, view->at, view->n * sizeof(*view->at));
	return 0;
}

void
psd_plan_keep(const struct psd_plan_work *work, int fd)
{
	struct psd_prepared_resources *own = work->prepared->own;

	own->programs[own->n_programs++] = fd;
}

void
psd_plan_forget(struct psd_prepared_resources *own)
{
	while (own->n_programs > 0)
		psd_fd_close(own->programs[--own->n_programs]);
}

void
psd_plan_show(const struct psd_plan_work *work, const char *path,
    const struct psd_where *where)
{
	struct psd_words *view = &work->prepared->own->view;

	view->at[view->n++] =
	    (struct psd_word){ .text = path, .where = *where };
}

int
psd_plan_open_image(const struct psd_plan_work *work,
    const struct psd_word *program, struct psd_image *ret)
{
	const bool any_uid = work->host->set_ids && work->policy->user == NULL;

	return psd_image_open(program->text, any_uid, &program->where, ret,
	    work->diag);
}

/* Else the loader and libraries could be seen, but not executed. */
static bool
has_group(const struct psd_words *view)
{
	for (size_t i = 0; i < view->n; i++)
		if (view->at[i].access == 0)
			return true;
	return false;
}

int
psd_plan_open_loader(const struct psd_plan_work *work,
    const struct psd_word *program, const struct psd_image *image)
{
	int fd;
	int r;

	if (image->loader[0] == '\0')
		return 0;
	if (!has_group(&work->policy->view)) {
		psd_diag_error(work->diag, &program->where,
		    "%s needs its loader and libraries, which the helper may "
		    "not see; to allow: AllowOpen=@runtime",
		    program->text);
		return -EINVAL;
	}
	fd = open(image->loader, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		psd_diag_error(work->diag, &program->where,
		    "cannot open the loader %s: %s", image->loader,
		    strerror(-r));
		return r;
	}
	psd_plan_keep(work, fd);
	return 0;
}

int
psd_plan_make_argv(const struct psd_plan_work *work)
{
	work->prepared->plan.argv = work->policy->argv;
	return work->prepared->own->image.is_script ? make_script_argv(work)
						    : 0;
}

struct psd_prepared *
psd_plan_fail(const struct psd_plan_work *work, int r, unsigned before)
{
	const struct psd_where where = { .file = work->policy->file };

	if (r == -ENOMEM)
		work->diag->out_of_memory = true;
	else if (work->diag->errors == before)
		psd_diag_error(work->diag, &where, "cannot be prepared: %s",
		    strerror(-r));
	psd_plan_free(work->prepared);
	return NULL;
}

/* A script has to be read by its interpreter, so it is in the view too. */
static int
take_image(const struct psd_plan_work *work, const struct psd_word *program)
{
	struct psd_prepared_resources *own = work->prepared->own;
	const int fd = fcntl(own->image.fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	psd_plan_keep(work, fd);
	work->prepared->plan.exec_fd = own->image.fd;
	if (own->image.is_script)
		psd_plan_show(work, program->text, &program->where);
	return psd_plan_make_argv(work);
}

int
psd_plan_open_program(const struct psd_plan_work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	const struct psd_word program = {
		.text = work->policy->exec_path,
		.where = work->policy->exec_where,
	};
	int r = make_room(work);

	if (r == 0 && work->policy->type == PSD_TYPE_MONITOR)
		return 0;
	if (r == 0)
		r = psd_plan_open_image(work, &program, &own->image);
	if (r == 0)
		r = psd_plan_open_loader(work, &program, &own->image);
	return r < 0 ? r : take_image(work, &program);
}
