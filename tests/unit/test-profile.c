/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/profile.h"

#include <string.h>

/* --- metrics --- */

static void
test_metrics (void)
{
  for (int i = 0; i < HV_N_METRICS; i++)
    {
      HvMetric metric = (HvMetric) i, partner = hv_metric_partner (metric);
      g_assert_cmpint (hv_metric_parse (hv_metric_name (metric)), ==, metric);
      g_assert_cmpint (hv_metric_parse (hv_metric_column (metric)), ==, metric);
      g_assert_cmpstr (hv_metric_title (metric), !=, "");
      /* one counts what the other weighs */
      if (partner < HV_N_METRICS && hv_metric_is_bytes (metric))
        {
          g_assert_false (hv_metric_is_bytes (partner));
          g_assert_cmpint (hv_metric_partner (partner), ==, metric);
          g_assert_true (hv_metric_adds_up (metric) == hv_metric_adds_up (partner));
        }
    }
  g_assert_cmpint (hv_metric_parse ("live-bytes"), ==, HV_METRIC_LIVE_BYTES);
  g_assert_cmpint (hv_metric_parse ("Live-Bytes"), ==, HV_N_METRICS);
  g_assert_cmpint (hv_metric_parse (""), ==, HV_N_METRICS);
  g_assert_true (hv_metric_is_bytes (HV_METRIC_WRITE_BYTES));
  g_assert_false (hv_metric_is_bytes (HV_METRIC_LIFETIME));
  g_assert_false (hv_metric_adds_up (HV_METRIC_MAX_BYTES));
  g_assert_cmpint (hv_metric_partner (HV_METRIC_TEMPORARY_BLOCKS), ==, HV_N_METRICS);
}

/* --- pairs --- */

static void
test_pair_map (void)
{
  const uint32_t n = 100000;
  HvPairMap map = { 0 };
  gboolean found;

  g_assert_cmpuint (hv_pair_map_lookup (&map, 0, 0, 42), ==, 42);
  /* keys a hash is tempted to confuse: swapped, and consecutive in one half or the other */
  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t a = i % 2 ? i / 2 : UINT32_MAX, b = i % 2 ? UINT32_MAX : i / 2;
      uint32_t *slot = hv_pair_map_slot (&map, a, b, &found);
      g_assert_false (found);
      g_assert_cmpuint (*slot, ==, 0);
      *slot = i;
    }
  g_assert_cmpuint (map.used, ==, n);
  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t a = i % 2 ? i / 2 : UINT32_MAX, b = i % 2 ? UINT32_MAX : i / 2;
      g_assert_cmpuint (*hv_pair_map_slot (&map, a, b, &found), ==, i);
      g_assert_true (found);
      g_assert_cmpuint (hv_pair_map_lookup (&map, a, b, n), ==, i);
    }
  g_assert_cmpuint (map.used, ==, n);
  g_assert_cmpuint (hv_pair_map_lookup (&map, n, UINT32_MAX, 42), ==, 42);
  g_assert_cmpuint (hv_pair_map_lookup (&map, 1, 2, 42), ==, 42);
  hv_pair_map_clear (&map);
  g_assert_cmpuint (hv_pair_map_lookup (&map, UINT32_MAX, 0, 42), ==, 42);
}

/* --- building --- */

