/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People as a table.
 */
#include "ctl/account_columns.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ctl/account_record.h"
#include "ctl/json.h"

enum column_kind {
	COLUMN_FIELD,
	COLUMN_ATTRIBUTE,
	COLUMN_TENANT,
	COLUMN_TYPE,
	COLUMN_GROUPS,
	COLUMN_KINDS,
};

static const struct str attribute_prefix = STR_INIT("attribute:");

struct account_column {
	enum column_kind kind;
	char *name; /* of the field or attribute; "tenant" ... */
	size_t number; /* of several of a kind, from 0 */
};

struct account_columns {
	struct account_column *list;
	size_t count;
	size_t kinds[COLUMN_KINDS]; /* how many of each */
};

enum {
	CELL_LONGEST = CSV_RECORD_LONGEST
};

/* Cells */

static bool
cell_is_formula(struct str cell)
{
	static const struct str starts = STR_INIT("=+-@\t\r");

	return cell.len > 0 && str_find(starts, cell.at[0]) < starts.len;
}

/* Behind any number of quotes, so that every cell has a way back. */
static bool
cell_is_guarded(struct str cell)
{
	while (cell.len > 0 && cell.at[0] == '\'')
		cell = str_from(cell, 1);
	return cell_is_formula(cell);
}

static struct str
cell_plain(struct str cell)
{
	if (cell.len > 0 && cell.at[0] == '\'' && cell_is_guarded(cell))
		return str_from(cell, 1);
	return cell;
}

void
account_columns_cell(struct buf *out, struct str text)
{
	CLEANUP(buf_clear) struct buf cell = BUF_INIT(CELL_LONGEST);

	if (cell_is_guarded(text))
		buf_char(&cell, '\'');
	buf_text(&cell, text);
	csv_write(out, buf_str(&cell));
}

/* Takes the text up to the next ";" off the cell; empty ones are left out. */
static struct str
cell_next_value(struct str cell, struct buf *value)
{
	size_t i;

	buf_reset(value);
	for (i = 0; i < cell.len && cell.at[i] != ';'; i++) {
		if (cell.at[i] == '\\' && i + 1 < cell.len &&
		    (cell.at[i + 1] == ';' || cell.at[i + 1] == '\\'))
			i++;
		buf_char(value, cell.at[i]);
	}
	return str_from(cell, i < cell.len ? i + 1 : i);
}

static void
cell_read_values(struct str cell, json_t *list)
{
	CLEANUP(buf_clear) struct buf value = BUF_INIT(CELL_LONGEST);

	cell = cell_plain(cell);
	while (cell.len > 0) {
		cell = cell_next_value(cell, &value);
		if (value.len > 0)
			json_append(list, json_words(buf_str(&value)));
	}
}

static void
cell_write_values(struct buf *out, const json_t *list)
{
	CLEANUP(buf_clear) struct buf cell = BUF_INIT(CELL_LONGEST);
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		struct str text = account_record_text(value);

		if (i > 0)
			buf_char(&cell, ';');
		for (size_t at = 0; at < text.len; at++) {
			if (text.at[at] == ';' || text.at[at] == '\\')
				buf_char(&cell, '\\');
			buf_char(&cell, text.at[at]);
		}
	}
	account_columns_cell(out, buf_str(&cell));
}

/* Columns */

static struct account_columns *
columns_new(size_t most)
{
	struct account_columns *c = memory_new(sizeof(*c));

	c->list = memory_array(most + 1, sizeof(*c->list));
	return c;
}

void
account_columns_free(struct account_columns *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->list[i].name);
	free(c->list);
	free(c);
}

static void
columns_add(struct account_columns *c, enum column_kind kind, struct str name)
{
	c->list[c->count++] = (struct account_column){
		.kind = kind,
		.name = memory_text(name.at, name.len),
		.number = c->kinds[kind]++,
	};
}

static bool
columns_have_field(const struct account_columns *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].kind == COLUMN_FIELD &&
		    str_equal(str_of(c->list[i].name), name))
			return true;
	return false;
}

