/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions as patterns of services: what is taken, what it matches, and that
 * neither a host nor time can be stolen with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "cas/service_regex.h"
#include "cas/service_url.h"
#include "model/service.h"

static const struct {
	const char *pattern;
	const char *canonical;
	const char *host; /* what hosts end with; "": any host */
} taken[] = {
	{ "^https://app\\.uni\\.example/cas/.*",
	    "^https://app\\.uni\\.example/cas/.*", "app.uni.example" },
	{ "^https://APP\\.uni\\.example/.*$", "^https://APP\\.uni\\.example/.*",
	    "app.uni.example" },
	{ "^https:\\/\\/app\\.uni\\.example\\/a\\/.*$",
	    "^https://app\\.uni\\.example/a/.*", "app.uni.example" },
	{ "^https://localhost/.*", "^https://localhost/.*", "localhost" },
	{ "^https?://app\\.uni\\.example(:\\d+)?/.*",
	    "^https?://app\\.uni\\.example(:\\d+)?/.*", "app.uni.example" },
	{ "^https://app\\.uni\\.example:8443/.*",
	    "^https://app\\.uni\\.example:8443/.*", "app.uni.example" },
	{ "^https://.*\\.uni\\.example/.*", "^https://.*\\.uni\\.example/.*",
	    "uni.example" },
	{ "^https://(www|app)\\.uni\\.example/.*",
	    "^https://(www|app)\\.uni\\.example/.*", "uni.example" },
	{ "^https://(.+\\.)?uni\\.example(/.*)?$",
	    "^https://(.+\\.)?uni\\.example(/.*)?", "uni.example" },
	{ "^https://[a-z]{2}\\.a\\.example/[^]/]+/[[:alpha:]/]+$$",
	    "^https://[a-z]{2}\\.a\\.example/[^]/]+/[[:alpha:]/]+",
	    "a.example" },
	{ "^https://app\\.uni\\.example/a\\$",
	    "^https://app\\.uni\\.example/a\\$", "app.uni.example" },
	/* whatever host somebody owns */
	{ "^https?://.*", "^https?://.*", "" },
	{ "^https://.*/cas/.*", "^https://.*/cas/.*", "" },
	{ "^https://app\\.uni\\.example.*", "^https://app\\.uni\\.example.*",
	    "" },
	{ "^https://app\\.uni\\.example", "^https://app\\.uni\\.example", "" },
	{ "^https://.*uni\\.example/.*", "^https://.*uni\\.example/.*", "" },
	{ "^https://.*\\.example/.*", "^https://.*\\.example/.*", "" },
	{ "^https://app\\.uni\\.ex?/.*", "^https://app\\.uni\\.ex?/.*", "" },
	{ "^https://app\\.uni\\.[a-z]+/.*", "^https://app\\.uni\\.[a-z]+/.*",
	    "" },
};

static void
what_is_taken_has_one_spelling_and_a_host(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(2000);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(2000);
		struct service_regex *regex;
		bool fits = service_regex_canonical(
		    str_of(taken[i].pattern), &out, &why);

		if (!fits)
			fail_msg("%s: %s", taken[i].pattern, buf_cstr(&why));
		assert_string_equal(buf_cstr(&out), taken[i].canonical);
		regex = service_regex_new(buf_str(&out));
		assert_non_null(regex);
		if (!str_equal(
			service_regex_host(regex), str_of(taken[i].host)))
			fail_msg("%s: %.*s", taken[i].pattern,
			    STR_ARGS(service_regex_host(regex)));
		assert_true(service_pattern_fits_any_host(buf_str(&out)) ==
			    (taken[i].host[0] == '\0'));
		service_regex_free(regex);
	}
}

