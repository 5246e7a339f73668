/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heap-dump.h"

#include "symbols/symbols.h"

#include <math.h>
#include <string.h>

/* Sums of estimates stay below this, so that rounding cannot leave int64_t. */
#define MAX_ESTIMATE 0x1p62
/* Functions inlined into one another at one address; compilers stay far below, and a hostile name
 * could else stand for millions of frames. */
#define MAX_INLINED 64

static const HvMetric metrics[HV_N_PAIRS] = { HV_METRIC_LIVE_BLOCKS, HV_METRIC_LIVE_BYTES,
                                              HV_METRIC_TOTAL_BLOCKS, HV_METRIC_TOTAL_BYTES };
static const HvMetric raw_metrics[HV_N_PAIRS] = { HV_METRIC_RAW_LIVE_BLOCKS,
                                                  HV_METRIC_RAW_LIVE_BYTES,
                                                  HV_METRIC_RAW_TOTAL_BLOCKS,
                                                  HV_METRIC_RAW_TOTAL_BYTES };

void
hv_dump_init (HvDump *dump, HvProfile *profile)
{
  *dump = (HvDump){ .profile = profile };
  dump->addresses = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  dump->records = g_array_new (FALSE, FALSE, sizeof (HvDumpRecord));
  dump->shares = g_array_new (FALSE, FALSE, sizeof (HvDumpShare));
  dump->threads = g_array_new (FALSE, FALSE, sizeof (HvDumpThread));
  dump->symbols = g_array_new (FALSE, FALSE, sizeof (HvDumpSymbol));
  dump->names = g_string_new (NULL);
  hv_maps_init (&dump->maps);
}

void
hv_dump_clear (HvDump *dump)
{
  g_array_unref (dump->addresses);
  g_array_unref (dump->records);
  g_array_unref (dump->shares);
  g_array_unref (dump->threads);
  g_array_unref (dump->symbols);
  g_string_free (dump->names, TRUE);
  g_free (dump->kind);
  hv_maps_clear (&dump->maps);
}

static inline HvDumpRecord *
record_at (const HvDump *dump, guint i)
{
  return &g_array_index (dump->records, HvDumpRecord, i);
}

/* --- frames --- */

/* The frames of each distinct address, found once: chains[at] is their number, then they follow,
 * outermost first. */
typedef struct
{
  HvPairMap map;
  GArray *chains;
} FrameCache;

static int
by_address (gconstpointer a, gconstpointer b)
{
  const HvDumpSymbol *x = a, *y = b;

  return x->address < y->address ? -1 : x->address > y->address;
}

static const char *
symbol_at (const HvDump *dump, uint64_t address)
{
  const HvDumpSymbol key = { .address = address };
  guint found;

  if (!g_array_binary_search (dump->symbols, &key, by_address, &found))
    return NULL;
  return dump->names->str + g_array_index (dump->symbols, HvDumpSymbol, found).name;
}

/* Whether the mapping is all of the code of its file: text that was split, to lie in huge pages, is
 * mapped piece after piece. A map of a shape without offsets says 0. */
static gboolean
is_whole (const HvMaps *maps, const HvMapping *mapping)
{
  const HvMapping *first = (const HvMapping *) (gpointer) maps->mappings->data;
  const HvMapping *last = first + maps->mappings->len - 1;

  return mapping->offset != 0 && (mapping == first || mapping[-1].end != mapping->start)
         && (mapping == last || mapping[1].start != mapping->end);
}

static uint32_t
module_of (HvProfile *profile, const HvMaps *maps, const HvMapping *mapping)
{
  if (mapping == NULL || mapping->path == 0)
    return 0;
  for (uint32_t i = 0; i < profile->n_modules; i++)
    if (profile->module[i].path == mapping->path)
      return mapping->path;
  HvModule module = { .path = mapping->path,
                      .device = mapping->device,
                      .inode = mapping->inode,
                      .code_start = mapping->start };
  if (is_whole (maps, mapping))
    {
      module.code_offset = mapping->offset;
      module.code_size = mapping->end - mapping->start;
    }
  hv_profile_add_module (profile, &module);
  return mapping->path;
}

/* Where the next inlined function begins in "outermost--…--innermost", or the end. C++ has a
 * function called operator--. */
static const char *
next_separator (const char *name)
{
  static const char op[] = "operator";
  const char *at = name;

  while ((at = strstr (at, "--")))
    {
      if (at == name
          || ((gsize) (at - name) >= sizeof op - 1
              && memcmp (at - (sizeof op - 1), op, sizeof op - 1) == 0))
        at += 2;
      else
        return at;
    }
  return name + strlen (name);
}

