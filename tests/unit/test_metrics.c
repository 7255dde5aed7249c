/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text format of metrics, line by line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/metrics.h"

static void
test_heads_name_the_kind_and_escape_the_help(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	metrics_head(&out, "a_total", METRICS_COUNTER, "One\nline \"and\\");
	metrics_head(&out, "b", METRICS_GAUGE, "B.");
	metrics_head(&out, "c", METRICS_HISTOGRAM, "C.");
	assert_string_equal(buf_cstr(&out),
	    "# HELP a_total One\\nline \"and\\\\\n# TYPE a_total counter\n"
	    "# HELP b B.\n# TYPE b gauge\n"
	    "# HELP c C.\n# TYPE c histogram\n");
}

static void
test_labels_are_escaped(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	metrics_count(&out, "a_total", METRICS_NO_LABELS, UINT64_MAX);
	metrics_count(&out, "a_total",
	    METRICS_LABELS({ "x", STR_INIT("a\\b\"c\nd}") }, { "y", STR_NONE }),
	    0);
	assert_string_equal(buf_cstr(&out),
	    "a_total 18446744073709551615\n"
	    "a_total{x=\"a\\\\b\\\"c\\nd}\",y=\"\"} 0\n");
}

static void
test_numbers(void **state)
{
	static const struct {
		int64_t microseconds;
		const char *written;
	} cases[] = {
		{ 0, "s 0\n" },
		{ 1, "s 0.000001\n" },
		{ 2500, "s 0.0025\n" },
		{ 5000000, "s 5\n" },
		{ 1790000000123456, "s 1790000000.123456\n" },
		{ -1500000, "s -1.5\n" },
		{ INT64_MAX, "s 9223372036854.775807\n" },
		{ INT64_MIN, "s -9223372036854.775808\n" },
	};
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buf_reset(&out);
		metrics_seconds(
		    &out, "s", METRICS_NO_LABELS, cases[i].microseconds);
		assert_string_equal(buf_cstr(&out), cases[i].written);
	}
	buf_reset(&out);
	metrics_level(&out, "l", METRICS_NO_LABELS, INT64_MIN);
	assert_string_equal(buf_cstr(&out), "l -9223372036854775808\n");
}

static void
test_buckets_add_up(void **state)
{
	static const int64_t bounds[] = { 1000, 2500000 };
	static const uint64_t counts[] = { 3, 0, 4 };
	const struct metrics_times times = { bounds, counts, COUNT_OF(bounds),
		20500000 };
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	metrics_histogram(
	    &out, "h", (struct metrics_label){ "g", STR("x") }, &times);
	metrics_histogram(
	    &out, "i", (struct metrics_label){ NULL, STR_NONE }, &times);
	assert_string_equal(buf_cstr(&out),
	    "h_bucket{g=\"x\",le=\"0.001\"} 3\n"
	    "h_bucket{g=\"x\",le=\"2.5\"} 3\n"
	    "h_bucket{g=\"x\",le=\"+Inf\"} 7\n"
	    "h_sum{g=\"x\"} 20.5\nh_count{g=\"x\"} 7\n"
	    "i_bucket{le=\"0.001\"} 3\ni_bucket{le=\"2.5\"} 3\n"
	    "i_bucket{le=\"+Inf\"} 7\ni_sum 20.5\ni_count 7\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads_name_the_kind_and_escape_the_help),
		cmocka_unit_test(test_labels_are_escaped),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_buckets_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
