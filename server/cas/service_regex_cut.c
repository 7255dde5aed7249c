/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an expression for services is taken apart: where its host ends, and what
 * that host ends with to the letter.
 *
 * Only what can be understood here is let through to the compiler; what might
 * mean something else than it seems to is refused with its place.
 */
#include "cas/service_regex_cut.h"

struct cutting {
	struct str text;
	size_t at;
	size_t depth; /* of groups */
	size_t name; /* where the literal end of the host begins */
	size_t name_end; /* 0: it goes on */
	bool on_label; /* a label begins at `name` */
	bool whole; /* the host is literal from its beginning */
	struct regex_cut cut;
};

static bool
cutting_refuse(struct cutting *c, const char *wrong)
{
	c->cut.wrong = wrong;
	c->cut.place = c->at;
	return false;
}

static bool
is_among(char letter, const char *letters)
{
	return letter != '\0' && strchr(letters, letter) != NULL;
}

/* "[:alpha:]" inside a class. */
static size_t
class_name_length(struct str rest)
{
	if (!str_starts(rest, STR("[:")))
		return 0;
	for (size_t i = 2; i + 1 < rest.len; i++) {
		if (rest.at[i] == ':' && rest.at[i + 1] == ']')
			return i + 2;
	}
	return 0;
}

static size_t
class_length(struct str rest)
{
	size_t i = 1;

	if (i < rest.len && rest.at[i] == '^')
		i++;
	if (i < rest.len && rest.at[i] == ']')
		i++;
	while (i < rest.len && rest.at[i] != ']') {
		size_t named = class_name_length(str_from(rest, i));

		i += named > 0 ? named : rest.at[i] == '\\' ? 2 : 1;
	}
	return i < rest.len ? i + 1 : 0;
}

size_t
regex_unit(struct str rest)
{
	if (rest.len == 0)
		return 0;
	if (rest.at[0] == '\\')
		return rest.len > 1 ? 2 : 0;
	return rest.at[0] == '[' ? class_length(rest) : 1;
}

size_t
regex_name(struct str name, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++) {
		char letter = name.at[i];

		if (letter == '\\')
			continue;
		out[len++] =
		    (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a'
							  : letter);
	}
	return len;
}

static struct str
cutting_rest(const struct cutting *c)
{
	return str_from(c->text, c->at);
}

static bool
is_alphanumeric(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9');
}

/* Does the unit stand for itself? */
static bool
unit_is_literal(struct str unit)
{
	if (unit.len == 2 && unit.at[0] == '\\')
		return !is_alphanumeric(unit.at[1]);
	return unit.len == 1 && !is_among(unit.at[0], ".*+?{}()|^$");
}

static bool
is_quantifier(struct str rest)
{
	return rest.len > 0 && is_among(rest.at[0], "*+?{");
}

size_t
regex_start(struct str half, char *out)
{
	size_t len = 0;

	while (half.len > 0) {
		struct str unit = str_first(half, regex_unit(half));
		struct str behind = str_from(half, unit.len);

		if (unit.len == 0 || !unit_is_literal(unit) ||
		    is_quantifier(behind))
			break;
		out[len++] = unit.at[unit.len - 1];
		half = behind;
	}
	return len;
}

/* What holds in both halves. */
static bool
cutting_check_unit(struct cutting *c, struct str unit)
{
	struct str rest = cutting_rest(c);

	if (unit.len == 0)
		return cutting_refuse(c, "a class or an escape does not end");
	if (unit.at[0] == '\\' && is_alphanumeric(unit.at[1]) &&
	    !is_among(unit.at[1], "dDwWsSbB"))
		return cutting_refuse(c,
		    "of escapes of letters and digits only "
		    "\\d \\w \\s \\b and their capitals are taken");
	if ((str_starts(rest, STR("(?")) && !str_starts(rest, STR("(?:"))) ||
	    str_starts(rest, STR("(*")))
		return cutting_refuse(c,
		    "of groups only (...) and (?:...) are taken: no "
		    "look-around, names or options");
	if (unit.at[0] == '|' && c->depth == 0)
		return cutting_refuse(c,
		    "alternatives stand in a group, or are services of "
		    "their own");
	if (unit.at[0] == ')' && c->depth == 0)
		return cutting_refuse(c, "this group was never opened");
	return true;
}