static void
add_named_frames (HvProfile *profile, const char *name, uint32_t module, GArray *chains)
{
  guint8 inlined = 0;

  for (int i = 1; *name; i++)
    {
      const char *end = i < MAX_INLINED ? next_separator (name) : name + strlen (name);
      g_autofree char *part = g_strndup (name, (gsize) (end - name));
      g_autofree char *readable = hv_demangle (part);
      HvFrame frame = { .function = hv_profile_intern (profile, readable, -1),
                        .module = module,
                        .flags = inlined };
      uint32_t id = hv_profile_frame (profile, &frame);
      g_array_append_val (chains, id);
      inlined = HV_FRAME_INLINED;
      name = *end ? end + 2 : end;
    }
}

/* All frames hold return addresses: the call is in the byte before. */
static uint32_t
frames_of (const HvDump *dump, FrameCache *cache, uint64_t return_address)
{
  gboolean found;
  uint32_t *slot = hv_pair_map_slot (&cache->map, (uint32_t) (return_address >> 32),
                                     (uint32_t) return_address, &found);
  if (found)
    return *slot;

  const uint32_t at = *slot = cache->chains->len;
  const uint64_t address = return_address - 1;
  const HvMapping *mapping = hv_maps_find (&dump->maps, address);
  uint32_t module = module_of (dump->profile, &dump->maps, mapping), count = 0;
  const char *name = NULL;

  g_array_append_val (cache->chains, count);
  if (dump->symbols->len)
    {
      /* jeprof leaves the innermost address as it is, other writers do not */
      name = symbol_at (dump, address);
      if (name == NULL)
        name = symbol_at (dump, return_address);
    }
  if (name)
    add_named_frames (dump->profile, name, module, cache->chains);
  else
    {
      HvFrame frame = { .module = module, .address = address, .flags = HV_FRAME_RUNTIME_ADDRESS };
      if (module)
        {
          frame.address = address - mapping->start + mapping->offset;
          frame.flags = 0;
        }
      uint32_t id = hv_profile_frame (dump->profile, &frame);
      g_array_append_val (cache->chains, id);
    }
  g_array_index (cache->chains, uint32_t, at) = cache->chains->len - at - 1;
  return at;
}

/* The depth at which the recorder stopped, or 0: jemalloc at 128 frames (from 5.3.1 on a choice up
 * to 256), gperftools at 32. */
static uint32_t
depth_limit (const HvDump *dump, gboolean gperftools)
{
  uint32_t deepest = 0;

  for (guint i = 0; i < dump->records->len; i++)
    deepest = MAX (deepest, record_at (dump, i)->depth);
  if (gperftools)
    return deepest == 32 ? deepest : 0;
  return deepest == 128 || deepest == 256 ? deepest : 0;
}

static void
build_stacks (HvDump *dump, uint32_t limit)
{
  HvProfile *profile = dump->profile;
  FrameCache cache = { .chains = g_array_new (FALSE, FALSE, sizeof (uint32_t)) };
  const uint64_t *addresses = (const uint64_t *) (gpointer) dump->addresses->data;

  for (guint i = 0; i < dump->records->len; i++)
    {
      HvDumpRecord *record = record_at (dump, i);
      uint32_t node = 0;

      if (limit && record->depth == limit)
        node = hv_profile_node (profile, 0, hv_profile_note (profile, "truncated"));
      else if (record->depth == 0)
        node = hv_profile_node (profile, 0, hv_profile_note (profile, "no stack"));
      for (gsize a = record->first_address + record->depth; a-- > record->first_address;)
        {
          uint32_t at = frames_of (dump, &cache, addresses[a]);
          uint32_t count = g_array_index (cache.chains, uint32_t, at);
          for (uint32_t f = 1; f <= count; f++)
            node = hv_profile_node (profile, node, g_array_index (cache.chains, uint32_t, at + f));
        }
      record->site = hv_profile_site (profile, node);
    }
  hv_pair_map_clear (&cache.map);
  g_array_unref (cache.chains);
}

/* --- numbers --- */

/* What a pair of sampled counts stands for; the formula is that of jeprof and pprof. It must be
 * applied record by record: sizes differ between records, and the estimate is not linear in them.
 */
