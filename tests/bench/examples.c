/* SPDX-License-Identifier: ISC */
/*
 * The policies that are shipped, each with the least input that its program
 * has some work with: what confining costs a short run.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "policy/load.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_filter.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct example {
	const char *file;
	const char *title;
	const char *input;
	size_t len;
};

#define EXAMPLE(name) \
	"policy/examples/" name ".policy", "the example " name ", start to end"
/* Without the NUL at its end. */
#define INPUT(text) (text), sizeof(text) - 1

static const char pdf[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]\n"
    "/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 43>>stream\n"
    "BT /F1 24 Tf 20 100 Td (Hello words) Tj ET\nendstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "trailer<</Size 6/Root 1 0 R>>\n";

static const char ppm[] = "P3\n4 2\n255\n"
			  "9 8 7 255 0 0 0 255 0 0 0 255\n"
			  "1 2 3 200 9 9 9 200 9 9 9 200\n";

static const struct example examples[] = {
	/* 200 lines of text. */
	{ EXAMPLE("gzip"),
	    INPUT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xca\x41\x0a\x40"
		  "\x50\x14\x40\xd1\xb9\x55\xbc\x05\xc8\x1e\x2c\x45\x79\xa2\xf0"
		  "\x8b\x5f\x2c\x9f\x6c\xc1\xf4\x0c\xee\xe4\x76\xfa\x58\x97\x3d"
		  "\xa3\x4c\x51\xf3\xae\x6d\x0c\xfb\xf8\x56\xea\x9c\xc7\x37\xe7"
		  "\x8c\x73\xd8\x32\xae\x72\x8c\x67\xd7\xf4\x38\x8e\xe3\x38\x8e"
		  "\xe3\x38\x8e\xe3\x38\x8e\xe3\x38\x8e\xe3\x38\x8e\xe3\x38\x8e"
		  "\xe3\x38\x8e\xe3\x38\x8e\xe3\x7f\xf9\x03\xcc\xe1\x49\x77\xb8"
		  "\x24\x00\x00") },
	{ EXAMPLE("jq"), INPUT("{\"name\": [1, 2, {\"of\": \"things\"}]}\n") },
	{ EXAMPLE("xmllint"),
	    INPUT("<a><b n=\"1\"/><b n=\"2\">words</b></a>\n") },
	{ EXAMPLE("pdftotext"), INPUT(pdf) },
	{ EXAMPLE("pdftoppm"), INPUT(pdf) },
	{ EXAMPLE("convert"), INPUT(ppm) },
	{ EXAMPLE("gs"),
	    INPUT("%!PS\n/Helvetica findfont 24 scalefont setfont\n"
		  "72 72 moveto (Hello words) show showpage\n") },
	{ EXAMPLE("exiftool"), INPUT(ppm) },
	/* Sun's format of sound: 16 bits, 8000 a second, one channel. */
	{ EXAMPLE("ffmpeg"),
	    INPUT(".snd\x00\x00\x00\x18\xff\xff\xff\xff\x00\x00\x00\x03"
		  "\x00\x00\x1f\x40\x00\x00\x00\x01"
		  "some words for the ear, which is patient") },
};

static int
put(const struct example *example)
{
	_cleanup_fd_ int fd = memfd_create("example", MFD_CLOEXEC);

	if (fd < 0 || write(fd, example->input, example->len) < 0)
		return -1;
	return psd_fd_take(&fd);
}

/* Of ExecStart=, the program by its path. */
static const char **
words_of(const struct psd_policy *policy)
{
	const char **words;
	size_t n = 0;

	while (policy->argv[n] != NULL)
		n++;
	words = calloc(n + 1, sizeof(*words));
	for (size_t i = 0; words != NULL && i < n; i++)
		words[i] = i == 0 ? policy->exec_path : policy->argv[i];
	return words;
}

static void
compare(const struct example *example, const char *ctl,
    const char *const *words, int input)
{
	const char *const argv[] = { ctl, "run", "--policy", example->file,
		NULL };
	struct bench_filter bare = { words, input, PSD_NO_FD };
	struct bench_filter confined = { argv, input, PSD_NO_FD };
	const struct bench_case cases[] = {
		{ "unconfined", bench_filter_run, &bare, 1, NULL, 0, NULL },
		{ "privsepctl run", bench_filter_run, &confined, 1,
		    "unconfined", 0, NULL },
	};

	bench_group(example->title, cases, PSD_ELEMENTS(cases));
}

static void
measure(const struct example *example, const char *ctl)
{
	_cleanup_fd_ int input = put(example);
	_cleanup_free_ const char **words = NULL;
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_file(example->file, 0, &diag);
	words = policy == NULL ? NULL : words_of(policy);
	if (policy == NULL || words == NULL || input < 0)
		bench_skip(example->title, "cannot prepare %s", example->file);
	else if (access(policy->exec_path, X_OK) < 0)
		bench_skip(example->title, "there is no %s", policy->exec_path);
	else
		compare(example, ctl, words, input);
	psd_policy_free(policy);
	psd_diag_free(&diag);
}

void
bench_examples(const char *ctl)
{
	for (size_t i = 0; i < PSD_ELEMENTS(examples); i++)
		measure(&examples[i], ctl);
}