static const struct {
	const char *pattern;
	const char *why; /* begins so */
} refused[] = {
	{ "https://app\\.uni\\.example/.*", "an expression has" },
	{ "^https://app\\.uni\\.example/\xc3\xa9", "an expression has" },
	{ "^https://app\\.uni\\.example/a b", "an expression has" },
	{ "^https://app\\.uni\\.example/\n", "an expression has" },
	{ "^", "character 1: an expression begins" },
	{ "^.*", "character 1: an expression begins" },
	{ "^(https|imaps)://.*", "character 1: an expression begins" },
	{ "^ftp://a\\.example/", "character 1: an expression begins" },
	{ "^https://app.uni.example/.*", "character 13: a dot of the host" },
	{ "^https://a\\.b\\.example/x|https://evil\\.example/",
	    "character 25: alternatives" },
	{ "^https://a\\.b\\.example|https://evil\\.example/",
	    "character 23: alternatives" },
	{ "^https://(a/x|b)\\.uni\\.example/",
	    "character 12: the first slash" },
	{ "^https://a\\.b\\.example/(?!evil).*", "character 24: of groups" },
	{ "^https://a\\.b\\.example/(?i)x", "character 24: of groups" },
	{ "^https://a\\.b\\.example/(?R)", "character 24: of groups" },
	{ "^https://a\\.b\\.example/(?<n>a)", "character 24: of groups" },
	{ "^https://a\\.b\\.example/(*ACCEPT)", "character 24: of groups" },
	{ "^https://a\\.b\\.example/(a)\\1", "character 27: of escapes" },
	{ "^https://a\\.b\\.example/\\Qa", "character 24: of escapes" },
	{ "^https://a\\.b\\.example/\\C", "character 24: of escapes" },
	{ "^https://a\\.b\\.example/\\Kx", "character 24: of escapes" },
	{ "^https://a\\.b\\.example/\\", "character 24: a class" },
	{ "^https://a\\.b\\.example/[a", "character 24: a class" },
	{ "^https://a\\.b\\.example/(a", "character 26: a group is not" },
	{ "^https://a\\.b\\.example/a)", "character 25: this group" },
	{ "^https://(a\\.b\\.example/", "character 24: the first slash" },
	{ "^https://a\\.b\\.example/a**", "character 26: " },
	{ "^https://a\\.b\\.example/[z-a]", "character 27: " },
	{ "^https://[z-a]\\.b\\.example/", "character 13: " },
	{ "^https://a\\.b\\.example/((((((((((((((((((((((((((((((((("
	  "x)))))))))))))))))))))))))))))))))",
	    "character " },
	{ "^https://a\\.b\\.example/((((a{1,999}){1,999}){1,999}){1,999})",
	    "character " },
};

static void
what_is_refused_says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(2000);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(2000);
		struct str pattern = str_of(refused[i].pattern);

		if (service_regex_canonical(pattern, &out, &why))
			fail_msg("%s", refused[i].pattern);
		assert_int_equal(out.len, 0);
		if (!str_starts(buf_str(&why), str_of(refused[i].why)))
			fail_msg("%s: %s", refused[i].pattern, buf_cstr(&why));
	}
}

static void
too_long_is_refused(void **state)
{
	static char text[SERVICE_REGEX_LONGEST + 2] = "^https://a\\.example/";
	CLEANUP(buf_clear) struct buf out = BUF_INIT(5000);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(5000);

	(void)state;
	memset(text + strlen(text), 'x', sizeof(text) - 1 - strlen(text));
	assert_false(service_regex_canonical(
	    (struct str){ text, SERVICE_REGEX_LONGEST + 1 }, &out, &why));
	assert_null(
	    service_regex_new((struct str){ text, SERVICE_REGEX_LONGEST + 1 }));
	assert_true(service_regex_canonical(
	    (struct str){ text, SERVICE_REGEX_LONGEST }, &out, &why));
}

