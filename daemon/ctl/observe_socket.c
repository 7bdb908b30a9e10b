/* SPDX-License-Identifier: ISC */
#include "common/callargs.h"
#include "common/codec.h"
#include "common/endpoint.h"
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/ctl/observe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* The kind of socket that a descriptor of the caller's is, or -1. */
static int
type_of(const struct seccomp_notif *request)
{
	const pid_t process =
	    (pid_t)psd_observe_status((pid_t)request->pid, "Tgid:");
	_cleanup_fd_ int pidfd = psd_sys_pidfd_open(process);
	_cleanup_fd_ int fd = PSD_NO_FD;
	int type = -1;
	socklen_t len = sizeof(type);

	if (pidfd < 0)
		return -1;
	fd =
	    (int)syscall(SYS_pidfd_getfd, pidfd, (int)request->data.args[0], 0);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -1;
	return type;
}

static void
tell(struct psd_learn *learn, enum psd_op op, const void *req)
{
	char line[1024];

	psd_policy_suggest(line, sizeof(line), psd_op_find(op), req);
	psd_learn_socket(learn, line);
}

static void
tell_internet(struct psd_learn *learn, const char *call, int type,
    const struct psd_endpoint *endpoint)
{
	const bool is_stream = type == SOCK_STREAM;
	const uint32_t protocol =
	    is_stream ? PSD_PROTOCOL_TCP : PSD_PROTOCOL_UDP;
	const struct psd_connect_req connect = { protocol, *endpoint };
	const struct psd_listen_req listen = { protocol, *endpoint };
	const struct psd_bind_req bind = { protocol, *endpoint };

	if (strcmp(call, "bind") != 0)
		tell(learn, PSD_OP_connect, &connect);
	else if (is_stream)
		tell(learn, PSD_OP_listen, &listen);
	else
		tell(learn, PSD_OP_bind, &bind);
}

/* Nothing is asked where nobody listens, as nscd most often. */
static int
tell_local(struct psd_learn *learn, const char *call, int type,
    const struct sockaddr_un *address, size_t len)
{
	const size_t begin = offsetof(struct sockaddr_un, sun_path);
	const struct psd_str path = { address->sun_path,
		(uint32_t)strnlen(address->sun_path, len - begin) };
	const struct psd_connect_unix_req connect = { path };
	const struct psd_listen_unix_req listen = { path, 0600 };
	const struct psd_bind_unix_req bind = { path, 0600 };

	if (path.len == 0 || address->sun_path[0] != '/')
		return 0;
	if (strcmp(call, "bind") == 0) {
		if (type == SOCK_STREAM)
			tell(learn, PSD_OP_listen_unix, &listen);
		else
			tell(learn, PSD_OP_bind_unix, &bind);
		return 0;
	}
	if (access(address->sun_path, W_OK) < 0)
		return PSD_OBSERVE_IN_VAIN;
	tell(learn, PSD_OP_connect_unix, &connect);
	return 0;
}

int
psd_observe_socket(struct psd_learn *learn, const char *call,
    const struct seccomp_notif *request, const struct psd_observe_rep *names)
{
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage room;
	} address;
	const size_t len = names->first.len;
	struct psd_endpoint endpoint;

	memset(&address, 0, sizeof(address));
	if ((names->flags & PSD_SEEN_ADDRESS) == 0 ||
	    len < sizeof(address.any.sa_family) || len >= sizeof(address))
		return 0;
	memcpy(&address, names->first.at, len);
	if (address.any.sa_family == AF_UNIX)
		return tell_local(learn, call, type_of(request), &address.local,
		    len);
	if (psd_endpoint_from_sockaddr(&address.any, (socklen_t)len,
		&endpoint) == 0)
		tell_internet(learn, call, type_of(request), &endpoint);
	return 0;
}