static bool
columns_read_field(struct account_columns *c, struct str name, struct buf *why)
{
	struct str shown = str_first(name, 64);

	if (!account_record_has(name) || str_equal(name, STR("attributes")) ||
	    str_equal(name, STR("memberships"))) {
		buf_format(why, "there is no column \"%.*s\"", STR_ARGS(shown));
		account_record_suggest(name, why);
		return false;
	}
	if (columns_have_field(c, name)) {
		buf_format(
		    why, "column \"%.*s\" stands there twice", STR_ARGS(shown));
		return false;
	}
	columns_add(c, COLUMN_FIELD, name);
	return true;
}

static bool
columns_read_name(struct account_columns *c, struct str name, struct buf *why)
{
	struct str attribute;

	if (str_equal(name, STR("tenant"))) {
		columns_add(c, COLUMN_TENANT, name);
	} else if (str_equal(name, STR("type"))) {
		columns_add(c, COLUMN_TYPE, name);
	} else if (str_equal(name, STR("groups"))) {
		columns_add(c, COLUMN_GROUPS, name);
	} else if (str_starts(name, attribute_prefix)) {
		attribute = str_from(name, attribute_prefix.len);
		if (!account_attribute_allowed(attribute, STR(""), why))
			return false;
		columns_add(c, COLUMN_ATTRIBUTE, attribute);
	} else {
		return columns_read_field(c, name, why);
	}
	return true;
}

/* Types and groups must belong to a tenant; without any it is the main one. */
static bool
columns_pair(const struct account_columns *c, struct buf *why)
{
	size_t tenants = c->kinds[COLUMN_TENANT];
	size_t most = tenants > 0 ? tenants : 1;

	if (c->kinds[COLUMN_TYPE] <= most && c->kinds[COLUMN_GROUPS] <= most)
		return true;
	buf_words(why, "there are more columns of type or groups than of "
		       "tenant");
	return false;
}

static bool
columns_separated(const struct csv_record *header, struct buf *why)
{
	struct str all = header->fields[0];

	if (header->count > 1 ||
	    (str_find(all, ';') == all.len && str_find(all, '\t') == all.len))
		return true;
	buf_words(why, "columns are separated by semicolons or tabs; export "
		       "the table again with commas");
	return false;
}

struct account_columns *
account_columns_read(const struct csv_record *header, struct buf *why)
{
	struct account_columns *c = columns_new(header->count);
	bool fine = columns_separated(header, why);

	for (size_t i = 0; i < header->count && fine; i++) {
		fine = str_is_utf8(header->fields[i]);
		if (!fine)
			buf_words(why,
			    "the names of the columns are not "
			    "UTF-8; export the table again as UTF-8");
		else
			fine = columns_read_name(c, header->fields[i], why);
	}
	if (fine && !columns_have_field(c, STR("login"))) {
		buf_words(why, "there is no column \"login\": the first line "
			       "names the columns");
		fine = false;
	}
	if (fine && columns_pair(c, why))
		return c;
	account_columns_free(c);
	return NULL;
}

/* Reading a person */

static bool
person_cells_fit(const struct account_columns *c,
    const struct csv_record *record, struct buf *why)
{
	if (record->count != c->count) {
		buf_format(why, "%zu fields, but the first line names %zu",
		    record->count, c->count);
		return false;
	}
	for (size_t i = 0; i < record->count; i++) {
		if (!str_is_utf8(record->fields[i])) {
			buf_format(why, "%s is not UTF-8", c->list[i].name);
			return false;
		}
	}
	return true;
}

/* The list under `name`, made if there is none. */
static json_t *
person_list(json_t *object, const char *name)
{
	if (json_object_get(object, name) == NULL)
		json_put(object, name, json_array());
	return json_object_get(object, name);
}

static void
person_take_cell(json_t *person, json_t *attributes, json_t *places,
    const struct account_column *column, struct str cell)
{
	json_t *place = json_array_get(places, column->number);

	switch (column->kind) {
	case COLUMN_FIELD:
		if (cell.len > 0)
			json_put(
			    person, column->name, json_words(cell_plain(cell)));
		break;
	case COLUMN_ATTRIBUTE:
		cell_read_values(cell, person_list(attributes, column->name));
		break;
	case COLUMN_TENANT:
	case COLUMN_TYPE:
		if (cell.len > 0)
			json_put(
			    place, column->name, json_words(cell_plain(cell)));
		break;
	case COLUMN_GROUPS:
		if (cell.len > 0)
			cell_read_values(
			    cell, person_list(place, column->name));
		break;
	case COLUMN_KINDS:
		break;
	}
}

