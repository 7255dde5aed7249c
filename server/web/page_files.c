/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding and reading the files that pages are made of.
 *
 * A file of the operator's that is there but cannot be read is an error, and
 * not a reason to take ours instead.
 */
#include "web/page_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
	MOST_FILE = 1 << 20,
	MOST_LANGUAGES = 32,
	LONGEST_TAG = 35
};

static const struct str complete_language = STR_INIT("en");

static bool
read_stream(FILE *stream, struct buf *content)
{
	char block[4096];
	size_t len;

	do {
		len = fread(block, 1, sizeof(block), stream);
		buf_bytes(content, block, len);
	} while (len > 0 && buf_ok(content));
	return !ferror(stream);
}

enum reading {
	READING_DONE,
	READING_ABSENT,
	READING_FAILED
};

static enum reading
read_below(struct page_files *files, const char *folder, struct str name,
    struct page_file *file)
{
	struct str path =
	    arena_format(files->memory, "%s/%.*s", folder, STR_ARGS(name));
	CLEANUP(buf_clear) struct buf content = BUF_INIT(MOST_FILE);
	FILE *stream = fopen(path.at, "re"); /* sets errno */
	bool complete;

	if (stream == NULL && errno == ENOENT)
		return READING_ABSENT;
	complete = stream != NULL && read_stream(stream, &content);
	if (!complete)
		buf_format(
		    files->why, "cannot read %s: %s", path.at, strerror(errno));
	else if (!buf_ok(&content))
		buf_format(files->why, "%s is longer than %d bytes", path.at,
		    MOST_FILE);
	if (stream != NULL)
		fclose(stream);
	if (!complete || !buf_ok(&content))
		return READING_FAILED;
	*file = (struct page_file){ path,
		arena_text(files->memory, buf_str(&content)) };
	return READING_DONE;
}

bool
page_files_read(
    struct page_files *files, struct str name, struct page_file *file)
{
	enum reading reading = READING_ABSENT;

	if (files->override_dir != NULL)
		reading = read_below(files, files->override_dir, name, file);
	if (reading == READING_ABSENT)
		reading = read_below(files, files->templates_dir, name, file);
	if (reading == READING_ABSENT)
		buf_format(files->why, "there is no %s/%.*s",
		    files->templates_dir, STR_ARGS(name));
	return reading == READING_DONE;
}

static bool
stands_below(
    const struct page_files *files, const char *folder, struct str name)
{
	struct str path =
	    arena_format(files->memory, "%s/%.*s", folder, STR_ARGS(name));

	return access(path.at, F_OK) == 0;
}

bool
page_files_has(const struct page_files *files, struct str name)
{
	return stands_below(files, files->templates_dir, name) ||
	       (files->override_dir != NULL &&
		   stands_below(files, files->override_dir, name));
}

/* Letters, digits and hyphens: "fr", "pt-BR". */
static bool
is_tag(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		if (!(letter >= 'a' && letter <= 'z') &&
		    !(letter >= 'A' && letter <= 'Z') &&
		    !(letter >= '0' && letter <= '9') && letter != '-')
			return false;
	}
	return text.len > 0 && text.len <= LONGEST_TAG;
}

struct tag_list {
	struct arena *memory;
	struct str *tags;
	size_t count;
};

static void
add_tag(struct tag_list *list, struct str tag)
{
	for (size_t i = 0; i < list->count; i++) {
		if (str_equal(list->tags[i], tag))
			return;
	}
	if (list->count < MOST_LANGUAGES)
		list->tags[list->count++] = arena_text(list->memory, tag);
}

/* A folder that is not there has no languages. */
static void
list_folder(struct page_files *files, const char *folder, struct tag_list *list)
{
	struct str path = arena_format(files->memory, "%s/messages", folder);
	DIR *messages = opendir(path.at);
	const struct dirent *entry;

	if (messages == NULL)
		return;
	while ((entry = readdir(messages)) != NULL) {
		struct str name = str_of(entry->d_name);
		struct str tag;

		if (!str_ends(name, STR(".po")))
			continue;
		tag = str_first(name, name.len - 3);
		if (is_tag(tag))
			add_tag(list, tag);
	}
	closedir(messages);
}

static int
compare_tags(const void *a, const void *b)
{
	const struct str *first = a, *second = b;
	bool first_complete = str_equal(*first, complete_language);
	bool second_complete = str_equal(*second, complete_language);

	if (first_complete != second_complete)
		return first_complete ? -1 : 1;
	return str_compare(*first, *second);
}

bool
page_files_languages(struct page_files *files, struct arena *memory,
    struct str **tags, size_t *count)
{
	struct tag_list list = { .memory = memory };

	list.tags = arena_alloc(memory, MOST_LANGUAGES * sizeof(*list.tags));
	if (files->override_dir != NULL)
		list_folder(files, files->override_dir, &list);
	list_folder(files, files->templates_dir, &list);
	if (list.count > 1)
		qsort(list.tags, list.count, sizeof(*list.tags), compare_tags);
	if (list.count == 0 || !str_equal(list.tags[0], complete_language)) {
		buf_format(files->why, "there is no %s/messages/en.po",
		    files->templates_dir);
		return false;
	}
	*tags = list.tags;
	*count = list.count;
	return true;
}