static void
test_intern (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();
  uint32_t a = hv_profile_intern (p, "malloc", -1);

  g_assert_cmpuint (a, ==, 1);
  g_assert_cmpuint (hv_profile_intern (p, "malloc(unsigned long)", 6), ==, a);
  g_assert_cmpuint (hv_profile_intern (p, "malloc", 100), ==, a);
  g_assert_cmpuint (hv_profile_intern (p, "malloc\0more", 11), ==, a);
  g_assert_cmpuint (hv_profile_intern (p, "mallo", -1), !=, a);
  g_assert_cmpuint (hv_profile_intern (p, "malloc2", -1), !=, a);
  g_assert_cmpuint (hv_profile_intern (p, "", -1), ==, 0);
  g_assert_cmpuint (hv_profile_intern (p, "x", 0), ==, 0);
  g_assert_cmpuint (hv_profile_intern (p, NULL, 0), ==, 0);
  g_assert_cmpuint (hv_profile_intern (p, "\0x", 2), ==, 0);
  g_assert_cmpstr (hv_profile_string (p, 0), ==, "");
  g_assert_cmpuint (p->n_strings, ==, 4);

  /* made valid, then found by either spelling */
  uint32_t latin = hv_profile_intern (p, "caf\xe9", -1);
  g_assert_cmpstr (hv_profile_string (p, latin), ==, "caf\xef\xbf\xbd");
  g_assert_cmpuint (hv_profile_intern (p, "caf\xe9", -1), ==, latin);
  g_assert_cmpuint (hv_profile_intern (p, "caf\xef\xbf\xbd", -1), ==, latin);
  /* cut within a character */
  uint32_t cut = hv_profile_intern (p, "na\xc3\xafve", 3);
  g_assert_cmpstr (hv_profile_string (p, cut), ==, "na\xef\xbf\xbd");
}

static void
test_many (void)
{
  const uint32_t n = 50000;
  g_autoptr (HvProfile) p = hv_profile_new ();

  /* through many growths of arrays and tables */
  for (int round = 0; round < 2; round++)
    for (uint32_t i = 0; i < n; i++)
      {
        g_autofree char *text = g_strdup_printf ("function %u", i);
        uint32_t string = hv_profile_intern (p, text, -1);
        uint32_t frame = hv_profile_frame (p, &(HvFrame){ .function = string, .line = i });
        uint32_t node = hv_profile_node (p, i / 2, frame);
        uint32_t site = hv_profile_site (p, node);
        g_assert_cmpuint (string, ==, i + 1);
        g_assert_cmpuint (frame, ==, i + 1);
        g_assert_cmpuint (node, ==, i + 1);
        g_assert_cmpuint (site, ==, i);
        hv_profile_column (p, HV_METRIC_LIVE_BYTES)[site] += i;
      }
  g_assert_cmpuint (p->n_strings, ==, n + 1);
  g_assert_cmpuint (p->n_frames, ==, n + 1);
  g_assert_cmpuint (p->n_nodes, ==, n + 1);
  g_assert_cmpuint (p->n_sites, ==, n);
  g_assert_cmpint (hv_profile_total (p, HV_METRIC_LIVE_BYTES), ==, (int64_t) n * (n - 1));
  g_assert_cmpint (hv_profile_total (p, HV_METRIC_PEAK_BYTES), ==, 0);
  for (uint32_t i = 0; i < n; i += 777)
    {
      g_autofree char *text = g_strdup_printf ("function %u", i);
      g_assert_cmpstr (hv_profile_string (p, i + 1), ==, text);
    }
  hv_profile_seal (p);
  g_assert_null (p->tables);
  g_assert_true (hv_profile_check (p, NULL));
  g_assert_false (p->full);
}

static void
test_frames (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();
  const HvFrame base = { .function = hv_profile_intern (p, "f", -1), .line = 1 };
  HvFrame other[6] = { base, base, base, base, base, base };

  /* each member tells frames apart */
  other[0].function = hv_profile_intern (p, "g", -1);
  other[1].file = 1;
  other[2].line = 2;
  other[3].module = 1;
  other[4].address = UINT64_C (1) << 40;
  other[5].flags = HV_FRAME_INLINED;
  uint32_t first = hv_profile_frame (p, &base);
  g_assert_cmpuint (first, ==, 1);
  for (uint32_t i = 0; i < G_N_ELEMENTS (other); i++)
    g_assert_cmpuint (hv_profile_frame (p, &other[i]), ==, i + 2);
  g_assert_cmpuint (hv_profile_frame (p, &base), ==, first);

  uint32_t note = hv_profile_note (p, "truncated");
  g_assert_cmpuint (hv_profile_note (p, "truncated"), ==, note);
  g_assert_cmpstr (hv_profile_string (p, p->frame[note].function), ==, "[truncated]");
  g_assert_cmpint (p->frame[note].flags, ==, HV_FRAME_SYNTHETIC);
}

