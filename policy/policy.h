/* SPDX-License-Identifier: ISC */
#ifndef PSD_POLICY_H
#define PSD_POLICY_H

#include "common/confine.h"
#include "common/ops.h"
#include "policy/diag.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>

/* What confines a helper; the words of Require= and of status. */
enum psd_layer {
	PSD_LAYER_UID = 1 << 0,        /* "uid": one of its own */
	PSD_LAYER_LANDLOCK = 1 << 1,   /* "landlock" */
	PSD_LAYER_NAMESPACES = 1 << 2, /* "namespaces" */
	PSD_LAYER_ONE_EXEC = 1 << 3,   /* "one-exec" */
	PSD_LAYER_CGROUP = 1 << 4,     /* "cgroup" */
	PSD_LAYER_FILTER = 1 << 5,     /* "filter": no call passes unlisted */
	PSD_LAYER_LISTENER = 1 << 6,   /* "listener": denied calls explained */
	PSD_LAYER_ALL = (1 << 7) - 1,
};

enum psd_violation {
	PSD_VIOLATION_KILL,
	PSD_VIOLATION_ERRNO,
	PSD_VIOLATION_LOG
};
/* Type=: what becomes of the process. */
enum psd_type {
	PSD_TYPE_NATIVE,  /* the daemon starts it */
	PSD_TYPE_MONITOR, /* it is there, and calls privsep_start_monitor() */
	PSD_TYPE_PROGRAM, /* a helper runs it, and it speaks by its stdio */
	PSD_TYPE_FILTER,  /* privsepctl run does, and its stdin and stdout are
			     one end of a pair */
	PSD_TYPE_INETD,   /* one for each client, likewise, and relayed */
};
/* Pass=: the standard input and output of a helper with Type=inetd. */
enum psd_pass {
	PSD_PASS_RELAY,  /* a pair's end; the relay has the connection */
	PSD_PASS_SOCKET, /* the connection */
};
enum psd_restart { PSD_RESTART_ALWAYS, PSD_RESTART_ON_FAILURE, PSD_RESTART_NO };
enum psd_verdicts { PSD_VERDICTS_REFUSED, PSD_VERDICTS_ALL, PSD_VERDICTS_NONE };

/* ListenStream=: where clients come from. */
struct psd_listen {
	struct sockaddr_storage address;
	socklen_t len;
	const char *text; /* as written */
	struct psd_where where;
	bool
	    is_dual; /* a port alone: IPv6 and IPv4, where the system has both */
};

/* A word of Clients=: who may come by the service's door. */
enum psd_admission_kind {
	PSD_ADMIT_USER,
	PSD_ADMIT_GROUP,
	PSD_ADMIT_UNIT, /* of the service manager */
};
struct psd_admission {
	enum psd_admission_kind kind;
	uint32_t id;      /* of a user or group */
	const char *unit; /* its name */
	const char *text; /* as written */
	struct psd_where where;
};

/* A word of a list key, and where it stands. */
struct psd_word {
	const char *text;
	struct psd_where where;
	bool may_be_missing; /* a path that was written with a "-" before it */

	/* Of the view alone. */
	uint32_t access;   /* PSD_ACCESS_* of a line (policy/view.h); 0: a
			      group's or a program's, to read and execute */
	const char *shown; /* the line behind "AllowOpen=", or NULL */
	bool is_tree;      /* a directory with all beneath it */
	bool is_temporary; /* TemporaryFileSystem=: each instance's own */
};

struct psd_words {
	struct psd_word *at;
	size_t n;
};

/* Trailing words of a grant. */
enum psd_modifier {
	PSD_MODIFIER_ONCE = 1 << 0,   /* "once": one request a conversation */
	PSD_MODIFIER_FOLLOW = 1 << 1, /* "follow": symbolic links beneath */
	PSD_MODIFIER_XDEV = 1 << 2,   /* "xdev": other mounts beneath */
	PSD_MODIFIER_LINKS1 = 1 << 3, /* "links=1": no hard-linked file */
	PSD_MODIFIER_OWNER = 1 << 4,  /* "owner=USER": the file's owner */
	PSD_MODIFIER_MAX = 1 << 5,    /* "max=SPAN": how far the clock moves */
	PSD_MODIFIER_PHASE = 1 << 6,  /* "phase=NAME": counts in that alone */
	PSD_MODIFIER_FIELDS = 1 << 7, /* "fields=NAME,...": what is shown */
	PSD_MODIFIER_FAMILY = 1 << 9, /* "family=": of addresses asked for */
	PSD_MODIFIER_TO = 1 << 8,     /* "to=ADDRESS": where a name may lead */
};

