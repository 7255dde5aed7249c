/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that were not taken.
 */
#include "ctl/bad_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/account_columns.h"
#include "ctl/plain.h"
#include "ctl/progress.h"

enum {
	TOLD_MOST = 20,
	LOGIN_SHOWN = 64, /* bytes */
	LINE_LONGEST = 8192,
};

bool
bad_lines_open(struct bad_lines *b, const char *path, struct buf *why)
{
	int fd;

	if (path == NULL)
		return true;
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		buf_format(why, "cannot make %s: %s", path, strerror(errno));
		return false;
	}
	b->file = fdopen(fd, "w");
	if (b->file == NULL)
		abort(); /* out of memory */
	fputs("line,login,reason\r\n", b->file);
	return true;
}

void
bad_lines_add(struct bad_lines *b, const struct bad_line *bad)
{
	if (b->count == b->room) {
		b->room = b->room * 2 + 16;
		b->waiting =
		    memory_resize(b->waiting, b->room * sizeof(*b->waiting));
	}
	b->waiting[b->count++] = (struct bad_line){
		.line = bad->line,
		.login =
		    arena_text(&b->texts, str_first(bad->login, LOGIN_SHOWN)),
		.why = arena_text(&b->texts, bad->why),
	};
}

static int
bad_lines_in_order(const void *a, const void *b)
{
	const struct bad_line *one = a, *other = b;

	return one->line < other->line ? -1 : one->line > other->line;
}

static void
bad_line_tell(const struct bad_line *bad)
{
	fprintf(stderr, "line %" PRIu64, bad->line);
	if (bad->login.len > 0) {
		fputs(" (", stderr);
		plain_write(stderr, bad->login);
		fputc(')', stderr);
	}
	fputs(": ", stderr);
	plain_write(stderr, bad->why);
	fputc('\n', stderr);
}

static void
bad_line_write(const struct bad_line *bad, FILE *file)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(LINE_LONGEST);

	buf_number(&line, bad->line);
	buf_char(&line, ',');
	account_columns_cell(&line, bad->login);
	buf_char(&line, ',');
	account_columns_cell(&line, bad->why);
	csv_write_end(&line);
	fputs(buf_cstr(&line), file);
}

void
bad_lines_settle(struct bad_lines *b, struct progress *progress)
{
	if (b->count == 0)
		return;
	qsort(b->waiting, b->count, sizeof(*b->waiting), bad_lines_in_order);
	if (b->total < TOLD_MOST)
		progress_clear(progress);
	for (size_t i = 0; i < b->count; i++) {
		if (b->total++ < TOLD_MOST)
			bad_line_tell(&b->waiting[i]);
		if (b->file != NULL)
			bad_line_write(&b->waiting[i], b->file);
	}
	b->count = 0;
	arena_clear(&b->texts);
}

bool
bad_lines_end(struct bad_lines *b, struct buf *why)
{
	bool whole = true;

	if (b->total > TOLD_MOST)
		fprintf(stderr, "and %" PRIu64 " more lines%s\n",
		    b->total - TOLD_MOST,
		    b->file == NULL ? "; --errors FILE writes all of them"
				    : "");
	if (b->file != NULL) {
		whole = !ferror(b->file) && fflush(b->file) == 0;
		if (!whole)
			buf_format(why, "cannot write the errors: %s",
			    strerror(errno));
	}
	return whole;
}

void
bad_lines_clear(struct bad_lines *b)
{
	if (b->file != NULL)
		fclose(b->file);
	free(b->waiting);
	arena_clear(&b->texts);
}
