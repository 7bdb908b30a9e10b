/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"

#include "policy/value.h"

#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(struct psd_policy, field)
#define USEC_PER_SEC UINT64_C(1000000)
#define A_DAY (86400 * USEC_PER_SEC)

static const char *const types[] = { "native", "monitor", "program", "filter",
	"inetd", NULL };
static const char *const restarts[] = { "always", "on-failure", "no", NULL };
static const char *const violations[] = { "kill", "errno", "log", NULL };
static const char *const verdicts[] = { "refused", "all", "none", NULL };
static const char *const passes[] = { "relay", "socket", NULL };
static const char *const outputs[] = { "null", "log", NULL };

static const char *const flags[] = { "no", "yes", NULL };

static const char a_span[] = "a time span such as 5s, 1min 30s or infinity";
static const char a_size[] = "a size such as 64M, or infinity";
static const char a_size_limit[] =
    "a size such as 64M, or infinity, or SOFT:HARD";
static const char a_flag[] = "yes or no";

#define HELPER .section = "Helper"
#define POLICY .section = "Policy"
#define OF_START .is_of_start = true
#define SPAN .parse = psd_key_span
#define ANY_SPAN SPAN, .takes = a_span, .max = PSD_VALUE_INFINITY
#define SIZE_LIMIT .parse = psd_key_limit_size, .takes = a_size_limit

