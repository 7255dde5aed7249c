/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: options in, one line of JSON out.
 *
 * See drive.h for how it loads and work.h for what.  The figures of latency are
 * those of whole iterations: for "pair" a ticket and its validation.
 */
#include <getopt.h>

#include "drive.h"

enum {
	CONNECTIONS_MOST = 20000,
	PEOPLE_MOST = 2 * 1000 * 1000,
};

struct load {
	struct drive_settings drive;
	struct work_settings work;
	const char *people_path;
	uint64_t people_skip;
	uint64_t people_most;
};

/* clang-format off */
static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "connections", required_argument, NULL, 'c' },
	{ "rate", required_argument, NULL, 'r' },
	{ "warm-up", required_argument, NULL, 'w' },
	{ "seconds", required_argument, NULL, 's' },
	{ "host", required_argument, NULL, 'H' },
	{ "prefix", required_argument, NULL, 'x' },
	{ "expect", required_argument, NULL, 'e' },
	{ "services", required_argument, NULL, 'v' },
	{ "replay-each", required_argument, NULL, 'y' },
	{ "people", required_argument, NULL, 'f' },
	{ "skip", required_argument, NULL, 'k' },
	{ "most", required_argument, NULL, 'm' },
	{ "tls", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
    "Usage: load [OPTION...] get PATH [PATH] | KIND\n"
    "\n"
    "  get PATH [PATH]   ask these in turn, each must be answered 200\n"
    "  sso               /login?service= with a session: a ticket\n"
    "  pair              that, then /p3/serviceValidate: the right user\n"
    "  forged            /p3/serviceValidate of tickets nobody issued\n"
    "  sign-in           form, password, code, ticket: each person once\n"
    "  logout            each session once\n\n"
    "  --port N          on 127.0.0.1\n"
    "  --tls             whatever certificate the server shows\n"
    "  --connections N   that stay open, 64\n"
    "  --rate N          iterations a second; without it, as many as can be\n"
    "  --warm-up S       seconds that are not counted, 1\n"
    "  --seconds S       that are, 5\n"
    "  --host NAME       for the Host field, 127.0.0.1:PORT\n"
    "  --prefix PATH     of the server's paths, /cas\n"
    "  --expect TEXT     the body must have, for get\n"
    "  --services N      https://app0.bench.example/ to appN-1, 10\n"
    "  --replay-each N   one ticket in N is tried a second time, 100; 0: none\n"
    "  --people FILE     sessions, as `sessions` wrote them; for sign-in what\n"
    "                    `generators` wrote\n"
    "  --skip N --most N lines of it\n\n"
    "Prints one line of JSON. Exit codes: 0 all answers were right, 1 some\n"
    "were not, 2 usage, 3 the run broke.\n";

static bool
option_number(double *out)
{
	char *end;

	*out = strtod(optarg, &end);
	return *end == '\0' && end != optarg && *out >= 0 && *out <= 1e9;
}

static bool
option_text(struct load *load, int option)
{
	switch (option) {
	case 'H':
		load->work.host = optarg;
		return true;
	case 'x':
		load->work.prefix = optarg;
		return true;
	case 'e':
		load->work.expect = optarg;
		return true;
	case 'f':
		load->people_path = optarg;
		return true;
	}
	return false;
}

static bool
option_take(struct load *load, int option)
{
	double number;

	if (option == 't')
		load->drive.tls = true;
	if (option == 't' || option_text(load, option))
		return true;
	if (option == '?' || option == 'h' || !option_number(&number))
		return false;
	switch (option) {
	case 'p':
		load->drive.port = number <= 65535 ? (uint16_t)number : 0;
		return load->drive.port > 0;
	case 'c':
		load->drive.connections = (size_t)number;
		return number >= 1 && number <= CONNECTIONS_MOST;
	case 'r':
		load->drive.rate = number;
		return number > 0;
	case 'w':
		load->drive.warm_up = number;
		return true;
	case 's':
		load->drive.seconds = number;
		return number > 0;
	case 'v':
		load->work.services = (unsigned)number;
		return true;
	case 'y':
		load->work.replay_each = (unsigned)number;
		return true;
	case 'k':
		load->people_skip = (uint64_t)number;
		return true;
	case 'm':
		load->people_most = (uint64_t)number;
		return number >= 1 && number <= PEOPLE_MOST;
	}
	return false;
}

static bool
load_parse(struct load *load, int count, char **words)
{
	bool is_get;
	int option;

	while ((option = getopt_long(count, words, "", options, NULL)) != -1)
		if (!option_take(load, option))
			return false;
	if (optind >= count || load->drive.port == 0)
		return false;
	load->work.kind = words[optind++];
	is_get = strcmp(load->work.kind, "get") == 0;
	for (size_t i = 0; is_get && i < WORK_PATHS_MOST && optind < count; i++)
		load->work.paths[i] = words[optind++];
	return optind == count && is_get == (load->work.paths[0] != NULL);
}

static double
microseconds(const struct histogram *latency, double share)
{
	return (double)histogram_at(latency, share) / 1000;
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

static uint64_t
work_wrong(const struct work *work)
{
	return work->wrong_user + work->doubly_accepted + work->other_wrong;
}

static void
print_result(const struct load *load, const struct work *work,
    const struct drive_result *result)
{
	const struct histogram *latency = &result->latency;
	const struct {
		const char *name;
		double value;
	} figures[] = {
		{ "iterations", (double)latency->count },
		{ "rate", (double)latency->count / load->drive.seconds },
		{ "requests_rate",
		    (double)result->requests / load->drive.seconds },
		{ "requests_all", (double)result->all_requests },
		{ "p50_us", microseconds(latency, 0.5) },
		{ "p90_us", microseconds(latency, 0.9) },
		{ "p99_us", microseconds(latency, 0.99) },
		{ "p999_us", microseconds(latency, 0.999) },
		{ "highest_us", (double)latency->highest / 1000 },
		{ "granted", (double)work->granted },
		{ "accepted", (double)work->accepted },
		{ "replayed", (double)work->replayed },
		{ "doubly_accepted", (double)work->doubly_accepted },
		{ "wrong_user", (double)work->wrong_user },
		{ "other_wrong", (double)work->other_wrong },
		{ "late", (double)result->late },
	};

	putchar('{');
	for (size_t i = 0; i < COUNT_OF(figures); i++)
		printf("\"%s\": %.0f, ", figures[i].name, figures[i].value);
	printf("\"example\": ");
	print_text(work->example);
	puts("}");
}

static int
load_run(const struct load *load, struct work *work)
{
	struct drive_result *result = memory_new(sizeof(*result));
	int code = 3;

	if (work_needs_people(work) &&
	    (load->people_path == NULL ||
		!people_read(&work->people, load->people_path,
		    load->people_skip, load->people_most))) {
		fprintf(stderr, "load: this work needs --people\n");
	} else if (drive(&load->drive, work, result)) {
		print_result(load, work, result);
		code = work_wrong(work) > 0;
	}
	free(result);
	return code;
}

int
main(int count, char **words)
{
	struct load load = {
		.drive = { .connections = 64, .warm_up = 1, .seconds = 5 },
		.work = { .prefix = "/cas",
		    .services = 10,
		    .replay_each = 100 },
		.people_most = PEOPLE_MOST,
	};
	char host[sizeof("127.0.0.1:65535")];
	struct work work;
	int code;

	if (count == 2 && strcmp(words[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (!load_parse(&load, count, words) ||
	    !work_start(&work, &load.work)) {
		fputs(usage, stderr);
		return 2;
	}
	if (load.work.host == NULL) {
		snprintf(host, sizeof(host), "127.0.0.1:%u", load.drive.port);
		work.settings.host = host;
	}
	code = load_run(&load, &work);
	work_end(&work);
	return code;
}
