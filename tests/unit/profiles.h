/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/tree.h"

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

/* Adds to what the site at "outer;inner;innermost" holds. */
static inline void
test_add (HvProfile *profile, const char *stack, int64_t bytes, int64_t blocks)
{
  uint32_t site = test_site (profile, stack);

  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] += bytes;
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] += blocks;
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
      test_add (profile, fields[0], g_ascii_strtoll (fields[1], NULL, 10),
                g_ascii_strtoll (fields[2], NULL, 10));
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
      gint blocks = g_rand_int_range (random, 0, 50);
      test_add (profile, stack->str, (int64_t) blocks * g_rand_int_range (random, 1, 5000), blocks);
    }
  for (uint32_t f = 1; f < profile->n_frames; f++)
    profile->frame_category[f] = (uint8_t) (g_rand_int_range (random, 0, 3)
                                                ? 0
                                                : g_rand_int_range (random, 0, 5));
  return profile;
}

/* The node at "outer;inner;innermost", which is there. */
static inline uint32_t
test_find (const HvTree *tree, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ";", -1);
  uint32_t at = 0;

  for (guint i = 0; names[i]; i++)
    {
      uint32_t next = 0;
      for (uint32_t c = tree->child_start[at]; c < tree->child_start[at + 1]; c++)
        if (strcmp (hv_tree_label (tree, tree->child[c]), names[i]) == 0)
          next = tree->child[c];
      g_assert_cmpuint (next, !=, 0);
      at = next;
    }
  return at;
}

/* A stack as in test_profile(), and what it holds. */
typedef struct
{
  const char *stack;
  int64_t bytes, blocks;
} Stack;

/* A sealed profile of a sampling jemalloc. */
static inline HvProfile *
test_sampled_profile (const char *path, const Stack *stacks, gsize n)
{
  HvProfile *profile = test_profile ((const char *[]){ NULL });

  g_free (profile->path);
  profile->path = g_strdup (path);
  profile->variant = hv_profile_intern (profile, "heap_v2", -1);
  profile->sample_period = 512 * 1024;
  for (gsize i = 0; i < n; i++)
    test_add (profile, stacks[i].stack, stacks[i].bytes, stacks[i].blocks);
  hv_profile_seal (profile);
  return profile;
}

/* ui.md §3.2: 300 MB became 800 MB. */
#define MB 1000000
static const Stack example_base[] = {
  { "main;rt_poll;handle;cache_insert@:src/cache.c:52", 20 * MB, 4096 },
  { "main;rt_poll;handle;old_cache", 40 * MB, 812 },
  { "main;rt_poll;handle;parse_json", 60 * MB, 3000 },
  { "main;logger::run;logger::format", 30 * MB, 470 },
  { "main;index_build", 100 * MB, 12 },
  { "main;misc", 50 * MB, 9000 },
};
static const Stack example_current[] = {
  { "main;rt_poll;handle;cache_insert@:src/cache.c:52", 320 * MB, 65300 },
  { "main;rt_poll;handle;Session::new;Default::default;spawn", 74 * MB, 5475 },
  { "main;rt_poll;handle;Session::new;Vec::with_capacity", 38 * MB, 19 },
  { "main;rt_poll;handle;Session::new;Arc::new", 38 * MB, 38 },
  { "main;rt_poll;handle;parse_json", 60 * MB, 3000 },
  { "main;logger::run;logger::format", 110 * MB, 1450 },
  { "main;index_build", 100 * MB, 12 },
  { "main;misc", 60 * MB, 9900 },
};
