/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the database may be.
 *
 * The lists of hosts, addresses and ports in a connection string go together by
 * position; one port stands for all hosts.  A host that begins with a slash is
 * the folder of a socket.
 */
#include "store/endpoints.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"

enum {
	ENDPOINTS_MOST = 32,
	KEYWORDS_MOST = 80, /* libpq 15 knows about 45 */
	ADDRESS_SIZE = 64,
};

/* Texts of one allocation each, "" where nothing was written. */
struct endpoint {
	char *host;
	char *address;
	char *port;
};

struct endpoints {
	PQconninfoOption *options;
	struct endpoint items[ENDPOINTS_MOST];
	size_t count;
};

struct keywords {
	const char *names[KEYWORDS_MOST];
	const char *values[KEYWORDS_MOST];
	size_t count;
};

static const char *
option_value(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++) {
		if (strcmp(options->keyword, keyword) == 0)
			return options->val != NULL ? options->val : "";
	}
	return "";
}

static bool
option_is_place(const PQconninfoOption *option)
{
	return strcmp(option->keyword, "host") == 0 ||
	       strcmp(option->keyword, "hostaddr") == 0 ||
	       strcmp(option->keyword, "port") == 0;
}

static size_t
list_count(struct str list)
{
	size_t count = 1;

	for (size_t i = 0; i < list.len; i++)
		count += list.at[i] == ',';
	return list.len == 0 ? 0 : count;
}

/* The item at a place, empty behind the end; a copy. */
static char *
list_item(struct str list, size_t at)
{
	while (at-- > 0 && list.len > 0) {
		size_t comma = str_find(list, ',');

		list = comma < list.len ? str_from(list, comma + 1) : STR("");
	}
	return memory_text(list.at, str_find(list, ','));
}

/*
 * What libpq would take from the environment, taken now, so that no name comes
 * in behind our back.
 */
static void
endpoints_fill(struct endpoints *e)
{
	PQconninfoOption *defaults = PQconndefaults();

	if (defaults == NULL)
		abort(); /* out of memory */
	for (PQconninfoOption *o = e->options; o->keyword != NULL; o++) {
		const char *value = option_value(defaults, o->keyword);

		if (option_is_place(o) && o->val == NULL && value[0] != '\0')
			o->val = memory_text(value, strlen(value));
	}
	PQconninfoFree(defaults);
}

/* Lists of different lengths have no meaning, but for one port for all. */
static bool
endpoints_cut(struct endpoints *e, struct buf *why)
{
	struct str hosts, addresses, ports;
	size_t count;

	if (option_value(e->options, "host")[0] == '\0' &&
	    option_value(e->options, "hostaddr")[0] == '\0')
		endpoints_fill(e);
	hosts = str_of(option_value(e->options, "host"));
	addresses = str_of(option_value(e->options, "hostaddr"));
	ports = str_of(option_value(e->options, "port"));
	count = list_count(hosts.len > 0 ? hosts : addresses);

	e->count = count > 0 ? count : 1;
	if (e->count > ENDPOINTS_MOST ||
	    (hosts.len > 0 && addresses.len > 0 &&
		list_count(addresses) != e->count) ||
	    (list_count(ports) > 1 && list_count(ports) != e->count)) {
		buf_words(why, "host, hostaddr and port are lists of different "
			       "lengths, or too long ones");
		e->count = 0;
		return false;
	}
	for (size_t i = 0; i < e->count; i++) {
		bool one_port = list_count(ports) == 1;

		e->items[i] = (struct endpoint){ list_item(hosts, i),
			list_item(addresses, i),
			list_item(ports, one_port ? 0 : i) };
	}
	return true;
}

struct endpoints *
endpoints_new(const char *conninfo, struct buf *why)
{
	struct endpoints *e = memory_new(sizeof(*e));
	char *message = NULL;

	e->options = PQconninfoParse(conninfo, &message);
	if (e->options != NULL &&
	    option_value(e->options, "service")[0] != '\0')
		buf_words(why, "service files are not read: write the host "
			       "and the rest here");
	else if (e->options != NULL && endpoints_cut(e, why))
		return e;
	if (message != NULL) /* names what is wrong, quotes no password */
		buf_text(why, str_trim(str_of(message)));
	PQfreemem(message);
	endpoints_free(e);
	return NULL;
}

void
endpoints_free(struct endpoints *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->count; i++) {
		free(e->items[i].host);
		free(e->items[i].address);
		free(e->items[i].port);
	}
	for (PQconninfoOption *o = e->options; o != NULL && o->keyword != NULL;
	     o++) {
		if (o->val != NULL)
			explicit_bzero(o->val, strlen(o->val));
	}
	PQconninfoFree(e->options);
	free(e);
}

size_t
endpoints_count(const struct endpoints *e)
{
	return e->count;
}

const char *
endpoints_name(const struct endpoints *e, size_t at)
{
	const struct endpoint *item = &e->items[at];

	return item->host[0] != '\0' ? item->host : item->address;
}

