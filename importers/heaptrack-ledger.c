/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>

void
ht_ledger_init (HtLedger *ledger)
{
  /* An empty heap is the first maximum. */
  *ledger = (HtLedger){ .at_peak = TRUE,
                        .marks = UINT64_C (1) << 32 | 1,
                        .bucket_rss = -1,
                        .timeline = ht_timeline_new () };
}

static void
free_sites (HtLedger *ledger)
{
  g_clear_pointer (&ledger->sites_memory, g_free);
  g_clear_pointer (&ledger->touched, g_free);
  ledger->sites = NULL;
  ledger->n_sites = ledger->sites_size = 0;
}

void
ht_ledger_clear (HtLedger *ledger)
{
  free_sites (ledger);
  g_clear_pointer (&ledger->timeline, ht_timeline_free);
}

/* The C library grows a large block without a copy, but knows no alignment. */
static void
grow_sites (HtLedger *ledger, uint32_t size)
{
  gsize before = (gsize) ((char *) ledger->sites - ledger->sites_memory);
  char *memory = g_realloc_n (ledger->sites_memory, (gsize) size + 1, sizeof (HtSite));
  gsize now = -(gsize) (uintptr_t) memory % sizeof (HtSite);

  if (now != before && ledger->n_sites)
    memmove (memory + now, memory + before, ledger->n_sites * sizeof (HtSite));
  ledger->sites_memory = memory;
  ledger->sites = (HtSite *) (memory + now);
  ledger->touched = g_renew (uint32_t, ledger->touched, size);
  ledger->sites_size = size;
}

void
ht_ledger_add_site (HtLedger *ledger, uint32_t site)
{
  if (site < ledger->n_sites)
    return;
  if (site >= ledger->sites_size)
    grow_sites (ledger, (uint32_t) MIN ((uint64_t) site + site / 2 + 256, G_MAXUINT32));
  memset (ledger->sites + ledger->n_sites, 0, (site + 1 - ledger->n_sites) * sizeof (HtSite));
  ledger->n_sites = site + 1;
}

void
ht_ledger_renew_epoch (HtLedger *ledger)
{
  for (uint32_t s = 0; s < ledger->n_sites; s++)
    {
      /* sites that keep a value of the present epoch go on to keep it */
      gboolean present = ledger->sites[s].marks >> 32 == ledger->marks >> 32;
      ledger->sites[s].marks = (uint64_t) present << 32 | (uint32_t) ledger->sites[s].marks;
    }
  ledger->marks = UINT64_C (1) << 32 | (uint32_t) ledger->marks;
}

gboolean
ht_ledger_add (HtLedger *ledger, uint32_t index, int64_t size, uint32_t freed, uint32_t temporary)
{
  if (!ht_ledger_is_ready (ledger))
    return FALSE;
  ht_ledger_change (ledger, index, size, freed, temporary);
  ledger->total_blocks += 1 - freed;
  ledger->live_blocks += freed ? -1 : 1;
  ledger->temporary_blocks += temporary;
  return TRUE;
}

static inline HtSum
live_sum (const HtSite *site)
{
  return (HtSum){ site->sum[HT_ALLOCATED].bytes - site->sum[HT_FREED].bytes,
                  site->sum[HT_ALLOCATED].blocks - site->sum[HT_FREED].blocks };
}

static void
next_bucket (HtLedger *ledger)
{
  ledger->n_touched = 0;
  ledger->stamps = 0;
  ledger->bucket_max = ledger->live_bytes;
  ledger->bucket_rss = -1;
  ledger->rss_pending = TRUE;
  if ((uint32_t) ledger->marks == G_MAXUINT32)
    {
      for (uint32_t s = 0; s < ledger->n_sites; s++)
        ledger->sites[s].marks &= ~UINT64_C (0xffffffff);
      ledger->marks &= ~UINT64_C (0xffffffff);
    }
  ledger->marks++;
}

