/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file of a server that is measured.
 */
#include "key_file.h"

#include <stdio.h>

#include "base/buf.h"

enum {
	KEY_FILE_LARGEST = 64 * 1024
};

struct keys *
key_file_read(const char *path)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(KEY_FILE_LARGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	FILE *file = fopen(path, "rb");
	struct keys *keys;
	char *room;

	if (file == NULL) {
		perror(path);
		return NULL;
	}
	room = buf_reserve(&text, KEY_FILE_LARGEST - 1);
	text.len = fread(room, 1, KEY_FILE_LARGEST - 1, file);
	fclose(file);
	keys = keys_parse(buf_str(&text), &why);
	if (keys == NULL)
		fprintf(stderr, "%s: %s\n", path, buf_cstr(&why));
	return keys;
}
