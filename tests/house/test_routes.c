/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of routes, walked: who may grant, and what guards a POST.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "web/routes.h"

/* The protocol's own: a GET that may issue a ticket. */
static const struct str granting_gets[] = { STR_INIT("/login") };

/* Programs that grant: they bring no cookie, but the password or a handle. */
static const struct str granting_machines[] = { STR_INIT("/v1/tickets"),
	STR_INIT("/v1/tickets/") };
/* Where applications get tickets in somebody's name. */
static const struct str proxying[] = { STR_INIT("/serviceValidate"),
	STR_INIT("/p3/serviceValidate"), STR_INIT("/proxyValidate"),
	STR_INIT("/p3/proxyValidate"), STR_INIT("/proxy") };

/* POSTs without a forgery token: nothing to gain for another site, since a
 * cross-site POST brings no SameSite=Lax cookie and the act is a sign-out. */
static const struct str open_posts[] = { STR_INIT("/logout") };

static bool
is_listed(const struct str *list, size_t count, struct str path)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equal(list[i], path))
			return true;
	}
	return false;
}

static void
test_every_route_is_guarded(void **state)
{
	size_t count;
	const struct route *routes = route_table(&count);

	(void)state;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		const struct route *route = &routes[i];

		assert_non_null(route->steps);
		if (route->methods & ON_POST &&
		    !is_listed(open_posts, COUNT_OF(open_posts), route->path))
			assert_true(
			    route->flags & (ROUTE_FORM | ROUTE_MACHINE));
		if (route->methods & ON_GET && route->flags & ROUTE_GRANTS)
			assert_true(is_listed(granting_gets,
			    COUNT_OF(granting_gets), route->path));
		if (route->flags & ROUTE_MACHINE && route->flags & ROUTE_GRANTS)
			assert_true(is_listed(granting_machines,
			    COUNT_OF(granting_machines), route->path));
		if (route->flags & ROUTE_PROXIES)
			assert_true(is_listed(
			    proxying, COUNT_OF(proxying), route->path));
	}
}

static void
test_only_the_very_path_is_found(void **state)
{
	static const char *const strangers[] = { "/LOGIN", "/login/", "/login.",
		"/login;x", "/login%00", "/%6cogin", "/./login", "/login/..",
		"/x/../login", "/static", "/static/", "", "/log", "/loginx",
		"/p3/serviceValidate/", "/p3", "/p3//serviceValidate" };
	unsigned others;

	(void)state;
	assert_non_null(route_find(STR("/login"), ON_GET, &others));
	assert_non_null(route_find(STR("/login"), ON_POST, &others));
	assert_non_null(route_find(STR("/static/x.css"), ON_GET, &others));
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		assert_null(route_find(str_of(strangers[i]), ON_GET, &others));
		assert_int_equal(others, 0);
	}
	assert_null(route_find(STR("/static/x.css"), ON_POST, &others));
	assert_int_equal(others, ON_GET | ON_HEAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_route_is_guarded),
		cmocka_unit_test(test_only_the_very_path_is_found),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
