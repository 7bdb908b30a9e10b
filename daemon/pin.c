/* SPDX-License-Identifier: ISC */
#include "daemon/pin.h"

#include "common/endpoint.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <string.h>
#include <sys/socket.h>

enum {
	/* Within the network's header. */
	INET_SOURCE_AT = SKF_NET_OFF + 12,
	INET_TARGET_AT = SKF_NET_OFF + 16,
	INET6_SOURCE_AT = SKF_NET_OFF + 8,
	INET6_TARGET_AT = SKF_NET_OFF + 24,
	/* Within the one behind it, where the filter begins. */
	SOURCE_PORT_AT = 0,
	TARGET_PORT_AT = 2,
	ICMP_TYPE_AT = 0,
	TCP_FLAGS_AT = 13,
	TCP_SYN_ACK = 0x12,
	/* What the kernel knows of it besides. */
	INTERFACE_AT = SKF_AD_OFF + SKF_AD_IFINDEX,
	ETHERTYPE_AT = SKF_AD_OFF + SKF_AD_PROTOCOL,
	VLAN_AT = SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT,
	STEPS_MAX = 32,
};

/* Until it turned out that there is no way. */
static bool can_pin_tcp = true;

/* A filter being written: each test leaves out what fails it. */
struct filter {
	struct sock_filter steps[STEPS_MAX];
	unsigned short n;
};

static void
demand(struct filter *filter, uint16_t size, uint32_t at, uint32_t value)
{
	const struct sock_filter load =
	    BPF_STMT((uint16_t)(BPF_LD | BPF_ABS | size), at);
	const struct sock_filter test =
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
	const struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);

	filter->steps[filter->n++] = load;
	filter->steps[filter->n++] = test;
	filter->steps[filter->n++] = drop;
}

static int
attach(int fd, struct filter *filter)
{
	const struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	struct sock_fprog program;
	const int on = 1;

	filter->steps[filter->n++] = pass;
	program = (struct sock_fprog){ filter->n, filter->steps };
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static int
attach_tcp(int fd, struct filter *filter)
{
	return can_pin_tcp ? attach(fd, filter) : 0;
}

bool
psd_pin_probe(void)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct filter filter = { .n = 0 };

	if (fd >= 0)
		can_pin_tcp = attach(fd, &filter) != -EPERM;
	return can_pin_tcp;
}

void
psd_pin_begin(void)
{
	if (!psd_pin_probe())
		psd_log(LOG_NOTICE,
		    "sockets of TCP are handed out without a filter of their "
		    "own: no CAP_NET_ADMIN over this network");
}

bool
psd_pin_can_tcp(void)
{
	return can_pin_tcp;
}

void
psd_pin_resume(bool can_tcp)
{
	can_pin_tcp = can_tcp;
}

/* Filters compare numbers, not bytes in network order. */
static uint32_t
word_of(const unsigned char *address)
{
	uint32_t word;

	memcpy(&word, address, sizeof(word));
	return ntohl(word);
}

static void
demand_address(struct filter *filter, const struct psd_endpoint *endpoint,
    int inet_at, int inet6_at)
{
	if (endpoint->family == PSD_FAMILY_INET) {
		demand(filter, BPF_W, (uint32_t)inet_at,
		    word_of(endpoint->address));
		return;
	}
	for (unsigned i = 0; i < PSD_ADDRESS_LEN; i += sizeof(uint32_t))
		demand(filter, BPF_W, (uint32_t)inet6_at + i,
		    word_of(endpoint->address + i));
}

static void
demand_target(struct filter *filter, const struct psd_endpoint *endpoint)
{
	demand(filter, BPF_H, TARGET_PORT_AT, endpoint->port);
	if (!psd_endpoint_is_unspecified(endpoint))
		demand_address(filter, endpoint, INET_TARGET_AT,
		    INET6_TARGET_AT);
}

int
psd_pin_to_peer(int fd, uint32_t protocol, const struct psd_endpoint *endpoint)
{
	struct filter filter = { .n = 0 };

	demand(&filter, BPF_H, SOURCE_PORT_AT, endpoint->port);
	demand_address(&filter, endpoint, INET_SOURCE_AT, INET6_SOURCE_AT);
	return protocol == PSD_PROTOCOL_TCP ? attach_tcp(fd, &filter)
					    : attach(fd, &filter);
}

int
psd_pin_to_self(int fd, const struct psd_endpoint *endpoint, unsigned interface)
{
	struct filter filter = { .n = 0 };

	demand_target(&filter, endpoint);
	if (interface != 0)
		demand(&filter, BPF_W, (uint32_t)INTERFACE_AT, interface);
	return attach(fd, &filter);
}

int
psd_pin_listener(int fd, const struct psd_endpoint *endpoint)
{
	static const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_AT),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TCP_SYN_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCP_SYN_ACK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct filter filter = { .n = PSD_ELEMENTS(steps) };

	memcpy(filter.steps, steps, sizeof(steps));
	demand_target(&filter, endpoint);
	return attach_tcp(fd, &filter);
}

int
psd_pin_to_link(int fd, unsigned interface, uint16_t ethertype)
{
	struct filter filter = { .n = 0 };

	demand(&filter, BPF_W, (uint32_t)INTERFACE_AT, interface);
	demand(&filter, BPF_W, (uint32_t)ETHERTYPE_AT, ethertype);
	demand(&filter, BPF_W, (uint32_t)VLAN_AT, 0);
	return attach(fd, &filter);
}

int
psd_pin_to_echo(int fd, const struct psd_endpoint *endpoint)
{
	struct filter filter = { .n = 0 };

	demand(&filter, BPF_B, ICMP_TYPE_AT,
	    endpoint->family == PSD_FAMILY_INET ? ICMP_ECHOREPLY
						: ICMPV6_ECHO_REPLY);
	demand_address(&filter, endpoint, INET_SOURCE_AT, INET6_SOURCE_AT);
	return attach(fd, &filter);
}