struct psd_reach;

/* One Allow or Deny line. */
struct psd_grant {
	struct psd_where where;
	const char *text; /* "AllowOpen=read /etc/hosts" */
	bool is_deny;
	uint32_t index;     /* counts all grants of the policy from 0; that of
				 what marks it as used, when it is narrowed */
	uint32_t access;    /* PSD_ACCESS_* granted or denied, or 0 */
	uint32_t priority;  /* highest level number granted */
	const char *glob;   /* absolute path pattern, or NULL */
	uint32_t protocols; /* granted or denied: a bit for each number */
	const struct psd_reach *reach; /* addresses and ports, or NULL */
	const char *setting;           /* pattern (policy/setting.h), or NULL */
	const char *labels; /* patterns (policy/label.h), or modes or owners as
			       they are printed, joined by commas; or NULL */
	const char *host;   /* pattern (policy/domain.h), or NULL */
	uint32_t modifiers; /* PSD_MODIFIER_* */
	uid_t owner;        /* of PSD_MODIFIER_OWNER */
	uint64_t max_nsec;  /* of PSD_MODIFIER_MAX */
	uint32_t family;    /* of PSD_MODIFIER_FAMILY */
	const char *phase;  /* of PSD_MODIFIER_PHASE, or NULL */
	uint32_t fields;    /* that are shown, PSD_SHOWS_* */
	uint32_t phase_at;  /* its place in the policy's phases */
	/*
	 * The longest directory of glob without wildcards, O_PATH, held since
	 * load (PSD_NO_FD when the line began with "-" and it is missing, and
	 * in a policy that is only checked), and the length of its name in
	 * glob; what is opened is the rest of the request's path beneath it.
	 */
	int dir_fd;
	size_t dir_len;
	bool may_be_missing; /* the line's path begins with "-" */
	/*
	 * The policy's line that a helper narrowed to this one, whose directory
	 * this one has; a request must be covered by both.  NULL: this is the
	 * policy's own.
	 */
	const struct psd_grant *within;
};

/* A file that a policy was compiled from, as it was then. */
struct psd_source {
	const char *file;
	const char *text; /* with a NUL behind it */
	size_t len;
};

struct psd_arena;
struct psd_index;

/* What a policy says of one operation. */
struct psd_grants {
	struct psd_grant *at; /* in order of the files */
	size_t n;
	struct psd_index *index; /* by directory; NULL: each is looked at */
	bool has_no_deny;        /* known to be without a Deny line */
};

/*
 * A policy file with its drop-ins, compiled; it does not change any more.
 * Everything it points to is its own until psd_policy_free().
 */
struct psd_policy {
	const char *name; /* "www" */
	const char *file; /* the main file's path */

