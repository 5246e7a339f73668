/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pair-map.h"

#include "large-array.h"

typedef struct HvPairEntry
{
  uint32_t a, b;
  uint32_t value;
  uint32_t used;
} HvPairEntry;

static inline uint32_t
hash_pair (uint32_t a, uint32_t b)
{
  /* splitmix64's finaliser: parents and frames are small consecutive numbers, which a weaker hash
   * would send to neighbouring slots. */
  uint64_t x = ((uint64_t) a << 32 | b) + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t) (x ^ (x >> 31));
}

static void
grow (HvPairMap *map)
{
  uint32_t capacity = map->entries ? (map->mask + 1) * 2 : 64;
  HvPairEntry *old = map->entries;
  uint32_t old_capacity = old ? map->mask + 1 : 0;

  map->entries = hv_large_new0 (HvPairEntry, capacity);
  map->mask = capacity - 1;
  for (uint32_t i = 0; i < old_capacity; i++)
    if (old[i].used)
      {
        uint32_t at = hash_pair (old[i].a, old[i].b) & map->mask;
        while (map->entries[at].used)
          at = (at + 1) & map->mask;
        map->entries[at] = old[i];
      }
  g_free (old);
}

void
hv_pair_map_clear (HvPairMap *map)
{
  g_free (map->entries);
  *map = (HvPairMap){ 0 };
}

uint32_t *
hv_pair_map_slot (HvPairMap *map, uint32_t a, uint32_t b, gboolean *found)
{
  if (map->entries == NULL || map->used >= map->mask / 4 * 3)
    grow (map);

  uint32_t at = hash_pair (a, b) & map->mask;
  while (map->entries[at].used)
    {
      if (map->entries[at].a == a && map->entries[at].b == b)
        {
          *found = TRUE;
          return &map->entries[at].value;
        }
      at = (at + 1) & map->mask;
    }
  map->entries[at] = (HvPairEntry){ .a = a, .b = b, .used = 1 };
  map->used++;
  *found = FALSE;
  return &map->entries[at].value;
}

uint32_t
hv_pair_map_lookup (const HvPairMap *map, uint32_t a, uint32_t b, uint32_t missing)
{
  if (map->entries == NULL)
    return missing;

  uint32_t at = hash_pair (a, b) & map->mask;
  while (map->entries[at].used)
    {
      if (map->entries[at].a == a && map->entries[at].b == b)
        return map->entries[at].value;
      at = (at + 1) & map->mask;
    }
  return missing;
}
