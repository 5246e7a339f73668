/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

#include <string.h>

/* so many are named when there is no such thread */
#define THREADS_LISTED 20

static char *
metrics_list (const HvProfile *profile, uint32_t at)
{
  GString *list = g_string_new (NULL);

  for (int m = 0; m < HV_N_METRICS; m++)
    if (hv_profile_has (profile, (HvMetric) m, at))
      g_string_append_printf (list, "%s%s", list->len ? ", " : "", hv_metric_name ((HvMetric) m));
  return g_string_free (list, FALSE);
}

int64_t
_hv_tree_thread_value (const HvThreadRow *row, HvMetric metric)
{
  switch (metric)
    {
    case HV_METRIC_LIVE_BYTES:
      return row->live_bytes;
    case HV_METRIC_LIVE_BLOCKS:
      return row->live_blocks;
    case HV_METRIC_TOTAL_BYTES:
      return row->total_bytes;
    case HV_METRIC_TOTAL_BLOCKS:
      return row->total_blocks;
    default:
      return 0;
    }
}

char *
_hv_tree_thread_label (const HvProfile *profile, uint32_t thread)
{
  const char *name = hv_profile_string (profile, profile->thread_name[thread]);

  return *name ? g_strdup_printf ("%s (t%" G_GUINT64_FORMAT ")", name, profile->thread_uid[thread])
               : g_strdup_printf ("t%" G_GUINT64_FORMAT, profile->thread_uid[thread]);
}

static void
take_values (HvTreeSide *side, int slot, HvMetric metric)
{
  side->values[slot] = hv_profile_values_borrowed (side->profile, metric, side->at);
  if (side->values[slot] == NULL)
    side->values[slot] = side->own[slot] = hv_profile_values (side->profile, metric, side->at);
}

gboolean
_hv_tree_side_init (HvTreeSide *side, const HvProfile *profile, uint32_t at, HvMetric metric,
                    GError **error)
{
  *side = (HvTreeSide){ .profile = profile, .at = at };
  if (hv_metric_adds_up (metric))
    take_values (side, HV_SLOT_COST, metric);
  if (side->values[HV_SLOT_COST])
    {
      HvMetric partner = hv_metric_partner (metric);
      if (partner < HV_N_METRICS)
        take_values (side, HV_SLOT_PARTNER, partner);
      return TRUE;
    }
  g_autofree char *list = metrics_list (profile, at);
  if (hv_profile_has (profile, metric, at))
    g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                 "%s: %s of the sites do not add up, so there is no tree of them", profile->path,
                 hv_metric_name (metric));
  else
    g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: has no %s%s; it has: %s", profile->path,
                 hv_metric_name (metric), at == HV_AT_END ? "" : " at that moment",
                 *list ? list : "nothing at all");
  return FALSE;
}

gboolean
_hv_tree_check_threads (const HvTreeSide *side, HvMetric metric, GError **error)
{
  const HvProfile *profile = side->profile;
  gboolean at_end = side->at == HV_AT_END || side->at + 1 == profile->n_moments;
  gboolean told = metric == HV_METRIC_LIVE_BYTES || metric == HV_METRIC_LIVE_BLOCKS
                  || metric == HV_METRIC_TOTAL_BYTES || metric == HV_METRIC_TOTAL_BLOCKS;

  if (profile->n_threads && told && at_end)
    return TRUE;
  g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: does not tell %s by thread%s", profile->path,
               hv_metric_name (metric), profile->n_threads && told ? " at that moment" : "");
  return FALSE;
}

static gboolean
is_thread (const HvProfile *profile, uint32_t thread, const char *text, gboolean by_number)
{
  char number[24];

  if (!by_number)
    return strcmp (hv_profile_string (profile, profile->thread_name[thread]), text) == 0;
  g_snprintf (number, sizeof number, "t%" G_GUINT64_FORMAT, profile->thread_uid[thread]);
  return strcmp (text, number) == 0 || strcmp (text, number + 1) == 0;
}

gboolean
_hv_tree_keep_thread (HvTreeSide *side, const char *text, HvMetric metric, GError **error)
{
  const HvProfile *profile = side->profile;
  uint32_t found = 0;

  side->threads = g_new0 (uint8_t, profile->n_threads);
  for (int by_number = 0; by_number < 2 && found == 0; by_number++)
    for (uint32_t t = 0; t < profile->n_threads; t++)
      if (*text && is_thread (profile, t, text, by_number))
        {
          side->threads[t] = TRUE;
          found++;
        }
  if (found == 0)
    {
      g_autoptr (GString) list = g_string_new (NULL);
      for (uint32_t t = 0; t < MIN (profile->n_threads, THREADS_LISTED); t++)
        {
          g_autofree char *label = _hv_tree_thread_label (profile, t);
          g_string_append_printf (list, "%s%s", t ? ", " : "", label);
        }
      if (profile->n_threads > THREADS_LISTED)
        g_string_append_printf (list, " and %u more", profile->n_threads - THREADS_LISTED);
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: has no thread “%s”; it has: %s",
                   profile->path, text, list->str);
      return FALSE;
    }

  for (int slot = 0; slot < HV_N_SLOTS; slot++)
    if (side->values[slot])
      {
        g_free (side->own[slot]);
        side->values[slot] = side->own[slot] = g_new0 (int64_t, MAX (1, profile->n_sites));
      }
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      const HvThreadRow *row = &profile->thread_row[r];
      if (!side->threads[row->thread])
        continue;
      side->own[HV_SLOT_COST][row->site] += _hv_tree_thread_value (row, metric);
      if (side->own[HV_SLOT_PARTNER])
        side->own[HV_SLOT_PARTNER][row->site] += _hv_tree_thread_value (row,
                                                                        hv_metric_partner (metric));
    }
  return TRUE;
}

void
_hv_tree_side_clear (HvTreeSide *side)
{
  for (int slot = 0; slot < HV_N_SLOTS; slot++)
    g_free (side->own[slot]);
  g_clear_pointer (&side->paths, g_hash_table_unref);
  g_free (side->threads);
}
