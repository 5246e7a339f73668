/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child-map.h"

#include "large-array.h"

void
hv_child_map_clear (HvChildMap *map)
{
  g_free (map->link);
  hv_pair_map_clear (&map->wide);
  *map = (HvChildMap){ 0 };
}

void
hv_child_map_reserve (HvChildMap *map, uint32_t size)
{
  if (size <= map->size)
    return;
  /* growing in place takes no second array, which matters while a profile is read */
  map->link = map->size ? g_renew (HvChildLink, map->link, size) : hv_large_new (HvChildLink, size);
  map->size = size;
}

void
hv_child_map_add (HvChildMap *map, uint32_t parent, uint32_t key, uint32_t child)
{
  if (child >= map->size)
    hv_child_map_reserve (map, (uint32_t) MIN ((uint64_t) child + child / 2 + 256, G_MAXUINT32));

  /* not before: what is not used of the array is never touched */
  while (map->used <= child)
    map->link[map->used++] = (HvChildLink){ 0 };

  map->link[child].key = key;
  if (map->link[parent].first == 0)
    {
      map->link[parent].first = child;
      return;
    }
  /* The first child stays first: it was mostly made right behind its parent, so that it is in the
   * same line of the cache, and it is mostly the one that is asked for. */
  HvChildLink *first = &map->link[map->link[parent].first];
  guint listed = 1;
  for (uint32_t n = first->next; n; n = map->link[n].next)
    listed++;
  if (listed < HV_CHILD_LIST)
    {
      map->link[child].next = first->next;
      first->next = child;
      return;
    }
  gboolean found;
  *hv_pair_map_slot (&map->wide, parent, key, &found) = child;
}