static const struct {
	const char *pattern;
	const char *url; /* canonical */
	bool matches;
} matched[] = {
	{ "^https://app\\.uni\\.example/cas/.*",
	    "https://app.uni.example/cas/x?y=/z", true },
	{ "^https://app\\.uni\\.example/cas/.*", "https://app.uni.example/CAS/",
	    false },
	{ "^https://APP\\.uni\\.example/.*", "https://app.uni.example/", true },
	{ "^https://app\\.uni\\.example/cb", "https://app.uni.example/cb",
	    true },
	{ "^https://app\\.uni\\.example/cb", "https://app.uni.example/cbx",
	    false },
	{ "^https://app\\.uni\\.example/cb", "https://app.uni.example/cb?x",
	    false },
	{ "^https://app\\.uni\\.example/cb(\\?.*)?",
	    "https://app.uni.example/cb?x", true },
	{ "^https://app\\.uni\\.example/.*", "http://app.uni.example/", false },
	{ "^https?://app\\.uni\\.example/.*", "http://app.uni.example/", true },
	{ "^https://app\\.uni\\.example(:\\d+)?/.*",
	    "https://app.uni.example:8443/x", true },
	{ "^https://(.+\\.)?uni\\.example(/.*)?", "https://uni.example/",
	    true },
	{ "^https://(.+\\.)?uni\\.example(/.*)?", "https://a.b.uni.example/x/y",
	    true },
	{ "^https://(.+\\.)?uni\\.example(/.*)?", "https://evil-uni.example/",
	    false },
	/* no host out of a path, a query or another host (T045, T047) */
	{ "^https://.*\\.uni\\.example/.*", "https://a.uni.example/", true },
	{ "^https://.*\\.uni\\.example/.*", "https://a.b.uni.example/x", true },
	{ "^https://.*\\.uni\\.example/.*", "https://evil/.uni.example/",
	    false },
	{ "^https://.*\\.uni\\.example/.*",
	    "https://evil.example/x.uni.example/y", false },
	{ "^https://.*\\.uni\\.example/.*",
	    "https://evil.example/?x=.uni.example/", false },
	{ "^https://[^.]+\\.uni\\.example/.*", "https://evil/x/a.uni.example/",
	    false },
	{ "^https://\\S+\\.uni\\.example/.*",
	    "https://evil.example/a.uni.example/", false },
	{ "^https://app\\.uni\\.example/.*", "https://app.uni.example.evil/",
	    false },
	{ "^https://app\\.uni\\.example/.*", "https://appxuni.example/",
	    false },
	{ "^https://app\\.uni\\.example/.*",
	    "https://evil/?https://app.uni.example/", false },
	/* those that take any host see the whole address */
	{ "^https?://.*", "https://anything.example/x?y", true },
	{ "^https://app\\.uni\\.example.*", "https://app.uni.example/x", true },
	{ "^https://.*/cas/.*", "https://anything.example/cas/x", true },
	{ "^https://.*/cas/.*", "https://anything.example/x", false },
	{ "^https?://.*", "no:thing", false },
	{ "^https?://.*", "", false },
};

static void
halves_match_halves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(matched); i++) {
		struct service service = { .id = 7,
			.pattern = str_of(matched[i].pattern) };
		struct registry *registry = registry_new(&service, 1, 1);
		struct str url = str_of(matched[i].url);

		if (service_pattern_matches(service.pattern, url) !=
		    matched[i].matches)
			fail_msg("%s: %s", matched[i].pattern, matched[i].url);
		if ((registry_find(registry, url) != NULL) !=
		    matched[i].matches)
			fail_msg("registry, %s: %s", matched[i].pattern,
			    matched[i].url);
		registry_unref(registry);
	}
}

static const struct service competing[] = {
	{ .id = 1, .pattern = STR_INIT("https://app.uni.example/a/*") },
	{ .id = 2, .pattern = STR_INIT("https://*.uni.example/b/*") },
	{ .id = 3, .pattern = STR_INIT("^https://.*\\.uni\\.example/.*") },
	{ .id = 4,
	    .settings_text = STR_INIT("{\"order\": -5}"),
	    .pattern = STR_INIT("^https://app\\.uni\\.example/c.*") },
	{ .id = 5,
	    .settings_text = STR_INIT("{\"order\": -5}"),
	    .pattern = STR_INIT("^https://app\\.uni\\.example/cc.*") },
	{ .id = 6,
	    .settings_text = STR_INIT("{\"order\": -9}"),
	    .pattern = STR_INIT("^https?://.*\\.pdf") },
	{ .id = 7,
	    .settings_text = STR_INIT("{\"order\": 9}"),
	    .pattern = STR_INIT("^https?://.*") },
	{ .id = 8, .pattern = STR_INIT("^broken") },
};

static const struct {
	const char *url;
	int64_t id;
} winners[] = {
	{ "https://app.uni.example/a/x.pdf", 1 },
	{ "https://app.uni.example/b/x.pdf", 2 },
	{ "https://app.uni.example/c", 4 },
	{ "https://app.uni.example/cc", 4 },
	{ "https://app.uni.example/c.pdf", 6 },
	{ "https://app.uni.example/d", 3 },
	{ "https://app.other.example/d", 7 },
	{ "http://evil/", 7 },
};

