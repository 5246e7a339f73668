/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Room for `n` elements of `size` bytes, not cleared. A large one lies in huge pages where the
 * system has them: touched for the first time, an array of megabytes otherwise costs more in page
 * faults than in what is written to it. Free with g_free(); g_realloc() may move it to small pages.
 */
gpointer hv_large_array (gsize n, gsize size) G_GNUC_MALLOC G_GNUC_ALLOC_SIZE2 (1, 2);

/* The same, of zeroes. */
gpointer hv_large_array0 (gsize n, gsize size) G_GNUC_MALLOC G_GNUC_ALLOC_SIZE2 (1, 2);

/* Room for `n` elements, the first `used` of which are those of `array`, which is freed. */
gpointer hv_large_array_grow (gpointer array, gsize used, gsize n, gsize size);

/* Gives back the memory behind the first `used` of `n` elements, which keep their room. */
void hv_large_array_trim (gpointer array, gsize used, gsize n, gsize size);

#define hv_large_new(type, n) ((type *) hv_large_array ((n), sizeof (type)))
#define hv_large_new0(type, n) ((type *) hv_large_array0 ((n), sizeof (type)))
#define hv_large_renew(type, array, used, n)                                                       \
  ((type *) hv_large_array_grow ((array), (used), (n), sizeof (type)))

G_END_DECLS