static void
unsample_pair (const HvDump *dump, int64_t blocks, int64_t bytes, double *est_blocks,
               double *est_bytes)
{
  double scale = 1, period = (double) dump->period;

  *est_blocks = *est_bytes = 0;
  if (blocks == 0 || bytes == 0)
    return;
  double ratio = (double) bytes / (double) blocks / period;
  if (dump->sampling == HV_SAMPLING_POISSON)
    scale = 1 / (1 - exp (-ratio));
  else if (ratio < 1)
    scale = 1 / ratio;
  *est_blocks = (double) blocks * scale;
  *est_bytes = (double) bytes * scale;
}

static void
unsample (const HvDump *dump, const HvCounts *counts, double *estimate)
{
  const int64_t *v = counts->value;

  if (dump->sampling == HV_SAMPLING_NONE)
    {
      for (int p = 0; p < HV_N_PAIRS; p++)
        estimate[p] = (double) v[p];
      return;
    }
  for (int p = 0; p < HV_N_PAIRS; p += 2)
    unsample_pair (dump, v[p], v[p + 1], &estimate[p], &estimate[p + 1]);
}

typedef struct
{
  const double *exact;
  const int64_t *rounded;
  int sign;
} Remainders;

static int
by_remainder (gconstpointer a, gconstpointer b, gpointer user)
{
  const Remainders *r = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
  double dx = r->sign * (r->exact[x] - (double) r->rounded[x]);
  double dy = r->sign * (r->exact[y] - (double) r->rounded[y]);

  return dx != dy ? (dx > dy ? -1 : 1) : x < y ? -1 : x > y;
}

/* Rounds each estimate so that the sum is the rounded sum of the exact ones, which is the total
 * that jeprof prints: the few sites nearest to the next number are rounded the other way. */
static void
round_to_sum (const double *exact, uint32_t n, double sum, int64_t *rounded)
{
  int64_t missing = llround (sum);

  for (uint32_t i = 0; i < n; i++)
    {
      rounded[i] = llround (exact[i]);
      missing -= rounded[i];
    }
  /* beyond 2^53 a double is no longer exact to the unit, and there is nothing to share out */
  if (missing == 0 || missing > n || missing < -(int64_t) n)
    return;

  Remainders remainders = { exact, rounded, missing > 0 ? 1 : -1 };
  g_autofree uint32_t *order = g_new (uint32_t, n);
  for (uint32_t i = 0; i < n; i++)
    order[i] = i;
  g_qsort_with_data (order, (gint) n, sizeof *order, by_remainder, &remainders);
  for (uint32_t i = 0; i < ABS (missing); i++)
    rounded[order[i]] += remainders.sign;
}

static gboolean
too_large (GError **error)
{
  g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
               "the numbers of the stacks are too large to add up");
  return FALSE;
}

/* Fills the columns and `sum`, the estimated totals. */
static gboolean
build_columns (HvDump *dump, gboolean accumulated, double *sum, GError **error)
{
  HvProfile *profile = dump->profile;
  gboolean sampled = dump->sampling != HV_SAMPLING_NONE;
  const int n_pairs = accumulated ? HV_N_PAIRS : HV_PAIR_TOTAL_BLOCKS;
  int64_t *raw[HV_N_PAIRS], raw_sum[HV_N_PAIRS] = { 0 };
  double *estimate[HV_N_PAIRS] = { 0 };
  gboolean fits = TRUE;

  for (int p = 0; p < n_pairs; p++)
    {
      raw[p] = hv_profile_column (profile, sampled ? raw_metrics[p] : metrics[p]);
      if (sampled)
        estimate[p] = g_new0 (double, MAX (1, profile->n_sites));
    }
  for (guint i = 0; i < dump->records->len && fits; i++)
    {
      const HvDumpRecord *record = record_at (dump, i);
      double one[HV_N_PAIRS];

      unsample (dump, &record->counts, one);
      for (int p = 0; p < n_pairs && fits; p++)
        {
          /* a site's sum is no larger than that of all */
          fits = !__builtin_add_overflow (raw_sum[p], record->counts.value[p], &raw_sum[p]);
          sum[p] += one[p];
          fits = fits && sum[p] < MAX_ESTIMATE;
          if (fits)
            raw[p][record->site] += record->counts.value[p];
          if (fits && sampled)
            estimate[p][record->site] += one[p];
        }
    }
  for (int p = 0; p < n_pairs; p++)
    {
      if (fits && sampled)
        round_to_sum (estimate[p], profile->n_sites, sum[p],
                      hv_profile_column (profile, metrics[p]));
      g_free (estimate[p]);
    }
  return fits ? TRUE : too_large (error);
}

