/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service manager is told, if one started us: sd_notify(3), without
 * its library.
 */
#ifndef LOOP_NOTIFY_H
#define LOOP_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void); /* until the next notify_ready() */
void notify_stopping(void);
void notify_alive(void);

/*
 * How often notify_alive() is awaited, in microseconds, with room to spare; 0
 * if it is not.
 */
int64_t notify_period(void);

#endif
