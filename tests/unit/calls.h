/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "symbols.h"

/* Calls of gcc-5.so, enough to tell another build by. */
static uint64_t calls[64];
static gsize n_calls;

static inline void
find_calls (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize at = 0x280; at + 5 < 0x400; at++)
    if ((uint8_t) data[at] == 0xe8 && n_calls < G_N_ELEMENTS (calls))
      {
        calls[n_calls++] = at + 4;
        at += 4;
      }
  g_assert_cmpuint (n_calls, >=, 8);
}
