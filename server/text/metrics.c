/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text format of Prometheus.
 *
 * A fraction is written from whole microseconds: a double would round what has
 * been summed for years.
 */
#include "text/metrics.h"

#include "base/buf.h"

enum {
	MICROS = 1000000,
	MICROS_DIGITS = 6,
};

static const char *const kind_names[] = {
	[METRICS_COUNTER] = "counter",
	[METRICS_GAUGE] = "gauge",
	[METRICS_HISTOGRAM] = "histogram",
};

/* Backslash and line end; in a label's value the quote too. */
static void
write_escaped(struct buf *out, struct str text, bool quoted)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n') {
			buf_words(out, "\\n");
			continue;
		}
		if (text.at[i] == '\\' || (quoted && text.at[i] == '"'))
			buf_char(out, '\\');
		buf_char(out, text.at[i]);
	}
}

void
metrics_head(struct buf *out, const char *family, enum metrics_kind kind,
    const char *help)
{
	buf_words(out, "# HELP ");
	buf_words(out, family);
	buf_char(out, ' ');
	write_escaped(out, str_of(help), false);
	buf_words(out, "\n# TYPE ");
	buf_words(out, family);
	buf_char(out, ' ');
	buf_words(out, kind_names[kind]);
	buf_char(out, '\n');
}

static void
write_label(struct buf *out, const struct metrics_label *label)
{
	buf_words(out, label->name);
	buf_words(out, "=\"");
	write_escaped(out, label->value, true);
	buf_char(out, '"');
}

static void
write_name(struct buf *out, const char *family, struct metrics_labels labels)
{
	buf_words(out, family);
	for (size_t i = 0; i < labels.count; i++) {
		buf_char(out, i == 0 ? '{' : ',');
		write_label(out, &labels.list[i]);
	}
	buf_words(out, labels.count > 0 ? "} " : " ");
}

/* 1500000 is "1.5", 1000 is "0.001", 5000000 is "5". */
static void
write_seconds(struct buf *out, uint64_t microseconds)
{
	uint64_t rest = microseconds % MICROS;
	char digits[MICROS_DIGITS];
	size_t len = MICROS_DIGITS;

	buf_number(out, microseconds / MICROS);
	if (rest == 0)
		return;
	for (size_t i = MICROS_DIGITS; i > 0; i--, rest /= 10)
		digits[i - 1] = (char)('0' + rest % 10);
	while (digits[len - 1] == '0')
		len--;
	buf_char(out, '.');
	buf_bytes(out, digits, len);
}

/* The sign, and what stands behind it. */
static uint64_t
write_sign(struct buf *out, int64_t value)
{
	if (value >= 0)
		return (uint64_t)value;
	buf_char(out, '-');
	return -(uint64_t)value;
}

void
metrics_count(struct buf *out, const char *family, struct metrics_labels labels,
    uint64_t value)
{
	write_name(out, family, labels);
	buf_number(out, value);
	buf_char(out, '\n');
}

void
metrics_level(struct buf *out, const char *family, struct metrics_labels labels,
    int64_t value)
{
	write_name(out, family, labels);
	buf_number(out, write_sign(out, value));
	buf_char(out, '\n');
}

void
metrics_seconds(struct buf *out, const char *family,
    struct metrics_labels labels, int64_t microseconds)
{
	write_name(out, family, labels);
	write_seconds(out, write_sign(out, microseconds));
	buf_char(out, '\n');
}

/* family_bucket{group="pages",le="0.001"} 12; without a bound "+Inf". */
static void
write_bucket(struct buf *out, const char *family, struct metrics_label label,
    const int64_t *bound)
{
	buf_words(out, family);
	buf_words(out, "_bucket{");
	if (label.name != NULL) {
		write_label(out, &label);
		buf_char(out, ',');
	}
	buf_words(out, "le=\"");
	if (bound != NULL)
		write_seconds(out, (uint64_t)*bound);
	else
		buf_words(out, "+Inf");
	buf_words(out, "\"} ");
}

void
metrics_histogram(struct buf *out, const char *family,
    struct metrics_label label, const struct metrics_times *times)
{
	struct metrics_labels labels = { &label, label.name != NULL };
	uint64_t count = 0;

	for (size_t i = 0; i <= times->bound_count; i++) {
		bool last = i == times->bound_count;

		count += times->counts[i];
		write_bucket(
		    out, family, label, last ? NULL : &times->bounds[i]);
		buf_number(out, count);
		buf_char(out, '\n');
	}
	buf_words(out, family);
	write_name(out, "_sum", labels);
	write_seconds(out, times->sum);
	buf_char(out, '\n');
	buf_words(out, family);
	write_name(out, "_count", labels);
	buf_number(out, count);
	buf_char(out, '\n');
}