/* Plain patterns first, then by evaluation order, then by number (T056). */
static void
the_order_is_the_same_from_any_order(void **state)
{
	enum {
		COUNT = COUNT_OF(competing)
	};
	struct service turned[COUNT];

	(void)state;
	for (size_t turn = 0; turn < 2 * COUNT; turn++) {
		struct registry *registry;

		for (size_t i = 0; i < COUNT; i++) {
			size_t from = turn < COUNT ? i : COUNT - 1 - i;

			turned[(i + turn) % COUNT] = competing[from];
		}
		registry = registry_new(turned, COUNT, 1);
		for (size_t i = 0; i < COUNT_OF(winners); i++) {
			const struct service *found =
			    registry_find(registry, str_of(winners[i].url));

			assert_non_null(found);
			if (found->id != winners[i].id)
				fail_msg(
				    "%s: %d", winners[i].url, (int)found->id);
		}
		registry_unref(registry);
	}
}

/* Row T057: expressions that would take for ever give up, and do not match. */
static void
hostile_urls_end_soon(void **state)
{
	static const char *patterns[] = {
		"^https://a\\.b\\.example/(a+)+b",
		"^https://a\\.b\\.example/(a|aa)+b",
		"^https://a\\.b\\.example/.*a.*a.*a.*a.*b",
		"^https://a\\.b\\.example/(.*)*(.*)*(.*)*b",
		"^https://a\\.b\\.example/([a-z]*)*([a-z]*)*[0-9]",
	};
	char url[SERVICE_URL_LONGEST];
	const size_t start = sizeof("https://a.b.example/") - 1;
	clock_t began = clock();

	(void)state;
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://a.b.example/", start);
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		struct service_regex *regex =
		    service_regex_new(str_of(patterns[i]));

		assert_non_null(regex);
		for (size_t len = start + 2; len <= sizeof(url); len += 37) {
			/* the letter that it looks for is there */
			memcpy(url + len - 2, "bx", 2);
			assert_false(service_regex_matches(
			    regex, (struct str){ url, len }));
			memcpy(url + len - 2, "aa", 2);
		}
		service_regex_free(regex);
	}
	/* without limits the first would see the sun burn out */
	assert_true(clock() - began < 20 * CLOCKS_PER_SEC);
}

/* Of one domain, and of as many as there are. */
static struct registry *
registry_of_many(size_t count, struct arena *texts)
{
	struct service *services = memory_array(count, sizeof(*services));
	struct registry *made;

	for (size_t i = 0; i < count; i++) {
		services[i].id = (int64_t)i + 1;
		services[i].pattern =
		    i % 2 == 0 ? arena_format(texts,
				     "^https://.*\\.uni\\.example/app%zu/.*", i)
			       : arena_format(texts,
				     "^https://.*\\.uni%zu\\.example/.*", i);
	}
	made = registry_new(services, count, 1);
	free(services);
	return made;
}

static void
ten_thousand_expressions_are_told_apart(void **state)
{
	enum {
		MANY = 10000
	};
	struct arena texts = ARENA_INIT;
	struct registry *many = registry_of_many(MANY, &texts);
	clock_t began = clock();

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		const struct service *found;
		char url[100];

		snprintf(url, sizeof(url),
		    i % 2 == 0 ? "https://a.uni.example/app%zu/x"
			       : "https://a.uni%zu.example/x",
		    i);
		found = registry_find(many, str_of(url));
		assert_non_null(found);
		assert_true(found->id == (int64_t)i + 1);
	}
	/* one after the other they would be a hundred million matches */
	assert_true(clock() - began < 60 * CLOCKS_PER_SEC);
	assert_null(registry_find(many, STR("https://a.uni.example/app/x")));
	assert_null(registry_find(many, STR("https://a.uni2.example/x")));
	registry_unref(many);
	arena_clear(&texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_has_one_spelling_and_a_host),
		cmocka_unit_test(what_is_refused_says_where),
		cmocka_unit_test(too_long_is_refused),
		cmocka_unit_test(halves_match_halves),
		cmocka_unit_test(the_order_is_the_same_from_any_order),
		cmocka_unit_test(hostile_urls_end_soon),
		cmocka_unit_test(ten_thousand_expressions_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
