/* SPDX-License-Identifier: ISC */
#ifndef EDGE_FIXTURE_H
#define EDGE_FIXTURE_H

/* Values that a field may have and that nobody would give it. */
#include "common/codec.h"
#include "common/endpoint.h"
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/sample.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { STRING_MAX = PSD_TEXT_MAX, FIELDS = 8 };

static const uint32_t numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 32, 63,
	64, 0200, 0400, 0777, 01777, 65535, 65536, INT32_MAX, 1U << 31,
	UINT32_MAX - 1, UINT32_MAX };

static const uint64_t wides[] = { 0, 1, 4096, UINT32_MAX, 1ULL << 32,
	INT64_MAX - 1, INT64_MAX, 1ULL << 63, UINT64_MAX - 1, UINT64_MAX };

/* "@" is the directory; a digit after "#" says how many bytes to repeat. */
static const char *const strings[] = { "", "/", ".", "..", "@", "@/", "@/.",
	"@/..", "@/file", "@/file/", "@/file/none", "@/directory", "@/link",
	"@/none", "@//file", "@/directory/../file", "@/\xff\x01\n", "relative",
	"*", "**", "-", " ", "\x7f", "%n%s", "net", "net.ipv4.ip_forward",
	"net/ipv4/conf/lo/forwarding", "net.ipv4..", "net.ipv4./x", "lo", "lo0",
	"localhost", "none.invalid", "a..b", "1", "AllowLog=info",
	"AllowLog=", "AllowOpen=read /**\nAllowLog=debug", "first", "#255",
	"#256", "#4095", "/#4094", "/#255", "@/#255", "@/#256", "#4096" };

static const struct {
	uint16_t family, port;
	const char *address;
	uint32_t scope;
} endpoints[] = {
	{ PSD_FAMILY_INET, 0, "\0\0\0\0", 0 },
	{ PSD_FAMILY_INET, 0, "\x7f\0\0\x01", 0 },
	{ PSD_FAMILY_INET, 1, "\x7f\0\0\x01", 0 },
	{ PSD_FAMILY_INET, UINT16_MAX, "\xff\xff\xff\xff", 0 },
	{ PSD_FAMILY_INET, 5353, "\xe0\0\0\xfb", 0 },
	{ PSD_FAMILY_INET6, 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0 },
	{ PSD_FAMILY_INET6, 9, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 0 },
	{ PSD_FAMILY_INET6, 9, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01", 0 },
	{ PSD_FAMILY_INET6, 9, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 1 },
	{ PSD_FAMILY_INET6, 9, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01",
	    UINT32_MAX },
	{ PSD_FAMILY_INET6, 9, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\xfb", 1 },
};

static const uint32_t lengths[] = { 0, 1, 13, 14, 60, 1500, PSD_BYTES_MAX };

static struct psd_str
spell_edge(const char *text, const char *dir, size_t place)
{
	static char spelt[FIELDS][STRING_MAX + PATH_MAX];
	char *ret = spelt[place];
	size_t len = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '@') {
			memcpy(ret + len, dir, strlen(dir));
			len += strlen(dir);
		} else if (*c == '#') {
			const size_t n = strtoul(c + 1, NULL, 10);

			memset(ret + len, 'n', n);
			len += n;
			break;
		} else {
			ret[len++] = *c;
		}
	}
	ret[len] = '\0';
	return psd_str_of(ret);
}

static int
open_edge(size_t i, const char *dir)
{
	char path[PATH_MAX];
	int ends[2];

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	if (i == 0)
		return open(path, O_RDWR | O_CLOEXEC);
	if (i == 1)
		return open(path, O_PATH | O_CLOEXEC);
	if (i == 2)
		return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (i == 3)
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	if (i == 4)
		return epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     ends),
	    0);
	psd_fd_close(ends[1]);
	return ends[0];
}

