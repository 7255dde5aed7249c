/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the most specific pattern wins whatever the order, look-up
 * agrees with comparing every pattern, and stays flat up to 10,000 services.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "cas/service_url.h"
#include "model/service.h"

static const struct service overlapping[] = {
	{ .id = 1, .pattern = STR_INIT("https://*.uni.example/*") },
	{ .id = 2, .pattern = STR_INIT("https://app.uni.example/*") },
	{ .id = 3, .pattern = STR_INIT("https://app.uni.example/a/*") },
	{ .id = 4, .pattern = STR_INIT("https://app.uni.example/a/b/*") },
	{ .id = 5, .pattern = STR_INIT("https://app.uni.example/a/b") },
	{ .id = 6, .pattern = STR_INIT("https://*.uni.example/a/b/c") },
	{ .id = 7, .pattern = STR_INIT("https://app.uni.example:8443/cb") },
	{ .id = 8, .pattern = STR_INIT("http://app.uni.example/cb") },
	{ .id = 9, .pattern = STR_INIT("https://named.uni.example/only") },
	{ .id = 10, .pattern = STR_INIT("https://app.uni.example/a/b/") },
	{ .id = 11, .pattern = STR_INIT("https://*.uni.example:8443/x/*") },
	{ .id = 12, .pattern = STR_INIT("https://[2001:db8::1]/*") },
};

static const struct {
	const char *url;
	int64_t id; /* 0: none */
} look_ups[] = {
	{ "https://app.uni.example/", 2 },
	{ "https://app.uni.example/x", 2 },
	{ "https://app.uni.example/ax", 2 },
	{ "https://app.uni.example/a", 3 },
	{ "https://app.uni.example/a?q=/a/b", 3 },
	{ "https://app.uni.example/a/x/y", 3 },
	{ "https://app.uni.example/a/b", 5 },
	{ "https://app.uni.example/a/b?x", 5 },
	{ "https://app.uni.example/a/b/", 10 },
	{ "https://app.uni.example/a/b/c", 4 },
	{ "https://app.uni.example/a/bc", 3 },
	{ "https://app.uni.example:8443/cb", 7 },
	{ "https://app.uni.example:8443/cb/", 0 },
	{ "https://app.uni.example:8443/x/y", 11 },
	{ "https://app.uni.example:8444/cb", 0 },
	{ "http://app.uni.example/cb", 8 },
	{ "http://app.uni.example/x", 0 },
	{ "https://other.uni.example/", 1 },
	{ "https://other.uni.example/a/b/c", 6 },
	{ "https://named.uni.example/only", 9 },
	{ "https://named.uni.example/else", 1 },
	{ "https://uni.example/", 0 },
	{ "https://a.b.uni.example/", 0 },
	{ "https://app.uni.example.evil/", 0 },
	{ "https://evil/app.uni.example/", 0 },
	{ "https://evil/?https://app.uni.example/", 0 },
	{ "https://[2001:db8::1]/x", 12 },
	{ "https://[2001:db8::2]/x", 0 },
	{ "", 0 },
	{ "https", 0 },
	{ "https://", 0 },
	{ "https://app.uni.example", 0 },
	{ "no:thing", 0 },
};

static void
assert_found(const struct registry *registry, const char *url, int64_t id)
{
	const struct service *found = registry_find(registry, str_of(url));

	if ((found != NULL ? found->id : 0) != id)
		fail_msg("%s: %d", url, found != NULL ? (int)found->id : 0);
}

/* Forwards, backwards and rotated in every way. */
static void
most_specific_wins_in_any_order(void **state)
{
	enum {
		COUNT = COUNT_OF(overlapping)
	};
	struct service turned[COUNT];

	(void)state;
	for (size_t turn = 0; turn < 2 * COUNT; turn++) {
		struct registry *registry;

		for (size_t i = 0; i < COUNT; i++) {
			size_t from = turn < COUNT ? i : COUNT - 1 - i;

			turned[(i + turn) % COUNT] = overlapping[from];
		}
		registry = registry_new(turned, COUNT, 1);
		for (size_t i = 0; i < COUNT_OF(look_ups); i++)
			assert_found(registry, look_ups[i].url, look_ups[i].id);
		for (int64_t id = 1; id <= COUNT; id++)
			assert_int_equal(
			    registry_service(registry, id)->id, id);
		assert_null(registry_service(registry, 0));
		assert_null(registry_service(registry, COUNT + 1));
		registry_unref(registry);
	}
}