static gboolean
build_threads (HvDump *dump, GError **error)
{
  HvProfile *profile = dump->profile;
  HvPairMap known = { 0 };
  gboolean found, fits = TRUE;

  for (guint i = 0; i < dump->threads->len; i++)
    {
      const HvDumpThread *t = &g_array_index (dump->threads, HvDumpThread, i);
      uint32_t *slot = hv_pair_map_slot (&known, (uint32_t) (t->uid >> 32), (uint32_t) t->uid,
                                         &found);
      if (!found)
        *slot = hv_profile_add_thread (profile, t->uid, t->name);
    }
  for (guint i = 0; i < dump->shares->len && fits; i++)
    {
      const HvDumpShare *share = &g_array_index (dump->shares, HvDumpShare, i);
      uint32_t *slot = hv_pair_map_slot (&known, (uint32_t) (share->uid >> 32),
                                         (uint32_t) share->uid, &found);
      double estimate[HV_N_PAIRS];
      HvThreadRow row;

      if (!found)
        *slot = hv_profile_add_thread (profile, share->uid, 0);
      unsample (dump, &share->counts, estimate);
      for (int p = 0; p < HV_N_PAIRS; p++)
        fits = fits && estimate[p] < MAX_ESTIMATE;
      if (!fits)
        break;
      row = (HvThreadRow){
        record_at (dump, share->record)->site,   *slot,
        llround (estimate[HV_PAIR_LIVE_BYTES]),  llround (estimate[HV_PAIR_LIVE_BLOCKS]),
        llround (estimate[HV_PAIR_TOTAL_BYTES]), llround (estimate[HV_PAIR_TOTAL_BLOCKS])
      };
      hv_profile_add_thread_row (profile, &row);
    }
  hv_pair_map_clear (&known);
  return fits ? TRUE : too_large (error);
}

/* --- what the numbers do not tell --- */

/* gperftools before 2.16 writes no more than 1 MiB, the map last: the smallest stacks are missing,
 * but the header is right. Memory mapped by HEAP_PROFILE_MMAP is not in the header, so that the sum
 * may also be larger. */
