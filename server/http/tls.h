/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS context of a listener: TLS 1.2 and later, forward secrecy only.
 */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

struct buf;
struct ssl_ctx_st;

/* NULL and a sentence in `why` if certificate and key cannot be used. */
struct ssl_ctx_st *tls_context_new(
    const char *certificate_file, const char *key_file, struct buf *why);
void tls_context_free(struct ssl_ctx_st *);

#endif