/* Over one unit, groups counted. */
static void
cutting_pass(struct cutting *c, struct str unit)
{
	if (unit.at[0] == '(')
		c->depth++;
	else if (unit.at[0] == ')')
		c->depth--;
	c->at += unit.len;
}

/* The host goes on behind something that is not literal. */
static void
cutting_lose_name(struct cutting *c, size_t behind)
{
	if (c->name_end > 0)
		return; /* that was the port */
	c->whole = false;
	c->name = behind;
	c->on_label = str_ends(str_first(c->text, behind), STR("\\.)")) ||
		      str_ends(str_first(c->text, behind), STR("\\.)?")) ||
		      str_ends(str_first(c->text, behind), STR("\\.)*"));
}

/* The port, or what makes it optional, ends the name. */
static bool
begins_port(const struct cutting *c)
{
	struct str rest = cutting_rest(c);

	return c->depth == 0 &&
	       (str_starts(rest, STR(":")) || str_starts(rest, STR("(:")) ||
		   str_starts(rest, STR("(?::")));
}

static bool
begins_path(const struct cutting *c)
{
	struct str rest = cutting_rest(c);

	return c->depth == 0 &&
	       (str_starts(rest, STR("/")) || str_starts(rest, STR("(/")) ||
		   str_starts(rest, STR("(?:/")));
}

static bool
cutting_host_unit(struct cutting *c, struct str unit)
{
	struct str behind = str_from(cutting_rest(c), unit.len);

	if (unit.at[0] == '/')
		return cutting_refuse(c,
		    "the first slash behind the host stands outside of "
		    "groups, or begins one");
	if (unit.at[0] == '.' && !is_quantifier(behind))
		return cutting_refuse(c, "a dot of the host is escaped: \\.");
	if (c->name_end == 0 && begins_port(c))
		c->name_end = c->at;
	cutting_pass(c, unit);
	if (c->depth > 0 || !unit_is_literal(unit) || is_quantifier(behind))
		cutting_lose_name(c, c->at);
	return true;
}

static bool
cutting_host(struct cutting *c)
{
	while (c->at < c->text.len && !begins_path(c)) {
		struct str unit =
		    str_first(cutting_rest(c), regex_unit(cutting_rest(c)));

		if (!cutting_check_unit(c, unit) || !cutting_host_unit(c, unit))
			return false;
	}
	c->cut.path = c->at;
	if (c->name_end == 0)
		c->name_end = c->at;
	return true;
}

static bool
cutting_path(struct cutting *c)
{
	while (c->at < c->text.len) {
		struct str unit =
		    str_first(cutting_rest(c), regex_unit(cutting_rest(c)));

		if (!cutting_check_unit(c, unit))
			return false;
		cutting_pass(c, unit);
	}
	return c->depth == 0 || cutting_refuse(c, "a group is not closed");
}

static bool
cutting_scheme(struct cutting *c)
{
	static const struct str schemes[] = { STR_INIT("^https://"),
		STR_INIT("^http://"), STR_INIT("^https?://"),
		STR_INIT("^(https|http)://"), STR_INIT("^(http|https)://"),
		STR_INIT("^(?:https|http)://"),
		STR_INIT("^(?:http|https)://") };

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		if (str_starts(c->text, schemes[i])) {
			c->at = schemes[i].len;
			c->name = c->at;
			return true;
		}
	}
	return cutting_refuse(
	    c, "an expression begins with ^https://, ^http:// or ^https?://");
}

static size_t
dots(struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < name.len; i++)
		count += name.at[i] == '.';
	return count;
}

/*
 * The labels that are there to the letter.  Of a host of which only the end is
 * there it takes two: behind "evil" and "org" alone anybody can be.
 */
static struct str
cutting_name(const struct cutting *c)
{
	struct str name = str_from(str_first(c->text, c->name_end), c->name);

	/* open: its end is the end of no label */
	if (c->cut.path == c->text.len)
		return STR_NONE;
	if (c->whole)
		return name;
	if (!c->on_label) {
		size_t dot = str_find(name, '.');

		name = str_from(name, dot < name.len ? dot + 1 : dot);
	}
	return dots(name) > 0 ? name : STR_NONE;
}

struct regex_cut
regex_cut(struct str expression)
{
	struct cutting c = { .text = expression, .whole = true };

	if (cutting_scheme(&c) && cutting_host(&c) && cutting_path(&c))
		c.cut.name = cutting_name(&c);
	return c.cut;
}