/* A column made late, and sites added after it was made, start at zero. */
static void
test_columns (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();

  hv_profile_column (p, HV_METRIC_TOTAL_BLOCKS);
  for (uint32_t i = 0; i < 1000; i++)
    {
      uint32_t site = hv_profile_site (p, hv_profile_node (p, 0, i));
      g_assert_cmpint (hv_profile_column (p, HV_METRIC_TOTAL_BLOCKS)[site], ==, 0);
      hv_profile_column (p, HV_METRIC_TOTAL_BLOCKS)[site] = 7;
      if (i == 500)
        hv_profile_column (p, HV_METRIC_MAX_BYTES);
    }
  for (uint32_t i = 0; i < 1000; i++)
    {
      g_assert_cmpint (p->column[HV_METRIC_TOTAL_BLOCKS][i], ==, 7);
      g_assert_cmpint (p->column[HV_METRIC_MAX_BYTES][i], ==, 0);
    }
  g_assert_null (p->column[HV_METRIC_LIVE_BYTES]);

  /* a sum past the range wraps and is no undefined behaviour */
  p->column[HV_METRIC_TOTAL_BLOCKS][0] = INT64_MAX;
  g_assert_cmpint (hv_profile_total (p, HV_METRIC_TOTAL_BLOCKS), ==, INT64_MIN + (7 * 999 - 1));
}

/* Stacks are found again after the tables for it were dropped, and new ones go on where they were.
 */
static void
test_settle (void)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  uint32_t frame[3], node[9], site[9];

  for (uint32_t i = 0; i < 3; i++)
    frame[i] = hv_profile_frame (profile, &(HvFrame){ .line = i + 1 });
  for (int pass = 0; pass < 3; pass++)
    {
      for (uint32_t i = 0; i < 9; i++)
        {
          uint32_t parent = hv_profile_node (profile, 0, frame[i / 3]);
          uint32_t at = hv_profile_node (profile, parent, frame[i % 3]);
          uint32_t of = hv_profile_site (profile, at);
          g_assert_cmpuint (at, ==, pass ? node[i] : at);
          g_assert_cmpuint (of, ==, pass ? site[i] : i);
          node[i] = at;
          site[i] = of;
        }
      g_assert_cmpuint (profile->n_nodes, ==, 13);
      hv_profile_settle (profile);
      if (pass == 1)
        g_assert_cmpuint (hv_profile_site (profile, node[4]), ==, site[4]);
    }
  g_assert_cmpuint (hv_profile_node (profile, node[8], frame[0]), ==, 13);
}

/* What was known to be new and not looked up is found later. */
static void
test_new (void)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  uint32_t frame = hv_profile_frame (profile, &(HvFrame){ .line = 1 });
  uint32_t first = hv_profile_node (profile, 0, frame), site = hv_profile_site (profile, first);

  hv_profile_expect (profile, 300000);
  uint32_t second = hv_profile_new_node (profile, first, frame);
  uint32_t new_site = hv_profile_new_site (profile, second);
  g_assert_cmpuint (second, ==, first + 1);
  g_assert_cmpuint (new_site, ==, site + 1);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[new_site] = 7;
  g_assert_cmpuint (hv_profile_node (profile, 0, frame), ==, first);
  g_assert_cmpuint (hv_profile_node (profile, first, frame), ==, second);
  g_assert_cmpuint (hv_profile_site (profile, second), ==, new_site);
  g_assert_cmpuint (hv_profile_site (profile, first), ==, site);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 7);
  g_assert_true (hv_profile_check (profile, NULL));
}

