/* SPDX-License-Identifier: ISC */
#include "daemon/config.h"

#include "common/mem.h"
#include "common/print.h"
#include "daemon/config_keep.h"
#include "policy/file.h"
#include "policy/syntax.h"
#include "policy/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

enum {
	UID_FIRST = 1900000000,
	UID_LAST = 1900065535,
	INSTANCES_MAX = 8192,
	USER_CONNECTIONS_MAX = 256,
	COUNT_MAX = 65536,
};

/* The Makefile says where programs of ours are installed. */
#ifndef PSD_LIBEXEC
#define PSD_LIBEXEC "/usr/local/libexec/privsepd"
#endif

static const char default_relay[] = PSD_LIBEXEC "/relay";
static const char default_resolver[] = PSD_LIBEXEC "/resolver";
static const char default_watcher[] = PSD_LIBEXEC "/watcher";
static const char default_file[] = "/etc/privsepd/privsepd.conf";

static void
set_uid_range(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	char text[64];
	char *dash;
	uint64_t first, last;

	if (setting->value[0] == '\0') {
		config->uid_first = UID_FIRST;
		config->uid_last = UID_LAST;
		return;
	}
	(void)snprintf(text, sizeof(text), "%s", setting->value);
	dash = strchr(text, '-');
	if (dash != NULL)
		*dash++ = '\0';
	/* Below 1000 are the system's own users. */
	if (dash == NULL ||
	    psd_value_number(text, 1000, UINT32_MAX - 1, &first) < 0 ||
	    psd_value_number(dash, 1000, UINT32_MAX - 1, &last) < 0 ||
	    last < first) {
		psd_diag_error(diag, &setting->where,
		    "UidRange= takes FIRST-LAST, two user ids from 1000 up, "
		    "as in 1900000000-1900065535; got \"%s\"",
		    setting->value);
		return;
	}
	config->uid_first = (uid_t)first;
	config->uid_last = (uid_t)last;
}

static void
set_keep_caps(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	psd_config_keep(&config->keep_caps, setting, psd_config_is_capability,
	    "names of capabilities(7), as in CAP_NET_RAW", diag);
}

static void
set_keep_calls(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	psd_config_keep(&config->keep_calls, setting, psd_config_is_call,
	    "names of system calls, as in ptrace", diag);
}

static void
set_control_group(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	if (setting->value[0] != '\0' && setting->value[0] != '/') {
		psd_diag_error(diag, &setting->where,
		    "ControlGroup= takes the absolute path of a directory of "
		    "cgroup2; got \"%s\"",
		    setting->value);
		return;
	}
	free(config->control_group);
	config->control_group = NULL;
	if (setting->value[0] == '\0')
		return;
	config->control_group = strdup(setting->value);
	if (config->control_group == NULL)
		diag->out_of_memory = true;
}

static void
set_count(const struct psd_setting *setting, uint32_t normal, uint32_t *ret,
    struct psd_diag *diag)
{
	uint64_t number = normal;

	if (setting->value[0] != '\0' &&
	    psd_value_number(setting->value, 1, COUNT_MAX, &number) < 0) {
		psd_diag_error(diag, &setting->where,
		    "%s= takes a number from 1 to %d; got \"%s\"", setting->key,
		    COUNT_MAX, setting->value);
		return;
	}
	*ret = (uint32_t)number;
}

static void
set_instances_max(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	set_count(setting, INSTANCES_MAX, &config->instances_max, diag);
}

static void
set_user_connections_max(struct psd_config *config,
    const struct psd_setting *setting, struct psd_diag *diag)
{
	set_count(setting, USER_CONNECTIONS_MAX, &config->user_connections_max,
	    diag);
}

static void
set_log_level(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	uint32_t level = LOG_INFO;

	if (setting->value[0] != '\0' &&
	    psd_parse_priority(setting->value, &level) < 0) {
		psd_diag_error(diag, &setting->where,
		    "LogLevel= takes a level of syslog(3), as in warning; "
		    "got \"%s\"",
		    setting->value);
		return;
	}
	config->log_level = (int)level;
}

