/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal that comes while the echo is off must not leave the terminal mute:
 * it is noted, the echo put back, and then the signal takes its course.
 */
#include "ctl/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/password.h"
#include "ctl/command.h"

enum {
	TYPED_LONGEST = PASSWORD_LONGEST + 2
};

static const int prompt_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	SIGTSTP };
static volatile sig_atomic_t prompt_caught;

static void
prompt_catch(int signal)
{
	prompt_caught = signal;
}

/* Up to the newline, which is not kept; false at the end or on a signal. */
static bool
prompt_read_line(int fd, struct buf *out)
{
	char letter;
	ssize_t got = 0;

	while (prompt_caught == 0) {
		got = read(fd, &letter, 1);
		if (got == 1 && letter == '\n')
			return true;
		if (got == 1)
			buf_char(out, letter);
		else if (got == 0 || errno != EINTR)
			return false;
	}
	return false;
}

static void
prompt_say(int fd, const char *text)
{
	struct str left = str_of(text);

	while (left.len > 0) {
		ssize_t written = write(fd, left.at, left.len);

		if (written <= 0)
			return;
		left = str_from(left, (size_t)written);
	}
}

/* One line of the terminal, unseen. */
static bool
prompt_hidden(int fd, const char *question, struct buf *out)
{
	struct sigaction catch = { .sa_handler = prompt_catch };
	struct sigaction before[COUNT_OF(prompt_signals)];
	struct termios seen, unseen;
	bool done;

	if (tcgetattr(fd, &seen) != 0)
		return false;
	unseen = seen;
	unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	prompt_caught = 0;
	for (size_t i = 0; i < COUNT_OF(prompt_signals); i++)
		sigaction(prompt_signals[i], &catch, &before[i]);
	/* first mute, then ask: an answer may come at once */
	done = tcsetattr(fd, TCSAFLUSH, &unseen) == 0;
	if (done) {
		prompt_say(fd, question);
		done = prompt_read_line(fd, out);
	}
	tcsetattr(fd, TCSAFLUSH, &seen);
	prompt_say(fd, "\n");
	for (size_t i = 0; i < COUNT_OF(prompt_signals); i++)
		sigaction(prompt_signals[i], &before[i], NULL);
	if (prompt_caught != 0)
		raise(prompt_caught);
	return done;
}

static bool
prompt_twice(int fd, struct buf *out)
{
	CLEANUP(buf_clear) struct buf again = BUF_INIT(TYPED_LONGEST);

	if (!prompt_hidden(fd, "New password: ", out) ||
	    !prompt_hidden(fd, "The same again: ", &again)) {
		command_complain("no password was given");
		return false;
	}
	if (out->failed || again.failed || out->len != again.len ||
	    !bytes_equal_secret(buf_cstr(out), buf_cstr(&again), out->len)) {
		command_complain("the two passwords are not the same");
		return false;
	}
	return true;
}

static bool
prompt_terminal(struct buf *out)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	bool done;

	if (fd < 0) {
		command_complain("there is no terminal to ask for the "
				 "password; use --password-stdin");
		return false;
	}
	done = prompt_twice(fd, out);
	close(fd);
	return done;
}

static bool
prompt_standard_input(struct buf *out)
{
	CLEANUP(buf_clear) struct buf rest = BUF_INIT(1);

	prompt_caught = 0;
	if (prompt_read_line(STDIN_FILENO, out) &&
	    (prompt_read_line(STDIN_FILENO, &rest) || rest.len > 0 ||
		rest.failed)) {
		command_complain("there is more than one line on standard "
				 "input");
		return false;
	}
	return true;
}

static bool
prompt_check(const struct buf *out)
{
	struct str password = buf_str(out);

	if (out->failed || password.len > PASSWORD_LONGEST ||
	    password.len < PASSWORD_SHORTEST) {
		command_complain("a password has %d to %d bytes",
		    PASSWORD_SHORTEST, PASSWORD_LONGEST);
		return false;
	}
	if (!str_is_utf8(password) || str_find(password, '\r') < password.len) {
		command_complain("a password is UTF-8 text in one line, "
				 "so that a form can send it");
		return false;
	}
	return true;
}

bool
prompt_new_password(bool from_stdin, struct buf *out)
{
	return (from_stdin ? prompt_standard_input(out)
			   : prompt_terminal(out)) &&
	       prompt_check(out);
}
