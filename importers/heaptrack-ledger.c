/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>

/* About one moment for every two pixels of a wide chart. */
#define MAX_MOMENTS 512
/* 36 bytes each: bounds the timeline of a program that touches very many sites all the time. */
#define MAX_ROWS (1024 * 1024)
/* Coarser than this a timeline says too little, however much memory it saves. */
#define MIN_MOMENTS 16

static const HvMetric row_metrics[] = { HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS,
                                        HV_METRIC_TOTAL_BYTES, HV_METRIC_TOTAL_BLOCKS };

void
ht_ledger_init (HtLedger *ledger)
{
  /* An empty heap is the first maximum. */
  *ledger = (HtLedger){
    .at_peak = TRUE, .marks = UINT64_C (1) << 32 | 1, .bucket_rss = -1, .stamps_per_moment = 1
  };
}

void
ht_ledger_clear (HtLedger *ledger)
{
  g_aligned_free (ledger->sites);
  g_free (ledger->touched);
  ledger->sites = NULL;
  ledger->touched = NULL;
}

void
ht_ledger_add_site (HtLedger *ledger, uint32_t site)
{
  if (site < ledger->n_sites)
    return;
  if (site >= ledger->sites_size)
    {
      uint32_t size = (uint32_t) MIN ((uint64_t) site + site / 2 + 256, G_MAXUINT32);
      HtSite *sites = g_aligned_alloc (size, sizeof (HtSite), sizeof (HtSite));

      if (ledger->n_sites)
        memcpy (sites, ledger->sites, ledger->n_sites * sizeof (HtSite));
      g_aligned_free (ledger->sites);
      ledger->sites = sites;
      ledger->touched = g_renew (uint32_t, ledger->touched, size);
      ledger->sites_size = size;
    }
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

/* Makes one moment of each two neighbours: the later one's values; of a site's two rows the later
 * one. The arrays shrink in place. */
static void
halve_timeline (HtLedger *ledger, HvProfile *profile)
{
  g_autofree uint32_t *kept = g_new0 (uint32_t, MAX (1, ledger->n_sites));
  uint64_t out = 0;
  uint32_t n = 0;

  for (uint32_t i = 0; i < profile->n_moments; i += 2, n++)
    {
      gboolean pair = i + 1 < profile->n_moments;
      HvMoment moment = profile->moment[pair ? i + 1 : i];
      uint64_t first = profile->moment[i].first_row;
      uint64_t middle = pair ? moment.first_row : first;
      uint64_t end = i + 2 < profile->n_moments ? profile->moment[i + 2].first_row
                                                : profile->n_rows;

      if (pair)
        {
          moment.max_bytes = MAX (moment.max_bytes, profile->moment[i].max_bytes);
          moment.rss_bytes = MAX (moment.rss_bytes, profile->moment[i].rss_bytes);
        }
      moment.first_row = out;
      moment.number = n;
      for (uint64_t r = middle; r < end; r++)
        kept[profile->row_site[r]] = n + 1;
      for (uint64_t r = first; r < end; r++)
        {
          if (r < middle && kept[profile->row_site[r]] == n + 1)
            continue;
          profile->row_site[out] = profile->row_site[r];
          for (gsize m = 0; m < G_N_ELEMENTS (row_metrics); m++)
            profile->row[row_metrics[m]][out] = profile->row[row_metrics[m]][r];
          out++;
        }
      profile->moment[n] = moment;
    }
  profile->n_moments = n;
  profile->n_rows = out;
  ledger->stamps_per_moment *= 2;
}

/* Before a moment is added. Rows beyond twice the sites are many changes of few sites: those merge
 * well. */
static void
make_room (HtLedger *ledger, HvProfile *profile)
{
  while (profile->n_moments >= MAX_MOMENTS
         || (profile->n_rows > MAX (MAX_ROWS, 2 * (uint64_t) ledger->n_sites)
             && profile->n_moments >= 2 * MIN_MOMENTS))
    halve_timeline (ledger, profile);
}

static void
close_moment (HtLedger *ledger, HvProfile *profile)
{
  for (gsize m = 0; m < G_N_ELEMENTS (row_metrics); m++)
    profile->row_metrics |= 1u << row_metrics[m];
  hv_profile_add_moment (profile, &(HvMoment){ .kind = HV_MOMENT_BUCKET,
                                               .time = ledger->now,
                                               .number = profile->n_moments,
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
      const int64_t values[] = { live.bytes, live.blocks, site->sum[HT_ALLOCATED].bytes,
                                 site->sum[HT_ALLOCATED].blocks };
      hv_profile_add_row (profile, ledger->touched[i], values);
    }
  next_bucket (ledger);
}

void
ht_ledger_stamp (HtLedger *ledger, HvProfile *profile, int64_t ms)
{
  /* Time runs backward only in a damaged copy of a file being written. */
  if (ledger->stamped && ms < ledger->now)
    return;
  ledger->now = ms;
  ledger->stamped = TRUE;
  ledger->rss_pending = FALSE;
  if (++ledger->stamps < ledger->stamps_per_moment)
    return;
  /* when the moments have become longer, this one is not at its end yet */
  make_room (ledger, profile);
  if (ledger->stamps >= ledger->stamps_per_moment)
    close_moment (ledger, profile);
}

void
ht_ledger_rss (HtLedger *ledger, HvProfile *profile, int64_t bytes)
{
  profile->peak_rss_bytes = MAX (profile->peak_rss_bytes, bytes);
  if (ledger->rss_pending && profile->n_moments)
    {
      HvMoment *moment = &profile->moment[profile->n_moments - 1];
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
      make_room (ledger, profile);
      close_moment (ledger, profile);
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

  profile->time_unit = HV_TIME_MILLISECONDS;
  profile->peak_time = ledger->peak_time;
  /* As heaptrack counts: the last stamp's millisecond is over. */
  profile->duration = ledger->now + 1;
}
