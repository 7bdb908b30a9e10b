/* SPDX-License-Identifier: ISC */
#ifndef NAMESPACE_FIXTURE_H
#define NAMESPACE_FIXTURE_H

#include "daemon/namespace.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include <cmocka.h>

/* A helper in namespaces that show these paths. */
struct seen {
	struct spawn_rig rig;
	struct psd_word words[8];
	struct psd_words view;
	int ns[PSD_NS_COUNT];
};

static inline int
begin(struct seen *seen, const char *const *paths)
{
	char why[256] = "";
	int r = spawn_rig_init(&seen->rig, "tiny_remote");

	if (r < 0)
		return r;
	seen->view = (struct psd_words){ .at = seen->words };
	for (; *paths != NULL; paths++)
		seen->words[seen->view.n++] =
		    (struct psd_word){ .text = *paths };
	r = psd_namespaces_prepare(&seen->view, false, seen->ns, why,
	    sizeof(why));
	if (r < 0) {
		print_error("no namespaces: %s\n", why);
		return r;
	}
	seen->rig.plan.namespaces = seen->ns;
	return spawn_rig_start(&seen->rig);
}

static inline void
end(struct seen *seen)
{
	spawn_rig_stop(&seen->rig);
	spawn_rig_free(&seen->rig);
	psd_namespaces_close(seen->ns);
}

/* open(2) by the helper: a descriptor or -errno. */
static inline long
try_open(struct seen *seen, const char *path, int flags)
{
	const uint64_t args[6] = { (uint64_t)AT_FDCWD, 0, (uint64_t)flags,
		0644 };

	return spawn_rig_call_text(&seen->rig, SYS_openat, 1, path, args);
}

#endif
