/* SPDX-License-Identifier: ISC */
#include "daemon/host.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "daemon/host_probe.h"
#include "daemon/namespace.h"
#include "daemon/runtime.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In the order of enum psd_layer's bits. */
static const char *const names[PSD_LAYERS] = {
	"uid",
	"landlock",
	"namespaces",
	"one-exec",
	"cgroup",
	"filter",
	"listener",
};

static size_t
index_of(enum psd_layer layer)
{
	size_t i = 0;

	while (1U << i != (unsigned)layer)
		i++;
	assert(i < PSD_LAYERS);
	return i;
}

/* Says why a layer is missing. */
__attribute__((format(printf, 3, 4))) static void
miss(struct psd_host *host, enum psd_layer layer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(host->missing[index_of(layer)], PSD_REASON_MAX, format,
	    arguments);
	va_end(arguments);
}

/* Two that start at the same moment might take the same otherwise. */
static void
share_uids(struct psd_host *host, struct psd_diag *diag)
{
	const int fd = psd_runtime_open_uids();

	if (fd < 0)
		psd_diag_warning(diag, NULL,
		    "uids are not reserved against other daemons: %s: %s",
		    PSD_RUNTIME_UIDS, strerror(-fd));
	else
		psd_uid_range_share(&host->uids, fd);
}

/* A range that is configured and cannot be had is an error, not a layer. */
static int
look_at_uids(struct psd_host *host, const struct psd_host_settings *settings,
    struct psd_diag *diag)
{
	int r;

	if (!psd_host_may_change_ids()) {
		miss(host, PSD_LAYER_UID,
		    host->is_rootless
			? "started by an ordinary user, whose id helpers share"
			: "CAP_SETUID or CAP_SETGID is missing");
		return 0;
	}
	r = psd_uid_range_init(&host->uids, settings->uid_first,
	    settings->n_uids, diag);
	if (r < 0)
		return r;
	if (settings->shares_uids)
		share_uids(host, diag);
	host->set_ids = true;
	host->layers |= PSD_LAYER_UID;
	return 0;
}

/* What newer kernels would bound besides; filter and namespaces do, too. */
static void
miss_part_of_landlock(struct psd_host *host)
{
	/* By version; what came with 2 is refused by 1 anyhow. */
	static const char *const bounds[] = {
		[3] = "truncating",
		[4] = "TCP",
		[5] = "ioctl() on devices",
		[6] = "abstract sockets and signals",
	};
	char without[PSD_REASON_MAX / 2] = "";
	size_t len = 0;

	for (size_t i = (size_t)host->landlock_abi + 1;
	     i < PSD_ELEMENTS(bounds); i++)
		if (bounds[i] != NULL)
			len += (size_t)snprintf(without + len,
			    sizeof(without) - len, "%s%s", len > 0 ? ", " : "",
			    bounds[i]);
	if (len > 0)
		miss(host, PSD_LAYER_LANDLOCK, "version %d does not bound %s",
		    host->landlock_abi, without);
}

static void
look_at_landlock(struct psd_host *host)
{
	const int abi = psd_sys_landlock_abi();

	if (abi >= 1) {
		host->landlock_abi = abi;
		host->layers |= PSD_LAYER_LANDLOCK;
		miss_part_of_landlock(host);
		return;
	}
	miss(host, PSD_LAYER_LANDLOCK,
	    abi == -EOPNOTSUPP ? "switched off at boot (lsm=)"
			       : "not in this kernel: %s",
	    strerror(-abi));
}

static void
look_at_namespaces(struct psd_host *host)
{
	const struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[PSD_REASON_MAX];

	if (psd_namespaces_prepare(&nothing, false, ns, why, sizeof(why)) < 0) {
		miss(host, PSD_LAYER_NAMESPACES, "%s", why);
		return;
	}
	psd_namespaces_close(ns);
	host->layers |= PSD_LAYER_NAMESPACES;
}

/*
 * A layer that is there in part says so as well, lest a limit that a policy sets
 * is believed to hold.
 */
static void
miss_part_of_cgroup(struct psd_host *host)
{
	/* Whether memory is there, and pids. */
	static const char *const told[2][2] = {
		{ "memory or pids limits a helper; use LimitAS= and LimitNPROC=",
		    "memory limits a helper; use LimitAS=" },
		{ "pids limits a helper; use LimitNPROC=", NULL },
	};
	const char *what = told[(size_t)host->cgroup.has_memory]
			       [(size_t)host->cgroup.has_pids];

	if (what != NULL)
		miss(host, PSD_LAYER_CGROUP, "no controller %s", what);
}

