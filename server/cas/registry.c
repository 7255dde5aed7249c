/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registered services, compiled for look-up.
 *
 * One hash table of whole patterns.  A URL is hashed once from its start, and
 * at every slash of its path the table is asked for the pattern "so far and
 * everything below"; the last answer is the most specific.  The keys come from
 * administrators, so visitors cannot make the table slow.  Expressions are
 * asked last (cas/service_regexes.h).
 */
#include "cas/registry.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/memory.h"
#include "cas/service_regex.h"
#include "cas/service_regexes.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "model/service.h"

#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */
#define HASH_PRIME UINT64_C(0x100000001b3)

struct slot {
	uint64_t hash;
	const struct service *service; /* NULL: free */
};

struct registry {
	unsigned references;
	int64_t generation;
	struct service *services;
	size_t count;
	struct slot *slots;
	size_t mask; /* number of slots, a power of two, less one */
	bool has_wildcard_hosts;
	struct service_regexes *regexes;
	struct arena texts;
};

static uint64_t
hash_more(uint64_t hash, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * HASH_PRIME;
	return hash;
}

static const struct service *
registry_look(const struct registry *registry, uint64_t hash, struct str front,
    struct str back)
{
	size_t place = (size_t)hash & registry->mask;

	for (; registry->slots[place].service != NULL;
	     place = (place + 1) & registry->mask) {
		const struct slot *slot = &registry->slots[place];
		struct str pattern = slot->service->pattern;

		if (slot->hash == hash && pattern.len == front.len + back.len &&
		    str_starts(pattern, front) && str_ends(pattern, back))
			return slot->service;
	}
	return NULL;
}

/* Of two services with one pattern the older one is found, in any order. */
static void
registry_put(struct registry *registry, const struct service *service)
{
	uint64_t hash = hash_more(HASH_START, service->pattern);
	size_t place = (size_t)hash & registry->mask;

	for (; registry->slots[place].service != NULL;
	     place = (place + 1) & registry->mask) {
		struct slot *slot = &registry->slots[place];

		if (!str_equal(slot->service->pattern, service->pattern))
			continue;
		if (service->id < slot->service->id)
			slot->service = service;
		return;
	}
	registry->slots[place] = (struct slot){ hash, service };
}

/* Settings that cannot be read allow nothing. */
static void
service_settle(struct arena *texts, struct service *service)
{
	static const struct service_settings none = { .order = 0 };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct service_settings *settings;

	service->settings = &none; /* as of most */
	if (service->settings_text.len == 0 ||
	    str_equal(service->settings_text, STR("{}")))
		return;
	settings = arena_alloc(texts, sizeof(*settings));
	service->settings = settings;
	if (!service_settings_read(
		service->settings_text, texts, settings, &why)) {
		*settings = (struct service_settings){ .order = 0 };
		service->enabled = false;
	}
}

