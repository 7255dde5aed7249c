/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding and reading the files that pages are made of.
 *
 * Two folders, the operator's first.  This blocks; it is for loading at start
 * and on reload, never for a request.
 */
#ifndef WEB_PAGE_FILES_H
#define WEB_PAGE_FILES_H

#include "base/memory.h"
#include "base/str.h"

struct arena;
struct buf;

struct page_files {
	struct arena *memory; /* of everything read */
	const char *templates_dir;
	const char *override_dir; /* or NULL */
	struct buf *why; /* what went wrong */
};

struct page_file {
	struct str path; /* the one that was read */
	struct str text;
};

/* `name` is a path below the folders. */
bool page_files_read(
    struct page_files *, struct str name, struct page_file *) MUST_CHECK;

/* Is there a file or folder of this name, in either folder? */
bool page_files_has(const struct page_files *, struct str name);

/*
 * The languages there are catalogues for: "en", which has to be there, then
 * the others by alphabet.  The array and its texts are in `memory`.
 */
bool page_files_languages(struct page_files *, struct arena *memory,
    struct str **tags, size_t *count) MUST_CHECK;

#endif
