/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock (landlock(7)): what a process may do to the world by name.
 *
 * Rights that are handled and granted by no rule are refused.  The numbers of
 * versions 3 and later stand here because the header of the oldest system we
 * build on does not have them, while the kernel below may.
 */
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/confine.h"

enum {
	VERSION_REFER = 2, /* moving between folders */
	VERSION_TRUNCATE = 3,
	VERSION_TCP = 4,
	VERSION_DEVICES = 5,
	VERSION_SCOPES = 6,
	RULE_TCP_PORT = 2,
};

#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_DEVICE_CONTROL (UINT64_C(1) << 15)
#define ACCESS_TCP_BIND (UINT64_C(1) << 0)
#define ACCESS_TCP_CONNECT (UINT64_C(1) << 1)
#define SCOPE_SIGNALS (UINT64_C(1) << 1)

/* As the newest version has it; older ones take what they know of it. */
struct ruleset {
	uint64_t files;
	uint64_t tcp;
	uint64_t scopes;
};

struct tcp_rule {
	uint64_t access;
	uint64_t port;
};

static const uint64_t files_refused =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;

static struct ruleset
ruleset_of(unsigned version, bool any_port)
{
	struct ruleset refused = { .files = files_refused };

	if (version >= VERSION_REFER)
		refused.files |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= VERSION_TRUNCATE)
		refused.files |= ACCESS_TRUNCATE;
	if (version >= VERSION_TCP)
		refused.tcp = any_port ? ACCESS_TCP_BIND
				       : ACCESS_TCP_BIND | ACCESS_TCP_CONNECT;
	if (version >= VERSION_DEVICES)
		refused.files |= ACCESS_DEVICE_CONTROL;
	if (version >= VERSION_SCOPES)
		refused.scopes = SCOPE_SIGNALS;
	return refused;
}

static bool
allow_ports(int ruleset, const struct confine_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++) {
		const struct tcp_rule rule = { ACCESS_TCP_CONNECT,
			ports->list[i] };

		if (syscall(SYS_landlock_add_rule, ruleset, RULE_TCP_PORT,
			&rule, 0) != 0)
			return false;
	}
	return true;
}

bool
confine_files(const struct confine_ports *ports, unsigned landlock)
{
	const struct ruleset refused = ruleset_of(landlock, ports->any);
	int ruleset = (int)syscall(
	    SYS_landlock_create_ruleset, &refused, sizeof(refused), 0);
	bool done;

	if (ruleset < 0)
		return false;
	done = (landlock < VERSION_TCP || ports->any ||
		   allow_ports(ruleset, ports)) &&
	       syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return done;
}