static struct service
service_copy(struct arena *texts, const struct service *from)
{
	struct service copy = *from;

	copy.tenant = arena_text(texts, from->tenant);
	copy.name = arena_text(texts, from->name);
	copy.pattern = arena_text(texts, from->pattern);
	copy.released = arena_text(texts, from->released);
	copy.proxy_callback = arena_text(texts, from->proxy_callback);
	copy.logout_type = arena_text(texts, from->logout_type);
	copy.logout_url = arena_text(texts, from->logout_url);
	copy.settings_text = arena_text(texts, from->settings_text);
	service_settle(texts, &copy);
	return copy;
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct service *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

/* Where the host begins: behind "://"; the length if there is none. */
static size_t
host_place(struct str url)
{
	static const struct str end = STR_INIT("://");
	size_t colon = str_find(url, ':');

	return str_starts(str_from(url, colon), end) ? colon + end.len
						     : url.len;
}

struct registry *
registry_new(const struct service *services, size_t count, int64_t generation)
{
	struct registry *made = memory_new(sizeof(*made));
	size_t slots = 2;

	while (slots / 2 < count)
		slots *= 2;
	made->references = 1;
	made->generation = generation;
	made->services = memory_array(count, sizeof(*made->services));
	made->slots = memory_array(slots, sizeof(*made->slots));
	made->count = count;
	made->mask = slots - 1;
	for (size_t i = 0; i < count; i++)
		made->services[i] = service_copy(&made->texts, &services[i]);
	qsort(made->services, count, sizeof(*made->services), compare_numbers);
	for (size_t i = 0; i < count; i++) {
		const struct service *copy = &made->services[i];

		if (service_regex_is(copy->pattern))
			continue;
		registry_put(made, copy);
		if (str_starts(
			str_from(copy->pattern, host_place(copy->pattern)),
			STR("*.")))
			made->has_wildcard_hosts = true;
	}
	made->regexes = service_regexes_new(made->services, count);
	return made;
}

struct registry *
registry_ref(struct registry *registry)
{
	registry->references++;
	return registry;
}

void
registry_unref(struct registry *registry)
{
	if (registry == NULL || --registry->references > 0)
		return;
	service_regexes_free(registry->regexes);
	arena_clear(&registry->texts);
	free(registry->services);
	free(registry->slots);
	free(registry);
}

int64_t
registry_generation(const struct registry *registry)
{
	return registry->generation;
}

size_t
registry_count(const struct registry *registry)
{
	return registry->count;
}

const struct service *
registry_service(const struct registry *registry, int64_t id)
{
	const struct service wanted = { .id = id };

	return bsearch(&wanted, registry->services, registry->count,
	    sizeof(wanted), compare_numbers);
}

/* The best pattern for a URL without query, its host taken to the letter. */
static const struct service *
registry_find_host(const struct registry *registry, struct str url, size_t host)
{
	static const struct str star = STR_INIT("*");
	static const struct str below = STR_INIT("/*");
	const struct service *best = NULL, *found;
	uint64_t hash = HASH_START;
	size_t hashed = 0;

	for (size_t i = host; i < url.len; i++) {
		if (url.at[i] != '/')
			continue;
		hash = hash_more(hash, str_from(str_first(url, i + 1), hashed));
		hashed = i + 1;
		found = registry_look(registry, hash_more(hash, star),
		    str_first(url, hashed), star);
		best = found != NULL ? found : best;
	}
	hash = hash_more(hash, str_from(url, hashed));
	found = registry_look(registry, hash, url, STR_NONE);
	if (found != NULL)
		return found;
	/* "/app" belongs to "/app/" and below, too. */
	if (hashed > 0 && hashed < url.len)
		found =
		    registry_look(registry, hash_more(hash, below), url, below);
	return found != NULL ? found : best;
}

/* Writes the URL with a star for the first label; false if it has but one. */
static bool
with_wildcard(struct str url, size_t host, char out[static SERVICE_URL_LONGEST],
    struct str *wildcard)
{
	struct str rest = str_from(url, host);
	size_t dot = str_find(rest, '.');

	if (dot == 0 || dot >= str_find(rest, '/'))
		return false;
	rest = str_from(rest, dot);
	memcpy(out, url.at, host);
	out[host] = '*';
	memcpy(out + host + 1, rest.at, rest.len);
	*wildcard = (struct str){ out, host + 1 + rest.len };
	return true;
}

const struct service *
registry_find(const struct registry *registry, struct str canonical_url)
{
	char changed[SERVICE_URL_LONGEST];
	struct str url = str_first(canonical_url, str_find(canonical_url, '?'));
	size_t host = host_place(url);
	const struct service *found;
	struct str wildcard;

	if (canonical_url.len > SERVICE_URL_LONGEST || host == url.len)
		return NULL;
	found = registry_find_host(registry, url, host);
	if (found == NULL && registry->has_wildcard_hosts &&
	    with_wildcard(url, host, changed, &wildcard))
		found = registry_find_host(registry, wildcard, host);
	if (found == NULL)
		found = service_regexes_find(registry->regexes, canonical_url);
	return found;
}
