/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xorshift64* (Vigna 2014).
 */
#include "dice.h"

uint64_t
dice_roll(uint64_t *state, uint64_t most)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * UINT64_C(2685821657736338717) >> 11) % most;
}
