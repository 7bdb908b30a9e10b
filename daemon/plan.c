/* SPDX-License-Identifier: ISC */
#include "daemon/plan.h"

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/image.h"
#include "daemon/landlock.h"
#include "daemon/namespace.h"
#include "policy/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* 0, 1, 2, the pair, and the listener on its way out. */
enum { NOFILE_MIN = 5 };

struct psd_prepared_resources {
	struct psd_image image;
	int loader_fd;
	int ns[PSD_NS_COUNT];
	int landlock_fd;
	struct psd_filter *filter, *plain_filter;
	char **argv;           /* of a script; its strings are borrowed */
	struct psd_words view; /* the policy's, and the script */
};

/* What prepare's steps work on. */
struct work {
	const struct psd_host *host;
	const struct psd_policy *policy;
	struct psd_prepared *prepared;
	struct psd_diag *diag;
};

static void
free_resources(struct psd_prepared_resources *own)
{
	psd_fd_cleanup(&own->image.fd);
	psd_fd_cleanup(&own->loader_fd);
	psd_fd_cleanup(&own->landlock_fd);
	psd_namespaces_close(own->ns);
	psd_filter_free(own->filter);
	psd_filter_free(own->plain_filter);
	free(own->argv);
	free(own->view.at);
	free(own);
}

void
psd_plan_free(struct psd_prepared *prepared)
{
	if (prepared == NULL)
		return;
	if (prepared->own != NULL)
		free_resources(prepared->own);
	free(prepared);
}

static struct psd_prepared *
make_empty(void)
{
	_cleanup_free_ struct psd_prepared *prepared =
	    calloc(1, sizeof(*prepared));
	struct psd_prepared *made = prepared;
	struct psd_prepared_resources *own = calloc(1, sizeof(*own));

	if (prepared == NULL || own == NULL) {
		free(own);
		return NULL;
	}
	own->image.fd = PSD_NO_FD;
	own->loader_fd = PSD_NO_FD;
	own->landlock_fd = PSD_NO_FD;
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		own->ns[i] = PSD_NO_FD;
	prepared->own = own;
	prepared = NULL;
	return made;
}

/*
 * The numbers above the helper's limit must be below ours, since the child
 * puts descriptors there before it lowers its limit.
 */
