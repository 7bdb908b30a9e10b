/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include "policy/load.h"

#include <errno.h>
#include <string.h>

/* Where the line before stood. */
struct lines {
	char file[PSD_PATH_MAX + 1];
	unsigned line;
	json_t *json; /* NULL: print them */
};

/*
 * A comment tells the place whenever it is not the line after the last, so
 * that every line can be found and the whole is still a policy.
 */
static void
print_line(void *cookie, const struct psd_where *where, const char *text)
{
	struct lines *lines = cookie;

	if (where->line != lines->line + 1 ||
	    strcmp(where->file, lines->file) != 0) {
		if (lines->file[0] != '\0')
			putchar('\n');
		psd_ctl_put(stdout, "# ");
		psd_ctl_put(stdout, where->file);
		printf(":%u\n", where->line);
	}
	snprintf(lines->file, sizeof(lines->file), "%s", where->file);
	lines->line = where->line;
	psd_ctl_put_line(stdout, text);
}

static void
collect_line(void *cookie, const struct psd_where *where, const char *text)
{
	struct lines *lines = cookie;

	json_array_append_new(lines->json,
	    json_pack("{s:o, s:I, s:o}", "file",
		psd_ctl_json_text(where->file, strlen(where->file)), "line",
		(json_int_t)where->line, "text",
		psd_ctl_json_text(text, strlen(text))));
}

static int
cat(const struct psd_ctl *ctl, const struct psd_ctl_dirs *dirs,
    const char *name, struct psd_diag *diag)
{
	struct lines lines = { .line = 0 };
	int r;

	if (!ctl->json)
		return psd_policy_cat(dirs->at, name, print_line, &lines, diag);
	lines.json = json_array();
	r = psd_policy_cat(dirs->at, name, collect_line, &lines, diag);
	if (r == 0)
		r = psd_ctl_print_json(json_pack("{s:o, s:o}", "service",
			psd_ctl_json_text(name, strlen(name)), "lines",
			lines.json)) == PSD_CTL_DONE
		    ? 0
		    : -ENOMEM;
	else
		json_decref(lines.json);
	return r;
}

enum psd_ctl_exit
psd_ctl_cat(struct psd_ctl *ctl)
{
	const char *name = ctl->args[0];
	struct psd_ctl_dirs dirs;
	enum psd_ctl_exit status;
	struct psd_diag diag;

	if (psd_ctl_is_file(name)) {
		psd_ctl_complain("cat takes the name of a service, not a "
				 "file: %s",
		    name);
		return PSD_CTL_USAGE;
	}
	status = psd_ctl_find_dirs(ctl, &dirs);
	if (status != PSD_CTL_DONE)
		return status;
	psd_diag_init(&diag);
	if (cat(ctl, &dirs, name, &diag) < 0)
		status = psd_ctl_not_found(&dirs);
	if (diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	psd_ctl_free_dirs(&dirs);
	return status;
}
