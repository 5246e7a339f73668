/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

#include <string.h>

/* Profiles made by hand for tests: one call path a line, "outer;inner;innermost BYTES BLOCKS". A
 * frame may carry its module and source: "function@module:file.c:12". */

static inline uint32_t
test_frame (HvProfile *profile, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "@", 2);
  g_auto (GStrv) source = parts[1] ? g_strsplit (parts[1], ":", 3) : NULL;
  HvFrame frame = { .function = hv_profile_intern (profile, parts[0], -1) };

  if (source)
    {
      frame.module = hv_profile_intern (profile, source[0], -1);
      if (source[0] && source[1])
        {
          frame.file = hv_profile_intern (profile, source[1], -1);
          frame.line = source[2] ? (uint32_t) g_ascii_strtoull (source[2], NULL, 10) : 0;
        }
    }
  return hv_profile_frame (profile, &frame);
}

static inline uint32_t
test_site (HvProfile *profile, const char *stack)
{
  g_auto (GStrv) frames = g_strsplit (stack, ";", -1);
  uint32_t node = 0;

  for (guint i = 0; frames[i]; i++)
    if (*frames[i])
      node = hv_profile_node (profile, node, test_frame (profile, frames[i]));
  return hv_profile_site (profile, node);
}

static inline HvProfile *
test_profile (const char *const *lines)
{
  HvProfile *profile = hv_profile_new ();

  profile->path = g_strdup ("test");
  profile->format = "jemalloc";
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES);
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS);
  for (; *lines; lines++)
    {
      g_auto (GStrv) fields = g_strsplit (*lines, " ", 3);
      g_assert_cmpuint (g_strv_length (fields), ==, 3);
      uint32_t site = test_site (profile, fields[0]);
      hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] += g_ascii_strtoll (fields[1], NULL,
                                                                                  10);
      hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] += g_ascii_strtoll (fields[2], NULL,
                                                                                   10);
    }
  return profile;
}

/* A profile of random paths over a few function names; the same seed gives the same one. Every
 * category of frame occurs. */
static inline HvProfile *
test_random_profile (guint32 seed, guint n_sites)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  HvProfile *profile = test_profile ((const char *[]){ NULL });

  for (guint i = 0; i < n_sites; i++)
    {
      g_autoptr (GString) stack = g_string_new (NULL);
      gint depth = g_rand_int_range (random, 0, 9);
      for (gint d = 0; d < depth; d++)
        g_string_append_printf (stack, "%sf%d@/lib/m%d.so:f.c:%d", d ? ";" : "",
                                g_rand_int_range (random, 0, 12), g_rand_int_range (random, 0, 2),
                                g_rand_int_range (random, 0, 4));
      uint32_t site = test_site (profile, stack->str);
      gint blocks = g_rand_int_range (random, 0, 50);
      hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] += blocks;
      hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] += (int64_t) blocks
                                                                 * g_rand_int_range (random, 1,
                                                                                     5000);
    }
  for (uint32_t f = 1; f < profile->n_frames; f++)
    profile->frame_category[f] = (uint8_t) (g_rand_int_range (random, 0, 3)
                                                ? 0
                                                : g_rand_int_range (random, 0, 5));
  return profile;
}
