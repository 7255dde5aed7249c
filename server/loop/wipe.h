/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libevent frees is wiped first.
 *
 * Its buffers hold requests as they came, passwords and cookies among them,
 * and it gives them back to the heap as they are.
 */
#ifndef LOOP_WIPE_H
#define LOOP_WIPE_H

/*
 * From now on, in this process and those that it forks.  It costs a request the
 * writing of the few KiB that it came in.
 */
void wipe_what_libevent_frees(void);

#endif
