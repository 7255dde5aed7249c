/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a process that talks to the database and nobody else must connect to.
 */
#ifndef STORE_PORTS_H
#define STORE_PORTS_H

#include "loop/confine.h"

/*
 * TCP ports that a libpq connection string leads to; none if it names Unix
 * sockets only.  With a name of a host the resolver's port 53 is among them.
 * Any port, if the string leaves the answer to a service file or is too odd.
 */
struct confine_ports store_ports(const char *conninfo);

#endif