static void
add_missing_row (HvDump *dump, gboolean accumulated)
{
  HvProfile *profile = dump->profile;
  const int n_pairs = accumulated ? HV_N_PAIRS : HV_PAIR_TOTAL_BLOCKS;
  /* the last line of the map that would pass 1 MiB is left out */
  gboolean at_limit = dump->size <= 1024 * 1024 && dump->size > 1024 * 1024 - 4096;
  int64_t missing[HV_N_PAIRS];
  gboolean any = FALSE;

  for (int p = 0; p < n_pairs; p++)
    {
      missing[p] = MAX (0, dump->header.value[p] - hv_profile_total (profile, metrics[p]));
      any = any || missing[p];
    }
  if (!any)
    return;

  const char *why = at_limit ? "not in the file: the dump was cut at 1 MiB"
                             : "not in the file: the dump was cut short";
  uint32_t node = hv_profile_node (profile, 0, hv_profile_note (profile, why));
  uint32_t site = hv_profile_site (profile, node);
  for (int p = 0; p < n_pairs; p++)
    hv_profile_column (profile, metrics[p])[site] += missing[p];

  g_autofree char *live = g_format_size_full ((guint64) missing[HV_PAIR_LIVE_BYTES],
                                              G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *total = accumulated ? g_format_size_full ((guint64) missing[HV_PAIR_TOTAL_BYTES],
                                                             G_FORMAT_SIZE_IEC_UNITS)
                                       : g_strdup ("nothing");
  hv_profile_warn (profile,
                   "The recorder cut the dump%s: %s of the live bytes and %s of all allocated ones "
                   "have no stack in it; they stand in a row of their own.",
                   at_limit ? " at 1 MiB" : " short", live, total);
}

/* Judges the sums by what the header says. */
static void
check_header (HvDump *dump, const double *sum, gboolean gperftools)
{
  HvProfile *profile = dump->profile;
  gboolean mixed_sizes = FALSE;

  if (profile->incomplete || dump->records->len == 0)
    return;
  if (dump->sampling == HV_SAMPLING_POISSON && !gperftools)
    {
      /* jemalloc 5.3 and later write numbers that give the right estimate record by record; their
       * sum means nothing and is not the header's. */
      guint n = 0;
      mixed_sizes = TRUE;
      for (int p = 0; p < HV_N_PAIRS; p++)
        mixed_sizes = mixed_sizes
                      && dump->header.value[p]
                             == (profile->column[raw_metrics[p]]
                                     ? hv_profile_total (profile, raw_metrics[p])
                                     : 0);
      for (guint i = 0; i < dump->records->len; i++)
        {
          const int64_t *v = record_at (dump, i)->counts.value;
          n += v[HV_PAIR_LIVE_BYTES] || v[HV_PAIR_TOTAL_BYTES];
        }
      /* one stack alone always equals the header; jemalloc 3 needs no such proof */
      mixed_sizes = dump->legacy || (mixed_sizes && n > 1);
    }
  if (mixed_sizes)
    {
      hv_profile_warn (profile, "The object counts of stacks with mixed sizes may be far too low "
                                "(jemalloc before 5.3).");
      return;
    }

  double said[HV_N_PAIRS], found = sum[HV_PAIR_LIVE_BYTES];
  unsample (dump, &dump->header, said);
  if (dump->legacy)
    {
      /* here the header is the sum of what was counted */
      HvMetric counted = dump->sampling == HV_SAMPLING_NONE ? HV_METRIC_LIVE_BYTES
                                                            : HV_METRIC_RAW_LIVE_BYTES;
      found = (double) hv_profile_total (profile, counted);
      said[HV_PAIR_LIVE_BYTES] = (double) dump->header.value[HV_PAIR_LIVE_BYTES];
    }
  double off = fabs (said[HV_PAIR_LIVE_BYTES] - found);
  double tiny = 4.0 * (double) MAX (dump->period, 1024);
  if (off > 0.005 * MAX (said[HV_PAIR_LIVE_BYTES], found) && off > tiny)
    hv_profile_warn (profile,
                     "The stacks add up to %.0f live bytes, the header says %.0f: the dump is cut "
                     "or was written while the program went on.",
                     found, said[HV_PAIR_LIVE_BYTES]);
}

static void
warn_of_truncation (const HvDump *dump, uint32_t limit)
{
  const HvProfile *profile = dump->profile;
  const int64_t *live = profile->column[HV_METRIC_LIVE_BYTES];
  g_autofree guint8 *counted = g_new0 (guint8, MAX (1, profile->n_sites));
  double all = (double) hv_profile_total (profile, HV_METRIC_LIVE_BYTES), bytes = 0;
  guint n = 0;

  for (guint i = 0; i < dump->records->len; i++)
    {
      const HvDumpRecord *record = record_at (dump, i);
      if (record->depth != limit)
        continue;
      n++;
      if (!counted[record->site])
        bytes += (double) live[record->site];
      counted[record->site] = TRUE;
    }
  hv_profile_warn (dump->profile,
                   "%u stack%s (%.1f %% of the live bytes) %s cut at %u frames by the recorder; "
                   "see [truncated].",
                   n, n == 1 ? "" : "s", all > 0 ? 100 * bytes / all : 0, n == 1 ? "is" : "are",
                   limit);
}

gboolean
hv_dump_build (HvDump *dump, GError **error)
{
  HvProfile *profile = dump->profile;
  /* Only jemalloc 3 wrote the older text too: its stacks end in 0x0, its numbers are not padded. */
  gboolean gperftools = dump->legacy && !dump->ends_in_zero
                        && (dump->padded || g_strcmp0 (dump->kind, "heap_v2") != 0);
  gboolean accumulated = FALSE;
  double sum[HV_N_PAIRS] = { 0 };
  uint32_t limit = depth_limit (dump, gperftools);

  profile->format = gperftools ? "gperftools" : "jemalloc";
  g_autofree char *variant = g_strconcat (dump->kind, dump->symbolized ? " symbolized" : NULL,
                                          NULL);
  profile->variant = hv_profile_intern (profile, variant, -1);
  profile->sample_period = dump->sampling == HV_SAMPLING_NONE ? -1 : dump->period;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  g_array_sort (dump->symbols, by_address);
  hv_maps_end (&dump->maps);
  profile->process_key = hv_maps_key (&dump->maps, profile);

  accumulated = dump->header.value[HV_PAIR_TOTAL_BLOCKS] || dump->header.value[HV_PAIR_TOTAL_BYTES];
  for (guint i = 0; i < dump->records->len && !accumulated; i++)
    accumulated = record_at (dump, i)->counts.value[HV_PAIR_TOTAL_BLOCKS]
                  || record_at (dump, i)->counts.value[HV_PAIR_TOTAL_BYTES];

  build_stacks (dump, limit);
  if (profile->full)
    return TRUE; /* the driver says so */
  if (!build_columns (dump, accumulated, sum, error) || !build_threads (dump, error))
    return FALSE;
  if (limit)
    warn_of_truncation (dump, limit);
  if (strcmp (dump->kind, "heapprofile") == 0)
    add_missing_row (dump, accumulated);
  else
    check_header (dump, sum, gperftools);
  return TRUE;
}
