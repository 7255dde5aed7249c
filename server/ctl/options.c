/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options are kept in the order given: a list is all values with its rule.
 */
#include "ctl/options.h"

#include <assert.h>

#include "base/buf.h"
#include "ctl/nearest.h"

struct option_given {
	const struct option_rule *rule;
	struct str text;
};

struct options {
	const struct option_rule *rules;
	struct option_given *given;
	size_t count;
	char **rest;
	int rest_count;
};

static bool
option_is_dashed(const struct option_rule *rule)
{
	return rule->kind != OPTION_WORD && rule->kind != OPTION_REST;
}

static const struct option_rule *
options_rule(const struct options *o, struct str name)
{
	for (const struct option_rule *rule = o->rules; rule->name; rule++)
		if (option_is_dashed(rule) &&
		    str_equal(str_of(rule->name), name))
			return rule;
	return NULL;
}

static bool
options_was_given(const struct options *o, const struct option_rule *rule)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->given[i].rule == rule)
			return true;
	return false;
}

static void
options_add(struct options *o, const struct option_rule *rule, struct str text)
{
	o->given[o->count++] = (struct option_given){ rule, text };
}

static void
options_unknown(const struct options *o, struct str name, struct buf *why)
{
	struct nearest nearest;

	buf_format(why, "there is no option --%.*s here", STR_ARGS(name));
	nearest_start(&nearest, name);
	for (const struct option_rule *rule = o->rules; rule->name; rule++)
		if (option_is_dashed(rule))
			nearest_consider(&nearest, str_of(rule->name));
	if (nearest.name[0] != '\0')
		buf_format(why, "; did you mean --%s?", nearest.name);
}

/* An option and, if it has one, its value; how many words that took, or 0. */
static int
options_take_option(struct options *o, int count, char **words, struct buf *why)
{
	const struct option_rule *rule;
	struct str name, value;
	bool joined =
	    str_cut(str_from(str_of(words[0]), 2), '=', &name, &value);

	rule = options_rule(o, name);
	if (rule == NULL) {
		options_unknown(o, name, why);
		return 0;
	}
	if (rule->kind != OPTION_LIST && options_was_given(o, rule)) {
		buf_format(why, "--%s was given twice", rule->name);
		return 0;
	}
	if (rule->kind == OPTION_FLAG) {
		if (joined)
			buf_format(why, "--%s takes no value", rule->name);
		options_add(o, rule, STR_NONE);
		return joined ? 0 : 1;
	}
	if (!joined && count < 2) {
		buf_format(why, "--%s needs a value", rule->name);
		return 0;
	}
	options_add(o, rule, joined ? value : str_of(words[1]));
	return joined ? 1 : 2;
}

/* A word without dashes; how many words were taken, or 0. */
static int
options_take_word(struct options *o, int count, char **words, struct buf *why)
{
	for (const struct option_rule *rule = o->rules; rule->name; rule++) {
		if (rule->kind == OPTION_REST) {
			o->rest = words;
			o->rest_count = count;
			return count;
		}
		if (rule->kind == OPTION_WORD && !options_was_given(o, rule)) {
			options_add(o, rule, str_of(words[0]));
			return 1;
		}
	}
	buf_format(why, "\"%s\" is one word too many", words[0]);
	return 0;
}

static bool
options_complete(const struct options *o, struct buf *why)
{
	for (const struct option_rule *rule = o->rules; rule->name; rule++) {
		bool word = rule->kind == OPTION_WORD;

		if ((!word && !rule->required) || options_was_given(o, rule))
			continue;
		buf_format(
		    why, "%s%s is missing", word ? "" : "--", rule->name);
		return false;
	}
	return true;
}

static bool
options_read(struct options *o, int count, char **words, struct buf *why)
{
	bool dashes = true;
	int taken;

	for (int at = 0; at < count; at += taken) {
		struct str word = str_of(words[at]);

		taken = 1;
		if (dashes && str_equal(word, STR("--")))
			dashes = false;
		else if (dashes && str_starts(word, STR("--")))
			taken =
			    options_take_option(o, count - at, words + at, why);
		else if (dashes && word.len > 1 && word.at[0] == '-') {
			buf_format(why, "there is no option %s", words[at]);
			return false;
		} else
			taken =
			    options_take_word(o, count - at, words + at, why);
		if (taken == 0)
			return false;
	}
	return options_complete(o, why);
}

struct options *
options_parse(
    const struct option_rule *rules, int count, char **words, struct buf *why)
{
	struct options *o = memory_new(sizeof(*o));

	o->rules = rules;
	o->given = memory_array((size_t)count + 1, sizeof(*o->given));
	if (options_read(o, count, words, why))
		return o;
	options_free(o);
	return NULL;
}

void
options_free(struct options *o)
{
	if (o == NULL)
		return;
	free(o->given);
	free(o);
}

void
options_end(struct options **o)
{
	options_free(*o);
}

static bool
options_is(const struct option_given *given, const char *name)
{
	return str_equal(str_of(given->rule->name), str_of(name));
}

size_t
options_count(const struct options *o, const char *name)
{
	size_t count = 0;
	bool known = false;

	for (const struct option_rule *rule = o->rules; rule->name; rule++)
		known |= str_equal(str_of(rule->name), str_of(name));
	assert(known);
	for (size_t i = 0; i < o->count; i++)
		count += options_is(&o->given[i], name);
	return count;
}

bool
options_has(const struct options *o, const char *name)
{
	return options_count(o, name) > 0;
}

struct str
options_item(const struct options *o, const char *name, size_t wanted)
{
	for (size_t i = 0; i < o->count; i++)
		if (options_is(&o->given[i], name) && wanted-- == 0)
			return o->given[i].text;
	abort(); /* an item behind the last */
}

struct str
options_text(const struct options *o, const char *name)
{
	return options_has(o, name) ? options_item(o, name, 0) : STR_NONE;
}

int
options_rest(const struct options *o, char ***words)
{
	*words = o->rest;
	return o->rest_count;
}

static void
option_write(struct buf *out, const struct option_rule *rule)
{
	buf_format(out, "%s%s", option_is_dashed(rule) ? "--" : "", rule->name);
	if (rule->value != NULL)
		buf_format(out, " %s", rule->value);
}

void
options_usage(const struct option_rule *rules, FILE *out)
{
	for (const struct option_rule *rule = rules; rule->name; rule++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(256);
		bool needed = rule->required || !option_is_dashed(rule);

		option_write(&text, rule);
		fprintf(out, needed ? " %s%s" : " [%s]%s", buf_cstr(&text),
		    rule->kind == OPTION_LIST   ? "..."
		    : rule->kind == OPTION_REST ? " [...]"
						: "");
	}
}

void
options_help(const struct option_rule *rules, FILE *out)
{
	for (const struct option_rule *rule = rules; rule->name; rule++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(256);

		option_write(&text, rule);
		fprintf(out, "  %-26s %s\n", buf_cstr(&text), rule->help);
	}
	fprintf(out, "  %-26s %s\n", "--help", "say this and do nothing");
}
