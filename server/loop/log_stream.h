/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines to standard error, with time and process in front.
 */
#ifndef LOOP_LOG_STREAM_H
#define LOOP_LOG_STREAM_H

#include "base/log.h"

/*
 * Sets the sink: one write a line, so lines of processes do not mix, and none
 * that waits.  SIGPIPE and SIGXFSZ are ignored from now on.
 */
void log_stream_start(enum log_level least);

#endif
