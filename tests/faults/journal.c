/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: one batch is being written by a thread while the next gathers.
 *
 * The batch that is under way belongs to the thread until it is handed back;
 * the loop touches only the one that gathers.
 */
#include "journal.h"

#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"
#include "workers/pool.h"

enum {
	BATCH_LARGEST = 16 * 1024 * 1024,
};

struct waiter {
	journal_then *then;
	void *argument;
};

struct batch {
	struct buf lines;
	struct waiter *waiters;
	size_t count;
	size_t room;
};

struct journal {
	struct pool_item item; /* first: the pool knows no more of us */
	struct pool *pool;
	struct event *wake;
	struct batch *gathering;
	struct batch *written;
	bool under_way;
	int fd;
};

static struct batch *
batch_new(void)
{
	struct batch *batch = memory_new(sizeof(*batch));

	batch->lines = (struct buf)BUF_INIT(BATCH_LARGEST);
	return batch;
}

static void
batch_free(struct batch *batch)
{
	buf_clear(&batch->lines);
	free(batch->waiters);
	free(batch);
}

static void
fail(const char *what)
{
	perror(what);
	_exit(3);
}

/* On the thread. */
static void
journal_write(struct pool_item *item)
{
	struct journal *journal = (struct journal *)item;
	struct str left = buf_str(&journal->written->lines);

	while (left.len > 0) {
		ssize_t count = write(journal->fd, left.at, left.len);

		if (count < 0)
			fail("ledger: writing the journal");
		left = str_from(left, (size_t)count);
	}
	if (fdatasync(journal->fd) != 0)
		fail("ledger: flushing the journal");
}

static void
journal_tell(struct pool_item *item)
{
	struct journal *journal = (struct journal *)item;
	struct batch *batch = journal->written;

	journal->under_way = false;
	for (size_t i = 0; i < batch->count; i++)
		batch->waiters[i].then(batch->waiters[i].argument);
	batch->count = 0;
	buf_reset(&batch->lines);
	event_active(journal->wake, 0, 0);
}

static void
journal_begin(evutil_socket_t fd, short what, void *argument)
{
	struct journal *journal = argument;
	struct batch *batch = journal->gathering;

	(void)fd, (void)what;
	if (journal->under_way || batch->count == 0)
		return;
	journal->gathering = journal->written;
	journal->written = batch;
	journal->under_way = true;
	if (!buf_ok(&batch->lines) ||
	    !pool_submit(journal->pool, &journal->item))
		fail("ledger: the journal has no room");
}

struct journal *
journal_new(struct event_base *base, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct journal *journal;

	if (fd < 0) {
		perror(path);
		return NULL;
	}
	journal = memory_new(sizeof(*journal));
	journal->item.work = journal_write;
	journal->item.finished = journal_tell;
	journal->pool = pool_new(base, 1, 1);
	journal->wake = event_new(base, -1, 0, journal_begin, journal);
	journal->gathering = batch_new();
	journal->written = batch_new();
	journal->fd = fd;
	return journal;
}

void
journal_free(struct journal *journal)
{
	if (journal == NULL)
		return;
	pool_free(journal->pool);
	event_free(journal->wake);
	batch_free(journal->gathering);
	batch_free(journal->written);
	close(journal->fd);
	free(journal);
}

void
journal_add(struct journal *journal, struct str line, journal_then *then,
    void *argument)
{
	struct batch *batch = journal->gathering;

	if (batch->count == batch->room) {
		batch->room = batch->room * 2 + 64;
		batch->waiters = memory_resize(
		    batch->waiters, batch->room * sizeof(*batch->waiters));
	}
	buf_text(&batch->lines, line);
	buf_char(&batch->lines, '\n');
	batch->waiters[batch->count++] = (struct waiter){ then, argument };
	event_active(journal->wake, 0, 0);
}

bool
journal_is_idle(const struct journal *journal)
{
	return !journal->under_way && journal->gathering->count == 0;
}
