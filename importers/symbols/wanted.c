/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wanted.h"

/* Parts of the table for each address, as a power of two: most are empty. */
#define PARTS_SHIFT 2

void
hv_wanted_init (HvWanted *wanted, const uint64_t *addresses, gsize n)
{
  *wanted = (HvWanted){ .addresses = addresses, .n = (uint32_t) MIN (n, G_MAXUINT32) };
  if (n == 0)
    return;

  uint64_t reach = addresses[wanted->n - 1] - addresses[0];
  while (reach >> wanted->shift >> PARTS_SHIFT >= wanted->n)
    wanted->shift++;
  uint64_t n_parts = (reach >> wanted->shift) + 1;
  uint32_t next = 0;
  wanted->first = g_new (uint32_t, n_parts + 1);
  for (uint64_t part = 0; part <= n_parts; part++)
    {
      while (next < wanted->n && (addresses[next] - addresses[0]) >> wanted->shift < part)
        next++;
      wanted->first[part] = next;
    }
}

void
hv_wanted_clear (HvWanted *wanted)
{
  g_clear_pointer (&wanted->first, g_free);
}