/* Found means matched, not found means that no pattern matches. */
static void
agrees_with_the_patterns(void **state)
{
	struct registry *registry =
	    registry_new(overlapping, COUNT_OF(overlapping), 1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(look_ups); i++) {
		struct str url = str_of(look_ups[i].url);
		const struct service *found = registry_find(registry, url);
		bool any = false;

		for (size_t j = 0; j < COUNT_OF(overlapping); j++)
			any |= service_pattern_matches(
			    overlapping[j].pattern, url);
		assert_true(any == (found != NULL));
		if (found != NULL)
			assert_true(
			    service_pattern_matches(found->pattern, url));
	}
	registry_unref(registry);
}

static void
texts_are_copied(void **state)
{
	char tenant[] = "uni", name[] = "Mail", released[] = "[\"*\"]";
	char pattern[] = "https://mail.example/*", callback[] = "https://cb/*";
	struct service service = { .id = 5,
		.tenant = str_of(tenant),
		.name = str_of(name),
		.pattern = str_of(pattern),
		.released = str_of(released),
		.proxy_callback = str_of(callback),
		.enabled = true };
	struct registry *registry = registry_new(&service, 1, 42);
	const struct service *found;

	(void)state;
	memset(tenant, 'x', sizeof(tenant) - 1);
	memset(name, 'x', sizeof(name) - 1);
	memset(pattern, 'x', sizeof(pattern) - 1);
	memset(released, 'x', sizeof(released) - 1);
	memset(callback, 'x', sizeof(callback) - 1);
	service.id = 6;
	found = registry_find(registry, STR("https://mail.example/in?x"));
	assert_non_null(found);
	assert_true(found->id == 5 && found->enabled);
	assert_true(str_equal(found->tenant, STR("uni")));
	assert_true(str_equal(found->name, STR("Mail")));
	assert_true(str_equal(found->pattern, STR("https://mail.example/*")));
	assert_true(str_equal(found->released, STR("[\"*\"]")));
	assert_true(str_equal(found->proxy_callback, STR("https://cb/*")));
	assert_true(registry_generation(registry) == 42);
	registry_unref(registry);
}

static void
a_disabled_service_does_not_fall_back(void **state)
{
	static const struct service services[] = {
		{ .id = 1,
		    .pattern = STR_INIT("https://a.example/*"),
		    .enabled = true },
		{ .id = 2, .pattern = STR_INIT("https://a.example/admin/*") },
	};
	struct registry *registry = registry_new(services, 2, 1);
	const struct service *found =
	    registry_find(registry, STR("https://a.example/admin/x"));

	(void)state;
	assert_non_null(found);
	assert_true(found->id == 2 && !found->enabled);
	registry_unref(registry);
}

static void
equal_patterns_give_the_older_service(void **state)
{
	static const struct service services[] = {
		{ .id = 7, .pattern = STR_INIT("https://a.example/*") },
		{ .id = 3, .pattern = STR_INIT("https://a.example/*") },
		{ .id = 9, .pattern = STR_INIT("https://a.example/*") },
	};

	(void)state;
	for (size_t first = 0; first < 3; first++) {
		struct service turned[3];
		struct registry *registry;

		for (size_t i = 0; i < 3; i++)
			turned[i] = services[(first + i) % 3];
		registry = registry_new(turned, 3, 1);
		assert_found(registry, "https://a.example/x", 3);
		registry_unref(registry);
	}
}

static void
references_are_counted(void **state)
{
	struct registry *registry =
	    registry_new(overlapping, COUNT_OF(overlapping), 1);
	struct registry *held = registry_ref(registry);

	(void)state;
	registry_unref(registry);
	assert_found(held, "https://app.uni.example/x", 2);
	registry_unref(held);
	registry_unref(NULL);
}

