/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small answers: is the server alive.
 */
#ifndef WEB_STATUS_H
#define WEB_STATUS_H

#include "loop/flow.h"

extern const struct flow_step health_show[];

#endif
