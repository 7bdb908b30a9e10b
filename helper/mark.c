/* SPDX-License-Identifier: ISC */
#include "helper/mark.h"

#include "common/hot.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

void
psd_mark_init(struct psd_mark *mark)
{
	unsigned char *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*mark = (struct psd_mark){ .page = NULL, .pid = getpid() };
	if (page == MAP_FAILED)
		return;
	if (madvise(page, page_size(), MADV_WIPEONFORK) < 0) {
		(void)munmap(page, page_size());
		return;
	}
	*page = 1;
	mark->page = page;
}

PSD_HOT bool
psd_mark_is_ours(const struct psd_mark *mark)
{
	if (mark->page == NULL)
		return getpid() == mark->pid;
	return *mark->page != 0;
}

void
psd_mark_free(struct psd_mark *mark)
{
	if (mark->page != NULL)
		(void)munmap((void *)(uintptr_t)mark->page, page_size());
	mark->page = NULL;
}
