/* SPDX-License-Identifier: ISC */
#ifndef TEST_SETTING_FIXTURE_H
#define TEST_SETTING_FIXTURE_H

/* What no kernel setting is called. */
static const char *const no_names[] = { "", ".", "/", "..", "../etc/passwd",
	"../../etc/passwd", "/proc/sys/kernel/ostype", "/kernel/ostype",
	".kernel.ostype", "kernel.", "kernel/", "kernel..ostype",
	"kernel//ostype", "kernel/../kernel/ostype", "kernel/./ostype",
	"kernel.//.ostype", "kernel.//.//.//.etc.passwd", "kernel.*",
	"kernel.?", "kernel.[o]stype", "**", "*", "a b", "a.b\n", "a.b%c",
	"a\\b", "\"a\"", "@runtime", "a.\xc3\xa4", "a.\x01", "fs.binfmt_misc",
	"fs/binfmt_misc/register", "fs.binfmt_misc.status" };

#endif
