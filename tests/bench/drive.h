/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives work over many keep-alive connections, in one thread.
 *
 * Without a rate, each connection begins its next iteration when one is done,
 * which finds the maximum.  With a rate, iterations begin at fixed times
 * whatever the server does, and their latency counts from the moment when they
 * should have begun: a server that stalls cannot hide it by slowing the load.
 */
#ifndef BENCH_DRIVE_H
#define BENCH_DRIVE_H

#include "base/memory.h"
#include "histogram.h"
#include "work.h"

struct drive_settings {
	uint16_t port; /* on 127.0.0.1 */
	bool tls; /* whatever certificate the server shows */
	size_t connections;
	double rate; /* iterations a second; 0: as many as there can be */
	double warm_up; /* seconds that are not counted */
	double seconds; /* that are */
};

struct drive_result {
	struct histogram latency; /* of whole iterations, nanoseconds */
	uint64_t requests; /* answered in the counted seconds */
	uint64_t all_requests; /* answered, the warm-up included */
	uint64_t late; /* should have begun, and never could */
};

/* False, and a line on stderr, if a connection or its protocol broke. */
bool drive(const struct drive_settings *, struct work *,
    struct drive_result *) MUST_CHECK;

#endif