static void
test_full (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();
  uint32_t known = hv_profile_frame (p, &(HvFrame){ .line = 1 });
  uint32_t node = hv_profile_node (p, 0, known);
  uint32_t n_nodes = p->n_nodes;

  /* as if there were so many: what is known is still found, what is new is refused */
  p->n_nodes = 1000000000u;
  g_assert_cmpuint (hv_profile_node (p, 0, known), ==, node);
  g_assert_false (p->full);
  g_assert_cmpuint (hv_profile_node (p, node, known), ==, 0);
  g_assert_true (p->full);
  p->n_nodes = n_nodes;

  p->full = FALSE;
  p->n_moments = 1000000000u;
  hv_profile_add_moment (p, &(HvMoment){ .time = 1 });
  g_assert_true (p->full);
  g_assert_cmpuint (p->n_moments, ==, 1000000000u);
  p->n_moments = 0;

  p->full = FALSE;
  p->n_sites = 1000000000u;
  g_assert_cmpuint (hv_profile_site (p, node), ==, 0);
  g_assert_true (p->full);
  p->n_sites = 0;
}

/* --- moments --- */

/* Three sites and four moments: instants at 0, 1000 and 2500 ms; numbers 0, 1, 2, 7.
 *   site   0    1    2    3 (end)
 *   a     10   10   30   30
 *   b      -    5    0    0
 *   c      -    -    -    8 */
static HvProfile *
make_timeline (HvTimeUnit unit)
{
  static const struct
  {
    int64_t time, number;
    struct
    {
      uint32_t site;
      int64_t bytes;
    } row[2];
  } moments[] = {
    { 0, 0, { { 0, 10 }, { 9, 0 } } },
    { 1000, 1, { { 1, 5 }, { 9, 0 } } },
    { 2500, 2, { { 0, 30 }, { 1, 0 } } },
    { 3000, 7, { { 2, 8 }, { 9, 0 } } },
  };
  HvProfile *p = hv_profile_new ();
  static const int64_t end[] = { 30, 0, 8 };

  p->path = g_strdup ("run");
  p->time_unit = unit;
  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES | 1u << HV_METRIC_TOTAL_BYTES;
  for (uint32_t s = 0; s < 3; s++)
    {
      hv_profile_site (p,
                       hv_profile_node (p, 0, hv_profile_frame (p, &(HvFrame){ .line = s + 1 })));
      hv_profile_column (p, HV_METRIC_LIVE_BYTES)[s] = end[s];
      hv_profile_column (p, HV_METRIC_TOTAL_BYTES)[s] = 2 * end[s];
      hv_profile_column (p, HV_METRIC_PEAK_BYTES)[s] = 100 + s;
    }
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      /* first_row is not the caller's to say */
      hv_profile_add_moment (
          p,
          &(HvMoment){ .time = moments[i].time, .number = moments[i].number, .first_row = 12345 });
      for (guint r = 0; r < 2; r++)
        if (moments[i].row[r].site < 3)
          hv_profile_add_row (
              p, moments[i].row[r].site,
              (const int64_t[]){ moments[i].row[r].bytes, 2 * moments[i].row[r].bytes });
    }
  return p;
}

static void
assert_values (const HvProfile *p, HvMetric metric, uint32_t at, int64_t a, int64_t b, int64_t c)
{
  g_autofree int64_t *values = hv_profile_values (p, metric, at);

  g_assert_true (hv_profile_has (p, metric, at));
  g_assert_nonnull (values);
  g_assert_cmpint (values[0], ==, a);
  g_assert_cmpint (values[1], ==, b);
  g_assert_cmpint (values[2], ==, c);
}

