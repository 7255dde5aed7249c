/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as patterns of services, by PCRE2.
 *
 * Expressions come from administrators, URLs from anybody: so matching has
 * limits, and the just-in-time compiler, which wants memory that can be written
 * and executed, is left out.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "cas/service_regex.h"

#include <pcre2.h>

#include "base/buf.h"
#include "cas/service_regex_cut.h"

enum {
	GROUPS_DEEPEST = 32,
	STEPS_MOST = 10000, /* of one match */
	DEPTH_MOST = 500, /* of choices that may still be taken back */
	HEAP_MOST = 512, /* KiB */
};

struct service_regex {
	pcre2_code *host; /* of the whole URL if there is no `path` */
	pcre2_code *path;
	pcre2_match_context *limits;
	struct str name; /* what hosts end with */
	struct str start; /* what paths begin with: most differ there */
	char name_text[SERVICE_REGEX_LONGEST];
	char start_text[SERVICE_REGEX_LONGEST];
};

bool
service_regex_is(struct str pattern)
{
	return str_starts(pattern, STR("^"));
}

/* One half of an expression, `from` its place in the whole. */
struct half {
	struct str text;
	size_t from;
	uint32_t options;
};

/* NULL and a sentence if it does not compile. */
static pcre2_code *
half_compile(const struct half *half, struct buf *why)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE place = 0;
	int error = 0;
	PCRE2_UCHAR words[200] = "";
	pcre2_code *code;

	if (context == NULL ||
	    pcre2_set_parens_nest_limit(context, GROUPS_DEEPEST) != 0)
		abort(); /* out of memory */
	code = pcre2_compile((PCRE2_SPTR)half->text.at, half->text.len,
	    PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
		PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C |
		PCRE2_NEVER_UCP | PCRE2_NEVER_UTF | half->options,
	    &error, &place, context);
	pcre2_compile_context_free(context);
	if (code == NULL && why != NULL) {
		(void)pcre2_get_error_message(error, words, sizeof(words));
		buf_format(why, "character %zu: %s", half->from + place + 1,
		    (const char *)words);
	}
	return code;
}

static bool
regex_compile(struct service_regex *regex, struct str text,
    const struct regex_cut *cut, struct buf *why)
{
	const struct half host = { str_first(text, cut->path), 0,
		PCRE2_CASELESS };
	const struct half path = { str_from(text, cut->path), cut->path, 0 };

	regex->host = half_compile(&host, why);
	if (regex->host == NULL)
		return false;
	if (path.text.len == 0)
		return true;
	regex->path = half_compile(&path, why);
	return regex->path != NULL;
}

/* False, and why, if it is not to be had. */
static bool
regex_make(struct service_regex *regex, struct str text, struct buf *why)
{
	struct regex_cut cut = regex_cut(text);

	if (cut.wrong != NULL) {
		if (why != NULL)
			buf_format(
			    why, "character %zu: %s", cut.place + 1, cut.wrong);
		return false;
	}
	if (!regex_compile(regex, text, &cut, why))
		return false;
	regex->name = (struct str){ regex->name_text,
		regex_name(cut.name, regex->name_text) };
	regex->start = (struct str){ regex->start_text,
		regex_start(str_from(text, cut.path), regex->start_text) };
	regex->limits = pcre2_match_context_create(NULL);
	if (regex->limits == NULL)
		abort(); /* out of memory */
	(void)pcre2_set_match_limit(regex->limits, STEPS_MOST);
	(void)pcre2_set_depth_limit(regex->limits, DEPTH_MOST);
	(void)pcre2_set_heap_limit(regex->limits, HEAP_MOST);
	return true;
}

struct service_regex *
service_regex_new(struct str canonical_pattern)
{
	struct service_regex *regex = memory_new(sizeof(*regex));

	if (canonical_pattern.len <= SERVICE_REGEX_LONGEST &&
	    regex_make(regex, canonical_pattern, NULL))
		return regex;
	service_regex_free(regex);
	return NULL;
}

void
service_regex_free(struct service_regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_code_free(regex->host);
	pcre2_code_free(regex->path);
	pcre2_match_context_free(regex->limits);
	free(regex);
}

struct str
service_regex_host(const struct service_regex *regex)
{
	return regex->name;
}

static bool
is_visible(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] <= ' ' || text.at[i] >= 0x7f)
			return false;
	}
	return true;
}

/* Does it end in a "$" that is not escaped? */
static bool
has_end_mark(struct str pattern)
{
	size_t backslashes = 0;

	if (!str_ends(pattern, STR("$")))
		return false;
	pattern.len--;
	while (backslashes < pattern.len &&
	       pattern.at[pattern.len - 1 - backslashes] == '\\')
		backslashes++;
	return backslashes % 2 == 0;
}

/* "/" needs no backslash, and no "\/" is left behind by a second time. */
static void
put_spelling(struct buf *out, struct str pattern)
{
	struct str rest = pattern;

	while (has_end_mark(rest))
		rest.len--; /* it says what holds anyway */
	while (rest.len > 0) {
		size_t len = regex_unit(rest);
		struct str unit = str_first(rest, len > 0 ? len : rest.len);

		buf_text(out, str_equal(unit, STR("\\/")) ? STR("/") : unit);
		rest = str_from(rest, unit.len);
	}
}

bool
service_regex_canonical(struct str pattern, struct buf *out, struct buf *why)
{
	CLEANUP(buf_clear)
	struct buf spelling = BUF_INIT(SERVICE_REGEX_LONGEST);
	struct service_regex *regex;
	bool fits;

	put_spelling(&spelling, pattern);
	if (!buf_ok(&spelling) || !service_regex_is(pattern) ||
	    !is_visible(pattern)) {
		buf_format(why,
		    "an expression has at most %d characters, all of them "
		    "visible ASCII, and begins with ^",
		    SERVICE_REGEX_LONGEST);
		return false;
	}
	regex = memory_new(sizeof(*regex));
	fits = regex_make(regex, buf_str(&spelling), why);
	service_regex_free(regex);
	if (fits)
		buf_text(out, buf_str(&spelling));
	return fits;
}

static bool
half_matches(const struct service_regex *regex, const pcre2_code *code,
    pcre2_match_data *data, struct str subject)
{
	return pcre2_match(code, (PCRE2_SPTR)subject.at, subject.len, 0, 0,
		   data, regex->limits) >= 0;
}

/* Where the path begins; the length if it is no URL. */
static size_t
path_place(struct str url)
{
	size_t host = str_find(url, ':') + sizeof("://") - 1;

	if (host >= url.len)
		return url.len;
	return host + str_find(str_from(url, host), '/');
}

bool
service_regex_matches(
    const struct service_regex *regex, struct str canonical_url)
{
	size_t path = path_place(canonical_url);
	pcre2_match_data *data;
	bool matches;

	if (path == canonical_url.len ||
	    !str_starts(str_from(canonical_url, path), regex->start))
		return false;
	data = pcre2_match_data_create(1, NULL);
	if (data == NULL)
		abort(); /* out of memory */
	if (regex->path == NULL)
		matches = half_matches(regex, regex->host, data, canonical_url);
	else
		matches = half_matches(regex, regex->host, data,
			      str_first(canonical_url, path)) &&
			  half_matches(regex, regex->path, data,
			      str_from(canonical_url, path));
	pcre2_match_data_free(data);
	return matches;
}
