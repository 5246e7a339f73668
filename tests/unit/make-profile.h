/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

#include <string.h>

/* A stack as "outermost;…;innermost", where a frame may be "function@module", and what it holds. */
typedef struct
{
  const char *stack;
  int64_t bytes, blocks;
} Stack;

static inline void
add_stack (HvProfile *profile, const char *stack, int64_t bytes, int64_t blocks)
{
  g_auto (GStrv) names = g_strsplit (stack, ";", -1);
  uint32_t node = 0;

  for (char **name = names; *name != NULL; name++)
    {
      HvFrame frame = { .line = 40 + (uint32_t) strlen (*name) };
      char *module = strchr (*name, '@');
      if (module != NULL)
        {
          *module = '\0';
          frame.module = hv_profile_intern (profile, module + 1, -1);
        }
      frame.function = hv_profile_intern (profile, *name, -1);
      frame.file = hv_profile_intern (profile, "src/cache.c", -1);
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] += bytes;
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] += blocks;
}

static inline HvProfile *
make_profile (const char *path, const Stack *stacks, gsize n)
{
  HvProfile *profile = hv_profile_new ();

  profile->path = g_strdup (path);
  profile->format = "jemalloc";
  profile->variant = hv_profile_intern (profile, "heap_v2", -1);
  profile->sample_period = 512 * 1024;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  profile->modules_known = TRUE;
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES);
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS);
  for (gsize i = 0; i < n; i++)
    add_stack (profile, stacks[i].stack, stacks[i].bytes, stacks[i].blocks);
  hv_profile_seal (profile);
  return profile;
}

/* ui.md §3.2: 300 MB became 800 MB. */
#define MB 1000000
static const Stack example_base[] = {
  { "main;rt_poll;handle;cache_insert", 20 * MB, 4096 },
  { "main;rt_poll;handle;old_cache", 40 * MB, 812 },
  { "main;rt_poll;handle;parse_json", 60 * MB, 3000 },
  { "main;logger::run;logger::format", 30 * MB, 470 },
  { "main;index_build", 100 * MB, 12 },
  { "main;misc", 50 * MB, 9000 },
};
static const Stack example_current[] = {
  { "main;rt_poll;handle;cache_insert", 320 * MB, 65300 },
  { "main;rt_poll;handle;Session::new;Default::default;spawn", 74 * MB, 5475 },
  { "main;rt_poll;handle;Session::new;Vec::with_capacity", 38 * MB, 19 },
  { "main;rt_poll;handle;Session::new;Arc::new", 38 * MB, 38 },
  { "main;rt_poll;handle;parse_json", 60 * MB, 3000 },
  { "main;logger::run;logger::format", 110 * MB, 1450 },
  { "main;index_build", 100 * MB, 12 },
  { "main;misc", 60 * MB, 9900 },
};
