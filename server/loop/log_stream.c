/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines to standard error, which may be a file, a terminal, a pipe or the
 * journal's socket.
 *
 * A log that takes no more (a full disk, a reader that sleeps or went away)
 * costs lines and nothing else: it is written to without waiting, and lines
 * that are lost are counted.  Standard error itself is never made
 * non-blocking, since it may be shared with the shell that started us.
 */
#include "loop/log_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop/clock.h"
#include "loop/scoreboard.h"

enum {
	LINE_LONGEST = 16 * 1024,
	MICROS_DIGITS = 6,
};

enum stream_kind {
	STREAM_FILE, /* or opened so that writing does not wait */
	STREAM_POLLED,
	STREAM_SOCKET,
};

static struct {
	enum stream_kind kind;
	int fd;
	pid_t process; /* asked for once: a system call for each line less */
} stream = { .kind = STREAM_FILE, .fd = STDERR_FILENO };

/* "time=2026-11-23T09:00:00.", made once a second. */
static struct str
second_text(time_t seconds)
{
	static char text[sizeof("time=2026-11-23T09:00:00.")];
	static time_t made_for = -1;
	struct tm parts;

	if (seconds != made_for && gmtime_r(&seconds, &parts) != NULL) {
		strftime(text, sizeof(text), "time=%Y-%m-%dT%H:%M:%S.", &parts);
		made_for = seconds;
	}
	return str_of(text);
}

static void
write_line(struct buf *out, struct str line)
{
	int64_t now = clock_now();
	char micros[MICROS_DIGITS];

	for (int64_t i = MICROS_DIGITS - 1, rest = now; i >= 0; i--, rest /= 10)
		micros[i] = (char)('0' + rest % 10);
	buf_text(out, second_text((time_t)(now / 1000000)));
	buf_bytes(out, micros, sizeof(micros));
	buf_words(out, "Z pid=");
	buf_number(out, (uint64_t)stream.process);
	buf_char(out, ' ');
	buf_text(out, line);
	buf_char(out, '\n');
}

/* At most once and without waiting: how much was taken, 0 for nothing. */
static size_t
stream_write(struct str bytes)
{
	struct pollfd room = { .fd = stream.fd, .events = POLLOUT };
	ssize_t taken;

	if (stream.kind == STREAM_SOCKET)
		taken = send(stream.fd, bytes.at, bytes.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (stream.kind == STREAM_POLLED && poll(&room, 1, 0) != 1)
		taken = 0;
	else
		taken = write(stream.fd, bytes.at, bytes.len);
	return taken > 0 ? (size_t)taken : 0;
}

/* A line of which a part was written is ended before the next begins. */
static void
log_stream_line(enum log_level level, struct str line)
{
	static struct buf out = BUF_INIT(LINE_LONGEST);
	atomic_bool *torn = scoreboard_log_is_torn();
	bool was_torn = atomic_exchange(torn, false);
	size_t taken = 0;

	(void)level;
	buf_reset(&out);
	if (was_torn)
		buf_char(&out, '\n');
	write_line(&out, line);
	if (buf_ok(&out))
		taken = stream_write(buf_str(&out));
	if (taken > 0 ? out.at[taken - 1] != '\n' : was_torn)
		atomic_store(torn, true);
	if (taken == 0 || taken < out.len)
		scoreboard_count(SCORE_LOG_LOST);
}

/* A second opening of the same pipe or terminal may be non-blocking; who may
 * not open it (another user's pipe) looks for room before each line. */
static void
stream_open_again(void)
{
	int fd = open(
	    "/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		stream.fd = fd;
	else
		stream.kind = STREAM_POLLED;
}

static void
stream_know_process(void)
{
	stream.process = getpid();
}

void
log_stream_start(enum log_level least)
{
	struct stat facts;

	signal(SIGPIPE, SIG_IGN); /* who read the log may go */
	signal(SIGXFSZ, SIG_IGN); /* and its file may be large enough */
	if (fstat(STDERR_FILENO, &facts) == 0) {
		if (S_ISSOCK(facts.st_mode))
			stream.kind = STREAM_SOCKET;
		else if (!S_ISREG(facts.st_mode))
			stream_open_again();
	}
	stream_know_process();
	if (pthread_atfork(NULL, NULL, stream_know_process) != 0)
		abort(); /* out of memory */
	log_set_sink(log_stream_line, least);
}