/* It becomes a word of a policy, which white space would end. */
static void
set_program(char (*ret)[PATH_MAX], const char *normal,
    const struct psd_setting *setting, struct psd_diag *diag)
{
	const char *path = setting->value[0] != '\0' ? setting->value : normal;

	if (path[0] != '/' || strlen(path) >= sizeof(*ret) ||
	    strpbrk(path, " \t\"'\\%") != NULL) {
		psd_diag_error(diag, &setting->where,
		    "%s= takes the absolute path of a program, without "
		    "white space, quotes, \\ and %%; got \"%s\"",
		    setting->key, setting->value);
		return;
	}
	(void)snprintf(*ret, sizeof(*ret), "%s", path);
}

static void
set_relay(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	set_program(&config->relay, default_relay, setting, diag);
}

static void
set_resolver(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	set_program(&config->resolver, default_resolver, setting, diag);
}

static void
set_watcher(struct psd_config *config, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	set_program(&config->watcher, default_watcher, setting, diag);
}

static const struct {
	const char *name;
	void (*set)(struct psd_config *config,
	    const struct psd_setting *setting, struct psd_diag *diag);
} keys[] = {
	{ "ControlGroup", set_control_group },
	{ "InstancesMax", set_instances_max },
	{ "KeepCapabilities", set_keep_caps },
	{ "KeepSystemCalls", set_keep_calls },
	{ "LogLevel", set_log_level },
	{ "MaxConnectionsPerUser", set_user_connections_max },
	{ "Relay", set_relay },
	{ "Resolver", set_resolver },
	{ "UidRange", set_uid_range },
	{ "Watcher", set_watcher },
};

static void
take_setting(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	if (strcmp(setting->section, "Daemon") != 0) {
		if (setting->key == NULL)
			psd_diag_error(diag, &setting->where,
			    "unknown section [%s]; privsepd.conf has only "
			    "[Daemon]",
			    setting->section);
		return;
	}
	if (setting->key == NULL)
		return;
	for (size_t i = 0; i < PSD_ELEMENTS(keys); i++) {
		if (strcmp(setting->key, keys[i].name) == 0) {
			keys[i].set(cookie, setting, diag);
			return;
		}
	}
	psd_diag_error(diag, &setting->where,
	    "unknown key %s=; [Daemon] has ControlGroup=, InstancesMax=, "
	    "KeepCapabilities=, KeepSystemCalls=, LogLevel=, "
	    "MaxConnectionsPerUser=, Relay=, Resolver=, UidRange= and "
	    "Watcher=",
	    setting->key);
}

int
psd_config_read(struct psd_config *config, struct psd_diag *diag)
{
	const char *path = config->file != NULL ? config->file : default_file;
	struct psd_file file = { NULL, 0 };

	config->uid_first = UID_FIRST;
	config->uid_last = UID_LAST;
	config->instances_max = INSTANCES_MAX;
	config->user_connections_max = USER_CONNECTIONS_MAX;
	/* Whoever runs a program reads what it says, and what was refused. */
	config->log_level = config->is_run ? LOG_NOTICE : LOG_INFO;
	(void)snprintf(config->resolver, sizeof(config->resolver), "%s",
	    default_resolver);
	(void)snprintf(config->relay, sizeof(config->relay), "%s",
	    default_relay);
	(void)snprintf(config->watcher, sizeof(config->watcher), "%s",
	    default_watcher);
	switch (psd_file_read(path, PSD_FILE_CHECKED, &file, diag)) {
	case PSD_FOUND_FILE:
		break;
	case PSD_FOUND_NOTHING:
		if (config->file == NULL)
			return 0;
		psd_diag_error(diag, NULL, "%s: no such file", path);
		return -EINVAL;
	case PSD_FOUND_MASK:
		return 0;
	case PSD_FOUND_BAD:
	default:
		return -EINVAL;
	}
	psd_syntax_read(path, file.text, file.len, take_setting, config, diag);
	psd_file_free(&file);
	return diag->errors > 0 || diag->out_of_memory ? -EINVAL : 0;
}

void
psd_config_free(struct psd_config *config)
{
	free(config->control_group);
	config->control_group = NULL;
	psd_config_keep_free(&config->keep_caps);
	psd_config_keep_free(&config->keep_calls);
}
