/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon decision`: why somebody was asked, or refused, by the code that
 * their page showed.
 *
 * What else was decided in the same sign-in is shown as well: whether a code
 * was given in the end is what the help desk wants to know next.
 */
#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "store/decisions.h"
#include "store/store.h"
#include "store/upkeep.h"
#include "text/support_code.h"

enum {
	VALUES_LONGEST = 64 * 1024
};

struct decision_flow {
	struct str code;
	struct row_list list; /* of struct decision_shown */
};

static enum flow_next
decision_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct decision_flow *d = run->state;

	decisions_list(run->store, f, d->code, &d->list);
	return FLOW_NEXT;
}

static const struct flow_step decision_steps[] = {
	FLOW_STEP(decision_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

/* "31 days": from two on, so that one is never spoken of. */
static void
write_span(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{ 86400, "days" },
		{ 3600, "hours" },
		{ 60, "minutes" },
	};

	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (seconds < 2 * units[i].seconds)
			continue;
		buf_format(out, "%lld %s",
		    (long long)(seconds / units[i].seconds), units[i].name);
		return;
	}
	buf_format(out, "%lld seconds", (long long)seconds);
}

/* "known", "verified age 31 days", "methods totp recovery". */
static void
write_member(struct buf *out, const char *name, const json_t *value)
{
	struct str key = str_of(name);

	for (const char *letter = name; *letter != '\0'; letter++)
		buf_char(out, *letter == '_' ? ' ' : *letter);
	if (!json_is_true(value))
		buf_char(out, ' ');
	if (json_is_string(value))
		buf_words(out, json_string_value(value));
	else if (json_is_integer(value) &&
		 (str_ends(key, STR("age")) || str_ends(key, STR("limit"))))
		write_span(out, json_integer_value(value));
	else if (json_is_integer(value))
		buf_format(out, "%lld", (long long)json_integer_value(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		buf_format(out, "%s%s", i > 0 ? " " : "",
		    json_string_value(json_array_get(value, i)));
}

/* The members of one kind, in a row: objects only hold others. */
static void
write_members(struct buf *out, json_t *object)
{
	const char *name, *between = "";
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_is_object(value) ||
		    (json_is_array(value) && json_array_size(value) == 0))
			continue;
		buf_words(out, between);
		write_member(out, name, value);
		between = ", ";
	}
}

static void
print_line(const char *name, json_t *members)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(VALUES_LONGEST);

	buf_format(&line, "  %s", name);
	if (json_object_size(members) > 0)
		buf_words(&line, ": ");
	write_members(&line, members);
	plain_write(stdout, buf_str(&line));
	putchar('\n');
}

static void
print_floors(struct str column)
{
	json_t *floors = json_column(column), *floor;
	size_t i;

	json_array_foreach(floors, i, floor)
	{
		if (i == 0)
			puts("raised by:");
		print_line(json_string_value(floor), NULL);
	}
	json_decref(floors);
}

static void
print_reasons(struct str column)
{
	json_t *reasons = json_column(column), *reason;
	size_t i;

	puts("reasons:");
	json_array_foreach(reasons, i, reason)
	{
		json_t *code = json_incref(json_object_get(reason, "code"));

		json_object_del(reason, "code");
		print_line(json_string_value(code), reason);
		json_decref(code);
	}
	json_decref(reasons);
}

static void
print_facts(struct str column)
{
	json_t *facts = json_column(column), *part;
	const char *name;

	puts("facts:");
	print_line("request", facts);
	json_object_foreach(facts, name, part)
	{
		if (json_object_size(part) > 0)
			print_line(name, part);
	}
	json_decref(facts);
}

static struct str
otherwise(struct str text, struct str words)
{
	return text.len > 0 ? text : words;
}

static void
decision_print(struct arena *arena, const struct decision_shown *d)
{
	const struct str cells[] = {
		STR("code"),
		d->code,
		STR("when"),
		plain_time(arena, d->at),
		STR("who"),
		otherwise(d->login, STR("an account that is gone")),
		STR("name"),
		d->display_name,
		STR("application"),
		otherwise(d->service, STR("none")),
		STR("outcome"),
		d->outcome,
		STR("organisation"),
		otherwise(d->tenant, STR("none")),
		STR("policy"),
		d->policy_number > 0
		    ? arena_format(arena, "%lld", (long long)d->policy_number)
		    : STR("none"),
		STR("profile"),
		otherwise(d->profile, STR("none")),
		STR("rule"),
		otherwise(d->rule, STR("none, the default")),
		STR("session"),
		d->session > 0 ? STR("opened") : STR("none"),
	};

	plain_facts(stdout, cells, COUNT_OF(cells) / 2);
	print_floors(d->floors);
	print_reasons(d->reasons);
	print_facts(d->facts);
}

/* What came before and after in the same sign-in, a line each. */
static void
print_others(struct arena *arena, const struct decision_shown *rows,
    size_t count, size_t shown)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (i == shown || rows[i].sign_in == 0 ||
		    rows[i].sign_in != rows[shown].sign_in)
			continue;
		if (first)
			puts("in the same sign-in:");
		first = false;
		printf("  %.*s: %.*s, %.*s%s\n",
		    STR_ARGS(plain_time(arena, rows[i].at)),
		    STR_ARGS(rows[i].code), STR_ARGS(rows[i].outcome),
		    rows[i].session > 0 ? ", session opened" : "");
	}
}

static void
print_json(const struct decision_shown *rows, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct decision_shown *d = &rows[i];

		json_append(list,
		    json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, "
			"s:o, s:o, s:I, s:I}",
			"code", json_words(d->code), "at", json_time(d->at),
			"login", json_words(d->login), "application",
			json_words(d->service), "outcome",
			json_words(d->outcome), "tenant", json_words(d->tenant),
			"policy", (json_int_t)d->policy_number, "profile",
			json_words(d->profile), "rule", json_words(d->rule),
			"floors", json_column(d->floors), "reasons",
			json_column(d->reasons), "facts", json_column(d->facts),
			"sign_in", (json_int_t)d->sign_in, "session",
			(json_int_t)d->session));
	}
	json_print(list);
}

static void
print_all(struct arena *arena, const struct decision_flow *d)
{
	const struct decision_shown *rows = d->list.items;
	bool first = true;

	for (size_t i = 0; i < d->list.count; i++) {
		if (!str_equal(rows[i].code, d->code))
			continue;
		if (!first) /* rare, and both are shown */
			putchar('\n');
		first = false;
		decision_print(arena, &rows[i]);
		print_others(arena, rows, d->list.count, i);
	}
}

static int
decision_show(const struct settings *settings, const struct options *options)
{
	char code[SUPPORT_CODE_LENGTH];
	struct str typed = options_text(options, "CODE");
	struct decision_flow d = { .code = { code, sizeof(code) } };
	CLEANUP(run_clear) struct run run = { .state = &d };

	if (!support_code_read(typed, code)) {
		command_complain("a support code is like K7QM-4T: six letters "
				 "and digits");
		return OUTCOME_REFUSED;
	}
	if (!run_or_complain(&run, settings, decision_steps))
		return OUTCOME_UNUSABLE;
	if (d.list.count == 0) {
		command_complain("no decision with the code %.*s; ask to have "
				 "it read out again, they are kept for %d days",
		    STR_ARGS(d.code), UPKEEP_DECISION_DAYS);
		return OUTCOME_REFUSED;
	}
	if (options_has(options, "json"))
		print_json(d.list.items, d.list.count);
	else
		print_all(&run.arena, &d);
	return OUTCOME_DONE;
}

static const struct option_rule show_options[] = {
	{ "CODE", OPTION_WORD, .help = "as the page shows it, \"K7QM-4T\"" },
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

const struct command decision_parts[] = {
	{ .name = "show",
	    .summary = "Show what was decided, and why",
	    .details = "The code stands at the foot of the page that asks for "
		       "a code, or says no.\nAges are those of the moment of "
		       "the decision.",
	    .options = show_options,
	    .run = decision_show },
	{ 0 },
};