static void
test_values (void)
{
  g_autoptr (HvProfile) p = make_timeline (HV_TIME_MILLISECONDS);

  hv_profile_seal (p);
  g_assert_true (hv_profile_check (p, NULL));
  assert_values (p, HV_METRIC_LIVE_BYTES, 0, 10, 0, 0);
  assert_values (p, HV_METRIC_LIVE_BYTES, 1, 10, 5, 0);
  assert_values (p, HV_METRIC_LIVE_BYTES, 2, 30, 0, 0);
  assert_values (p, HV_METRIC_LIVE_BYTES, 3, 30, 0, 8);
  assert_values (p, HV_METRIC_LIVE_BYTES, HV_AT_END, 30, 0, 8);
  assert_values (p, HV_METRIC_TOTAL_BYTES, 1, 20, 10, 0);
  assert_values (p, HV_METRIC_LIVE_BYTES, HV_AT_PEAK, 100, 101, 102);
  assert_values (p, HV_METRIC_PEAK_BYTES, HV_AT_PEAK, 100, 101, 102);
  assert_values (p, HV_METRIC_PEAK_BYTES, HV_AT_END, 100, 101, 102);
  assert_values (p, HV_METRIC_PEAK_BYTES, 3, 100, 101, 102);

  /* absent: no row holds it, no column, no such moment */
  g_assert_null (hv_profile_values (p, HV_METRIC_PEAK_BYTES, 1));
  g_assert_null (hv_profile_values (p, HV_METRIC_LIVE_BLOCKS, HV_AT_END));
  g_assert_null (hv_profile_values (p, HV_METRIC_LIVE_BLOCKS, HV_AT_PEAK));
  g_assert_null (hv_profile_values (p, HV_METRIC_TOTAL_BYTES, HV_AT_PEAK));
  g_assert_null (hv_profile_values (p, HV_METRIC_LIVE_BYTES, 4));
}

