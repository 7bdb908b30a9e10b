/* SPDX-License-Identifier: ISC */
#include "policy/learn.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Root's programs have a uid of their own under a policy; others have their
 * user's.  What is in a directory is not looked at.
 */
static enum psd_learn_there
look(void *cookie, const char *path, bool writes)
{
	const mode_t needed = writes ? S_IROTH | S_IWOTH : S_IROTH;
	struct stat status;

	(void)cookie;
	if (stat(path, &status) < 0)
		return PSD_LEARN_GONE;
	return geteuid() == 0 && (status.st_mode & needed) != needed
	    ? PSD_LEARN_OWNERS
	    : PSD_LEARN_ANYBODYS;
}

/* Writes base/more into ret without ".", ".." and empty components. */
static bool
join(const char *base, const char *more, char *ret)
{
	char words[2 * PSD_PATH_MAX + 2];
	char *rest = words;
	const char *word;
	size_t len = 0;

	if (snprintf(words, sizeof(words), "%s/%s", base, more) < 0)
		return false;
	ret[0] = '\0';
	while ((word = strsep(&rest, "/")) != NULL) {
		if (*word == '\0' || strcmp(word, ".") == 0)
			continue;
		if (strcmp(word, "..") == 0) {
			while (len > 0 && ret[--len] != '/')
				;
			ret[len] = '\0';
			continue;
		}
		if (len + 1 + strlen(word) > PSD_PATH_MAX)
			return false;
		len += (size_t)snprintf(ret + len, PSD_PATH_MAX + 1 - len,
		    "/%s", word);
	}
	if (len == 0)
		(void)snprintf(ret, PSD_PATH_MAX + 1, "/");
	return true;
}

/*
 * The components before the first link are none, so ".." in what it leads to
 * is what it seems to be; what follows it is looked at when the caller comes
 * again.
 */
static bool
hop(void *cookie, const char *path, char *ret)
{
	char at[PSD_PATH_MAX + 1], target[PSD_PATH_MAX + 1];

	(void)cookie;
	(void)snprintf(at, sizeof(at), "%s", path);
	for (char *end = at; *end != '\0';) {
		char after[2 * PSD_PATH_MAX + 2];
		ssize_t n;
		char kept;

		end = strchrnul(end + 1, '/');
		kept = *end;
		*end = '\0';
		n = readlink(at, target, sizeof(target) - 1);
		if (n <= 0) {
			*end = kept;
			continue;
		}
		target[n] = '\0';
		(void)snprintf(after, sizeof(after), "%s/%s", target,
		    kept == '\0' ? "" : end + 1);
		*strrchr(at, '/') = '\0';
		return join(target[0] == '/' ? "" : at, after, ret);
	}
	return false;
}

const struct psd_learn_system psd_learn_real = { .look = look, .hop = hop };
