/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A hash table from 64-bit keys (two ids packed into one) to 32-bit ids: open addressing in one
 * flat array, no allocation an entry. Entries are never removed. */
typedef struct
{
  struct HvPairEntry *entries;
  uint32_t mask; /* capacity - 1 */
  uint32_t used;
} HvPairMap;

void hv_pair_map_clear (HvPairMap *map);

/* The value slot of (a, b); `*found` tells whether it was there. A new slot holds 0. The pointer is
 * valid until the next call. */
uint32_t *hv_pair_map_slot (HvPairMap *map, uint32_t a, uint32_t b, gboolean *found);

/* The value of (a, b), or `missing`. */
uint32_t hv_pair_map_lookup (const HvPairMap *map, uint32_t a, uint32_t b, uint32_t missing);

G_END_DECLS