/* Empty ones are none; without a column of tenants it is the main one. */
static bool
person_settle_places(json_t *places, bool tenants, struct buf *why)
{
	for (size_t i = json_array_size(places); i-- > 0;) {
		json_t *place = json_array_get(places, i);

		if (!tenants)
			json_put(place, "tenant", json_words(STR("main")));
		if (json_object_size(place) == 0) {
			json_array_remove(places, i);
		} else if (json_object_get(place, "tenant") == NULL) {
			buf_words(why, "there is a type or a group, but no "
				       "tenant");
			return false;
		}
	}
	return true;
}

static size_t
columns_places(const struct account_columns *c)
{
	bool any = c->kinds[COLUMN_TYPE] + c->kinds[COLUMN_GROUPS] > 0;

	return c->kinds[COLUMN_TENANT] > 0 ? c->kinds[COLUMN_TENANT] : any;
}

json_t *
account_columns_person(const struct account_columns *c,
    const struct csv_record *record, struct buf *why)
{
	json_t *person, *attributes, *places;
	bool fine;

	if (!person_cells_fit(c, record, why))
		return NULL;
	person = json_object();
	attributes = json_object();
	places = json_array();
	for (size_t i = 0; i < columns_places(c); i++)
		json_append(places, json_object());
	for (size_t i = 0; i < c->count; i++)
		person_take_cell(
		    person, attributes, places, &c->list[i], record->fields[i]);
	fine = person_settle_places(places, c->kinds[COLUMN_TENANT] > 0, why);
	if (c->kinds[COLUMN_ATTRIBUTE] > 0)
		json_put(person, "attributes", json_incref(attributes));
	if (columns_places(c) > 0)
		json_put(person, "memberships", json_incref(places));
	json_decref(attributes);
	json_decref(places);
	if (fine)
		return person;
	json_decref(person);
	return NULL;
}

/* Writing */

struct account_columns *
account_columns_make(const struct account_columns_wanted *wanted)
{
	size_t attributes = json_array_size(wanted->attributes);
	struct account_columns *c =
	    columns_new(4 + attributes + 3 * wanted->memberships);

	columns_add(c, COLUMN_FIELD, STR("login"));
	columns_add(c, COLUMN_FIELD, STR("display_name"));
	if (wanted->passwords)
		columns_add(c, COLUMN_FIELD, STR("password"));
	columns_add(c, COLUMN_FIELD, STR("state"));
	for (size_t i = 0; i < attributes; i++)
		columns_add(c, COLUMN_ATTRIBUTE,
		    account_record_text(json_array_get(wanted->attributes, i)));
	for (size_t i = 0; i < wanted->memberships; i++) {
		columns_add(c, COLUMN_TENANT, STR("tenant"));
		columns_add(c, COLUMN_TYPE, STR("type"));
		columns_add(c, COLUMN_GROUPS, STR("groups"));
	}
	return c;
}

void
account_columns_header(const struct account_columns *c, struct buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		CLEANUP(buf_clear) struct buf name = BUF_INIT(CELL_LONGEST);

		if (i > 0)
			buf_char(out, ',');
		if (c->list[i].kind == COLUMN_ATTRIBUTE)
			buf_text(&name, attribute_prefix);
		buf_words(&name, c->list[i].name);
		csv_write(out, buf_str(&name));
	}
	csv_write_end(out);
}

static void
person_write_cell(
    const struct account_column *column, const json_t *person, struct buf *out)
{
	const json_t *place = json_array_get(
	    json_object_get(person, "memberships"), column->number);

	switch (column->kind) {
	case COLUMN_FIELD:
		account_columns_cell(out,
		    account_record_text(json_object_get(person, column->name)));
		break;
	case COLUMN_ATTRIBUTE:
		cell_write_values(
		    out, json_object_get(json_object_get(person, "attributes"),
			     column->name));
		break;
	case COLUMN_TENANT:
	case COLUMN_TYPE:
		account_columns_cell(out,
		    account_record_text(json_object_get(place, column->name)));
		break;
	case COLUMN_GROUPS:
		cell_write_values(out, json_object_get(place, column->name));
		break;
	case COLUMN_KINDS:
		break;
	}
}

void
account_columns_write(
    const struct account_columns *c, const json_t *person, struct buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		person_write_cell(&c->list[i], person, out);
	}
	csv_write_end(out);
}
