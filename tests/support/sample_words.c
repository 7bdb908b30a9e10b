/* SPDX-License-Identifier: ISC */
#include "tests/support/sample_words.h"

#include "common/mem.h"

#include <string.h>

/* What a field of a row wants instead of the sample of its kind. */
static const struct {
	enum psd_op op;
	const char *field;
	struct sample_words words;
} fields[] = {
	{ PSD_OP_read_directory, "path",
	    { "%s/directory", "%s/none", "%s/**", "%s/other" } },
	{ PSD_OP_readlink, "path",
	    { "%s/link", "%s/none", "%s/**", "%s/other" } },
	{ PSD_OP_rmdir, "path",
	    { "%s/directory", "%s/none", "%s/**", "%s/other" } },
	{ PSD_OP_temporary_file, "directory",
	    { "%s/directory", "%s/none", "%s/**", "%s/other" } },
	{ PSD_OP_credential, "credential",
	    { "file", "none", "file,no*", "other" } },
	{ PSD_OP_rename, "to", { "%s/second", "%s/third", NULL, NULL } },
	{ PSD_OP_bind, "protocol", { "udp", "udp", "udp", "udp" } },
	{ PSD_OP_connect, "protocol", { "udp", "udp", "udp", "udp" } },
	{ PSD_OP_connect, "endpoint",
	    { "127.0.0.1:9", "127.0.0.2:9", "127.0.0.0/8:*", "192.0.2.1:7" } },
	{ PSD_OP_phase, "phase", { "second", "second", NULL, NULL } },
	{ PSD_OP_narrow, "lines",
	    { "AllowLog=info", "AllowLog=info", NULL, NULL } },
	{ PSD_OP_icmp_socket, "endpoint",
	    { "127.0.0.1:0", "127.0.0.2:0", "127.0.0.0/8:0", "192.0.2.1:0" } },
	{ PSD_OP_log_fields, "fields", { "A=1", "A=1", NULL, NULL } },
	{ PSD_OP_packet_socket, "link",
	    { "lo:0x88b5", "none:0x88b5", "lo:*,none:*", "lo:0x88b6" } },
	{ PSD_OP_send_frame, "link",
	    { "lo:0x88b5", "none:0x88b5", "lo:*,none:*", "lo:0x88b6" } },
	{ PSD_OP_join_multicast, "group",
	    { "239.255.0.1:1900", "239.255.0.2:0", "239.255.0.0/16:*",
		"239.254.0.0/16:*" } },
	{ PSD_OP_connect_unix, "path",
	    { "%s/server", "%s/none", "%s/**", "%s/other" } },
	{ PSD_OP_listen_unix, "path",
	    { "%s/local", "%s/none/local", "%s/**", "%s/other" } },
	{ PSD_OP_bind_unix, "path",
	    { "%s/local", "%s/none/local", "%s/**", "%s/other" } },
	{ PSD_OP_write_sysctl, "setting",
	    { "net.ipv4.ip_forward", "net.ipv4.none", "net.ipv4.**",
		"net.ipv6.**" } },
};

static struct sample_words
words_of_kind(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_wide:
		return (struct sample_words){ "0", "0", NULL, NULL };
	case PSD_KIND_moment:
		return (
		    struct sample_words){ "17000000", "17000000", NULL, NULL };
	case PSD_KIND_offset:
		return (struct sample_words){ "1ms", "1ms", NULL, NULL };
	case PSD_KIND_family:
		return (struct sample_words){ "any", "any", NULL, NULL };
	case PSD_KIND_mode:
		return (struct sample_words){ "0640", "0640", NULL, NULL };
	case PSD_KIND_permissions:
		return (struct sample_words){ "0640", "0640", "0640", "0644" };
	case PSD_KIND_owner:
		return (
		    struct sample_words){ "1:2", "1:2", "-:2,1:2", "1,2:2" };
	case PSD_KIND_access:
		return (
		    struct sample_words){ "read", "read", "read", "append" };
	case PSD_KIND_priority:
		return (struct sample_words){ "info", "info", "info", "crit" };
	case PSD_KIND_operation:
		return (struct sample_words){ "log", "log", NULL, NULL };
	case PSD_KIND_protocol:
		return (struct sample_words){ "tcp", "tcp", "tcp", "tcp" };
	case PSD_KIND_endpoint:
		return (struct sample_words){ "127.0.0.1:0", "127.0.0.2:0",
			"127.0.0.0/8:*", "192.0.2.1:7" };
	case PSD_KIND_path:
		return (struct sample_words){ "%s/file", "%s/none", "%s/**",
			"%s/other" };
	case PSD_KIND_setting:
		return (struct sample_words){ "kernel.ostype", "kernel.none",
			"kernel.*", "net.**" };
	case PSD_KIND_label:
		return (struct sample_words){ "lo", "none", "lo,no*", "other" };
	case PSD_KIND_site:
		return (struct sample_words){ "localhost:7", "none.invalid:7",
			"**:*", "other.*:7" };
	case PSD_KIND_host:
		return (struct sample_words){ "localhost", "none.invalid", "**",
			"other.*" };
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
		return (struct sample_words){ "1", "1", NULL, NULL };
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
	case PSD_KIND_end:
		break;
	}
	return (struct sample_words){ NULL, NULL, NULL, NULL };
}

struct sample_words
sample_words_of(const struct psd_op_row *row, const struct psd_field *field)
{
	for (size_t i = 0; i < PSD_ELEMENTS(fields); i++)
		if (fields[i].op == row->op &&
		    strcmp(fields[i].field, field->name) == 0)
			return fields[i].words;
	return words_of_kind(field->kind);
}
