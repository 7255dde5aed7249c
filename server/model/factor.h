/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The factors that a person may own, besides the password.
 *
 * Numbers are kept: they are the bits of sets, and sets are kept in sessions.
 * A level is not a measure of taste: 1 is a second step (a second thing that
 * one knows or reads), 2 a second factor, 3 one that cannot be phished.
 */
#ifndef MODEL_FACTOR_H
#define MODEL_FACTOR_H

#include <stdint.h>

enum factor {
	FACTOR_NOTICE, /* level 0: no barrier, it only tells */
	FACTOR_PIN, /* level 1 */
	FACTOR_EMAIL, /* level 1: a code to a valid address */
	FACTOR_TOTP, /* level 2: an authenticator app */
	FACTOR_WEBAUTHN, /* level 3 */
	FACTOR_RECOVERY, /* level 2, each code once */
	FACTOR_ACCESS_CODE, /* level 2, once, handed over by the help desk */
	FACTOR_COUNT
};

/* A set of factors: the bits FACTOR_BIT(). */
typedef uint32_t factor_set;

#define FACTOR_BIT(factor) (UINT32_C(1) << (factor))

enum {
	FACTOR_LEVEL_MOST = 3
};

#endif