/* How many edges a field of the kind has, never none. */
static size_t
count_edges(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_permissions:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
		return PSD_ELEMENTS(numbers);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		return PSD_ELEMENTS(wides);
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		return PSD_ELEMENTS(strings);
	case PSD_KIND_endpoint:
		return PSD_ELEMENTS(endpoints);
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		return PSD_ELEMENTS(lengths);
	case PSD_KIND_fd:
		return 6;
	case PSD_KIND_fds:
		return PSD_FDS_MAX + 1;
	case PSD_KIND_end:
		break;
	}
	return 1;
}

static void
set_endpoint(size_t i, struct psd_endpoint *ret)
{
	*ret = (struct psd_endpoint){ .family = endpoints[i].family,
		.port = endpoints[i].port,
		.scope = endpoints[i].scope };
	memcpy(ret->address, endpoints[i].address,
	    endpoints[i].family == PSD_FAMILY_INET ? 4 : PSD_ADDRESS_LEN);
}

static void
set_descriptor(size_t i, const char *dir, unsigned char *at)
{
	int fd;

	memcpy(&fd, at, sizeof(fd));
	psd_fd_close(fd);
	fd = open_edge(i, dir);
	memcpy(at, &fd, sizeof(fd));
}

/* As many as the edge says. */
static void
set_descriptors(size_t n, const char *dir, unsigned char *at)
{
	struct psd_fds fds;

	memcpy(&fds, at, sizeof(fds));
	for (fds.n = 0; fds.n < n; fds.n++)
		fds.at[fds.n] = open_edge(fds.n, dir);
	memcpy(at, &fds, sizeof(fds));
}

/* Gives a field of a request the edge; one that cannot be sent is no matter. */
static void
set_edge(const struct psd_field *field, size_t place, size_t i, const char *dir,
    union psd_any_req *req)
{
	static unsigned char bytes[PSD_BYTES_MAX];
	unsigned char *at = (unsigned char *)req + field->offset;
	struct psd_bytes some = { bytes, 0 };
	struct psd_endpoint endpoint;
	struct psd_str string;

	if (count_edges(field->kind) == PSD_ELEMENTS(numbers)) {
		memcpy(at, &numbers[i], sizeof(numbers[i]));
	} else if (count_edges(field->kind) == PSD_ELEMENTS(wides)) {
		memcpy(at, &wides[i], sizeof(wides[i]));
	} else if (count_edges(field->kind) == PSD_ELEMENTS(strings)) {
		string = spell_edge(strings[i], dir, place);
		memcpy(at, &string, sizeof(string));
	} else if (field->kind == PSD_KIND_endpoint) {
		set_endpoint(i, &endpoint);
		memcpy(at, &endpoint, sizeof(endpoint));
	} else if (field->kind == PSD_KIND_fd) {
		set_descriptor(i, dir, at);
	} else if (field->kind == PSD_KIND_fds) {
		set_descriptors(i, dir, at);
	} else {
		some.len = lengths[i];
		memcpy(at, &some, sizeof(some));
	}
}

/* What no helper could send is not asked: it breaks the protocol elsewhere. */
static bool
is_well_formed(const struct psd_op_row *row, const struct psd_frame *frame)
{
	static struct psd_frame copy;
	union psd_any_req req;
	bool is;

	psd_frame_init(&copy);
	memcpy(copy.bytes, frame->bytes, frame->len);
	copy.len = frame->len;
	for (uint32_t i = 0; i < frame->n_fds; i++)
		copy.fds[copy.n_fds++] = dup(frame->fds[i]);
	is = psd_decode(&copy, row->req, row->req_size, &req) == 0;
	if (is)
		psd_fields_release(row->req, &req);
	psd_frame_clear(&copy);
	return is;
}

/* The sets are told apart by their sizes. */
_Static_assert(PSD_ELEMENTS(numbers) != PSD_ELEMENTS(wides) &&
	PSD_ELEMENTS(numbers) != PSD_ELEMENTS(strings) &&
	PSD_ELEMENTS(wides) != PSD_ELEMENTS(strings),
    "sizes differ");

#endif