static void
test_parse_moment (void)
{
  static const struct
  {
    const char *text;
    uint32_t at;
  } good[] = {
    { "end", HV_AT_END }, { "peak", HV_AT_PEAK },
    { "0", 0 },           { "2", 2 },
    { "7", 3 },           { "0s", 0 },
    { "999ms", 0 },       { "1s", 1 },
    { "1.5s", 1 },        { "2.5s", 2 },
    { "2999ms", 2 },      { "3000ms", 3 },
    { "0.05min", 3 },     { "1e300s", 3 },
    { "0.001s", 0 },
  };
  static const char *const bad[] = {
    "",     "3",    "-1",   "+1",    "1h",  "1 s",   "-1s",
    "nans", "infs", "end ", "peaks", "1.5", "seven", "99999999999999999999"
  };
  g_autoptr (HvProfile) p = make_timeline (HV_TIME_MILLISECONDS);
  g_autoptr (HvProfile) micro = make_timeline (HV_TIME_MICROSECONDS);
  g_autoptr (HvProfile) instructions = make_timeline (HV_TIME_INSTRUCTIONS);
  g_autoptr (HvProfile) dump = hv_profile_new ();
  g_autoptr (GError) error = NULL;
  uint32_t at;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      at = 99;
      g_assert_true (hv_profile_parse_moment (p, good[i].text, &at, &error));
      g_assert_no_error (error);
      if (at != good[i].at)
        g_error ("%s is moment %u", good[i].text, at);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_clear_error (&error);
      if (hv_profile_parse_moment (p, bad[i], &at, &error))
        g_error ("“%s” is moment %u", bad[i], at);
      g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
      g_assert_null (strchr (error->message, '\n'));
    }
  g_clear_error (&error);

  g_assert_true (hv_profile_parse_moment (micro, "2.6ms", &at, NULL));
  g_assert_cmpuint (at, ==, 2);
  /* a time in seconds is none of a clock that counts instructions */
  g_assert_false (hv_profile_parse_moment (instructions, "1s", &at, NULL));
  g_assert_true (hv_profile_parse_moment (instructions, "7", &at, NULL));
  g_assert_cmpuint (at, ==, 3);

  dump->path = g_strdup ("dump");
  g_assert_true (hv_profile_parse_moment (dump, "end", &at, NULL));
  g_assert_false (hv_profile_parse_moment (dump, "0", &at, NULL));
  g_assert_false (hv_profile_parse_moment (dump, "peak", &at, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
}

/* --- expanding --- */

/* Lines 1 and 2 become the same chain of two, line 3 stays, line 4 becomes line 3. */
static void
expand (HvProfile *p, uint32_t frame, GArray *frames, gpointer user)
{
  uint32_t line = p->frame[frame].line;
  uint32_t inner, outer;

  (*(guint *) user)++;
  if (line == 4)
    {
      outer = hv_profile_frame (p, &(HvFrame){ .line = 3 });
      g_array_append_val (frames, outer);
    }
  if (line > 2)
    return;
  inner = hv_profile_frame (p, &(HvFrame){ .line = 100, .flags = HV_FRAME_INLINED });
  outer = hv_profile_frame (p, &(HvFrame){ .line = 101 });
  g_array_append_val (frames, inner);
  g_array_append_val (frames, outer);
}

static void
test_expand (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();
  uint32_t f[5], node[4];
  guint calls = 0;

  for (uint32_t i = 1; i <= 4; i++)
    f[i] = hv_profile_frame (p, &(HvFrame){ .line = i });
  /* 3/1, 3/2 and 4/1 fall together; 3 and 4 do */
  node[0] = hv_profile_node (p, hv_profile_node (p, 0, f[3]), f[1]);
  node[1] = hv_profile_node (p, hv_profile_node (p, 0, f[3]), f[2]);
  node[2] = hv_profile_node (p, hv_profile_node (p, 0, f[4]), f[1]);
  node[3] = hv_profile_node (p, 0, f[3]);
  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES;
  for (uint32_t i = 0; i < 4; i++)
    {
      uint32_t site = hv_profile_site (p, node[i]);
      hv_profile_column (p, HV_METRIC_LIVE_BYTES)[site] = 1 << i;
      hv_profile_column (p, HV_METRIC_MAX_BYTES)[site] = 10 + i % 2;
      hv_profile_add_thread_row (p, &(HvThreadRow){ .site = site, .live_bytes = 1 << i });
    }
  hv_profile_add_thread (p, 1, 0);
  hv_profile_add_access (p, 2, 0, (const uint8_t *) "x", 1);
  /* moments: first two sites; the first changes and the last comes; the first goes, its parts in
   * two rows; the end */
  static const int64_t rows[][3] = { { 0, 0, 50 }, { 0, 1, 3 }, { 1, 0, 7 },
                                     { 1, 3, 9 },  { 2, 0, 0 }, { 2, 2, 4 },
                                     { 3, 0, 1 },  { 3, 1, 2 }, { 3, 3, 8 } };
  int64_t moment = -1;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i][0] != moment)
        hv_profile_add_moment (p, &(HvMoment){ .number = moment = rows[i][0] });
      hv_profile_add_row (p, (uint32_t) rows[i][1], &rows[i][2]);
    }

  hv_profile_expand_frames (p, expand, &calls);
  /* those that gave way are gone, and what is left is found again */
  g_assert_cmpuint (p->n_frames, ==, 1 + 3);
  for (uint32_t i = 1; i < p->n_frames; i++)
    g_assert_cmpuint (
        hv_profile_frame (p, &(HvFrame){ .line = p->frame[i].line, .flags = p->frame[i].flags }),
        ==, i);
  for (uint32_t n = 1; n < p->n_nodes; n++)
    g_assert_cmpuint (hv_profile_node (p, p->node_parent[n], p->node_frame[n]), ==, n);
  hv_profile_seal (p);
  g_assert_true (hv_profile_check (p, NULL));
  g_assert_cmpuint (calls, ==, 4);

  /* root > 3 > 101 > 100 (inlined) */
  g_assert_cmpuint (p->n_nodes, ==, 4);
  for (uint32_t n = 1; n < 4; n++)
    g_assert_cmpuint (p->node_parent[n], ==, n - 1);
  g_assert_cmpuint (p->frame[p->node_frame[1]].line, ==, 3);
  g_assert_cmpuint (p->frame[p->node_frame[2]].line, ==, 101);
  g_assert_cmpuint (p->frame[p->node_frame[3]].line, ==, 100);
  g_assert_cmpuint (p->n_sites, ==, 2);
  g_assert_cmpuint (p->site_node[0], ==, 3);
  g_assert_cmpuint (p->site_node[1], ==, 1);

  /* sums, but the larger of maxima */
  g_assert_cmpint (p->column[HV_METRIC_LIVE_BYTES][0], ==, 1 + 2 + 4);
  g_assert_cmpint (p->column[HV_METRIC_LIVE_BYTES][1], ==, 8);
  g_assert_cmpint (p->column[HV_METRIC_MAX_BYTES][0], ==, 11);

  static const int64_t sums[][2] = { { 53, 0 }, { 10, 9 }, { 7, 9 }, { 7, 8 } };
  for (uint32_t i = 0; i < 4; i++)
    {
      g_autofree int64_t *values = hv_profile_values (p, HV_METRIC_LIVE_BYTES, i);
      g_assert_cmpint (values[0], ==, sums[i][0]);
      g_assert_cmpint (values[1], ==, sums[i][1]);
      /* one row a site and moment */
      uint64_t end = i < 3 ? p->moment[i + 1].first_row : p->n_rows;
      g_assert_cmpuint (end - p->moment[i].first_row, <=, 2);
    }
  int64_t threads[2] = { 0 };
  for (uint64_t r = 0; r < p->n_thread_rows; r++)
    threads[p->thread_row[r].site] += p->thread_row[r].live_bytes;
  g_assert_cmpint (threads[0], ==, 7);
  g_assert_cmpint (threads[1], ==, 8);
  g_assert_cmpuint (p->access[0].site, ==, 0);
}

