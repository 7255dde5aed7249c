/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log on its worst day (row F-13): a disk that is full, a reader that
 * sleeps, a reader that went away.  Each case runs in a process of its own,
 * whose standard error is the log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/log_limit.h"
#include "loop/log_stream.h"
#include "loop/scoreboard.h"

enum {
	FLOOD = 2000, /* lines: more than a pipe or a socket holds */
	ROOM = 300, /* bytes until the disk is full */
	TIME_LIMIT = 20, /* seconds; it must not hang */
};

static void
flood(void)
{
	for (int i = 0; i < FLOOD; i++)
		log_event(LOG_INFO, "flood", LOG_NUMBER("number", i));
}

/* The exit code of `body` with `fd` for its standard error; a signal is -1. */
static int
run_with_log(int fd, int (*body)(int fd))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(TIME_LIMIT);
		scoreboard_open(1);
		dup2(fd, STDERR_FILENO);
		log_stream_start(LOG_INFO);
		_exit(body(fd));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
flood_and_lose(int fd)
{
	(void)fd;
	flood();
	return scoreboard_total(SCORE_LOG_LOST) > FLOOD / 2 ? 0 : 1;
}

static void
test_a_full_disk_costs_lines_only(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(run_with_log(fd, flood_and_lose), 0);
	close(fd);
}

static void
test_a_reader_that_sleeps_keeps_nobody_waiting(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(run_with_log(ends[1], flood_and_lose), 0);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(run_with_log(ends[1], flood_and_lose), 0);
	close(ends[0]);
	close(ends[1]);
}

static void
test_a_reader_that_went_away_ends_nobody(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(run_with_log(ends[1], flood_and_lose), 0);
	close(ends[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[0]);
	assert_int_equal(run_with_log(ends[1], flood_and_lose), 0);
	close(ends[1]);
}

static void
limit_file(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		abort();
}

/* The file takes a part of a line; later there is room again. */
static int
tear_and_mend(int fd)
{
	(void)fd;
	limit_file(ROOM);
	for (int i = 0; i < 10; i++)
		log_event(LOG_INFO, "before", LOG_NUMBER("number", i));
	limit_file(RLIM_INFINITY);
	log_plain(LOG_INFO, "after");
	log_plain(LOG_INFO, "later");
	return scoreboard_total(SCORE_LOG_LOST) > 5 ? 0 : 1;
}

static void
test_half_a_line_is_never_followed_by_another(void **state)
{
	char path[] = "/tmp/portillon-test-log-XXXXXX", text[2000];
	int fd = mkstemp(path);
	ssize_t len;
	size_t afters = 0;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(run_with_log(fd, tear_and_mend), 0);
	len = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(len > ROOM);
	text[len] = '\0';
	assert_true(text[ROOM] == '\n'); /* a line was cut there, and ended */
	assert_true(text[ROOM - 1] != '\n');
	assert_memory_equal(text + ROOM + 1, "time=", 5);
	for (const char *at = text; (at = strstr(at, "event=\"after\"\n"));
	     at++)
		afters++;
	assert_int_equal(afters, 1);
	assert_non_null(strstr(text, "event=\"later\"\n"));
	assert_null(strstr(text, "\n\n"));
	close(fd);
}

static int
log_limited(int fd)
{
	unsigned written = 0;

	(void)fd;
	for (int i = 0; i < FLOOD; i++) {
		written += log_limit_allows(LOG_INFO, "a");
		if (log_limit_allows(LOG_DEBUG, "unwanted"))
			return 2;
	}
	if (!log_limit_allows(LOG_INFO, "b")) /* not held for the other */
		return 3;
	log_limit_report();
	/* the flood may have begun in one second and ended in the next */
	if (written < LOG_LIMIT_LINES || written > 3 * LOG_LIMIT_LINES)
		return 4;
	return scoreboard_total(SCORE_LOG_LEFT_OUT) == FLOOD - written ? 0 : 5;
}

static void
test_T243_a_flood_of_one_event_is_cut(void **state)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(run_with_log(fd, log_limited), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_disk_costs_lines_only),
		cmocka_unit_test(
		    test_a_reader_that_sleeps_keeps_nobody_waiting),
		cmocka_unit_test(test_a_reader_that_went_away_ends_nobody),
		cmocka_unit_test(test_half_a_line_is_never_followed_by_another),
		cmocka_unit_test(test_T243_a_flood_of_one_event_is_cut),
	};

	return cmocka_run_group_tests_name("log_stream", tests, NULL, NULL);
}
