/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement, tried for real: each attempt is a process that confines itself
 * as a gate does and then does one thing.
 *
 * Built without sanitizers even where everything else has them: their runtime
 * needs a wider list of calls (loop/confine_calls.c), and this is about the
 * list that a release has.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "house/intruder.h"
#include "loop/confine.h"

#include <cmocka.h>

enum part {
	WHOLE, /* confine() */
	FILES, /* Landlock alone */
	CALLS, /* seccomp alone */
};

enum {
	KILLED = 200, /* by SIGSYS */
	ABORTED = 201,
	TCP_VERSION = 4, /* of Landlock, that knows about TCP */
	SIGNAL_VERSION = 6,
};

struct attempt {
	const char *name;
	int (*act)(void); /* 0 or an errno; runs confined */
	int outcome;
	unsigned landlock; /* the least that this depends on */
};

struct world world;

/* What a gate does */

static int
call_the_database(void)
{
	return connect_to(world.ports[0]);
}

static int
call_the_socket(void)
{
	struct sockaddr_un there = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(there.sun_path, sizeof(there.sun_path), "%s", world.listening);
	return result_of(connect(fd, (struct sockaddr *)&there, sizeof(there)));
}

static int
accept_and_talk(void)
{
	char letter = 'a';
	int mine, theirs;

	if (connect_to(world.ports[0]) != FINE)
		return ODD;
	theirs = accept4(world.doors[0], NULL, NULL, SOCK_CLOEXEC);
	mine = dup(theirs); /* not among the calls that are needed */
	if (theirs < 0 || mine >= 0)
		return ODD;
	return result_of(send(theirs, &letter, 1, MSG_NOSIGNAL));
}

static int
read_a_file(void)
{
	char text[64];
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : result_of(read(fd, text, sizeof(text)));
}

static int
write_to_what_is_open(void)
{
	return result_of(write(STDERR_FILENO, "", 0));
}

static int
look_up_a_name(void)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	return getaddrinfo("localhost", "5432", &hints, &found) == 0 ? FINE
								     : ODD;
}

static void *
thread_main(void *argument)
{
	void *memory = memory_new(1 << 20);

	memset(memory, 1, 1 << 20);
	free(memory);
	return argument;
}

static int
start_a_thread(void)
{
	pthread_t thread;
	void *came = NULL;
	int failed = pthread_create(&thread, NULL, thread_main, &came);

	if (failed != 0)
		return failed;
	return pthread_join(thread, &came) == 0 && came == &came ? FINE : ODD;
}

static int
draw_random_bytes(void)
{
	char bytes[16];

	return result_of(getrandom(bytes, sizeof(bytes), 0));
}

static void
loop_stop(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	event_base_loopbreak(argument);
}

/* A loop, a signal and a timer are made after the confinement. */
static int
turn_a_loop(void)
{
	static const struct timeval soon = { 0, 1000 };
	struct event_base *base = event_base_new();
	struct event *signal, *timer;

	if (base == NULL)
		return ODD;
	signal = evsignal_new(base, SIGUSR1, loop_stop, base);
	timer = evtimer_new(base, loop_stop, base);
	if (event_add(signal, NULL) != 0 || event_add(timer, &soon) != 0)
		return ODD;
	return event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY) == 0 ? FINE : ODD;
}

static int
give_up(void)
{
	abort();
}

static int
look_and_name(void)
{
	int pair[2], present = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
	    write(pair[0], "abc", 3) != 3 ||
	    ioctl(pair[1], FIONREAD, &present) != 0 || present != 3)
		return ODD;
	return result_of(prctl(PR_SET_NAME, "hashing", 0, 0, 0));
}

static int
have_no_core(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) != 0)
		return errno;
	return core.rlim_max == 0 ? FINE : ODD;
}

static int
gain_no_privileges(void)
{
	char status[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, status, sizeof(status) - 1);

	if (got <= 0)
		return ODD;
	status[got] = '\0';
	return strstr(status, "NoNewPrivs:	1") != NULL ? FINE : ODD;
}

static void
attempt_confined(const struct attempt *attempt, enum part part)
{
	const struct confine_ports ports = { .count = 1,
		.list = { world.ports[0] } };

	(void)alarm(20);
	if (part == WHOLE)
		confine(&ports);
	else if (part == CALLS && !confine_calls())
		_exit(ODD);
	else if (part == FILES &&
		 (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		     !confine_files(&ports, confine_support().landlock)))
		_exit(ODD);
	_exit(attempt->act());
}

static int
outcome_of(const struct attempt *attempt, enum part part)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		attempt_confined(attempt, part);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS    ? KILLED
		       : WTERMSIG(status) == SIGABRT ? ABORTED
						     : ODD;
	return WEXITSTATUS(status);
}

static void
try_all(const struct attempt *attempts, size_t count, enum part part)
{
	struct confine_support kernel = confine_support();
	bool as_thought = true;

	if ((part != FILES && !kernel.calls) ||
	    (part != CALLS && kernel.landlock == 0))
		skip();
	for (size_t i = 0; i < count; i++) {
		const struct attempt *attempt = &attempts[i];
		int outcome;

		if (part != CALLS && kernel.landlock < attempt->landlock)
			continue;
		outcome = outcome_of(attempt, part);
		if (outcome == attempt->outcome)
			continue;
		print_error("%s: %d, not %d\n", attempt->name, outcome,
		    attempt->outcome);
		as_thought = false;
	}
	assert_true(as_thought);
}

#define TRY(act, ...) \
	{ \
#act, act, __VA_ARGS__ \
	}

