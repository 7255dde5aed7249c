/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded dice for loads: even enough, the same in every run of a seed, and
 * secret to nobody.
 */
#ifndef LOAD_DICE_H
#define LOAD_DICE_H

#include <stdint.h>

/* A number below `most`.  The state must not be 0. */
uint64_t dice_roll(uint64_t *state, uint64_t most);

#endif
