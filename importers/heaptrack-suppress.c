/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>

/* What glibc and GLib keep until the end on purpose: heaptrack's own list. */
static const char *const built_in[] = {
  "__nss_module_allocate", "__gconv_read_conf",  "__new_exitfn",  "tzset_internal",
  "dl_open_worker",        "g_main_context_new", "g_thread_self",
};

gboolean
ht_pattern_matches (const char *pattern, const char *text)
{
  gboolean anchored = *pattern == '^';

  if (anchored)
    pattern++;
  while (TRUE)
    {
      gsize length = strcspn (pattern, "*$");
      gsize left = strlen (text);

      /* `$` and what follows it: this part must be the end of the text. */
      if (pattern[length] == '$')
        return length <= left && (!anchored || length == left)
               && memcmp (text + left - length, pattern, length) == 0;

      const char *at = memmem (text, left, pattern, length);
      if (at == NULL || (anchored && strncmp (text, pattern, length) != 0))
        return FALSE;
      if (pattern[length] == '\0')
        return TRUE;
      /* The earliest place leaves most of the text for the parts after `*`. */
      text = (anchored ? text : at) + length;
      pattern += length + 1;
      anchored = FALSE;
    }
}

/* The pattern of a rule "leak:…", NULL for comments and other kinds. */
static const char *
rule_pattern (const char *rule)
{
  while (g_ascii_isspace (*rule))
    rule++;
  if (!g_str_has_prefix (rule, "leak:") || rule[5] == '\0')
    return NULL;
  return rule + 5;
}

int64_t
ht_suppressed_bytes (const HvProfile *profile, const GPtrArray *rules)
{
  g_autoptr (GPtrArray) patterns = g_ptr_array_new ();
  g_autofree uint8_t *string_hit = g_new0 (uint8_t, profile->n_strings);
  g_autofree uint8_t *frame_hit = g_new0 (uint8_t, profile->n_frames);
  g_autofree uint8_t *node_hit = g_new0 (uint8_t, profile->n_nodes);
  const int64_t *live = profile->column[HV_METRIC_LIVE_BYTES];
  int64_t sum = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (built_in); i++)
    g_ptr_array_add (patterns, (gpointer) built_in[i]);
  for (guint i = 0; i < rules->len; i++)
    {
      const char *pattern = rule_pattern (g_ptr_array_index (rules, i));
      if (pattern)
        g_ptr_array_add (patterns, (gpointer) pattern);
    }

  for (uint32_t s = 1; s < profile->n_strings; s++)
    for (guint i = 0; i < patterns->len && !string_hit[s]; i++)
      string_hit[s] = ht_pattern_matches (g_ptr_array_index (patterns, i),
                                          hv_profile_string (profile, s));
  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      if (!(frame->flags & HV_FRAME_SYNTHETIC))
        frame_hit[f] = string_hit[frame->function] | string_hit[frame->file]
                       | string_hit[frame->module];
    }
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    node_hit[n] = node_hit[profile->node_parent[n]] | frame_hit[profile->node_frame[n]];
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (node_hit[profile->site_node[s]])
      sum += live[s];
  return sum;
}
