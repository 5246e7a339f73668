/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pair-map.h"

G_BEGIN_DECLS

/* A table from (parent, key) to the child of that key, for the nodes of a tree that is being built.
 * Node 0 is the root; nodes are numbered as they are made. Most nodes have a child or two, made
 * soon after them: those are a list through one flat array, which stays in the cache where a hash
 * table's slot would not. What is wider goes to a hash table. */
typedef struct
{
  uint32_t first, next; /* child and sibling, 0: none */
  uint32_t key;         /* of the node itself */
} HvChildLink;

typedef struct
{
  HvChildLink *link; /* by node */
  uint32_t used, size;
  HvPairMap wide; /* the children beyond HV_CHILD_LIST of their parents */
} HvChildMap;

#define HV_CHILD_LIST 6

void hv_child_map_clear (HvChildMap *map);

/* Makes room for so many nodes, which it has by itself in any case. */
void hv_child_map_reserve (HvChildMap *map, uint32_t size);

/* Notes a child that is not there yet. */
void hv_child_map_add (HvChildMap *map, uint32_t parent, uint32_t key, uint32_t child);

/* 0: there is none. */
static inline uint32_t
hv_child_map_find (const HvChildMap *map, uint32_t parent, uint32_t key)
{
  guint listed = 0;

  if (parent >= map->used)
    return 0;
  for (uint32_t n = map->link[parent].first; n; n = map->link[n].next, listed++)
    if (map->link[n].key == key)
      return n;
  return listed < HV_CHILD_LIST ? 0 : hv_pair_map_lookup (&map->wide, parent, key, 0);
}

G_END_DECLS
