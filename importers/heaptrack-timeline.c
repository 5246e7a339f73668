/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include "varint.h"

/* About one moment for every two pixels of a wide chart. */
#define MAX_MOMENTS 512
/* 36 bytes each in a profile: bounds the timeline of a program that touches very many sites all the
 * time. */
#define MAX_ROWS (1024 * 1024)
/* Coarser than this a timeline says too little, however much memory it saves. */
#define MIN_MOMENTS 16

#define MAX_ROW ((1 + HT_ROW_METRICS) * HV_MAX_VARINT)
/* There from the start: moments may have no rows at all. */
#define LEAST_SIZE (64 * 1024)

static const HvMetric metrics[HT_ROW_METRICS] = { HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS,
                                                  HV_METRIC_TOTAL_BYTES, HV_METRIC_TOTAL_BLOCKS };

HtTimeline *
ht_timeline_new (void)
{
  HtTimeline *timeline = g_new0 (HtTimeline, 1);

  timeline->moment = g_new (HvMoment, MAX_MOMENTS);
  timeline->start = g_new (uint64_t, MAX_MOMENTS);
  timeline->rows_size = LEAST_SIZE;
  timeline->rows = g_malloc (LEAST_SIZE);
  timeline->stamps_per_moment = 1;
  return timeline;
}

void
ht_timeline_free (HtTimeline *timeline)
{
  g_free (timeline->moment);
  g_free (timeline->start);
  g_free (timeline->rows);
  g_free (timeline);
}

void
ht_timeline_add_moment (HtTimeline *timeline, const HvMoment *moment)
{
  g_return_if_fail (timeline->n_moments < MAX_MOMENTS);
  timeline->moment[timeline->n_moments] = *moment;
  timeline->start[timeline->n_moments++] = timeline->rows_used;
}

void
ht_timeline_add_row (HtTimeline *timeline, uint32_t site, const int64_t *values)
{
  if (timeline->rows_size - timeline->rows_used < MAX_ROW)
    {
      timeline->rows_size += timeline->rows_size / 2 + LEAST_SIZE;
      timeline->rows = g_realloc (timeline->rows, timeline->rows_size);
    }

  uint8_t *at = hv_varint_put (timeline->rows + timeline->rows_used, site);
  /* what is live may be less than nothing in a recording of a part of a run */
  for (int m = 0; m < HT_ROW_METRICS; m++)
    at = hv_varint_put_signed (at, values[m]);
  timeline->rows_used = (uint64_t) (at - timeline->rows);
  timeline->n_rows++;
}

static inline uint64_t
end_of (const HtTimeline *timeline, uint32_t moment)
{
  return moment + 1 < timeline->n_moments ? timeline->start[moment + 1] : timeline->rows_used;
}

/* Makes one moment of each two neighbours: the later one's values; of a site's two rows the later
 * one. The rows shrink in place. */
static void
halve (HtTimeline *timeline, uint32_t n_sites)
{
  g_autofree uint16_t *kept = g_new0 (uint16_t, MAX (1, n_sites));
  uint8_t *out = timeline->rows;
  uint32_t n = 0;

  G_STATIC_ASSERT (MAX_MOMENTS < G_MAXUINT16);
  timeline->n_rows = 0;
  for (uint32_t i = 0; i < timeline->n_moments; i += 2, n++)
    {
      gboolean pair = i + 1 < timeline->n_moments;
      HvMoment moment = timeline->moment[i + pair];
      const uint8_t *row = timeline->rows + timeline->start[i];
      const uint8_t *middle = timeline->rows + timeline->start[i + pair];
      const uint8_t *end = timeline->rows + end_of (timeline, i + pair);

      if (pair)
        {
          moment.max_bytes = MAX (moment.max_bytes, timeline->moment[i].max_bytes);
          moment.rss_bytes = MAX (moment.rss_bytes, timeline->moment[i].rss_bytes);
        }
      moment.number = n;
      for (const uint8_t *later = middle; later < end;)
        {
          kept[hv_varint_take (&later)] = (uint16_t) (n + 1);
          later = hv_varint_skip (later, HT_ROW_METRICS);
        }
      timeline->moment[n] = moment;
      timeline->start[n] = (uint64_t) (out - timeline->rows);
      while (row < end)
        {
          const uint8_t *next = row;
          uint64_t site = hv_varint_take (&next);
          gboolean again = row < middle && kept[site] == n + 1;
          next = hv_varint_skip (next, HT_ROW_METRICS);
          timeline->n_rows += !again;
          if (again)
            row = next;
          while (row < next)
            *out++ = *row++;
        }
    }
  timeline->n_moments = n;
  timeline->rows_used = (uint64_t) (out - timeline->rows);
  timeline->stamps_per_moment *= 2;
}

/* Rows beyond twice the sites are many changes of few sites: those merge well. */
void
ht_timeline_make_room (HtTimeline *timeline, uint32_t n_sites)
{
  while (timeline->n_moments >= MAX_MOMENTS
         || (timeline->n_rows > MAX (MAX_ROWS, 2 * (uint64_t) n_sites)
             && timeline->n_moments >= 2 * MIN_MOMENTS))
    halve (timeline, n_sites);
}

void
ht_timeline_finish (HtTimeline *timeline, HvProfile *profile)
{
  for (int m = 0; m < HT_ROW_METRICS && timeline->n_moments; m++)
    profile->row_metrics |= 1u << metrics[m];
  for (uint32_t i = 0; i < timeline->n_moments; i++)
    {
      const uint8_t *at = timeline->rows + timeline->start[i];
      const uint8_t *end = timeline->rows + end_of (timeline, i);

      hv_profile_add_moment (profile, &timeline->moment[i]);
      while (at < end)
        {
          uint32_t site = (uint32_t) hv_varint_take (&at);
          int64_t values[HT_ROW_METRICS];
          for (int m = 0; m < HT_ROW_METRICS; m++)
            values[m] = hv_varint_take_signed (&at);
          hv_profile_add_row (profile, site, values);
        }
    }
  timeline->n_moments = 0;
  timeline->rows_used = timeline->rows_size = timeline->n_rows = 0;
  g_clear_pointer (&timeline->rows, g_free);
}
