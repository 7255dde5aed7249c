/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leak check works in a confined process.
 *
 * It is a process of its own that traces ours: what keeps debuggers out could
 * keep it out too, and then no test with the real server would see a leak.
 */
#include <sanitizer/lsan_interface.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/confine.h"

#include <cmocka.h>

enum {
	CLEAN = 0,
	LEAKS = 1,
	NOBODY = 65534, /* root may trace whom it likes */
};

static void *volatile kept;

/* Deep enough that nothing of it stays in a register. */
static __attribute__((noinline)) void
lose_memory(size_t size)
{
	kept = memory_new(size);
	memset(kept, 1, size);
	kept = NULL;
}

static _Noreturn void
confined(bool leaks)
{
	const struct confine_ports ports = { .any = true };

	if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		abort();
	confine(&ports);
	for (int i = 0; leaks && i < 8; i++)
		lose_memory(1000);
	_exit(__lsan_do_recoverable_leak_check() != 0 ? LEAKS : CLEAN);
}

static int
outcome_of(bool leaks)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		confined(leaks);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_leak(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(true), LEAKS);
}

static void
test_no_leak(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(false), CLEAN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_no_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
