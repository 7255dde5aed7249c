/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service test URL`: would this address get tickets, and why?
 *
 * The answer comes from the same registry that gates use; only the hints, for
 * an address that nearly matches, are this file's own.
 */
#include "base/buf.h"
#include "cas/registry.h"
#include "cas/service_person.h"
#include "cas/service_regex.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/nearest.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/service.h"
#include "ctl/service_rank.h"
#include "ctl/service_record.h"
#include "loop/clock.h"
#include "store/store.h"

enum {
	HINTS_MOST = 5
};

struct service_testing {
	struct services_loaded loaded;
	struct buf canonical;
	struct registry *registry;
	const struct service *service; /* NULL: none matches */
	struct registry *others; /* all but that one */
	const struct service *runner_up; /* NULL: no other one matches */
	struct buf hints; /* a sentence a line */
	size_t hint_count;
};

/* The parts of a canonical URL or pattern. */
struct place {
	struct str scheme; /* with "://" */
	struct str host;
	struct str port; /* with its colon; empty: the scheme's own */
};

static struct place
place_of(struct str url)
{
	struct place place = { .scheme = str_starts(url, STR("https://"))
					     ? STR("https://")
					     : STR("http://") };
	struct str authority = str_from(url, place.scheme.len);
	size_t colon;

	authority = str_first(authority, str_find(authority, '/'));
	colon = authority.len;
	while (colon > 0 && authority.at[colon - 1] != ':' &&
	       authority.at[colon - 1] != ']')
		colon--;
	if (colon == 0 || authority.at[colon - 1] == ']')
		colon = authority.len;
	else
		colon--;
	place.host = str_first(authority, colon);
	place.port = str_from(authority, colon);
	return place;
}

/* How near a service is to an address that it does not match. */
struct nearness {
	unsigned distance;
	char words[128]; /* goes on behind "service 3, PATTERN, " */
};

enum {
	/* 1 to 3: that many of scheme, port and path differ */
	DISTANCE_LABELS = 4,
	DISTANCE_SPELLING = 5,
	DISTANCE_FAR = 6,
};

/* Does the host fit, the star of a pattern being one label? */
static bool
place_host_fits(struct str pattern, struct str host)
{
	if (str_starts(pattern, STR("*."))) {
		pattern = str_from(pattern, 2);
		host = str_from(host, str_find(host, '.'));
		host = str_from(host, host.len > 0 ? 1 : 0);
	}
	return str_equal(pattern, host);
}

/* "a.b.example" or "example" where "*.example" has one label in front. */
static bool
place_labels_differ(struct str pattern, struct str host)
{
	return str_starts(pattern, STR("*.")) &&
	       (str_ends(host, str_from(pattern, 1)) ||
		   str_equal(host, str_from(pattern, 2)));
}

static bool
place_host_is_close(struct str pattern, struct str host)
{
	struct nearest nearest;

	nearest_start(&nearest, host);
	nearest_consider(&nearest, pattern);
	return nearest.name[0] != '\0';
}

/* Would the address match with the scheme and port of the pattern? */
static bool
place_path_fits(const struct place *wanted, const struct place *given,
    struct str pattern, struct str url)
{
	CLEANUP(buf_clear) struct buf moved = BUF_INIT(SERVICE_URL_LONGEST + 8);

	buf_text(&moved, wanted->scheme);
	buf_text(&moved, given->host);
	buf_text(&moved, wanted->port);
	buf_text(&moved, str_from(url, given->scheme.len + given->host.len +
					   given->port.len));
	return service_pattern_matches(pattern, buf_str(&moved));
}

static void
nearness_of_parts(struct nearness *n, const struct place *wanted,
    const struct place *given, bool path)
{
	bool scheme = str_equal(wanted->scheme, given->scheme);
	bool port = str_equal(wanted->port, given->port);
	bool secure = str_equal(wanted->scheme, STR("https://"));

	n->distance = (unsigned)!scheme + !port + !path;
	snprintf(n->words, sizeof(n->words), "%s%s%s%s%s",
	    scheme   ? ""
	    : secure ? "is for https and this address is http"
		     : "is for http and this address is https",
	    !scheme && !port ? ", " : "", port ? "" : "has another port",
	    !path && n->distance > 1 ? ", " : "",
	    path ? "" : "has another path");
}

static void
nearness_of(struct nearness *n, struct str pattern, struct str url)
{
	struct place wanted = place_of(pattern), given = place_of(url);

	*n = (struct nearness){ .distance = DISTANCE_FAR };
	if (service_regex_is(pattern))
		return; /* has no parts to compare */
	if (place_host_fits(wanted.host, given.host)) {
		nearness_of_parts(n, &wanted, &given,
		    place_path_fits(&wanted, &given, pattern, url));
	} else if (place_labels_differ(wanted.host, given.host)) {
		n->distance = DISTANCE_LABELS;
		snprintf(n->words, sizeof(n->words),
		    "is for exactly one label in front of its host");
	} else if (place_host_is_close(wanted.host, given.host)) {
		n->distance = DISTANCE_SPELLING;
		snprintf(n->words, sizeof(n->words),
		    "has a host that is spelled much the same");
	}
}

/* Only the nearest are told: others would lead astray. */
static void
testing_hints(struct service_testing *t)
{
	const struct service *services = t->loaded.list.items;
	unsigned nearest = DISTANCE_FAR;
	struct nearness n;

	for (size_t i = 0; i < t->loaded.list.count; i++) {
		nearness_of(&n, services[i].pattern, buf_str(&t->canonical));
		if (n.distance < nearest)
			nearest = n.distance;
	}
	for (size_t i = 0; i < t->loaded.list.count; i++) {
		nearness_of(&n, services[i].pattern, buf_str(&t->canonical));
		if (nearest == DISTANCE_FAR || n.distance != nearest ||
		    t->hint_count == HINTS_MOST)
			continue;
		t->hint_count++;
		buf_format(&t->hints, "service %lld, %.*s, %s\n",
		    (long long)services[i].id, STR_ARGS(services[i].pattern),
		    n.words);
	}
}

/* What a text that is not a service URL has that it may not have. */
static const char *
testing_refusal(struct str url)
{
	struct str authority, path;

	if (url.len > SERVICE_URL_LONGEST)
		return "it is longer than 4096 bytes";
	if (!str_equal_nocase(str_first(url, 8), STR("https://")) &&
	    !str_equal_nocase(str_first(url, 7), STR("http://")))
		return "it does not start with https:// or http://";
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || url.at[i] == 0x7f)
			return "it has a blank or a control character";
	if (str_find(url, '\\') < url.len)
		return "it has a backslash";
	authority = str_from(url, str_find(url, '/') + 2);
	path = str_from(authority, str_find(authority, '/'));
	authority = str_first(authority, authority.len - path.len);
	if (str_find(authority, '@') < authority.len)
		return "it has user information before an \"@\"";
	if (str_find(path, '.') < path.len || str_find(path, '%') < path.len)
		return "its host is wrong, or its path has \".\" or \"..\" "
		       "segments or a broken %-escape";
	return "its host or port is wrong";
}

static const char *
plain_pattern_words(struct str pattern)
{
	bool label = str_starts(place_of(pattern).host, STR("*."));
	bool below = str_ends(pattern, STR("/*"));

	if (label && below)
		return "any one label in front, this path and below";
	if (label)
		return "any one label in front, just this path, any query";
	return below ? "this path and below, any query"
		     : "just this path, any query";
}

static const char *
pattern_words(struct str pattern)
{
	if (!service_regex_is(pattern))
		return plain_pattern_words(pattern);
	return service_pattern_fits_any_host(pattern)
		   ? "an expression that fits any host"
		   : "an expression: counts where no plain pattern matches";
}

/* Is a ticket to be had?  If not, why. */
static const char *
testing_tickets(const struct service *s)
{
	if (!s->enabled)
		return "no: the service is disabled, or its settings cannot "
		       "be read";
	if (!service_settings_valid_at(s->settings, clock_now()))
		return "no: this is not the time for which it is valid";
	return service_is_choosy(s->settings)
		   ? "yes, for those whom \"portillon service show\" names"
		   : "yes";
}

static bool
testing_gets(const struct service *s)
{
	return s != NULL && s->enabled &&
	       service_settings_valid_at(s->settings, clock_now());
}

/* Who would count if this one did not, and why not so. */
static struct str
testing_runner_up(struct run *run, const struct service_testing *t)
{
	const struct service *other = t->runner_up;

	if (other == NULL)
		return STR("no other pattern matches");
	return arena_format(&run->arena, "%lld, %.*s, %.*s (%s)",
	    (long long)other->id, STR_ARGS(other->name),
	    STR_ARGS(other->pattern), service_rank_words(t->service, other));
}

static int
testing_print(struct run *run, const struct service_testing *t)
{
	const struct service *s = t->service;
	struct str canonical = buf_str(&t->canonical);

	if (s == NULL) {
		const struct str facts[] = { STR("canonical"), canonical,
			STR("tickets"), STR("no: no pattern matches") };

		plain_facts(stdout, facts, COUNT_OF(facts) / 2);
		if (t->hint_count > 0)
			printf("\nNear misses:\n%.*s",
			    STR_ARGS(buf_str(&t->hints)));
		return OUTCOME_REFUSED;
	}
	const struct str facts[] = { STR("canonical"), canonical,
		STR("service"),
		arena_format(&run->arena, "%lld, %.*s (tenant %.*s)",
		    (long long)s->id, STR_ARGS(s->name), STR_ARGS(s->tenant)),
		STR("pattern"),
		arena_format(&run->arena, "%.*s (%s)", STR_ARGS(s->pattern),
		    pattern_words(s->pattern)),
		STR("released"),
		service_released_words(&run->arena, s->released),
		STR("tickets"), str_of(testing_tickets(s)), STR("otherwise"),
		testing_runner_up(run, t) };

	plain_facts(stdout, facts, COUNT_OF(facts) / 2);
	return testing_gets(s) ? OUTCOME_DONE : OUTCOME_REFUSED;
}

static int
testing_print_json(const struct service_testing *t)
{
	bool tickets = testing_gets(t->service);
	struct str left = buf_str(&t->hints), hint;
	json_t *object = json_object(), *hints = json_array();

	while (left.len > 0) {
		str_cut(left, '\n', &hint, &left);
		json_append(hints, json_words(hint));
	}
	json_put(object, "canonical", json_words(buf_str(&t->canonical)));
	json_put(object, "tickets", json_boolean(tickets));
	json_put(object, "service",
	    t->service != NULL ? service_json(t->service) : json_null());
	json_put(object, "runner_up",
	    t->runner_up != NULL ? service_json(t->runner_up) : json_null());
	json_put(object, "near_misses", hints);
	json_print(object);
	return tickets ? OUTCOME_DONE : OUTCOME_REFUSED;
}

static void
testing_find_runner_up(struct service_testing *t)
{
	t->others = service_registry_without(
	    t->loaded.list.items, t->loaded.list.count, t->service->id);
	t->runner_up = registry_find(t->others, buf_str(&t->canonical));
}

static int
testing_run(struct run *run, const struct settings *settings,
    const struct options *options)
{
	struct service_testing *t = run->state;
	struct str url = options_text(options, "URL");

	if (!service_url_canonical(url, &t->canonical)) {
		command_complain("no service can have this address: %s",
		    testing_refusal(url));
		return OUTCOME_REFUSED;
	}
	if (!run_or_complain(run, settings, service_load_steps))
		return OUTCOME_UNUSABLE;
	t->registry = registry_new(t->loaded.list.items, t->loaded.list.count,
	    t->loaded.generation.number);
	t->service = registry_find(t->registry, buf_str(&t->canonical));
	if (t->service == NULL)
		testing_hints(t);
	else
		testing_find_runner_up(t);
	return options_has(options, "json") ? testing_print_json(t)
					    : testing_print(run, t);
}

int
service_test(const struct settings *settings, const struct options *options)
{
	struct service_testing t = {
		.canonical = BUF_INIT(SERVICE_URL_LONGEST),
		.hints = BUF_INIT(HINTS_MOST * (SERVICE_URL_LONGEST + 256)),
	};
	CLEANUP(run_clear) struct run run = { .state = &t };
	int outcome = testing_run(&run, settings, options);

	registry_unref(t.registry);
	registry_unref(t.others);
	buf_clear(&t.canonical);
	buf_clear(&t.hints);
	return outcome;
}

const struct option_rule service_test_options[] = {
	{ "URL", OPTION_WORD, .help = "an address as an application sends it" },
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};