const struct psd_key psd_keys[] = {
	{ HELPER, OF_START, .name = "ExecStart", .parse = psd_key_exec,
	    .takes = "an absolute path and arguments" },
	{ HELPER, .name = "Type", .parse = psd_key_choice,
	    .takes = "native, monitor, program, filter or inetd",
	    .at = AT(type), .words = types },
	{ HELPER, .name = "ListenStream", .parse = psd_key_listen,
	    .is_list = true,
	    .takes = "PORT, ADDRESS:PORT with a numeric address such as "
		     "0.0.0.0:80 or [::1]:80, an absolute path or "
		     "@ABSTRACT" },
	{ HELPER, OF_START, .name = "Clients", .parse = psd_key_clients,
	    .is_list = true,
	    .takes = "words user:NAME and group:NAME, or with numbers, and "
		     "unit:NAME such as unit:nginx.service" },
	{ HELPER, OF_START, .name = "Provides", .parse = psd_key_provides,
	    .is_list = true,
	    .takes = "names of letters, digits and _ - . : @ + $ ~" },
	{ HELPER, OF_START, .name = "MaxConnections", .parse = psd_key_count,
	    .takes = "a number from 1 to 4096", .at = AT(connections_max),
	    .min = 1, .max = 4096, .normal = 64 },
	{ HELPER, OF_START, .name = "MaxConnectionsPerUser",
	    .parse = psd_key_count, .takes = "a number from 1 to 4096",
	    .at = AT(user_connections_max), .min = 1, .max = 4096,
	    .normal = 8 },
	{ HELPER, OF_START, .name = "MaxConnectionsPerSource",
	    .parse = psd_key_count,
	    .takes = "a number from 1 to 4096, or 0 for no limit",
	    .at = AT(source_connections_max), .max = 4096 },
	{ HELPER, OF_START, .name = "IdleTimeoutSec", SPAN,
	    .takes = "a time span from 1s on, or infinity",
	    .at = AT(idle_timeout_usec), .min = USEC_PER_SEC,
	    .max = PSD_VALUE_INFINITY, .normal = 300 * USEC_PER_SEC },
	{ HELPER, OF_START, .name = "Pass", .parse = psd_key_choice,
	    .takes = "relay or socket", .at = AT(pass), .words = passes },
	{ HELPER, OF_START, .name = "PeerEnvironment", .parse = psd_key_flag,
	    .takes = a_flag, .at = AT(peer_environment), .words = flags },
	{ HELPER, OF_START, .name = "ConnectTimeoutSec", SPAN,
	    .takes = "a time span such as 10s, from 1ms to a day",
	    .at = AT(connect_timeout_usec), .min = USEC_PER_SEC / 1000,
	    .max = A_DAY, .normal = 10 * USEC_PER_SEC },
	{ HELPER, OF_START, .name = "AcceptFileDescriptors",
	    .parse = psd_key_flag, .takes = a_flag, .at = AT(accepts_fds),
	    .words = flags },
	{ HELPER, OF_START, .name = "ReuseInstances", .parse = psd_key_flag,
	    .takes = a_flag, .at = AT(reuses_instances), .words = flags },
	{ HELPER, OF_START, .name = "Instances", .parse = psd_key_range,
	    .takes = "a number or a range such as 2..64, from 1 to 4096",
	    .min = 1, .max = 4096, .normal = 1 },
	{ HELPER, OF_START, .name = "MemoryMax", .parse = psd_key_size,
	    .takes = a_size, .at = AT(memory_max), .where_at = AT(memory_where),
	    .min = 1, .max = PSD_VALUE_INFINITY, .normal = PSD_VALUE_INFINITY },
	{ HELPER, OF_START, .name = "TasksMax", .parse = psd_key_count,
	    .takes = "a number from 1 on, or infinity", .at = AT(tasks_max),
	    .where_at = AT(tasks_where), .min = 1, .max = UINT32_MAX,
	    .normal = UINT32_MAX },
	{ HELPER, .name = "LimitNOFILE", .parse = psd_key_limit_count,
	    .takes = "a number from 8 to 65536, or SOFT:HARD",
	    .resource = RLIMIT_NOFILE, .min = 8, .max = 65536 },
	{ HELPER, .name = "LimitNPROC", .parse = psd_key_limit_count,
	    .takes = "a number from 1 on, or infinity, or SOFT:HARD",
	    .resource = RLIMIT_NPROC, .min = 1, .max = PSD_VALUE_INFINITY },
	{ HELPER, .name = "LimitCPU", .parse = psd_key_limit_time,
	    .takes = "a time span such as 10s, or infinity, or SOFT:HARD",
	    .resource = RLIMIT_CPU },
	{ HELPER, .name = "LimitFSIZE", SIZE_LIMIT, .resource = RLIMIT_FSIZE },
	{ HELPER, .name = "LimitAS", SIZE_LIMIT, .resource = RLIMIT_AS },
	{ HELPER, .name = "LimitDATA", SIZE_LIMIT, .resource = RLIMIT_DATA },
	{ HELPER, .name = "LimitSTACK", SIZE_LIMIT, .resource = RLIMIT_STACK },
	{ HELPER, .name = "LimitMEMLOCK", SIZE_LIMIT,
	    .resource = RLIMIT_MEMLOCK },
	{ HELPER, OF_START, .name = "CPUAffinity", .parse = psd_key_processors,
	    .is_list = true,
	    .takes = "numbers of processors from 0 to 1023, and ranges such "
		     "as 0-3",
	    .max = CPU_SETSIZE - 1 },
	{ HELPER, OF_START, .name = "Environment", .parse = psd_key_environment,
	    .is_list = true, .takes = "words NAME=VALUE" },
	{ HELPER, .name = "User", .parse = psd_key_user,
	    .takes = "a user's name or number, other than root" },
	{ HELPER, .name = "DynamicUser", .parse = psd_key_dynamic_user,
	    .takes = a_flag },
	{ HELPER, .name = "TimeoutStartSec", ANY_SPAN,
	    .at = AT(timeout_start_usec), .normal = 10 * USEC_PER_SEC },
	{ HELPER, .name = "TimeoutStopSec", ANY_SPAN,
	    .at = AT(timeout_stop_usec), .normal = 5 * USEC_PER_SEC },
	{ HELPER, .name = "RuntimeMaxSec", ANY_SPAN, .at = AT(runtime_max_usec),
	    .normal = PSD_VALUE_INFINITY },
	{ HELPER, OF_START, .name = "Restart", .parse = psd_key_choice,
	    .takes = "always, on-failure or no", .at = AT(restart),
	    .words = restarts, .normal = PSD_RESTART_ALWAYS },
	{ HELPER, OF_START, .name = "RestartSec", SPAN,
	    .takes = "a time span such as 100ms, from 1ms to a minute",
	    .at = AT(restart_usec), .min = USEC_PER_SEC / 1000,
	    .max = 60 * USEC_PER_SEC, .normal = USEC_PER_SEC / 10 },
	{ HELPER, OF_START, .name = "StartLimitBurst", .parse = psd_key_count,
	    .takes = "a number of starts, 0 for no limit",
	    .at = AT(start_limit_burst), .max = UINT32_MAX - 1, .normal = 5 },
	{ HELPER, OF_START, .name = "StartLimitIntervalSec", SPAN,
	    .takes = "a time span such as 10s, from 1s to a day",
	    .at = AT(start_limit_usec), .min = USEC_PER_SEC, .max = A_DAY,
	    .normal = 10 * USEC_PER_SEC },
	{ HELPER, .name = "Require", .parse = psd_key_require, .is_list = true,
	    .takes = "layers: uid landlock namespaces one-exec cgroup filter "
		     "listener" },
	{ HELPER, .name = "KeepFDs", .parse = psd_key_keep, .is_list = true,
	    .takes = "numbers of descriptors, and stdio, listeners, sockets "
		     "or events" },
	{ HELPER, OF_START, .name = "TemporaryFileSystem",
	    .parse = psd_key_temporary,
	    .takes = "/tmp:size=SIZE with a size from 4K on, such as "
		     "/tmp:size=64M",
	    .min = 4096, .max = UINT64_C(1) << 62 },
	{ HELPER, .name = "StandardError", .parse = psd_key_flag,
	    .takes = "null or log", .at = AT(log_stderr), .words = outputs },

	{ POLICY, .name = "SystemCallFilter", .parse = psd_key_calls,
	    .is_list = true, .takes = "groups such as @helper, and calls" },
	{ POLICY, .name = "AllowExec", .parse = psd_key_may_exec,
	    .is_list = true, .takes = "absolute paths of programs" },
	{ POLICY, .name = "Phases", .parse = psd_key_phases, .is_list = true,
	    .takes = "names of phases in their order" },
	{ POLICY, .name = "OnViolation", .parse = psd_key_violation,
	    .takes = "kill, errno or log", .at = AT(on_violation),
	    .words = violations, .normal = PSD_VIOLATION_KILL },
	{ POLICY, .name = "LogVerdicts", .parse = psd_key_choice,
	    .takes = "refused, all or none", .at = AT(log_verdicts),
	    .words = verdicts, .normal = PSD_VERDICTS_REFUSED },
	{ POLICY, OF_START, .name = "ReportOpens", .parse = psd_key_flag,
	    .takes = a_flag, .at = AT(reports_opens), .words = flags },
	{ POLICY, .name = "RequestRate", .parse = psd_key_rate,
	    .takes = "a rate such as 1000/s or 600/min, a whole number of "
		     "requests a second, or infinity",
	    .at = AT(request_rate) },
	{ POLICY, .name = "RequestTimeoutSec", SPAN,
	    .takes = "a time span such as 30s, from 1ms to a day",
	    .at = AT(request_timeout_usec), .min = USEC_PER_SEC / 1000,
	    .max = A_DAY, .normal = 30 * USEC_PER_SEC },
	{ .section = NULL },
};

const struct psd_key *
psd_keys_find(const char *section, const char *name)
{
	for (const struct psd_key *key = psd_keys; key->section != NULL; key++)
		if (strcmp(key->section, section) == 0 &&
		    strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

bool
psd_keys_is_list(const char *section, const char *name)
{
	const struct psd_key *key = psd_keys_find(section, name);

	return key == NULL || key->is_list;
}

void
psd_key_refuse(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	psd_diag_error(build->diag, &setting->where, "%s= takes %s, not \"%s\"",
	    key->name, key->takes, setting->value);
}

void
psd_keys_begin(struct psd_build *build)
{
	for (const struct psd_key *key = psd_keys;
	     key->section != NULL && !build->is_short; key++) {
		const struct psd_setting nothing = {
			.section = key->section,
			.key = key->name,
			.value = "",
			.text = "",
			.where = { build->policy->file, 0 },
		};

		key->parse(build, key, &nothing);
	}
}
