/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((gsize) 2 << 20)

/* Less is not worth the part of a page that stays unused. */
#define LARGE (HUGE_PAGE / 2)

gpointer
hv_large_array (gsize n, gsize size)
{
  void *array;

  if (size == 0 || n < LARGE / size)
    return g_malloc_n (n, size);
  if (n > (G_MAXSIZE - HUGE_PAGE) / size)
    g_error ("%s: overflow allocating %" G_GSIZE_FORMAT " * %" G_GSIZE_FORMAT " bytes", G_STRLOC, n,
             size);
  /* the last huge page only where more than half of it is used: small ones do for the rest */
  gsize bytes = n * size, huge = (bytes + LARGE - 1) & ~(HUGE_PAGE - 1);
  bytes = MAX (bytes, huge);
  if (posix_memalign (&array, HUGE_PAGE, bytes) != 0)
    g_error ("%s: failed to allocate %" G_GSIZE_FORMAT " bytes", G_STRLOC, bytes);
  /* only advice */
  (void) madvise (array, huge, MADV_HUGEPAGE);
  return array;
}

gpointer
hv_large_array0 (gsize n, gsize size)
{
  gpointer array = hv_large_array (n, size);

  /* calloc() leaves pages unwritten: one that is read first is faulted in twice, and with several
   * threads each time interrupts the other processors */
  return array ? memset (array, 0, n * size) : NULL;
}

gpointer
hv_large_array_grow (gpointer array, gsize used, gsize n, gsize size)
{
  gpointer grown = hv_large_array (n, size);

  if (used)
    memcpy (grown, array, used * size);
  g_free (array);
  return grown;
}

void
hv_large_array_trim (gpointer array, gsize used, gsize n, gsize size)
{
  const guintptr page = 4096;
  guintptr start = ((guintptr) array + used * size + page - 1) & ~(page - 1);
  guintptr end = ((guintptr) array + n * size) & ~(page - 1);

  /* only advice */
  if (n * size >= LARGE && end > start)
    (void) madvise ((gpointer) start, end - start, MADV_DONTNEED);
}
