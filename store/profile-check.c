/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#define FAIL(...) (g_set_error (error, HV_ERROR, HV_ERROR_STORE, __VA_ARGS__), FALSE)

/* No machine holds as much; the difference of two such totals still fits. */
#define MAX_TOTAL (INT64_MAX / 2)

/* Adds how much a cost is, whatever its sign (heaptrack: frees of what began before the recording),
 * to `total`; FALSE when that is too much. */
static gboolean
add_cost (int64_t *total, int64_t cost)
{
  return cost != INT64_MIN && !__builtin_add_overflow (*total, ABS (cost), total)
         && *total <= MAX_TOTAL;
}

/* Whether `n` costs are so small that any `held` of them add up: nearly always, and told at once.
 */
static gboolean
are_small (const int64_t *cost, uint64_t n, uint64_t held)
{
  uint64_t bits = 0;

  for (uint64_t i = 0; i < n; i++)
    bits |= (uint64_t) (cost[i] ^ (cost[i] >> 63));
  return held == 0 || bits < (uint64_t) MAX_TOTAL / held;
}

/* Whether the rows of a metric add up at each of the moments. */
static gboolean
rows_add_up (const HvProfile *profile, const int64_t *row)
{
  if (are_small (row, profile->n_rows, profile->n_sites))
    return TRUE;
  g_autofree int64_t *held = g_new0 (int64_t, MAX (1, profile->n_sites));
  int64_t total = 0;

  for (uint32_t i = 0; i < profile->n_moments; i++)
    {
      uint64_t from = profile->moment[i].first_row;
      uint64_t end = i + 1 < profile->n_moments ? profile->moment[i + 1].first_row
                                                : profile->n_rows;
      /* what goes first, so that the sum is never more than before or after */
      for (uint64_t r = from; r < end; r++)
        {
          total -= ABS (held[profile->row_site[r]]);
          held[profile->row_site[r]] = 0;
        }
      for (uint64_t r = from; r < end; r++)
        {
          total -= ABS (held[profile->row_site[r]]);
          if (!add_cost (&total, row[r]))
            return FALSE;
          held[profile->row_site[r]] = row[r];
        }
    }
  return TRUE;
}

/* So that whoever sums costs, of whichever sites, need not fear an overflow. */
static gboolean
check_sums (const HvProfile *profile, GError **error)
{
  HvThreadRow threads = { 0 };

  for (int m = 0; m < HV_N_METRICS; m++)
    {
      const int64_t *column = profile->column[m];
      int64_t total = 0;
      gboolean fits = TRUE;
      if (!hv_metric_adds_up ((HvMetric) m))
        continue;
      if (column && are_small (column, profile->n_sites, profile->n_sites))
        column = NULL;
      for (uint32_t s = 0; column && fits && s < profile->n_sites; s++)
        fits = add_cost (&total, column[s]);
      if (!fits || (profile->row[m] && !rows_add_up (profile, profile->row[m])))
        return FAIL ("%s of the sites do not add up", hv_metric_name ((HvMetric) m));
    }
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      const HvThreadRow *row = &profile->thread_row[r];
      if (!add_cost (&threads.live_bytes, row->live_bytes)
          || !add_cost (&threads.live_blocks, row->live_blocks)
          || !add_cost (&threads.total_bytes, row->total_bytes)
          || !add_cost (&threads.total_blocks, row->total_blocks))
        return FAIL ("the threads' shares do not add up");
    }
  return TRUE;
}

/* All of them in any case: that way the compiler does many at a time. */
static gboolean
nodes_are_in_order (const HvProfile *profile)
{
  uint32_t wrong = 0;

  for (uint32_t n = 1; n < profile->n_nodes; n++)
    wrong |= (uint32_t) (profile->node_parent[n] >= n)
             | (uint32_t) (profile->node_frame[n] >= profile->n_frames);
  return wrong == 0;
}

static gboolean
are_below (const uint32_t *id, uint64_t n, uint32_t limit)
{
  uint32_t wrong = 0;

  for (uint64_t i = 0; i < n; i++)
    wrong |= (uint32_t) (id[i] >= limit);
  return wrong == 0;
}

gboolean
hv_profile_check (const HvProfile *profile, GError **error)
{
  for (uint32_t f = 0; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      if (frame->function >= profile->n_strings || frame->file >= profile->n_strings
          || frame->module >= profile->n_strings || profile->frame_category[f] >= HV_N_CATEGORIES)
        return FAIL ("frame %u names a string that is not there", f);
    }
  if (!nodes_are_in_order (profile))
    return FAIL ("a stack has a parent or frame that is not there");
  if (!are_below (profile->site_node, profile->n_sites, profile->n_nodes))
    return FAIL ("a site has a stack that is not there");
  for (uint32_t i = 0; i < profile->n_moments; i++)
    {
      uint64_t before = i ? profile->moment[i - 1].first_row : 0;
      if (profile->moment[i].first_row < before || profile->moment[i].first_row > profile->n_rows
          || profile->moment[i].label >= profile->n_strings)
        return FAIL ("moment %u has rows or a label that are not there", i);
    }
  if (!are_below (profile->row_site, profile->n_rows, profile->n_sites))
    return FAIL ("a row has a site that is not there");
  for (uint32_t i = 0; i < profile->n_modules; i++)
    if (profile->module[i].path >= profile->n_strings
        || profile->module[i].build_id >= profile->n_strings
        || profile->module[i].status >= profile->n_strings
        || profile->module[i].tried >= profile->n_strings)
      return FAIL ("module %u names a string that is not there", i);
  for (uint32_t i = 0; i < profile->n_threads; i++)
    if (profile->thread_name[i] >= profile->n_strings)
      return FAIL ("thread %u names a string that is not there", i);
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    if (profile->thread_row[r].site >= profile->n_sites
        || profile->thread_row[r].thread >= profile->n_threads)
      return FAIL ("thread row %" G_GUINT64_FORMAT " has a site or thread that is not there", r);
  for (uint32_t i = 0; i < profile->n_accesses; i++)
    if (profile->access[i].site >= profile->n_sites)
      return FAIL ("access counts %u have a site that is not there", i);
  if (profile->variant >= profile->n_strings || profile->command >= profile->n_strings
      || profile->byte_unit >= profile->n_strings || profile->block_unit >= profile->n_strings
      || profile->default_metric >= HV_N_METRICS)
    return FAIL ("the profile's description names a string that is not there");
  return check_sums (profile, error);
}
