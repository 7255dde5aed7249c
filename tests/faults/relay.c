/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between two that speak, passes everything on, and does harm when told.
 *
 * Commands come by standard input, one a line, and each is answered with "ok"
 * when it is in force.  Counted positions are those of a connection's stream
 * and hold for connections that come after the command; dice are seeded.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "load/dice.h"
#include "relay.h"

enum {
	COMMAND_LARGEST = 256,
	ADDRESS_LARGEST = sizeof(struct sockaddr_un),
};

struct command {
	const char *name;
	unsigned numbers; /* that follow it */
	void (*run)(struct relay *, const uint64_t *numbers);
	const char *help;
};

static void
run_delay(struct relay *relay, const uint64_t *numbers)
{
	relay->harm.delay_ms = (unsigned)numbers[0];
	relay->harm.jitter_ms = (unsigned)numbers[1];
}

static void
run_rate(struct relay *relay, const uint64_t *numbers)
{
	relay->harm.rate = numbers[0];
}

static void
run_stall(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay->harm.stalled = true;
}

static void
run_go(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay->harm.stalled = false;
	relay_wake(relay);
}

static void
run_reset(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay_reset(relay);
}

static void
run_half(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay_half_close(relay);
}

static void
run_cut(struct relay *relay, const uint64_t *numbers)
{
	relay->harm.cut_at[numbers[0] & 1] = numbers[1];
}

static void
run_flip(struct relay *relay, const uint64_t *numbers)
{
	relay->harm.flip_at[numbers[0] & 1] = numbers[1];
}

static void
run_row(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay->harm.mix_up_row = true;
}

static void
run_refuse(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay->harm.refusing = true;
}

static void
run_clear(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	relay->harm = harmless;
	relay_wake(relay);
}

static void
run_count(struct relay *relay, const uint64_t *numbers)
{
	(void)numbers;
	printf("%llu ", (unsigned long long)relay->connections);
}

/* clang-format off */
static const struct command commands[] = {
	{ "delay", 2, run_delay, "MS JITTER: everything comes so much later" },
	{ "rate", 1, run_rate, "BYTES a second each way; 0: as they come" },
	{ "stall", 0, run_stall, "nothing passes" },
	{ "go", 0, run_go, "what was stalled goes on" },
	{ "reset", 0, run_reset, "all connections are reset" },
	{ "half", 0, run_half, "the server's side of all of them ends" },
	{ "cut", 2, run_cut, "WAY N: ends behind byte N; way 0 to the server" },
	{ "flip", 2, run_flip, "WAY N: one bit of byte N is another" },
	{ "row", 0, run_row, "the next row of PostgreSQL is somebody else's" },
	{ "refuse", 0, run_refuse, "new connections end at once" },
	{ "count", 0, run_count, "how many connections there have been" },
	{ "clear", 0, run_clear, "no more harm" },
};
/* clang-format on */

static bool
command_run(struct relay *relay, const struct command *command, struct str rest)
{
	uint64_t numbers[2] = { 0 };
	struct str word;

	for (unsigned i = 0; i < command->numbers; i++) {
		(void)str_cut(rest, ' ', &word, &rest);
		if (!str_number(word, INT64_MAX, &numbers[i]))
			return false;
	}
	if (rest.len > 0)
		return false;
	command->run(relay, numbers);
	return true;
}

static bool
line_run(struct relay *relay, struct str line)
{
	struct str name, rest;

	(void)str_cut(line, ' ', &name, &rest);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (str_equal(name, str_of(commands[i].name)))
			return command_run(relay, &commands[i], rest);
	return false;
}

/* The end of the commands is the end of the relay. */
static void
commands_read(evutil_socket_t fd, short what, void *argument)
{
	static char line[COMMAND_LARGEST];
	static size_t have;
	struct relay *relay = argument;
	ssize_t count = read(fd, line + have, sizeof(line) - have);
	char *end;

	(void)what;
	if (count <= 0) {
		event_base_loopbreak(relay->base);
		return;
	}
	have += (size_t)count;
	while ((end = memchr(line, '\n', have)) != NULL) {
		size_t used = (size_t)(end - line) + 1;

		puts(line_run(relay, (struct str){ line, used - 1 }) ? "ok"
								     : "what?");
		fflush(stdout);
		have -= used;
		memmove(line, line + used, have);
	}
	if (have == sizeof(line))
		event_base_loopbreak(relay->base);
}

/* A port on loopback, or a path. */
static socklen_t
address_read(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_un *local = (struct sockaddr_un *)out;
	struct sockaddr_in *internet = (struct sockaddr_in *)out;
	uint64_t port;

	if (str_number(str_of(text), 65535, &port)) {
		*internet = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = htons((uint16_t)port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		return sizeof(*internet);
	}
	if (strlen(text) >= sizeof(local->sun_path))
		return 0;
	local->sun_family = AF_UNIX;
	memcpy(local->sun_path, text, strlen(text) + 1);
	return sizeof(*local);
}

static void
relay_accepted(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *peer, int len, void *argument)
{
	(void)listener, (void)peer, (void)len;
	relay_connect(argument, fd);
}

static bool
relay_listen(struct relay *relay, const char *text)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = address_read(text, &address);

	umask(0);
	if (address.ss_family == AF_UNIX)
		(void)unlink(text);
	relay->listener = evconnlistener_new_bind(relay->base, relay_accepted,
	    relay, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1,
	    (struct sockaddr *)&address, (int)len);
	if (relay->listener == NULL)
		perror(text);
	return relay->listener != NULL;
}

static void
usage(FILE *out)
{
	fputs(
	    "Usage: relay LISTEN TARGET [SEED]\n\n"
	    "Each is a port on 127.0.0.1 or the path of a socket. Commands:\n",
	    out);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-7s %s\n", commands[i].name, commands[i].help);
}

int
main(int count, char **words)
{
	struct relay relay = { .harm = harmless };
	struct event *input;
	uint64_t seed = 1;

	if (count == 2 && strcmp(words[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (count < 3 || count > 4 ||
	    (count == 4 && !str_number(str_of(words[3]), UINT32_MAX, &seed))) {
		usage(stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	relay.dice = seed * 2 + 1;
	relay.base = event_base_new();
	relay.target_len = address_read(words[2], &relay.target);
	if (relay.base == NULL || relay.target_len == 0 ||
	    !relay_listen(&relay, words[1]))
		return 3;
	input = event_new(relay.base, STDIN_FILENO, EV_READ | EV_PERSIST,
	    commands_read, &relay);
	event_add(input, NULL);
	puts("ready");
	fflush(stdout);
	event_base_dispatch(relay.base);
	relay_end(&relay);
	event_free(input);
	evconnlistener_free(relay.listener);
	event_base_free(relay.base);
	return 0;
}
