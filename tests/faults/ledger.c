/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load of the fault tests: options in, a journal and one line of JSON out.
 *
 * Runs until SIGTERM, then ends what is under way, proves on every node that
 * the sessions it was given live and those it ended do not, and tells figures.
 * What the journal means is said in tests/faults/README.md.
 */
#include <event2/event.h>
#include <getopt.h>
#include <openssl/ssl.h>
#include <signal.h>

#include "crew.h"
#include "crypto/keys.h"

enum {
	CONNECT_MS = 1000,
	ANSWER_MS = 10 * 1000,
	BROWSERS_MOST = 20000,
};

struct ledger {
	struct crew crew;
	uint16_t ports[NODES_MOST];
	size_t port_count;
	const char *journal_path;
	const char *keys_path;
	const char *authority; /* PEM; NULL: plain HTTP */
	double seconds; /* 0: until SIGTERM */
	double answer_ms;
	SSL_CTX *tls;
	struct event *terminate;
	struct event *timer;
	struct keys *keys;
};

/* clang-format off */
static const struct option options[] = {
	{ "node", required_argument, NULL, 'n' },
	{ "journal", required_argument, NULL, 'j' },
	{ "keys", required_argument, NULL, 'k' },
	{ "tls", required_argument, NULL, 't' },
	{ "host", required_argument, NULL, 'H' },
	{ "browsers", required_argument, NULL, 'b' },
	{ "persons", required_argument, NULL, 'p' },
	{ "victims", required_argument, NULL, 'v' },
	{ "services", required_argument, NULL, 's' },
	{ "rate", required_argument, NULL, 'r' },
	{ "proofs", required_argument, NULL, 'P' },
	{ "mix", required_argument, NULL, 'm' },
	{ "seed", required_argument, NULL, 'S' },
	{ "seconds", required_argument, NULL, 'e' },
	{ "patience", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
    "Usage: ledger --node PORT... --journal FILE --keys FILE --host NAME\n\n"
    "  --node PORT      of a node on 127.0.0.1; up to 8 times\n"
    "  --journal FILE   lines are added to it\n"
    "  --keys FILE      of the installation\n"
    "  --host NAME      for the Host field\n"
    "  --tls FILE       speak TLS; the authority's certificate\n"
    "  --browsers N     virtual browsers, 200\n"
    "  --persons N      person0 and on, 200\n"
    "  --victims N      victim0 and on, whose passwords are guessed, 1000\n"
    "  --services N     https://appN.faults.example/start, 10\n"
    "  --rate N         errands a second, 50\n"
    "  --mix LIST       errands and their weights: sso=1,signin=1; the rest\n"
    "                   is left out\n"
    "  --proofs N       sessions of each kind that are proved at the end, 500\n"
    "  --seconds N      then stop; without it, at SIGTERM\n"
    "  --patience N     milliseconds for an answer, 10000\n"
    "  --seed N         of the dice, 1\n\n"
    "Prints one line of JSON. Exit codes: 0 no answer was wrong, 1 some were,\n"
    "2 usage, 3 the load could not run.\n";

static bool
option_text(struct ledger *ledger, int option)
{
	switch (option) {
	case 'j':
		ledger->journal_path = optarg;
		return true;
	case 'k':
		ledger->keys_path = optarg;
		return true;
	case 't':
		ledger->authority = optarg;
		return true;
	case 'H':
		ledger->crew.settings.host = optarg;
		return true;
	case 'm':
		ledger->crew.settings.mix = optarg;
		return true;
	}
	return false;
}

static bool
option_port(struct ledger *ledger, double number)
{
	if (ledger->port_count == NODES_MOST || number < 1 || number > 65535)
		return false;
	ledger->ports[ledger->port_count++] = (uint16_t)number;
	return true;
}

static bool
option_number(struct ledger *ledger, int option, double number)
{
	struct crew_settings *settings = &ledger->crew.settings;

	switch (option) {
	case 'n':
		return option_port(ledger, number);
	case 'b':
		settings->browsers = (size_t)number;
		return number >= 1 && number <= BROWSERS_MOST;
	case 'p':
		settings->persons = (unsigned)number;
		return number >= 1;
	case 'v':
		settings->victims = (unsigned)number;
		return number >= 1;
	case 's':
		settings->services = (unsigned)number;
		return number >= 1;
	case 'r':
		settings->rate = number;
		return number > 0;
	case 'P':
		settings->proofs = (size_t)number;
		return true;
	case 'S':
		settings->seed = (uint64_t)number;
		return true;
	case 'e':
		ledger->seconds = number;
		return number > 0;
	case 'w':
		ledger->answer_ms = number;
		return number >= 1;
	}
	return false;
}

static bool
ledger_parse(struct ledger *ledger, int count, char **words)
{
	int option;

	while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
		char *end;
		double number;

		if (option == '?' || option == 'h')
			return false;
		if (option_text(ledger, option))
			continue;
		number = strtod(optarg, &end);
		if (*end != '\0' || !(number >= 0 && number <= 1e9) ||
		    !option_number(ledger, option, number))
			return false;
	}
	return optind == count && ledger->port_count > 0 &&
	       ledger->journal_path != NULL && ledger->keys_path != NULL &&
	       ledger->crew.settings.host != NULL;
}

static void
print_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar((unsigned char)*text < ' ' ? ' ' : *text);
	}
	putchar('"');
}