	/* [Helper] */
	enum psd_type type;
	const char *exec_path; /* absolute; NULL: PSD_TYPE_MONITOR, or a filter
				  whose program is named when it is run */
	char **argv;           /* argv[0] included, ends with NULL */
	struct psd_where exec_where;
	struct psd_listen *listens;
	size_t n_listens;
	struct psd_admission *clients;
	size_t n_clients;
	uint32_t connections_max, user_connections_max; /* of clients */
	uint32_t source_connections_max; /* with Type=inetd; 0: none */
	uint64_t idle_timeout_usec;      /* with Type=inetd; 0: none */
	enum psd_pass pass;              /* with Type=inetd */
	bool peer_environment;           /* PeerEnvironment=yes */
	uint64_t connect_timeout_usec;   /* until a helper has a client */
	bool accepts_fds;                /* AcceptFileDescriptors=yes */
	bool reuses_instances;           /* ReuseInstances=yes */
	struct psd_words provides;       /* names by which it is called */
	bool sends_fds;                  /* its filter lets it pass some */
	uint32_t instances_min, instances_max;
	uint32_t accepts_max; /* clients of one instance; UINT32_MAX: any */
	uint64_t memory_max;  /* bytes; UINT64_MAX: none */
	uint32_t tasks_max;   /* UINT32_MAX: none */
	struct psd_where memory_where, tasks_where;
	struct psd_limit *limits; /* RLIMIT_NOFILE and RLIMIT_CORE always */
	size_t n_limits;
	cpu_set_t *processors; /* CPUAffinity=; NULL: the daemon's own */
	uint32_t nofile;       /* LimitNOFILE=, the hard limit; default 1024 */
	char **environment;    /* NAME=value, ends with NULL */
	const char *user;      /* User=, or NULL: a uid of its own each */
	uid_t uid;             /* of user */
	gid_t gid;
	uint64_t timeout_start_usec, timeout_stop_usec; /* 0: none */
	uint64_t runtime_max_usec;                      /* 0: none */
	uint64_t restart_usec; /* first delay; doubles up to a minute */
	enum psd_restart restart;
	uint32_t start_limit_burst; /* 0: never held back */
	uint64_t start_limit_usec;
	uint32_t require;      /* PSD_LAYER_* */
	bool log_stderr;       /* StandardError=log */
	const char *temporary; /* TemporaryFileSystem=, as written, or NULL */
	struct psd_where temporary_where;
	uint64_t temporary_max; /* bytes in it */
	struct psd_words keep;  /* KeepFDs=, words as written */
	bool is_relay;          /* the daemon's own (daemon/relay.h) */
	bool is_resolver;       /* the daemon's own: has the host's network */
	bool is_watcher;        /* the daemon's own (daemon/watcher.h) */

	/* [Policy] */
	struct psd_words calls;    /* SystemCallFilter=, words as written */
	struct psd_words may_exec; /* AllowExec=: absolute paths */
	enum psd_violation on_violation;
	enum psd_verdicts log_verdicts;
	bool reports_opens;    /* ReportOpens=yes */
	uint32_t request_rate; /* a second; 0: unlimited */
	uint64_t request_timeout_usec;
	struct psd_words phases;   /* Phases=, in their order */
	struct psd_words view;     /* visible paths: of file groups
				  (AllowOpen=@runtime), expanded, missing ones
				  left out, and of lines (policy/view.h) */
	struct psd_grants *grants; /* one for each row of ops.def, in order */
	uint32_t n_grants;         /* of all rows together */

	struct psd_arena *arena; /* what all of the above lies in */
	int *held;               /* directories; grants share them */
	size_t n_held;
	struct psd_source *sources; /* of one whose directories are held */
	size_t n_sources;
};

/* Frees it and closes what it holds.  NULL is fine. */
void psd_policy_free(struct psd_policy *policy);

/* Is there any way for a client to come to its helpers? */
bool psd_policy_takes_clients(const struct psd_policy *policy);

struct psd_rights;

struct psd_verdict {
	bool is_allowed;
	const struct psd_grant *grant; /* that decided; NULL: none covers it,
					  or the operation is free */
	bool is_given_up;              /* refused because of restrict */
	bool is_narrowed;              /* refused because of narrow alone */
	/*
	 * When it is refused although no line denies it: a line that covers it
	 * and does not count now, since it is used up or of another phase.
	 */
	const struct psd_grant *idle;
};

/*
 * Judges one decoded request.  rights may be NULL (all that the policy
 * says, as explain asks).  Makes no system call; the clock is looked at where
 * a request would set it.  Deny wins over Allow in
 * whatever order; what no Allow covers is refused.
 */
struct psd_verdict psd_policy_check(const struct psd_policy *policy,
    const struct psd_rights *rights, const struct psd_op_row *row,
    const void *req);

/*
 * For grants that follow links: is path, where the file really is, still
 * covered?  Allowed by grant, and by the one that it is within, and denied by
 * none.
 */
bool psd_policy_covers(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const char *path);

/*
 * The line that would allow the request, "AllowOpen=read /etc/passwd", for
 * pasting into a drop-in; escaped so that it reads back as the same request.
 */
void psd_policy_suggest(char *ret, size_t size, const struct psd_op_row *row,
    const void *req);

/* The words that begin a line, and a path with what follows it, likewise. */
void psd_policy_suggest_path(char *ret, size_t size, const char *words,
    const struct psd_str *path, const char *more);

#endif