static void
close_moment (HtLedger *ledger)
{
  HtTimeline *timeline = ledger->timeline;

  ht_timeline_add_moment (timeline, &(HvMoment){ .kind = HV_MOMENT_BUCKET,
                                                 .time = ledger->now,
                                                 .number = timeline->n_moments,
                                                 .live_bytes = ledger->live_bytes,
                                                 .live_blocks = ledger->live_blocks,
                                                 .max_bytes = ledger->bucket_max,
                                                 .total_bytes = ledger->total_bytes,
                                                 .total_blocks = ledger->total_blocks,
                                                 .temporary_blocks = ledger->temporary_blocks,
                                                 .rss_bytes = ledger->bucket_rss });
  for (uint32_t i = 0; i < ledger->n_touched; i++)
    {
      const HtSite *site = &ledger->sites[ledger->touched[i]];
      const HtSum live = live_sum (site);
      const int64_t values[HT_ROW_METRICS] = { live.bytes, live.blocks,
                                               site->sum[HT_ALLOCATED].bytes,
                                               site->sum[HT_ALLOCATED].blocks };
      ht_timeline_add_row (timeline, ledger->touched[i], values);
    }
  next_bucket (ledger);
}

void
ht_ledger_stamp (HtLedger *ledger, int64_t ms)
{
  /* Time runs backward only in a damaged copy of a file being written. */
  if (ledger->stamped && ms < ledger->now)
    return;
  ledger->now = ms;
  ledger->stamped = TRUE;
  ledger->rss_pending = FALSE;
  if (++ledger->stamps < ledger->timeline->stamps_per_moment)
    return;
  /* when the moments have become longer, this one is not at its end yet */
  ht_timeline_make_room (ledger->timeline, ledger->n_sites);
  if (ledger->stamps >= ledger->timeline->stamps_per_moment)
    close_moment (ledger);
}

void
ht_ledger_rss (HtLedger *ledger, HvProfile *profile, int64_t bytes)
{
  profile->peak_rss_bytes = MAX (profile->peak_rss_bytes, bytes);
  if (ledger->rss_pending && ledger->timeline->n_moments)
    {
      HvMoment *moment = &ledger->timeline->moment[ledger->timeline->n_moments - 1];
      moment->rss_bytes = MAX (moment->rss_bytes, bytes);
    }
  else
    ledger->bucket_rss = MAX (ledger->bucket_rss, bytes);
  ledger->rss_pending = FALSE;
}

void
ht_ledger_finish (HtLedger *ledger, HvProfile *profile)
{
  if (ledger->stamped && (ledger->n_touched || ledger->stamps || ledger->bucket_rss >= 0))
    {
      ht_timeline_make_room (ledger->timeline, ledger->n_sites);
      close_moment (ledger);
    }

  static const HvMetric metrics[] = { HV_METRIC_LIVE_BYTES,      HV_METRIC_LIVE_BLOCKS,
                                      HV_METRIC_PEAK_BYTES,      HV_METRIC_PEAK_BLOCKS,
                                      HV_METRIC_TOTAL_BYTES,     HV_METRIC_TOTAL_BLOCKS,
                                      HV_METRIC_TEMPORARY_BLOCKS };
  for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
    (void) hv_profile_column (profile, metrics[m]);
  for (uint32_t s = 0; s < ledger->n_sites; s++)
    {
      const HtSite *site = &ledger->sites[s];
      HtSum live = live_sum (site), peak = site->peak;

      if (ledger->at_peak || site->marks >> 32 != ledger->marks >> 32)
        peak = live;
      profile->column[HV_METRIC_LIVE_BYTES][s] = live.bytes;
      profile->column[HV_METRIC_LIVE_BLOCKS][s] = live.blocks;
      profile->column[HV_METRIC_PEAK_BYTES][s] = peak.bytes;
      profile->column[HV_METRIC_PEAK_BLOCKS][s] = peak.blocks;
      profile->column[HV_METRIC_TOTAL_BYTES][s] = site->sum[HT_ALLOCATED].bytes;
      profile->column[HV_METRIC_TOTAL_BLOCKS][s] = site->sum[HT_ALLOCATED].blocks;
      profile->column[HV_METRIC_TEMPORARY_BLOCKS][s] = site->temporary_blocks;
    }

  /* the rows take the place of the sites' sums */
  free_sites (ledger);
  ht_timeline_finish (ledger->timeline, profile);

  profile->time_unit = HV_TIME_MILLISECONDS;
  profile->peak_time = ledger->peak_time;
  /* As heaptrack counts: the last stamp's millisecond is over. */
  profile->duration = ledger->now + 1;
}
