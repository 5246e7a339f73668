/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The addresses that are asked for, for tables of many ranges of which few hold any of them: what
 * holds none is told by a look or two. */
typedef struct
{
  const uint64_t *addresses; /* ascending */
  uint32_t n;
  unsigned shift;
  uint32_t
      *first; /* by (address - the first one) >> shift: index of the first that is not before */
} HvWanted;

/* `addresses` are ascending and outlive it; no more than G_MAXUINT32 are taken. */
void hv_wanted_init (HvWanted *wanted, const uint64_t *addresses, gsize n);
void hv_wanted_clear (HvWanted *wanted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvWanted, hv_wanted_clear)

/* Whether any is in [low, high). */
static inline gboolean
hv_wanted_any (const HvWanted *wanted, uint64_t low, uint64_t high)
{
  const uint64_t *address = wanted->addresses;

  if (wanted->n == 0 || high <= address[0] || low > address[wanted->n - 1])
    return FALSE;
  if (low <= address[0])
    return TRUE;
  uint64_t at = (low - address[0]) >> wanted->shift;
  uint32_t from = wanted->first[at], to = wanted->first[at + 1];
  while (from < to)
    {
      uint32_t middle = from + (to - from) / 2;
      if (address[middle] < low)
        from = middle + 1;
      else
        to = middle;
    }
  return address[from] < high;
}

G_END_DECLS
