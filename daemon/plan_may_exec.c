/* SPDX-License-Identifier: ISC */
#include "daemon/plan_work.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Without a view there is /proc, where a descriptor of memory has a name, and
 * memory is nothing that Landlock governs: it would be executed.
 */
static int
check_memory(const struct psd_plan_work *work)
{
	const struct psd_words *calls = &work->policy->calls;

	for (size_t i = 0; i < calls->n; i++) {
		if (strcmp(calls->at[i].text, "memfd_create") != 0)
			continue;
		psd_diag_error(work->diag, &calls->at[i].where,
		    "SystemCallFilter=memfd_create and AllowExec= together "
		    "need the layer namespaces, without which what the helper "
		    "writes could be executed; leave one out");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int
check_bounds(const struct psd_plan_work *work)
{
	const uint32_t layers = work->prepared->layers;

	if ((layers & PSD_LAYER_NAMESPACES) != 0)
		return 0;
	if ((layers & PSD_LAYER_LANDLOCK) != 0)
		return check_memory(work);
	psd_diag_error(work->diag, &work->policy->may_exec.at[0].where,
	    "AllowExec= needs the layer landlock or namespaces: nothing else "
	    "says which programs the helper may start; privsepctl status says "
	    "why they are missing");
	return -EOPNOTSUPP;
}

static bool
is_left_out(const struct psd_word *program)
{
	return program->may_be_missing && access(program->text, F_OK) < 0 &&
	    errno == ENOENT;
}

/* The kernel executes the script, then its interpreter, which reads it. */
static int
add_script(const struct psd_plan_work *work, const struct psd_word *program,
    const struct psd_image *image)
{
	struct psd_prepared_resources *own = work->prepared->own;
	const int fd = open(program->text, O_PATH | O_CLOEXEC);
	char *interpreter;
	int r;

	if (fd < 0) {
		r = -errno;
		psd_diag_error(work->diag, &program->where,
		    "cannot open %s: %s", program->text, strerror(-r));
		return r;
	}
	psd_plan_keep(work, fd);
	interpreter = strdup(image->interpreter);
	if (interpreter == NULL)
		return -ENOMEM;
	own->interpreters[own->n_interpreters++] = interpreter;
	psd_plan_show(work, interpreter, &program->where);
	return 0;
}

static int
add_program(const struct psd_plan_work *work, const struct psd_word *program)
{
	struct psd_image image = { .fd = PSD_NO_FD };
	int r = psd_plan_open_image(work, program, &image);

	if (r < 0)
		return r;
	psd_plan_keep(work, psd_fd_take(&image.fd));
	psd_plan_show(work, program->text, &program->where);
	r = psd_plan_open_loader(work, program, &image);
	if (r == 0 && image.is_script)
		r = add_script(work, program, &image);
	return r;
}

int
psd_plan_open_may_exec(const struct psd_plan_work *work)
{
	const struct psd_words *programs = &work->policy->may_exec;
	int r = programs->n == 0 ? 0 : check_bounds(work);

	for (size_t i = 0; r == 0 && i < programs->n; i++)
		if (!is_left_out(&programs->at[i]))
			r = add_program(work, &programs->at[i]);
	return r;
}