static void
test_intruder(void **state)
{
	static const struct attempt attempts[] = {
		TRY(run_a_program, KILLED, 0),
		TRY(run_an_open_program, KILLED, 0),
		TRY(make_a_process, KILLED, 0),
		TRY(make_a_process_anew, ENOSYS, 0),
		TRY(trace_a_process, KILLED, 0),
		TRY(read_a_process, KILLED, 0),
		TRY(signal_a_process, ENOSYS, 0),
		TRY(talk_to_the_kernel, EAFNOSUPPORT, 0),
		TRY(catch_packets, EAFNOSUPPORT, 0),
		TRY(make_memory_executable, KILLED, 0),
		TRY(map_executable_memory, EPERM, 0),
		TRY(leave_the_namespace, KILLED, 0),
		TRY(read_the_keyring, KILLED, 0),
		TRY(load_a_filter, KILLED, 0),
		TRY(open_a_ring, KILLED, 0),
		TRY(catch_faults, KILLED, 0),
		TRY(become_root, KILLED, 0),
		TRY(raise_a_limit, ENOSYS, 0),
		TRY(write_a_file, EACCES, 0),
		TRY(empty_a_file, ENOSYS, 0),
		TRY(make_a_file, ENOSYS, 0),
		TRY(remove_a_file, ENOSYS, 0),
		TRY(make_a_folder, ENOSYS, 0),
		TRY(open_a_door, ENOSYS, 0),
		TRY(call_out, EACCES, TCP_VERSION),
	};

	(void)state;
	try_all(attempts, COUNT_OF(attempts), WHOLE);
}

static void
test_intruder_without_seccomp(void **state)
{
	static const struct attempt attempts[] = {
		TRY(run_a_program, EACCES, 0),
		TRY(write_a_file, EACCES, 0),
		TRY(make_a_file, EACCES, 0),
		TRY(remove_a_file, EACCES, 0),
		TRY(make_a_folder, EACCES, 0),
		TRY(empty_a_file, EACCES, 3),
		TRY(open_a_door, EACCES, TCP_VERSION),
		TRY(call_out, EACCES, TCP_VERSION),
		TRY(signal_a_process, EPERM, SIGNAL_VERSION),
		TRY(read_a_file, FINE, 0),
		TRY(call_the_database, FINE, 0),
		TRY(call_the_socket, FINE, 0),
	};

	(void)state;
	try_all(attempts, COUNT_OF(attempts), FILES);
}

static void
test_intruder_without_landlock(void **state)
{
	static const struct attempt attempts[] = {
		TRY(run_a_program, KILLED, 0),
		TRY(write_a_file, EACCES, 0),
		TRY(make_a_file, ENOSYS, 0),
		TRY(remove_a_file, ENOSYS, 0),
		TRY(open_a_door, ENOSYS, 0),
	};

	(void)state;
	try_all(attempts, COUNT_OF(attempts), CALLS);
}

static void
test_gate(void **state)
{
	static const struct attempt attempts[] = {
		TRY(call_the_database, FINE, 0),
		TRY(call_the_socket, FINE, 0),
		TRY(accept_and_talk, FINE, 0),
		TRY(read_a_file, FINE, 0),
		TRY(write_to_what_is_open, FINE, 0),
		TRY(look_up_a_name, FINE, 0),
		TRY(start_a_thread, FINE, 0),
		TRY(draw_random_bytes, FINE, 0),
		TRY(turn_a_loop, FINE, 0),
		TRY(look_and_name, FINE, 0),
		TRY(have_no_core, FINE, 0),
		TRY(gain_no_privileges, FINE, 0),
		TRY(give_up, ABORTED, 0),
	};

	(void)state;
	try_all(attempts, COUNT_OF(attempts), WHOLE);
}

/* Not a word of this holds for a process that is not confined. */
static void
test_nothing_fails_by_itself(void **state)
{
	(void)state;
	assert_int_equal(write_a_file(), FINE);
	assert_int_equal(make_a_file(), FINE);
	assert_int_equal(call_out(), FINE);
	assert_int_equal(make_a_process(), FINE);
	assert_int_equal(wait(NULL) > 0, 1);
	assert_int_equal(map_executable_memory(), FINE);
	assert_int_equal(signal_a_process(), FINE);
	assert_int_equal(open_a_door(), FINE);
}

static int
tcp_door(uint16_t *port)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&here, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
	*port = ntohs(here.sin_port);
	return fd;
}

static int
world_make(void **state)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX };
	int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(world.folder, sizeof(world.folder), "/tmp/confine-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	snprintf(world.file, sizeof(world.file), "%s/file", world.folder);
	snprintf(
	    world.listening, sizeof(world.listening), "%s/door", world.folder);
	assert_true(
	    open(world.file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0);
	snprintf(here.sun_path, sizeof(here.sun_path), "%s", world.listening);
	assert_int_equal(bind(door, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(door, 8), 0);
	for (size_t i = 0; i < COUNT_OF(world.doors); i++)
		world.doors[i] = tcp_door(&world.ports[i]);
	return 0;
}

static int
world_clear(void **state)
{
	char name[sizeof(world.file) + 4];

	(void)state;
	snprintf(name, sizeof(name), "%s.new", world.file);
	unlink(name);
	unlink(world.file);
	unlink(world.listening);
	return rmdir(world.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intruder),
		cmocka_unit_test(test_intruder_without_seccomp),
		cmocka_unit_test(test_intruder_without_landlock),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_nothing_fails_by_itself),
	};

	return cmocka_run_group_tests(tests, world_make, world_clear);
}
