/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thin layer on jansson that leaves no failure to check.
 */
#include "ctl/json.h"

#include "base/buf.h"

static json_t *
json_demand(json_t *value)
{
	if (value == NULL)
		abort();
	return value;
}

json_t *
json_words(struct str text)
{
	return json_demand(json_stringn(text.len > 0 ? text.at : "", text.len));
}

json_t *
json_time(int64_t at)
{
	time_t seconds = (time_t)(at / 1000000);
	struct tm parts;
	char text[64];

	if (at == 0 || gmtime_r(&seconds, &parts) == NULL)
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return json_words(str_of(text));
}

json_t *
json_column(struct str text)
{
	return json_demand(json_loadb(text.len > 0 ? text.at : "null",
	    text.len > 0 ? text.len : 4, JSON_DECODE_ANY, NULL));
}

void
json_append(json_t *list, json_t *value)
{
	if (json_array_append_new(list, json_demand(value)) != 0)
		abort();
}

void
json_put(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, json_demand(value)) != 0)
		abort();
}

void
json_print(json_t *value)
{
	/* a failed write shows in ferror() at the end */
	(void)json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
}

void
json_write(struct buf *out, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL)
		abort();
	buf_words(out, text);
	free(text);
	json_decref(value);
}
