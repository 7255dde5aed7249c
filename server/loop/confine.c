/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement as a whole: which parts there are, and in which order.
 *
 * Files come before calls, since Landlock's own calls are not among those that
 * a confined process may make.
 */
#include "loop/confine.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

void
confine_ports_add(struct confine_ports *ports, uint16_t port)
{
	for (size_t i = 0; i < ports->count; i++) {
		if (ports->list[i] == port)
			return;
	}
	if (ports->count == CONFINE_PORTS_MOST)
		ports->any = true;
	else
		ports->list[ports->count++] = port;
}

struct confine_support
confine_support(void)
{
	const uint32_t kill_process = SECCOMP_RET_KILL_PROCESS;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return (struct confine_support){
		.landlock = version > 0 ? (unsigned)version : 0,
		.calls = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
			     &kill_process) == 0,
	};
}

static _Noreturn void
confine_refused(const char *what)
{
	log_event(LOG_ERROR, "not confined, so not started",
	    LOG_TEXT("what", str_of(what)),
	    LOG_TEXT("why", str_of(strerror(errno))));
	_exit(1);
}

void
confine_memory(void)
{
	static const struct rlimit no_core = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		confine_refused("no new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &no_core) != 0)
		confine_refused("private memory");
}

void
confine(const struct confine_ports *ports)
{
	struct confine_support support = confine_support();

	confine_memory();
	if (support.landlock > 0 && !confine_files(ports, support.landlock))
		confine_refused("files");
	if (support.calls && !confine_calls())
		confine_refused("system calls");
}