static void
print_result(const struct crew *crew)
{
	const struct histogram *latency = &crew->latency;
	const struct {
		const char *name;
		double value;
	} figures[] = {
		{ "errands", (double)crew->errands_done },
		{ "failed", (double)crew->failed },
		{ "retried", (double)crew->retried },
		{ "moved", (double)crew->moved },
		{ "late", (double)crew->late },
		{ "sessions", (double)crew->alive.count },
		{ "p50_us", (double)histogram_at(latency, 0.5) / 1000 },
		{ "p99_us", (double)histogram_at(latency, 0.99) / 1000 },
		{ "highest_us", (double)latency->highest / 1000 },
	};

	putchar('{');
	for (size_t i = 0; i < COUNT_OF(figures); i++)
		printf("\"%s\": %.0f, ", figures[i].name, figures[i].value);
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		printf("\"%s\": %llu, ", outcome_name((enum outcome)i),
		    (unsigned long long)crew->outcomes[i]);
	printf("\"example\": ");
	print_text(crew->example);
	puts("}");
}

static bool
ledger_open_tls(struct ledger *ledger)
{
	if (ledger->authority == NULL)
		return true;
	ledger->tls = SSL_CTX_new(TLS_client_method());
	if (ledger->tls == NULL ||
	    SSL_CTX_load_verify_file(ledger->tls, ledger->authority) != 1) {
		fprintf(stderr, "ledger: %s is no certificate\n",
		    ledger->authority);
		return false;
	}
	SSL_CTX_set_verify(ledger->tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ledger->tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return true;
}

static void
ledger_stop(evutil_socket_t fd, short what, void *argument)
{
	struct ledger *ledger = argument;

	(void)fd, (void)what;
	crew_stop(&ledger->crew);
}

static bool
ledger_open(struct ledger *ledger)
{
	struct crew *crew = &ledger->crew;
	struct link_settings links = {
		.connect_ms = CONNECT_MS,
		.answer_ms = (unsigned)ledger->answer_ms,
	};

	ledger->keys = keys_of_file(ledger->keys_path);
	if (ledger->keys == NULL || !ledger_open_tls(ledger))
		return false;
	crew->keys = ledger->keys;
	crew->base = links.base = event_base_new();
	if (crew->base == NULL)
		abort(); /* out of memory or descriptors */
	links.tls = ledger->tls;
	crew->journal = journal_new(crew->base, ledger->journal_path);
	crew->nodes = nodes_new(&links, ledger->ports, ledger->port_count);
	return crew->journal != NULL && crew_start(crew);
}

static void
ledger_run(struct ledger *ledger)
{
	struct event_base *base = ledger->crew.base;
	struct timeval end = { .tv_sec = (time_t)ledger->seconds,
		.tv_usec = (suseconds_t)((ledger->seconds -
					     (double)(time_t)ledger->seconds) *
					 1e6) };

	ledger->terminate = evsignal_new(base, SIGTERM, ledger_stop, ledger);
	event_add(ledger->terminate, NULL);
	ledger->timer = evtimer_new(base, ledger_stop, ledger);
	if (ledger->seconds > 0)
		event_add(ledger->timer, &end);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	event_free(ledger->terminate);
	event_free(ledger->timer);
}

static void
ledger_close(struct ledger *ledger)
{
	struct crew *crew = &ledger->crew;

	crew_clear(crew);
	nodes_free(crew->nodes);
	journal_free(crew->journal);
	if (crew->base != NULL)
		event_base_free(crew->base);
	libevent_global_shutdown();
	SSL_CTX_free(ledger->tls);
	keys_free(ledger->keys);
	free(ledger);
}

static const struct crew_settings standard = {
	.browsers = 200,
	.persons = 200,
	.victims = 1000,
	.services = 10,
	.rate = 50,
	.proofs = 500,
	.seed = 1,
};

int
main(int count, char **words)
{
	struct ledger *ledger = memory_new(sizeof(*ledger));
	const uint64_t *outcomes = ledger->crew.outcomes;
	int code = 3;

	ledger->crew.settings = standard;
	ledger->answer_ms = ANSWER_MS;
	signal(SIGPIPE, SIG_IGN);
	if (count == 2 && strcmp(words[1], "--help") == 0) {
		fputs(usage, stdout);
		code = 0;
	} else if (!ledger_parse(ledger, count, words)) {
		fputs(usage, stderr);
		code = 2;
	} else if (ledger_open(ledger)) {
		ledger_run(ledger);
		print_result(&ledger->crew);
		code = outcomes[OUTCOME_WRONG] + outcomes[OUTCOME_MIXUP] > 0;
	}
	ledger_close(ledger);
	return code;
}
