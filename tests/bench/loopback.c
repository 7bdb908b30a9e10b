/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_loopback.h"

#include "common/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static struct sockaddr_in
local(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

int
bench_loopback_listen(uint16_t *ret_port)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = local(0);
	socklen_t len = sizeof(address);

	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	*ret_port = ntohs(address.sin_port);
	return psd_fd_take(&fd);
}

int
bench_loopback_port(uint16_t *ret_port)
{
	_cleanup_fd_ int fd = bench_loopback_listen(ret_port);

	return fd < 0 ? fd : 0;
}

int
bench_loopback_connect(uint16_t port)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in address = local(port);
	const int on = 1;

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return psd_fd_take(&fd);
}
