/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an intruder would try from inside a gate.
 */
#include "house/intruder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
run_a_program(void)
{
	char *const words[] = { (char *)(uintptr_t) "/bin/true", NULL };

	return result_of(execv(words[0], words));
}

int
run_an_open_program(void)
{
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	char *const words[] = { (char *)(uintptr_t) "true", NULL };

	return fd < 0 ? ODD : result_of(fexecve(fd, words, environ));
}

int
make_a_process(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return result_of(child);
}

int
make_a_process_anew(void)
{
	return result_of(syscall(SYS_clone3, NULL, 0));
}

int
trace_a_process(void)
{
	return result_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

int
read_a_process(void)
{
	return result_of(
	    syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

int
signal_a_process(void)
{
	return result_of(kill(getppid(), 0));
}

int
talk_to_the_kernel(void)
{
	return result_of(socket(AF_NETLINK, SOCK_RAW, 0));
}

int
catch_packets(void)
{
	return result_of(socket(AF_PACKET, SOCK_DGRAM, 0));
}

int
make_memory_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return ODD;
	return result_of(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

int
map_executable_memory(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : FINE;
}

int
leave_the_namespace(void)
{
	return result_of(unshare(CLONE_NEWUSER));
}

int
read_the_keyring(void)
{
	return result_of(syscall(
	    SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
}

int
load_a_filter(void)
{
	return result_of(syscall(SYS_bpf, 0, NULL, 0));
}

int
open_a_ring(void)
{
	return result_of(syscall(SYS_io_uring_setup, 1, NULL));
}

int
catch_faults(void)
{
	return result_of(syscall(SYS_userfaultfd, 0));
}

int
become_root(void)
{
	return result_of(setuid(0));
}

int
raise_a_limit(void)
{
	struct rlimit limit = { 1, 1 };

	return result_of(setrlimit(RLIMIT_CORE, &limit));
}

int
write_a_file(void)
{
	return result_of(open(world.file, O_WRONLY | O_CLOEXEC));
}

int
empty_a_file(void)
{
	return result_of(open(world.file, O_RDONLY | O_TRUNC | O_CLOEXEC));
}

int
make_a_file(void)
{
	char name[sizeof(world.file) + 4];

	snprintf(name, sizeof(name), "%s.new", world.file);
	return result_of(open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
}

int
remove_a_file(void)
{
	return result_of(unlink(world.file));
}

int
make_a_folder(void)
{
	char name[sizeof(world.file) + 4];

	snprintf(name, sizeof(name), "%s.new", world.file);
	return result_of(mkdir(name, 0700));
}

int
connect_to(uint16_t port)
{
	struct sockaddr_in there = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return ODD;
	return result_of(connect(fd, (struct sockaddr *)&there, sizeof(there)));
}

int
call_out(void)
{
	return connect_to(world.ports[1]);
}

int
open_a_door(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result_of(bind(fd, (struct sockaddr *)&here, sizeof(here)));
}
