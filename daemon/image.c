/* SPDX-License-Identifier: ISC */
#include "daemon/image.h"

#include "common/fd.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much of a script's first line as the kernel looks at. */
enum { LINE_SIZE = 256, HEADERS_MAX = 128 };

static int
open_program(const char *path, bool any_uid, const struct psd_where *where,
    struct psd_diag *diag)
{
	_cleanup_fd_ int fd =
	    open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0) {
		r = -errno;
		psd_diag_error(diag, where, "cannot open %s: %s", path,
		    strerror(-r));
		return r;
	}
	if (!S_ISREG(status.st_mode) ||
	    (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		psd_diag_error(diag, where, "%s is not an executable file",
		    path);
		return -EACCES;
	}
	if (any_uid && (status.st_mode & S_IXOTH) == 0) {
		psd_diag_error(diag, where,
		    "%s cannot be executed by other users, and helpers have "
		    "a uid of their own; chmod o+x it",
		    path);
		return -EACCES;
	}
	return psd_fd_take(&fd);
}

static int
read_at(int fd, void *ret, size_t len, uint64_t offset)
{
	const ssize_t n = pread(fd, ret, len, (off_t)offset);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOEXEC;
}

static int
read_loader(int fd, const Elf64_Phdr *program, char *ret, size_t size)
{
	int r;

	if (program->p_filesz < 2 || program->p_filesz > size)
		return -ENOEXEC;
	r = read_at(fd, ret, program->p_filesz, program->p_offset);
	if (r == 0 && (ret[0] != '/' || ret[program->p_filesz - 1] != '\0'))
		r = -ENOEXEC;
	return r;
}

/* The path of PT_INTERP, or "". */
static int
find_loader(int fd, char *ret, size_t size)
{
	Elf64_Ehdr header;
	int r = read_at(fd, &header, sizeof(header), 0);

	ret[0] = '\0';
	if (r < 0)
		return r;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_phentsize != sizeof(Elf64_Phdr) ||
	    header.e_phnum > HEADERS_MAX || header.e_phoff > INT64_MAX / 2)
		return -ENOEXEC;
	for (uint64_t i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr program;

		r = read_at(fd, &program, sizeof(program),
		    header.e_phoff + i * sizeof(program));
		if (r < 0)
			return r;
		if (program.p_type == PT_INTERP)
			return read_loader(fd, &program, ret, size);
	}
	return 0;
}

/* Takes "#!/usr/bin/awk -f" apart as the kernel does: one argument at most. */
static int
parse_first_line(char *line, struct psd_image *ret)
{
	char *end = strchr(line, '\n');
	char *name, *argument;

	if (end == NULL)
		return -ENOEXEC;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	name = line + 2 + strspn(line + 2, " \t");
	argument = name + strcspn(name, " \t");
	if (*argument != '\0')
		*argument++ = '\0';
	argument += strspn(argument, " \t");
	if (name[0] != '/')
		return -ENOEXEC;
	(void)snprintf(ret->interpreter, sizeof(ret->interpreter), "%s", name);
	(void)snprintf(ret->argument, sizeof(ret->argument), "%s", argument);
	return 0;
}

static int
look_for_script(int fd, struct psd_image *ret)
{
	char line[LINE_SIZE + 1];
	const ssize_t n = pread(fd, line, LINE_SIZE, 0);

	if (n < 0)
		return -errno;
	line[n] = '\0';
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return 0;
	ret->is_script = true;
	return parse_first_line(line, ret);
}

int
psd_image_open(const char *path, bool any_uid, const struct psd_where *where,
    struct psd_image *ret, struct psd_diag *diag)
{
	_cleanup_fd_ int fd = open_program(path, any_uid, where, diag);
	int r;

	if (fd < 0)
		return fd;
	*ret = (struct psd_image){ .fd = PSD_NO_FD };
	r = look_for_script(fd, ret);
	if (r == 0 && ret->is_script) {
		psd_fd_cleanup(&fd);
		path = ret->interpreter;
		fd = open_program(path, any_uid, where, diag);
		if (fd < 0)
			return fd;
	}
	if (r == 0)
		r = find_loader(fd, ret->loader, sizeof(ret->loader));
	if (r < 0) {
		psd_diag_error(diag, where,
		    "%s is neither a 64-bit ELF program nor a script with the "
		    "path of one in its first line",
		    path);
		return r;
	}
	ret->fd = psd_fd_take(&fd);
	return 0;
}
