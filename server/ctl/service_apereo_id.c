/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serviceId of an Apereo registry, an expression that whole URLs match,
 * as a pattern.
 *
 * Where it may mean more than its author can have wanted (an unescaped dot, an
 * end of a host that is none) it becomes the narrower one, never the wider.
 */
#include "base/buf.h"
#include "cas/service_regex.h"
#include "cas/service_regex_cut.h"
#include "cas/service_url.h"
#include "ctl/service_apereo.h"
#include "ctl/service_record.h"

enum {
	TEXT_MOST = 2 * SERVICE_REGEX_LONGEST
};

struct reading {
	const struct service_import_rules *rules;
	struct buf *notes;
	struct str rest; /* behind the scheme */
	bool http; /* too, or alone */
	bool https;
};

static void
note(struct reading *r, const char *words)
{
	buf_format(r->notes, "; %s", words);
}

/* Without anchors; "\/" as "/". */
static void
put_plain(struct buf *out, struct str id)
{
	struct str rest = str_from(id, str_starts(id, STR("^")) ? 1 : 0);

	while (rest.len > 0) {
		size_t len = regex_unit(rest);
		struct str unit = str_first(rest, len > 0 ? len : 1);

		rest = str_from(rest, unit.len);
		if (str_equal(unit, STR("$")) && rest.len == 0)
			break;
		buf_text(out, str_equal(unit, STR("\\/")) ? STR("/") : unit);
	}
}

static bool
cut_scheme(struct reading *r, struct str text)
{
	static const struct {
		struct str begins;
		bool http, https;
	} schemes[] = {
		{ STR_INIT("https://"), false, true },
		{ STR_INIT("http://"), true, false },
		{ STR_INIT("https?://"), true, true },
		{ STR_INIT("http[s]?://"), true, true },
		{ STR_INIT("http(s)?://"), true, true },
		{ STR_INIT("(https|http)://"), true, true },
		{ STR_INIT("(http|https)://"), true, true },
		{ STR_INIT("(?:https|http)://"), true, true },
		{ STR_INIT("(?:http|https)://"), true, true },
		{ STR_INIT("(https?)://"), true, true },
		{ STR_INIT("(https|imaps)://"), false, true },
		{ STR_INIT("(http|https|imaps)://"), true, true },
		{ STR_INIT("(https?|imaps?)://"), true, true },
	};

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		if (!str_starts(text, schemes[i].begins))
			continue;
		r->http = schemes[i].http;
		r->https = schemes[i].https;
		r->rest = str_from(text, schemes[i].begins.len);
		return true;
	}
	return false;
}

/* Both schemes become https, unless http is accepted. */
static void
settle_scheme(struct reading *r)
{
	if (!r->http || !r->https || r->rules->allow_http)
		return;
	r->http = false;
	note(r, "only with https; --allow-http keeps http");
}

static struct str
scheme_words(const struct reading *r)
{
	return !r->http    ? STR("https://")
	       : !r->https ? STR("http://")
			   : STR("https?://");
}

static bool
is_special(char letter)
{
	return strchr("*+?{}()[]|^$\\", letter) != NULL;
}

/* Appends literal text up to what is not; a bare dot is one in a host, and one
 * in a path if nothing repeats it. */
static struct str
take_literal(struct str rest, struct buf *out)
{
	while (rest.len > 0) {
		char next = rest.len > 1 ? rest.at[1] : 'x';

		if (rest.at[0] == '\\' && rest.len > 1 &&
		    strchr(".-_/:?&=#~%+", next) != NULL) {
			if (next == '?')
				return rest; /* a query */
			buf_char(out, next);
			rest = str_from(rest, 2);
			continue;
		}
		if (is_special(rest.at[0]) ||
		    (rest.len > 1 && strchr("*+?{", next) != NULL))
			return rest;
		buf_char(out, rest.at[0]);
		rest = str_from(rest, 1);
	}
	return rest;
}

