/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of the node: what stands on the scoreboard, as Prometheus reads
 * it (text/metrics.h).
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

struct buf;

void node_metrics_write(struct buf *);

#endif