static void
empty_registries_have_nothing(void **state)
{
	struct registry *registry = registry_new(NULL, 0, 1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(look_ups); i++)
		assert_found(registry, look_ups[i].url, 0);
	registry_unref(registry);
}

/* Names of hosts and paths that share long beginnings. */
static struct registry *
registry_of_many(size_t count, struct arena *texts)
{
	struct service *services = memory_array(count, sizeof(*services));
	struct registry *made;

	for (size_t i = 0; i < count; i++) {
		services[i].id = (int64_t)i + 1;
		services[i].pattern =
		    i % 2 == 0
			? arena_format(texts, "https://app.example/app%zu/*", i)
			: arena_format(texts, "https://app%zu.example/*", i);
	}
	made = registry_new(services, count, 1);
	free(services);
	return made;
}

static void
assert_all_found(const struct registry *registry, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char url[100];

		snprintf(url, sizeof(url),
		    i % 2 == 0 ? "https://app.example/app%zu/in/side?x"
			       : "https://app%zu.example/in/side?x",
		    i);
		assert_found(registry, url, (int64_t)i + 1);
	}
}

static double
seconds_of_look_ups(const struct registry *registry)
{
	const struct str urls[] = { STR("https://app.example/app8/in?x"),
		STR("https://app7.example/in"), STR("https://no.example/in") };
	clock_t start = clock();
	size_t found = 0;

	for (size_t i = 0; i < 300000; i++)
		found += registry_find(registry, urls[i % 3]) != NULL;
	assert_int_equal(found, 200000);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void
ten_thousand_services_are_found_as_fast(void **state)
{
	enum {
		FEW = 10,
		MANY = 10000
	};
	struct arena texts = ARENA_INIT;
	struct registry *few = registry_of_many(FEW, &texts);
	struct registry *many = registry_of_many(MANY, &texts);

	(void)state;
	assert_all_found(few, FEW);
	assert_all_found(many, MANY);
	assert_found(many, "https://app.example/app1/", 0);
	assert_found(many, "https://app2.example/", 0);
	/* Linear would be a thousand times. */
	assert_true(seconds_of_look_ups(many) < 10 * seconds_of_look_ups(few));
	registry_unref(few);
	registry_unref(many);
	arena_clear(&texts);
}

/* The longest URL, all slashes: under a millisecond (row T057). */
static void
hostile_urls_cost_little(void **state)
{
	static char url[60000] = "https://app.uni.example/a/";
	size_t start = strlen(url);
	struct registry *registry =
	    registry_new(overlapping, COUNT_OF(overlapping), 1);
	clock_t began;

	(void)state;
	for (size_t i = start; i < sizeof(url); i++)
		url[i] = i % 2 == 0 ? 'a' : '/';
	began = clock();
	for (int i = 0; i < 100; i++)
		assert_int_equal(registry_find(registry,
				     (struct str){ url, SERVICE_URL_LONGEST })
				     ->id,
		    3);
	assert_true(clock() - began < CLOCKS_PER_SEC / 10);
	assert_null(registry_find(
	    registry, (struct str){ url, SERVICE_URL_LONGEST + 1 }));
	assert_null(registry_find(registry, (struct str){ url, sizeof(url) }));
	/* A first label of one letter makes the star version no longer. */
	memcpy(url, "https://b.uni.example/abc", start);
	assert_int_equal(
	    registry_find(registry, (struct str){ url, SERVICE_URL_LONGEST })
		->id,
	    1);
	registry_unref(registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_specific_wins_in_any_order),
		cmocka_unit_test(agrees_with_the_patterns),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(a_disabled_service_does_not_fall_back),
		cmocka_unit_test(equal_patterns_give_the_older_service),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(empty_registries_have_nothing),
		cmocka_unit_test(ten_thousand_services_are_found_as_fast),
		cmocka_unit_test(hostile_urls_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
