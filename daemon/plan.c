/* SPDX-License-Identifier: ISC */
#include "daemon/plan.h"

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/exec_path.h"
#include "daemon/landlock.h"
#include "daemon/namespace.h"
#include "daemon/plan_work.h"
#include "policy/filter.h"
#include "policy/ports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Of name servers, by TCP where an answer is long. */
enum { NAME_SERVER_PORT = 53 };

static void
free_resources(struct psd_prepared_resources *own)
{
	psd_fd_cleanup(&own->image.fd);
	psd_plan_forget(own);
	psd_fd_cleanup(&own->landlock_fd);
	psd_namespaces_close(own->ns);
	psd_filter_free(own->filter);
	psd_filter_free(own->plain_filter);
	free(own->argv);
	free(own->view.at);
	for (size_t i = 0; i < own->n_interpreters; i++)
		free(own->interpreters[i]);
	free(own->interpreters);
	free(own->programs);
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
check_numbers(const struct psd_plan_work *work)
{
	const struct psd_policy *policy = work->policy;
	const struct psd_where where = { .file = policy->file };
	const uint64_t wanted = (uint64_t)policy->nofile + PSD_SPAWN_NUMBERS;
	struct rlimit limit;

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
check_required(const struct psd_plan_work *work)
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

/* What does no harm when it cannot be had is said, and no more. */
static int
check_reports(const struct psd_plan_work *work)
{
	const struct psd_where where = { .file = work->policy->file };

	if (work->policy->reports_opens &&
	    (work->host->layers & PSD_LAYER_LISTENER) == 0)
		psd_diag_warning(work->diag, &where,
		    "ReportOpens=yes has no effect here, where the layer "
		    "\"listener\" is missing");
	return 0;
}

static int
make_namespaces(const struct psd_plan_work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	const bool keeps_network =
	    work->policy->is_resolver || psd_ports_first(work->policy) != NULL;
	char why[PSD_REASON_MAX];
	int r;

	if ((work->prepared->layers & PSD_LAYER_NAMESPACES) == 0)
		return 0;
	r = psd_namespaces_prepare(&own->view, keeps_network, own->ns, why,
	    sizeof(why));
	if (r < 0) {
		psd_diag_error(work->diag, &work->policy->exec_where,
		    "no namespaces for the helper: %s", why);
		return r;
	}
	work->prepared->plan.namespaces = own->ns;
	return 0;
}

static int
make_landlock(const struct psd_plan_work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	int r;

	if ((work->prepared->layers & PSD_LAYER_LANDLOCK) == 0)
		return 0;
	r = psd_landlock_make(work->host->landlock_abi, own->programs,
	    own->n_programs, &own->view,
	    work->policy->is_resolver ? NAME_SERVER_PORT : 0);
	if (r < 0) {
		psd_diag_error(work->diag, &work->policy->exec_where,
		    "no Landlock ruleset for the helper: %s", strerror(-r));
		return r;
	}
	own->landlock_fd = r;
	work->prepared->plan.landlock_fd = r;
	return 0;
}

/* Nobody else needs them, and a service lasts. */
static int
forget_programs(const struct psd_plan_work *work)
{
	psd_plan_forget(work->prepared->own);
	return 0;
}

/* Else it is there already, and executes nothing. */
static bool
is_started(const struct psd_plan_work *work)
{
	return work->policy->type != PSD_TYPE_MONITOR;
}

int
psd_plan_make_filters(const struct psd_plan_work *work)
{
	struct psd_prepared_resources *own = work->prepared->own;
	struct psd_plan *plan = &work->prepared->plan;
	const struct psd_filter_numbers numbers = {
		.exec_fd = is_started(work) ? plan->exec_number : PSD_NO_FD,
		.report_fd = plan->exec_number + PSD_SPAWN_REPORT,
		.exec_path = psd_exec_path(),
	};

	if ((work->host->layers & PSD_LAYER_FILTER) == 0)
		return 0;
	if (numbers.exec_path == NULL) {
		psd_diag_error(work->diag, NULL,
		    "no memory for the path of the one exec: %s",
		    strerror(errno));
		return -ENOMEM;
	}
	plan->exec_path = numbers.exec_path;
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
fill_in(const struct psd_plan_work *work)
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
		.processors = policy->processors,
		.set_ids = host->set_ids,
		.owns_uid = host->set_ids && policy->user == NULL &&
		    !policy->is_watcher,
		.is_unprivileged = host->is_unprivileged,
		.landlock_fd = PSD_NO_FD,
	};
	work->prepared->layers = host->layers;
	/* Others may have its uid too. */
	if (policy->user != NULL || policy->is_watcher)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_UID;
	/*
	 * Whose memory it reads may be in no domain that it is not in, and each
	 * program has one of its own.
	 */
	if (policy->is_watcher)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_LANDLOCK;
	/* The policy says which others, Landlock and the view see to it. */
	if (policy->may_exec.n > 0)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_ONE_EXEC;
	/* What is not listed is told, but passes. */
	if (policy->on_violation == PSD_VIOLATION_LOG)
		work->prepared->layers &= ~(uint32_t)PSD_LAYER_FILTER;
}

struct psd_plan_work
psd_plan_begin(const struct psd_host *host, const struct psd_policy *policy,
    struct psd_diag *diag)
{
	const struct psd_plan_work work = {
		.host = host,
		.policy = policy,
		.prepared = make_empty(),
		.diag = diag,
	};

	if (work.prepared == NULL)
		diag->out_of_memory = true;
	else
		fill_in(&work);
	return work;
}

struct psd_prepared *
psd_plan_prepare(const struct psd_host *host, const struct psd_policy *policy,
    struct psd_diag *diag)
{
	static int (*const steps[])(const struct psd_plan_work *) = {
		check_numbers,
		check_required,
		psd_plan_check_ports,
		check_reports,
		psd_plan_open_program,
		psd_plan_open_may_exec,
		psd_plan_take_temporary,
		make_namespaces,
		make_landlock,
		psd_plan_allow_ports,
		forget_programs,
		psd_plan_make_filters,
	};
	const struct psd_plan_work work = psd_plan_begin(host, policy, diag);

	const unsigned errors = diag->errors;

	if (work.prepared == NULL)
		return NULL;
	for (size_t i = 0; i < PSD_ELEMENTS(steps); i++) {
		const int r = steps[i](&work);

		if (r < 0)
			return psd_plan_fail(&work, r, errors);
	}
	return work.prepared;
}

uint32_t
psd_prepared_layers(const struct psd_prepared *prepared)
{
	return prepared == NULL ? 0 : prepared->layers;
}

const struct psd_words *
psd_prepared_view(const struct psd_prepared *prepared)
{
	return &prepared->own->view;
}
