/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door: who may come in, and how many at a time (inside http/ only).
 */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

struct http_server;

void door_prepare(struct http_server *);

/* Takes in who has come, and tells the kernel to let nobody else wait. */
void door_close(struct http_server *);
void door_clear(struct http_server *);

#endif