/* Slash and star for what goes on anyhow, "" for what ends; NULL: neither. */
static const char *
plain_tail(struct reading *r, struct str literal, struct str tail)
{
	bool has_path = str_find(literal, '/') < literal.len;

	if (tail.len == 0)
		return has_path ? "" : "/";
	if (str_equal(tail, STR("(/.*)?")) || str_equal(tail, STR("(/.*)*")) ||
	    str_equal(tail, STR("/?.*")) || str_equal(tail, STR("(/|$).*")) ||
	    str_equal(tail, STR("(?:/.*)?")))
		return "/*";
	if (!str_equal(tail, STR(".*")))
		return NULL;
	if (str_ends(literal, STR("/")))
		return "*";
	if (has_path)
		return NULL; /* "/app.*" is also "/apple" */
	note(r, "the host ends where it is written");
	return "/*";
}

/* One label in front: as a star. */
static bool
take_any_label(struct reading *r)
{
	static const struct str labels[] = { STR_INIT("[^/.]+\\."),
		STR_INIT("[^./]+\\."), STR_INIT("[^.]+\\."),
		STR_INIT("[^\\.]+\\."), STR_INIT("[^\\./]+\\."),
		STR_INIT("[a-z0-9-]+\\."), STR_INIT("[a-zA-Z0-9-]+\\."),
		STR_INIT("[\\w-]+\\.") };

	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		if (!str_starts(r->rest, labels[i]))
			continue;
		r->rest = str_from(r->rest, labels[i].len);
		return true;
	}
	return false;
}

/* False: only an expression can say it. */
static bool
plain_pattern(struct reading *r, struct buf *out)
{
	CLEANUP(buf_clear) struct buf literal = BUF_INIT(TEXT_MOST);
	CLEANUP(buf_clear) struct buf pattern = BUF_INIT(TEXT_MOST);
	CLEANUP(buf_clear) struct buf ignored = BUF_INIT(1024);
	struct str whole = r->rest, tail;
	bool any_label = take_any_label(r);
	const char *end;

	tail = take_literal(r->rest, &literal);
	end =
	    r->http && r->https ? NULL : plain_tail(r, buf_str(&literal), tail);
	r->rest = whole;
	if (end == NULL || literal.len == 0)
		return false;
	buf_text(&pattern, scheme_words(r));
	buf_words(&pattern, any_label ? "*." : "");
	buf_text(&pattern, buf_str(&literal));
	buf_words(&pattern, end);
	return service_pattern_canonical(buf_str(&pattern), out, &ignored);
}

/* Dots that stand alone in the host were meant as dots. */
static void
put_expression(struct reading *r, struct buf *out)
{
	struct str rest = r->rest;
	bool host = true, escaped = false;

	buf_char(out, '^');
	buf_text(out, scheme_words(r));
	while (rest.len > 0) {
		size_t len = regex_unit(rest);
		struct str unit = str_first(rest, len > 0 ? len : rest.len);
		struct str behind = str_from(rest, unit.len);
		bool repeated =
		    behind.len > 0 && strchr("*+?{", behind.at[0]) != NULL;

		host = host && unit.at[0] != '/';
		if (host && str_equal(unit, STR(".")) && !repeated) {
			buf_char(out, '\\');
			escaped = true;
		}
		buf_text(out, unit);
		rest = behind;
	}
	if (escaped)
		note(r, "dots of the host taken to the letter");
}

bool
service_apereo_pattern(struct str id, const struct service_import_rules *rules,
    struct buf *out, struct buf *notes, struct buf *why)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(TEXT_MOST);
	CLEANUP(buf_clear) struct buf expression = BUF_INIT(TEXT_MOST);
	struct reading r = { .rules = rules, .notes = notes };

	put_plain(&text, id);
	if (!buf_ok(&text) || !cut_scheme(&r, buf_str(&text))) {
		buf_words(why, "this begins neither with https:// nor with "
			       "http://");
		return false;
	}
	settle_scheme(&r);
	if (plain_pattern(&r, out))
		return true;
	put_expression(&r, &expression);
	return service_regex_canonical(buf_str(&expression), out, why);
}
