/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What protects people, as a gate knows it.
 */
#include "web/protection.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/account.h"
#include "policy/policy.h"
#include "policy/zones.h"
#include "store/policies.h"
#include "store/store.h"
#include "text/address.h"
#include "text/json_texts.h"

struct protection {
	size_t references;
	struct arena arena;
	struct organisation *organisations;
	size_t count;
};

static struct organisation *
organisation_add(struct protection *p, struct str slug)
{
	for (size_t i = 0; i < p->count; i++) {
		if (str_equal(p->organisations[i].slug, slug))
			return &p->organisations[i];
	}
	p->organisations[p->count].slug = arena_text(&p->arena, slug);
	return &p->organisations[p->count++];
}

static bool
policies_read(
    struct protection *p, const struct row_list *policies, struct buf *why)
{
	const struct policy_version *rows = policies->items;

	for (size_t i = 0; i < policies->count; i++) {
		struct organisation *o = organisation_add(p, rows[i].tenant);

		buf_text(why, rows[i].tenant);
		buf_words(why, ": policy: ");
		o->policy = policy_read(rows[i].document, why);
		o->number = rows[i].number;
		if (o->policy == NULL)
			return false;
		buf_reset(why);
	}
	return true;
}

/* One network: its prefixes are a JSON list. */
static bool
zone_read(struct protection *p, const struct zone_row *row, struct zone *zone,
    struct buf *why)
{
	struct texts prefixes;

	if (!json_texts(row->prefixes, &p->arena, &prefixes)) {
		buf_words(why, "prefixes are no list of texts");
		return false;
	}
	*zone = (struct zone){
		.key = row->key,
		.label = row->label,
		.prefixes = prefixes.items,
		.prefix_count = prefixes.count,
		.skip_ok = row->skip_ok,
		.shared_computers = row->shared_computers,
		.enrol_ok = row->enrol_ok,
		.blocked = row->blocked,
	};
	return true;
}

/* The rows of one organisation stand together; returns how many they are. */
static size_t
zones_read_some(struct protection *p, const struct zone_row *rows, size_t count,
    struct buf *why)
{
	struct organisation *o = organisation_add(p, rows[0].tenant);
	struct zone *zones = arena_alloc(&p->arena, count * sizeof(*zones));
	size_t taken = 0;

	buf_text(why, rows[0].tenant);
	buf_words(why, ": networks: ");
	while (taken < count && str_equal(rows[taken].tenant, rows[0].tenant)) {
		if (!zone_read(p, &rows[taken], &zones[taken], why))
			return 0;
		taken++;
	}
	o->zones = zones_new(zones, taken, why);
	if (o->zones == NULL)
		return 0;
	buf_reset(why);
	return taken;
}

static bool
zones_read(struct protection *p, const struct row_list *list, struct buf *why)
{
	const struct zone_row *rows = list->items;
	size_t taken;

	for (size_t i = 0; i < list->count; i += taken) {
		taken = zones_read_some(p, rows + i, list->count - i, why);
		if (taken == 0)
			return false;
	}
	return true;
}

struct protection *
protection_new(const struct row_list *policies, const struct row_list *zones,
    struct buf *why)
{
	struct protection *p = memory_new(sizeof(*p));
	size_t most = policies->count + zones->count;

	p->references = 1;
	p->organisations =
	    arena_alloc(&p->arena, (most + 1) * sizeof(*p->organisations));
	if (!policies_read(p, policies, why) || !zones_read(p, zones, why)) {
		protection_unref(p);
		return NULL;
	}
	return p;
}

struct protection *
protection_ref(struct protection *p)
{
	p->references++;
	return p;
}

void
protection_unref(struct protection *p)
{
	if (p == NULL || --p->references > 0)
		return;
	for (size_t i = 0; i < p->count; i++) {
		policy_unref(p->organisations[i].policy);
		zones_unref(p->organisations[i].zones);
	}
	arena_clear(&p->arena);
	free(p);
}

const struct organisation *
protection_of(const struct protection *p, struct str slug)
{
	static const struct organisation none = { .number = 0 };

	for (size_t i = 0; i < p->count; i++) {
		if (str_equal(p->organisations[i].slug, slug))
			return &p->organisations[i];
	}
	return &none;
}

const struct zone *
protection_zone(const struct protection *p, const struct row_list *memberships,
    struct str address)
{
	const struct membership *rows = memberships->items;
	const struct zone *zone = NULL;
	struct address parsed;

	if (!address_parse(address, &parsed))
		return NULL;
	for (size_t i = 0; i < memberships->count && zone == NULL; i++) {
		const struct organisation *o = protection_of(p, rows[i].tenant);

		if (o->zones != NULL)
			zone = zones_find(o->zones, &parsed);
	}
	return zone;
}

bool
protection_shared_computer(const struct protection *p, struct str address)
{
	struct address parsed;

	if (!address_parse(address, &parsed))
		return true;
	for (size_t i = 0; i < p->count; i++) {
		const struct zones *zones = p->organisations[i].zones;
		const struct zone *zone =
		    zones != NULL ? zones_find(zones, &parsed) : NULL;

		if (zone != NULL && zone->shared_computers)
			return true;
	}
	return false;
}

bool
protection_has_any(const struct protection *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->organisations[i].policy != NULL)
			return true;
	}
	return false;
}
