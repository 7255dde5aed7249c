/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tag of a template.
 *
 * Every tag that could write something unescaped, or change what a tag looks
 * like, is refused here, by name.
 */
#include "text/template_tag.h"

#include <string.h>

static size_t
find_braces(struct str text, size_t from, const char braces[2])
{
	const char *found = NULL;

	if (from < text.len)
		found = memmem(text.at + from, text.len - from, braces, 2);
	return found != NULL ? (size_t)(found - text.at) : text.len;
}

size_t
template_tag_find(struct str text, size_t from)
{
	return find_braces(text, from, "{{");
}

static bool
is_name(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		if (!(letter >= 'a' && letter <= 'z') &&
		    !(letter >= '0' && letter <= '9') && letter != '_' &&
		    letter != '-' && letter != '.')
			return false;
	}
	return text.len > 0;
}

static bool
is_sigil(char letter)
{
	return letter == '#' || letter == '^' || letter == '/' ||
	       letter == '>' || letter == '!';
}

static bool
is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

static void
widen_to_line(struct str text, struct template_tag *tag)
{
	size_t start = tag->start, end = tag->end;

	while (start > 0 && is_blank(text.at[start - 1]))
		start--;
	if (start > 0 && text.at[start - 1] != '\n')
		return;
	while (end < text.len && is_blank(text.at[end]))
		end++;
	if (end < text.len && text.at[end] == '\r')
		end++;
	if (end < text.len && text.at[end] != '\n')
		return;
	tag->start = start;
	tag->end = end < text.len ? end + 1 : end;
}

const char *
template_tag_read(struct str text, size_t start, struct template_tag *tag)
{
	size_t close = find_braces(text, start + 2, "}}");
	struct str inside = str_from(text, start + 2);
	char first = inside.len > 0 ? inside.at[0] : '\0';
	struct template_tag found = { .start = start, .end = close + 2 };

	if (first == '{' || first == '&')
		return "unescaped output is refused, write {{name}}";
	if (first == '=')
		return "other braces than {{ }} are refused";
	if (close == text.len)
		return "a {{ without }}";
	inside = str_first(inside, close - start - 2);
	if (is_sigil(first)) {
		found.sigil = first;
		inside = str_from(inside, 1);
	}
	found.name = str_trim(inside);
	if (found.sigil != '!' && !is_name(found.name))
		return "a name is made of a-z, 0-9, _, - and dots";
	if (found.sigil != 0)
		widen_to_line(text, &found);
	*tag = found;
	return NULL;
}
