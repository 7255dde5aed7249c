/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of system calls, for libseccomp.
 *
 * A call that is missing here does not kill: it fails with ENOSYS, as on a
 * kernel that is too old, because a new release of the C library may try
 * anything.  Killed is what no library tries and every intruder does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/confine.h"

enum {
	OPENS_TO_WRITE = O_ACCMODE | O_CREAT | O_TRUNC,
	OPTIMISE_AS_TREE = 2, /* seccomp_attr_set(3) */
	/* The sanitizers' own threads and leak check need what a gate does
	 * not: with them only the hostile calls are refused. */
	LENIENT = UNDER_SANITIZER,
};

/* clang-format off */
static const int allowed[] = {
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap),
	/* files, read only: see rules[] for open and openat */
	SCMP_SYS(access), SCMP_SYS(close), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(fcntl), SCMP_SYS(fstat),
	SCMP_SYS(fstatfs), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(pread64), SCMP_SYS(read), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(stat),
	SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(write), SCMP_SYS(writev),
	/* sockets: see rules[] for socket */
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(connect),
	SCMP_SYS(getpeername), SCMP_SYS(getsockname), SCMP_SYS(getsockopt),
	SCMP_SYS(listen), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	/* waiting */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_wait), SCMP_SYS(eventfd2),
	SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pselect6),
	SCMP_SYS(select), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	/* time */
	SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep),
	SCMP_SYS(time),
	/* threads: see rules[] for clone */
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex),
	SCMP_SYS(gettid), SCMP_SYS(membarrier), SCMP_SYS(rseq),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address),
	/* signals: see rules[] for tgkill */
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	/* who and where am I */
	SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getrandom),
	SCMP_SYS(getrusage), SCMP_SYS(getuid), SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
};

static const int hostile[] = {
	/* other programs and processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
	SCMP_SYS(vfork), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
	/* other rights and views of the system */
	SCMP_SYS(acct), SCMP_SYS(capset), SCMP_SYS(chroot), SCMP_SYS(mount),
	SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
	SCMP_SYS(pivot_root), SCMP_SYS(personality), SCMP_SYS(setgid),
	SCMP_SYS(setgroups), SCMP_SYS(setns), SCMP_SYS(setregid),
	SCMP_SYS(setresgid), SCMP_SYS(setresuid), SCMP_SYS(setreuid),
	SCMP_SYS(setuid), SCMP_SYS(umount2), SCMP_SYS(unshare),
	SCMP_SYS(open_by_handle_at),
	/* doors into the kernel */
	SCMP_SYS(add_key), SCMP_SYS(bpf), SCMP_SYS(delete_module),
	SCMP_SYS(finit_module), SCMP_SYS(init_module),
	SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	SCMP_SYS(io_uring_setup), SCMP_SYS(ioperm), SCMP_SYS(iopl),
	SCMP_SYS(kexec_file_load), SCMP_SYS(kexec_load), SCMP_SYS(keyctl),
	SCMP_SYS(modify_ldt), SCMP_SYS(perf_event_open), SCMP_SYS(reboot),
	SCMP_SYS(request_key), SCMP_SYS(userfaultfd), SCMP_SYS(vmsplice),
};

/* Calls that depend on an argument: { which, how compared, ... }. */
static const struct call_rule {
	uint32_t action;
	int call;
	struct scmp_arg_cmp when;
} rules[] = {
	{ SCMP_ACT_ALLOW, SCMP_SYS(open),
	    { 1, SCMP_CMP_MASKED_EQ, OPENS_TO_WRITE, O_RDONLY } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(openat),
	    { 2, SCMP_CMP_MASKED_EQ, OPENS_TO_WRITE, O_RDONLY } },
	{ SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat),
	    { 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY } },
	{ SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat),
	    { 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR } },
	/* memory is never both of our making and a program */
	{ SCMP_ACT_ALLOW, SCMP_SYS(mmap),
	    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap),
	    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
	    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ SCMP_ACT_KILL_PROCESS, SCMP_SYS(mprotect),
	    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC } },
	{ SCMP_ACT_KILL_PROCESS, SCMP_SYS(pkey_mprotect),
	    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC } },
	/* looking up a name asks for netlink and can do without */
	{ SCMP_ACT_ALLOW, SCMP_SYS(socket), { 0, SCMP_CMP_EQ, AF_UNIX, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(socket), { 0, SCMP_CMP_EQ, AF_INET, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(socket), { 0, SCMP_CMP_EQ, AF_INET6, 0 } },
	{ SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
	    { 0, SCMP_CMP_GT, AF_INET6, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(socketpair),
	    { 0, SCMP_CMP_EQ, AF_UNIX, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(clone),
	    { 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, FIONREAD, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, FIONBIO, 0 } },
	{ SCMP_ACT_ALLOW, SCMP_SYS(prctl), { 0, SCMP_CMP_EQ, PR_SET_NAME, 0 } },
	/* asking for a limit, not setting one */
	{ SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), { 2, SCMP_CMP_EQ, 0, 0 } },
};
/* clang-format on */

/* Besides: the leak check is a process of its own that looks at ours. */
static bool
add_strict(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp to_itself =
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
	const struct scmp_arg_cmp process =
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);

	for (size_t i = 0; i < COUNT_OF(allowed); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) !=
		    0)
			return false;
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
		   1, &to_itself) == 0 &&
	       seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS,
		   SCMP_SYS(clone), 1, &process) == 0 &&
	       seccomp_rule_add(
		   filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(ptrace), 0) == 0;
}

static bool
add_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		if (seccomp_rule_add(
			filter, SCMP_ACT_KILL_PROCESS, hostile[i], 0) != 0)
			return false;
	}
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct call_rule *rule = &rules[i];

		if (LENIENT && rule->action == SCMP_ACT_ALLOW)
			continue; /* as everything is */
		if (seccomp_rule_add_array(
			filter, rule->action, rule->call, 1, &rule->when) != 0)
			return false;
	}
	return LENIENT || add_strict(filter);
}

bool
confine_calls(void)
{
	scmp_filter_ctx filter =
	    seccomp_init(LENIENT ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
	int refusal = -EINVAL; /* a rule that libseccomp does not take */

	if (filter != NULL && add_rules(filter)) {
		(void)seccomp_attr_set(
		    filter, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMISE_AS_TREE);
		refusal = seccomp_attr_set(
		    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
		if (refusal == 0)
			refusal = seccomp_load(filter);
	}
	seccomp_release(filter);
	errno = -refusal;
	return refusal == 0;
}