/* libpq takes the last of two, and an empty one for none. */
static void
keywords_add(struct keywords *keywords, const char *name, const char *value)
{
	if (keywords->count + 1 >= KEYWORDS_MOST)
		abort(); /* a libpq with twice the keywords of today's */
	keywords->names[keywords->count] = name;
	keywords->values[keywords->count++] = value;
}

PGconn *
endpoints_connect(
    const struct endpoints *e, size_t at, const char *application_name)
{
	const struct endpoint *item = &e->items[at];
	struct keywords keywords = {
		.names = { "client_encoding", "keepalives_idle",
		    "keepalives_interval", "keepalives_count",
		    "tcp_user_timeout", "target_session_attrs",
		    "fallback_application_name" },
		.values = { "UTF8", "10", "3", "3", "4000", "read-write",
		    application_name },
		.count = 7,
	};

	for (const PQconninfoOption *o = e->options; o->keyword != NULL; o++) {
		if (o->val != NULL && !option_is_place(o))
			keywords_add(&keywords, o->keyword, o->val);
	}
	keywords_add(&keywords, "host", item->host);
	keywords_add(&keywords, "hostaddr", item->address);
	keywords_add(&keywords, "port", item->port);
	return PQconnectStartParams(keywords.names, keywords.values, 0);
}

/* The three lists of a connection string in the making. */
struct places {
	struct buf hosts;
	struct buf addresses;
	struct buf ports;
};

static void
places_add(
    struct places *places, const struct endpoint *item, const char *address)
{
	if (places->hosts.len > 0 || places->addresses.len > 0 ||
	    places->ports.len > 0) {
		buf_char(&places->hosts, ',');
		buf_char(&places->addresses, ',');
		buf_char(&places->ports, ',');
	}
	buf_words(&places->hosts, item->host);
	buf_words(&places->addresses, address);
	buf_words(&places->ports, item->port[0] != '\0' ? item->port : "5432");
}

/* All addresses of a name, each an endpoint of its own. */
static bool
places_resolve(
    struct places *places, const struct endpoint *item, struct buf *why)
{
	const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int error = getaddrinfo(item->host, NULL, &wanted, &found);

	if (error != 0) {
		buf_format(why, "the address of host \"%s\" is not known: %s",
		    item->host, gai_strerror(error));
		return false;
	}
	for (const struct addrinfo *one = found; one != NULL;
	     one = one->ai_next) {
		char address[ADDRESS_SIZE];

		if (getnameinfo(one->ai_addr, one->ai_addrlen, address,
			sizeof(address), NULL, 0, NI_NUMERICHOST) == 0)
			places_add(places, item, address);
	}
	freeaddrinfo(found);
	return true;
}

static bool
places_collect(
    struct places *places, const struct endpoints *e, struct buf *why)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct endpoint *item = &e->items[i];

		if (item->host[0] == '\0' || item->host[0] == '/' ||
		    item->host[0] == '@' || item->address[0] != '\0')
			places_add(places, item, item->address);
		else if (!places_resolve(places, item, why))
			return false;
	}
	return true;
}

static void
write_option(struct buf *out, const char *keyword, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_format(out, "%s%s='", out->len > 0 ? " " : "", keyword);
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			buf_char(out, '\\');
		buf_char(out, *value);
	}
	buf_char(out, '\'');
}

static void
places_write(struct places *places, const struct endpoints *e, struct buf *out)
{
	bool hosts = false, addresses = false;

	for (size_t i = 0; i < e->count; i++)
		hosts = hosts || e->items[i].host[0] != '\0';
	for (size_t i = 0; i < places->addresses.len; i++)
		addresses = addresses || places->addresses.at[i] != ',';
	if (hosts)
		write_option(out, "host", buf_cstr(&places->hosts));
	if (addresses)
		write_option(out, "hostaddr", buf_cstr(&places->addresses));
	write_option(out, "port", buf_cstr(&places->ports));
}

bool
endpoints_resolve(const char *conninfo, struct buf *out, struct buf *why)
{
	struct endpoints *e = endpoints_new(conninfo, why);
	struct places places = { BUF_INIT(8192), BUF_INIT(8192),
		BUF_INIT(8192) };
	bool known;

	if (e == NULL)
		return false;
	known = places_collect(&places, e, why);
	for (const PQconninfoOption *o = e->options;
	     known && o->keyword != NULL; o++) {
		if (o->val != NULL && !option_is_place(o))
			write_option(out, o->keyword, o->val);
	}
	if (known && (e->count > 1 || e->items[0].host[0] != '\0' ||
			 e->items[0].address[0] != '\0'))
		places_write(&places, e, out);
	else if (known)
		write_option(out, "port", e->items[0].port);
	buf_clear(&places.hosts);
	buf_clear(&places.addresses);
	buf_clear(&places.ports);
	endpoints_free(e);
	if (known && !buf_ok(out)) {
		buf_words(why, "the connection string is too long");
		return false;
	}
	return known;
}
