/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a connection string to the TCP ports in it.
 *
 * libpq's PG... variables are not looked at: the program clears them at its
 * start (ctl/environment.h).
 */
#include "store/ports.h"

#include <libpq-fe.h>

#include "base/str.h"

enum {
	PORT_OF_POSTGRESQL = 5432,
	PORT_OF_RESOLVERS = 53, /* asked by TCP where an answer is long */
	PORT_HIGHEST = 65535,
};

static struct str
option_text(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++) {
		if (options->val != NULL &&
		    str_equal(str_of(options->keyword), str_of(keyword)))
			return str_of(options->val);
	}
	return STR_NONE;
}

/* A list of hosts has an address of the network in it, not paths only. */
static bool
hosts_have_network(struct str hosts)
{
	struct str host;

	while (hosts.len > 0) {
		(void)str_cut(hosts, ',', &host, &hosts);
		if (host.len > 0 && host.at[0] != '/' && host.at[0] != '@')
			return true;
	}
	return false;
}

static struct confine_ports
options_ports(const PQconninfoOption *options)
{
	struct confine_ports ports = { .any = false };
	struct str addresses = option_text(options, "hostaddr");
	struct str list = option_text(options, "port");
	bool more = true;

	ports.any = option_text(options, "service").len > 0;
	if (addresses.len == 0 &&
	    !hosts_have_network(option_text(options, "host")))
		return ports;
	confine_ports_add(&ports, PORT_OF_RESOLVERS);
	while (more) {
		struct str text;
		uint64_t port = PORT_OF_POSTGRESQL;

		more = str_cut(list, ',', &text, &list);
		text = str_trim(text);
		if (text.len > 0 && !str_number(text, PORT_HIGHEST, &port))
			ports.any = true;
		confine_ports_add(&ports, (uint16_t)port);
	}
	return ports;
}

struct confine_ports
store_ports(const char *conninfo)
{
	struct confine_ports ports = { .any = true };
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

	if (options != NULL)
		ports = options_ports(options);
	PQconninfoFree(options);
	return ports;
}
