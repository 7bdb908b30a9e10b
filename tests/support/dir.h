/* SPDX-License-Identifier: ISC */
#ifndef TEST_DIR_H
#define TEST_DIR_H

/*
 * Makes an empty directory below $TMPDIR or /tmp, for us alone.  Returns its
 * path, which test_dir_remove() frees, or NULL.
 */
char *test_dir_make(void);

/* Removes the directory with all that is in it and frees the path. */
void test_dir_remove(char *path);

/* Writes text into a file of the directory.  Returns 0 or -errno. */
int test_dir_write(const char *path, const char *name, const char *text);

#endif