static void
keep (HvProfile *p, uint32_t frame, GArray *frames, gpointer user)
{
}

static void
test_expand_nothing (void)
{
  g_autoptr (HvProfile) p = make_timeline (HV_TIME_MILLISECONDS);

  hv_profile_expand_frames (p, keep, NULL);
  g_assert_cmpuint (p->n_nodes, ==, 4);
  g_assert_cmpuint (p->n_sites, ==, 3);
  g_assert_cmpuint (p->n_rows, ==, 5);
  assert_values (p, HV_METRIC_LIVE_BYTES, 1, 10, 5, 0);
  /* it can still be built on */
  uint32_t site = hv_profile_site (p, hv_profile_node (p, 1, 2));
  g_assert_cmpuint (site, ==, 3);
  g_assert_cmpint (p->column[HV_METRIC_LIVE_BYTES][site], ==, 0);
  g_assert_cmpuint (hv_profile_site (p, p->site_node[1]), ==, 1);
  g_assert_true (hv_profile_check (p, NULL));
}

/* Values at the ends of their range, which a file may hold, are summed without harm. */
static void
test_expand_extremes (void)
{
  g_autoptr (HvProfile) p = hv_profile_new ();
  guint calls = 0;

  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES;
  for (uint32_t i = 1; i <= 2; i++)
    {
      uint32_t frame = hv_profile_frame (p, &(HvFrame){ .line = i });
      hv_profile_site (p, hv_profile_node (p, 0, frame));
      hv_profile_column (p, HV_METRIC_LIVE_BYTES)[i - 1] = INT64_MAX;
    }
  for (uint32_t i = 0; i < 6; i++)
    {
      hv_profile_add_moment (p, &(HvMoment){ .number = i });
      hv_profile_add_row (p, i % 2, (const int64_t[]){ i < 3 ? INT64_MAX : INT64_MIN });
    }
  hv_profile_expand_frames (p, expand, &calls);
  g_assert_cmpuint (p->n_sites, ==, 1);
  g_assert_cmpint (p->column[HV_METRIC_LIVE_BYTES][0], ==, -2);
}

/* --- checking --- */

static HvProfile *
make_everything (void)
{
  HvProfile *p = make_timeline (HV_TIME_MILLISECONDS);

  hv_profile_intern (p, "text", -1);
  hv_profile_add_module (p, &(HvModule){ 1, 0, 1 });
  hv_profile_add_thread (p, 1, 1);
  hv_profile_add_thread_row (p, &(HvThreadRow){ .site = 2, .live_bytes = 1 });
  hv_profile_add_thread_row (p, &(HvThreadRow){ .site = 1 });
  hv_profile_add_access (p, 1, 0, NULL, 0);
  hv_profile_seal (p);
  return p;
}

