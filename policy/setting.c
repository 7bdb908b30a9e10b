/* SPDX-License-Identifier: ISC */
#include "policy/setting.h"

#include "common/kind.h"

#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:+.";

/*
 * Not settings but another file system, whose files say which programs the
 * kernel starts.  Where it is mounted on demand the look for it would wait.
 */
static const char binfmt[] = "fs/binfmt_misc";

static void
swap(char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == '.')
			*name = '/';
		else if (*name == '/')
			*name = '.';
	}
}

static void
spell(const char *text, size_t len, char *ret)
{
	memcpy(ret, text, len);
	ret[len] = '\0';
	if (ret[strcspn(ret, "./")] == '.')
		swap(ret);
}

static bool
is_component(const char *at, size_t len)
{
	if (len == 0 || strspn(at, letters) < len)
		return false;
	return !(at[0] == '.' && (len == 1 || (len == 2 && at[1] == '.')));
}

static bool
is_binfmt(const char *name)
{
	const size_t len = sizeof(binfmt) - 1;

	return strncmp(name, binfmt, len) == 0 &&
	    (name[len] == '\0' || name[len] == '/');
}

bool
psd_setting_name(const char *text, size_t len, char *ret)
{
	if (text == NULL || len > PSD_SETTING_MAX ||
	    memchr(text, '\0', len) != NULL)
		return false;
	spell(text, len, ret);
	for (const char *at = ret;; at++) {
		const size_t n = strcspn(at, "/");

		if (!is_component(at, n))
			return false;
		at += n;
		if (*at == '\0')
			return !is_binfmt(ret);
	}
}

static const char *
component_wrong(const char *at, size_t len)
{
	if (len == 1 && at[0] == '*')
		return NULL;
	if (len == 2 && at[0] == '*' && at[1] == '*')
		return at[len] == '\0' ? NULL
				       : "** stands at the end, as in net.**";
	if (memchr(at, '*', len) != NULL)
		return "* stands for a whole component, as in "
		       "net.ipv4.conf.*.forwarding";
	return is_component(at, len)
	    ? NULL
	    : "components are not empty, \".\" or \"..\" and have letters, "
	      "digits and _ - : + only";
}

const char *
psd_setting_pattern(const char *text, char *ret)
{
	const size_t len = strlen(text);

	if (len > PSD_SETTING_MAX)
		return "a name has at most 255 bytes";
	if (strncmp(text, "/proc/", strlen("/proc/")) == 0)
		return "leave /proc/sys/ out";
	spell(text, len, ret);
	for (const char *at = ret;; at++) {
		const size_t n = strcspn(at, "/");
		const char *wrong = component_wrong(at, n);

		if (wrong != NULL)
			return wrong;
		at += n;
		if (*at == '\0')
			break;
	}
	return is_binfmt(ret) ? "fs.binfmt_misc is no setting" : NULL;
}

bool
psd_setting_match(const char *pattern, const char *name)
{
	for (;; pattern++, name++) {
		const size_t len = strcspn(pattern, "/");
		const size_t name_len = strcspn(name, "/");

		if (strcmp(pattern, "**") == 0)
			return true;
		if ((len != 1 || *pattern != '*') &&
		    (len != name_len || memcmp(pattern, name, len) != 0))
			return false;
		pattern += len;
		name += name_len;
		if (*name == '\0')
			return *pattern == '\0' || strcmp(pattern, "/**") == 0;
		if (*pattern == '\0')
			return false;
	}
}

void
psd_setting_dot(char *name)
{
	if (name[strcspn(name, "./")] == '/')
		swap(name);
}
