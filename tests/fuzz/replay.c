/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over every file of the folders given, without libFuzzer.
 *
 * Prints TAP.  A target aborts on a finding, so a file that fails ends the
 * program; the plan stands at the end, and a run without it has failed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	FILE_LARGEST = 1 << 24
};

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static bool
file_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char part[4096];
	size_t len;
	bool good;

	if (file == NULL)
		return false;
	do {
		len = fread(part, 1, sizeof(part), file);
		buf_bytes(out, part, len);
	} while (len > 0);
	good = !ferror(file) && buf_ok(out);
	fclose(file);
	return good;
}

/*
 * The bytes in a block of exactly their size, so that a sanitizer sees a read
 * behind the end.
 */
static void
file_replay(struct str content)
{
	uint8_t *exact = malloc(content.len > 0 ? content.len : 1);

	if (exact == NULL)
		abort();
	if (content.len > 0)
		memcpy(exact, content.at, content.len);
	LLVMFuzzerTestOneInput(exact, content.len);
	free(exact);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
folder_replay(const char *folder, unsigned *count)
{
	struct dirent **entries;
	int found = scandir(folder, &entries, is_visible, alphasort);
	bool all_read = found > 0;

	for (int i = 0; i < found; i++) {
		struct buf path = BUF_INIT(4096);
		struct buf content = BUF_INIT(FILE_LARGEST);
		bool good;

		buf_format(&path, "%s/%s", folder, entries[i]->d_name);
		good = file_read(buf_cstr(&path), &content);
		if (good)
			file_replay(buf_str(&content));
		printf("%s %u - %s\n", good ? "ok" : "not ok", ++*count,
		    entries[i]->d_name);
		all_read = all_read && good;
		buf_clear(&content);
		buf_clear(&path);
		free(entries[i]);
	}
	if (found >= 0)
		free(entries);
	return all_read;
}

int
main(int argc, char **argv)
{
	unsigned count = 0;
	bool all_read = argc > 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		all_read = folder_replay(argv[i], &count) && all_read;
	printf("1..%u\n", count);
	return all_read ? EXIT_SUCCESS : EXIT_FAILURE;
}