static void
look_at_cgroup(struct psd_host *host, const char *named)
{
	char why[PSD_REASON_MAX];

	if (psd_cgroup_open(&host->cgroup, named, why, sizeof(why)) < 0) {
		miss(host, PSD_LAYER_CGROUP, "%s", why);
		return;
	}
	host->layers |= PSD_LAYER_CGROUP;
	miss_part_of_cgroup(host);
}

static void
look_at_seccomp(struct psd_host *host)
{
	/* Where one with a listener can be loaded, so can one without. */
	const int r = psd_host_probe_filter(true);
	const int plain = r == 0 ? 0 : psd_host_probe_filter(false);

	if (plain < 0) {
		miss(host, PSD_LAYER_FILTER, "no system call filters: %s",
		    strerror(-plain));
		miss(host, PSD_LAYER_ONE_EXEC, "rests on a filter");
		miss(host, PSD_LAYER_LISTENER, "rests on a filter");
		return;
	}
	host->layers |= PSD_LAYER_FILTER | PSD_LAYER_ONE_EXEC;
	if (r == 0)
		host->layers |= PSD_LAYER_LISTENER;
	else if (r == -EBUSY)
		miss(host, PSD_LAYER_LISTENER,
		    "a filter above ours has one already");
	else
		miss(host, PSD_LAYER_LISTENER, "not in this kernel: %s",
		    strerror(-r));
}

/* What belongs to a start, which a monitor's process has behind it. */
static void
miss_start(struct psd_host *host)
{
	static const enum psd_layer layers[] = { PSD_LAYER_NAMESPACES,
		PSD_LAYER_ONE_EXEC, PSD_LAYER_CGROUP };

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		host->layers &= ~(uint32_t)layers[i];
		miss(host, layers[i], "the process is there already");
	}
}

int
psd_host_init(struct psd_host *host, const struct psd_host_settings *settings,
    struct psd_diag *diag)
{
	const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int r = null_fd < 0 ? -errno : 0;

	*host = (struct psd_host){
		.null_fd = null_fd,
		.is_rootless = psd_host_is_rootless(),
		.is_unprivileged = !psd_host_may_drop_privileges(),
		.cgroup.base_fd = PSD_NO_FD,
	};
	if (r < 0) {
		psd_diag_error(diag, NULL, "cannot open /dev/null: %s",
		    strerror(-r));
		return r;
	}
	psd_host_raise_nofile();
	r = look_at_uids(host, settings, diag);
	if (r < 0) {
		psd_host_free(host);
		return r;
	}
	look_at_landlock(host);
	look_at_seccomp(host);
	if (settings->is_monitor) {
		miss_start(host);
		return 0;
	}
	host->expects_namespaces = settings->is_run;
	if (host->expects_namespaces)
		host->layers |= PSD_LAYER_NAMESPACES;
	else
		look_at_namespaces(host);
	host->cgroup.stays_outside = settings->is_run;
	look_at_cgroup(host, settings->control_group);
	return 0;
}

bool
psd_host_lacks_namespaces(struct psd_host *host)
{
	if (!host->expects_namespaces)
		return false;
	host->expects_namespaces = false;
	host->layers &= ~(uint32_t)PSD_LAYER_NAMESPACES;
	look_at_namespaces(host);
	return (host->layers & PSD_LAYER_NAMESPACES) == 0;
}

void
psd_host_free(struct psd_host *host)
{
	psd_cgroup_close(&host->cgroup);
	psd_uid_range_free(&host->uids);
	psd_fd_cleanup(&host->null_fd);
}

void
psd_layers_print(uint32_t layers, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < PSD_LAYERS; i++) {
		int n;

		if ((layers & (1U << i)) == 0)
			continue;
		n = snprintf(ret + len, size - len, "%s%s", len == 0 ? "" : " ",
		    names[i]);
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}

void
psd_layers_print_missing(const struct psd_host *host, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < PSD_LAYERS; i++) {
		int n;

		if (host->missing[i][0] == '\0')
			continue;
		n = snprintf(ret + len, size - len, "%s%s: %s\n", names[i],
		    (host->layers & (1U << i)) != 0 ? ", in part" : "",
		    host->missing[i]);
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}