#define BREAK(statement)                                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (HvProfile) p = make_everything ();                                                  \
    g_autoptr (GError) error = NULL;                                                               \
    g_assert_true (hv_profile_check (p, NULL));                                                    \
    statement;                                                                                     \
    if (hv_profile_check (p, &error))                                                              \
      g_error ("passes with " #statement);                                                         \
    g_assert_error (error, HV_ERROR, HV_ERROR_STORE);                                              \
    g_assert_cmpstr (error->message, !=, "");                                                      \
  }                                                                                                \
  G_STMT_END

static void
test_check (void)
{
  BREAK (p->frame[2].function = p->n_strings);
  BREAK (p->frame[2].file = p->n_strings);
  BREAK (p->frame[2].module = UINT32_MAX);
  BREAK (p->frame_category[2] = HV_N_CATEGORIES);
  BREAK (p->node_parent[2] = 2);
  BREAK (p->node_parent[1] = 3);
  BREAK (p->node_frame[3] = p->n_frames);
  BREAK (p->site_node[0] = p->n_nodes);
  BREAK (p->moment[3].first_row = p->n_rows + 1);
  BREAK (p->moment[2].first_row = 0);
  BREAK (p->moment[0].label = p->n_strings);
  BREAK (p->row_site[p->n_rows - 1] = p->n_sites);
  BREAK (p->module[0].path = p->n_strings);
  BREAK (p->module[0].build_id = p->n_strings);
  BREAK (p->module[0].status = p->n_strings);
  BREAK (p->thread_name[0] = p->n_strings);
  BREAK (p->thread_row[0].site = p->n_sites);
  BREAK (p->thread_row[0].thread = p->n_threads);
  BREAK (p->access[0].site = p->n_sites);
  BREAK (p->variant = p->n_strings);
  BREAK (p->command = p->n_strings);
  BREAK (p->byte_unit = p->n_strings);
  BREAK (p->block_unit = p->n_strings);
  BREAK (p->default_metric = HV_N_METRICS);
  BREAK (p->column[HV_METRIC_LIVE_BYTES][1] = INT64_MIN);
  BREAK (p->column[HV_METRIC_LIVE_BYTES][1] = INT64_MAX);
  BREAK (p->row[HV_METRIC_LIVE_BYTES][0] = INT64_MIN);
  BREAK (p->row[HV_METRIC_LIVE_BYTES][0] = INT64_MAX);
  BREAK (p->thread_row[0].total_blocks = INT64_MIN);
  BREAK (p->thread_row[1].live_bytes = INT64_MAX);
}

static void
test_basename (void)
{
  g_assert_cmpstr (hv_basename ("/usr/lib/libc.so.6"), ==, "libc.so.6");
  g_assert_cmpstr (hv_basename ("libc.so.6"), ==, "libc.so.6");
  g_assert_cmpstr (hv_basename (""), ==, "");
  g_assert_cmpstr (hv_basename ("/"), ==, "/");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/metrics", test_metrics);
  g_test_add_func ("/profile/pair-map", test_pair_map);
  g_test_add_func ("/profile/intern", test_intern);
  g_test_add_func ("/profile/many", test_many);
  g_test_add_func ("/profile/frames", test_frames);
  g_test_add_func ("/profile/columns", test_columns);
  g_test_add_func ("/profile/settle", test_settle);
  g_test_add_func ("/profile/new", test_new);
  g_test_add_func ("/profile/full", test_full);
  g_test_add_func ("/profile/values", test_values);
  g_test_add_func ("/profile/parse-moment", test_parse_moment);
  g_test_add_func ("/profile/expand", test_expand);
  g_test_add_func ("/profile/expand-nothing", test_expand_nothing);
  g_test_add_func ("/profile/expand-extremes", test_expand_extremes);
  g_test_add_func ("/profile/check", test_check);
  g_test_add_func ("/profile/basename", test_basename);
  return g_test_run ();
}