static int
check_numbers(const struct work *work)
{
	const struct psd_policy *policy = work->policy;
	const struct psd_where where = { .file = policy->file };
	const uint64_t wanted = (uint64_t)policy->nofile + PSD_SPAWN_ROOM;
	struct rlimit limit;

	if (policy->nofile < NOFILE_MIN) {
		psd_diag_error(work->diag, &where,
		    "LimitNOFILE=%u is less than a helper starts with; write "
		    "%d or more",
		    policy->nofile, NOFILE_MIN);
		return -EINVAL;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	if (wanted <= limit.rlim_cur)
		return 0;
	psd_diag_error(work->diag, &where,
	    "LimitNOFILE=%u needs a limit of %llu for privsepd itself, which "
	    "has %llu; raise LimitNOFILE= of its service",
	    policy->nofile, (unsigned long long)wanted,
	    (unsigned long long)limit.rlim_cur);
	return -EINVAL;
}

static int
check_required(const struct work *work)
{
	const uint32_t missing =
	    work->policy->require & ~work->prepared->layers;
	const struct psd_where where = { .file = work->policy->file };
	char names[128];

	if (missing == 0)
		return 0;
	psd_layers_print(missing, names, sizeof(names));
	psd_diag_error(work->diag, &where,
	    "Require= asks for what cannot be had here: %s; privsepctl status "
	    "says why",
	    names);
	return -EOPNOTSUPP;
}

/* The interpreter is given the script by its path, as by the kernel. */
static int
make_script_argv(const struct work *work)
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
make_view(const struct work *work)
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

static int
open_image(const struct work *work)
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

static int
make_namespaces(const struct work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	char why[PSD_REASON_MAX];
	int r;

	if ((work->prepared->layers & PSD_LAYER_NAMESPACES) == 0)
		return 0;
	r = psd_namespaces_prepare(&own->view, own->ns, why, sizeof(why));
	if (r < 0) {
		psd_diag_error(work->diag, &work->policy->exec_where,
		    "no namespaces for the helper: %s", why);
		return r;
	}
	work->prepared->plan.namespaces = own->ns;
	return 0;
}

static int
make_landlock(const struct work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	int r;

	if ((work->prepared->layers & PSD_LAYER_LANDLOCK) == 0)
		return 0;
	r = psd_landlock_make(work->host->landlock_abi, own->image.fd,
	    own->loader_fd, &own->view);
	if (r < 0) {
		psd_diag_error(work->diag, &work->policy->exec_where,
		    "no Landlock ruleset for the helper: %s", strerror(-r));
		return r;
	}
	own->landlock_fd = r;
	work->prepared->plan.landlock_fd = r;
	return 0;
}

static int
make_filters(const struct work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	struct psd_plan *plan = &work->prepared->plan;
	const struct psd_filter_numbers numbers = {
		.exec_fd = plan->exec_number,
		.report_fd = plan->exec_number + PSD_SPAWN_REPORT,
	};

	if ((work->host->layers & PSD_LAYER_FILTER) == 0)
		return 0;
	own->plain_filter = psd_filter_compile(work->policy, PSD_FILTER_PLAIN,
	    &numbers, work->diag);
	if (own->plain_filter == NULL)
		return -EINVAL;
	plan->plain_filter = &own->plain_filter->program;
	if ((work->host->layers & PSD_LAYER_LISTENER) == 0)
		return 0;
	own->filter = psd_filter_compile(work->policy, PSD_FILTER_NOTIFY,
	    &numbers, work->diag);
	if (own->filter == NULL)
		return -EINVAL;
	plan->filter = &own->filter->program;
	plan->want_listener = true;
	return 0;
}

static void
fill_in(const struct work *work)
{
	const struct psd_policy *policy = work->policy;
	const struct psd_host *host = work->host;

	work->prepared->plan = (struct psd_plan){
		.exec_fd = PSD_NO_FD,
		.exec_number = (int)policy->nofile,
		.environment = policy->environment,
		.null_fd = host->null_fd,
		.limits = policy->limits,
		.n_limits = policy->n_limits,
		.set_ids = host->set_ids,
		.is_unprivileged = host->is_unprivileged,
		.landlock_fd = PSD_NO_FD,
		.last_cap = host->last_cap,
	};
	work->prepared->layers = host->layers;
	/* Others may have its uid too. */
	if (policy->user != NULL)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_UID;
	/* What is not listed is told, but passes. */
	if (policy->on_violation == PSD_VIOLATION_LOG)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_FILTER;
}

struct psd_prepared *
psd_plan_prepare(const struct psd_host *host, const struct psd_policy *policy,
    struct psd_diag *diag)
{
	static int (*const steps[])(const struct work *) = {
		check_numbers,
		check_required,
		open_image,
		make_namespaces,
		make_landlock,
		make_filters,
	};
	const struct work work = {
		.host = host,
		.policy = policy,
		.prepared = make_empty(),
		.diag = diag,
	};

	if (work.prepared == NULL) {
		diag->out_of_memory = true;
		return NULL;
	}
	fill_in(&work);
	for (size_t i = 0; i < PSD_ELEMENTS(steps); i++) {
		const int r = steps[i](&work);

		if (r == -ENOMEM)
			diag->out_of_memory = true;
		if (r < 0) {
			psd_plan_free(work.prepared);
			return NULL;
		}
	}
	return work.prepared;
}

uint32_t
psd_prepared_layers(const struct psd_prepared *prepared)
{
	return prepared == NULL ? 0 : prepared->layers;
}
