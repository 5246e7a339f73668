/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include "canonical-paths.h"
#include "child-map.h"
#include "large-array.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* So that counts and sentinels never wrap, nor the capacities of the lookup tables: powers of two
 * that are kept at most three quarters full. */
#define MAX_ENTRIES 1000000000u

G_DEFINE_QUARK (hv_error_quark, hv_error)

struct HvProfileTables
{
  /* Open addressing over ids; 0 is an empty slot (id 0 is never stored). */
  uint32_t *string_slot, *frame_slot;
  uint32_t string_mask, frame_mask;
  gboolean nodes_behind, sites_behind; /* some, or all, are not in the next ones yet */
  HvChildMap nodes;
  uint32_t *node_site; /* site + 1, by node */
  uint32_t node_sites, node_site_size;

  uint64_t string_bytes, string_bytes_size;
  uint32_t strings_size, frames_size, nodes_size, sites_size;
  uint32_t moments_size, modules_size, threads_size, accesses_size;
  uint64_t rows_size, thread_rows_size, access_bytes, access_bytes_size;
};

/* Makes room for one more than `n` elements; FALSE (and the profile full) past the limit. */
#define ROOM(profile, array, n, size)                                                              \
  ((n) < (size) || grow (profile, (gpointer *) &(array), sizeof *(array), (n), &(size)))

static gboolean
grow (HvProfile *profile, gpointer *array, gsize element, uint32_t n, uint32_t *size)
{
  if (n >= MAX_ENTRIES)
    {
      profile->full = TRUE;
      return FALSE;
    }
  uint64_t bigger = MAX (64, (uint64_t) n + n / 2);
  *size = (uint32_t) MIN (bigger, MAX_ENTRIES);
  *array = g_realloc_n (*array, *size, element);
  return TRUE;
}

static void
grow64 (gpointer *array, gsize element, uint64_t needed, uint64_t *size)
{
  if (needed <= *size)
    return;
  *size = MAX (MAX (64, needed), *size + *size / 2);
  *array = g_realloc_n (*array, *size, element);
}

const char *
hv_category_name (HvCategory category)
{
  static const char *const names[] = { "application", "allocator", "entry",
                                       "async",       "plumbing",  "container" };
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == HV_N_CATEGORIES);

  return names[category];
}

HvProfile *
hv_profile_new (void)
{
  HvProfile *profile = g_new0 (HvProfile, 1);

  profile->tables = g_new0 (struct HvProfileTables, 1);
  profile->canonical = _hv_canonical_paths_new ();
  profile->warnings = g_ptr_array_new_with_free_func (g_free);
  profile->format = "";
  profile->pid = -1;
  profile->sample_period = -1;
  profile->duration = -1;
  profile->peak_time = -1;
  profile->short_lifetime = -1;
  profile->peak_rss_bytes = -1;
  profile->suppressed_bytes = -1;
  profile->modules_known = TRUE;

  /* id 0 of strings, frames and nodes: none, the root's frame, the root */
  struct HvProfileTables *t = profile->tables;
  grow64 ((gpointer *) &profile->string_data, 1, 1, &t->string_bytes_size);
  profile->string_data[0] = '\0';
  t->string_bytes = 1;
  (void) ROOM (profile, profile->string_offset, 0, t->strings_size);
  profile->string_offset[0] = 0;
  profile->n_strings = 1;

  (void) ROOM (profile, profile->frame, 0, t->frames_size);
  profile->frame_category = g_malloc (t->frames_size);
  profile->frame[0] = (HvFrame){ .flags = HV_FRAME_SYNTHETIC };
  profile->frame_category[0] = HV_CATEGORY_APP;
  profile->n_frames = 1;

  (void) ROOM (profile, profile->node_parent, 0, t->nodes_size);
  profile->node_frame = g_new (uint32_t, t->nodes_size);
  profile->node_parent[0] = profile->node_frame[0] = 0;
  profile->n_nodes = 1;
  return profile;
}

static void
tables_free (struct HvProfileTables *tables)
{
  if (tables == NULL)
    return;
  g_free (tables->string_slot);
  g_free (tables->frame_slot);
  g_free (tables->node_site);
  hv_child_map_clear (&tables->nodes);
  g_free (tables);
}

void
hv_profile_free (HvProfile *profile)
{
  if (profile == NULL)
    return;
  tables_free (profile->tables);
  _hv_canonical_paths_free (profile->canonical);
  g_free (profile->string_offset);
  g_free (profile->string_data);
  g_free (profile->frame);
  g_free (profile->frame_category);
  g_free (profile->node_parent);
  g_free (profile->node_frame);
  g_free (profile->site_node);
  for (int m = 0; m < HV_N_METRICS; m++)
    {
      g_free (profile->column[m]);
      g_free (profile->row[m]);
    }
  g_free (profile->moment);
  g_free (profile->row_site);
  g_free (profile->module);
  g_free (profile->thread_uid);
  g_free (profile->thread_name);
  g_free (profile->thread_row);
  g_free (profile->access);
  g_free (profile->access_data);
  g_free (profile->path);
  g_free (profile->location);
  g_ptr_array_unref (profile->warnings);
  g_free (profile);
}

static uint64_t
string_hash (const char *text, gsize length)
{
  return XXH3_64bits (text, length);
}

static void
rehash_strings (HvProfile *profile)
{
  struct HvProfileTables *t = profile->tables;
  uint32_t capacity = t->string_slot ? (t->string_mask + 1) * 2 : 256;

  /* a profile that is built further has many at once */
  while (capacity / 2 <= profile->n_strings)
    capacity *= 2;

  g_free (t->string_slot);
  t->string_slot = g_new0 (uint32_t, capacity);
  t->string_mask = capacity - 1;
  for (uint32_t id = 1; id < profile->n_strings; id++)
    {
      const char *text = profile->string_data + profile->string_offset[id];
      uint32_t at = (uint32_t) string_hash (text, strlen (text)) & t->string_mask;
      while (t->string_slot[at])
        at = (at + 1) & t->string_mask;
      t->string_slot[at] = id;
    }
}

gboolean
hv_is_utf8 (const char *text, gsize size)
{
  uint64_t word;

  for (; size >= sizeof word; text += sizeof word, size -= sizeof word)
    {
      memcpy (&word, text, sizeof word);
      if (word & G_GUINT64_CONSTANT (0x8080808080808080))
        break;
    }
  return g_utf8_validate_len (text, size, NULL);
}

uint32_t
hv_profile_intern (HvProfile *profile, const char *text, gssize length)
{
  struct HvProfileTables *t = profile->tables;
  g_autofree char *valid = NULL;
  gsize size = length == 0 ? 0 : strnlen (text, length < 0 ? G_MAXSIZE : (gsize) length);

  if (size == 0)
    return 0;
  if (!hv_is_utf8 (text, size))
    {
      text = valid = g_utf8_make_valid (text, (gssize) size);
      size = strlen (valid);
    }

  if (profile->n_strings >= t->string_mask / 2)
    rehash_strings (profile);
  uint32_t at = (uint32_t) string_hash (text, size) & t->string_mask;
  for (; t->string_slot[at]; at = (at + 1) & t->string_mask)
    {
      const char *known = profile->string_data + profile->string_offset[t->string_slot[at]];
      if (strncmp (known, text, size) == 0 && known[size] == '\0')
        return t->string_slot[at];
    }

  if (!ROOM (profile, profile->string_offset, profile->n_strings, t->strings_size))
    return 0;
  grow64 ((gpointer *) &profile->string_data, 1, t->string_bytes + size + 1, &t->string_bytes_size);
  memcpy (profile->string_data + t->string_bytes, text, size);
  profile->string_data[t->string_bytes + size] = '\0';
  profile->string_offset[profile->n_strings] = t->string_bytes;
  t->string_bytes += size + 1;
  t->string_slot[at] = profile->n_strings;
  return profile->n_strings++;
}

static inline uint64_t
frame_hash (const HvFrame *f)
{
  const uint64_t words[5] = { (uint64_t) f->function << 32 | f->file,
                              (uint64_t) f->line << 32 | f->module, f->address, f->call, f->flags };
  return XXH3_64bits (words, sizeof words);
}

static inline gboolean
frame_equal (const HvFrame *a, const HvFrame *b)
{
  return a->function == b->function && a->file == b->file && a->line == b->line
         && a->module == b->module && a->address == b->address && a->call == b->call
         && a->flags == b->flags;
}

static void
rehash_frames (HvProfile *profile)
{
  struct HvProfileTables *t = profile->tables;
  uint32_t capacity = t->frame_slot ? (t->frame_mask + 1) * 2 : 256;

  while (capacity / 2 <= profile->n_frames)
    capacity *= 2;

  g_free (t->frame_slot);
  t->frame_slot = g_new0 (uint32_t, capacity);
  t->frame_mask = capacity - 1;
  for (uint32_t id = 1; id < profile->n_frames; id++)
    {
      uint32_t at = (uint32_t) frame_hash (&profile->frame[id]) & t->frame_mask;
      while (t->frame_slot[at])
        at = (at + 1) & t->frame_mask;
      t->frame_slot[at] = id;
    }
}

uint32_t
hv_profile_frame (HvProfile *profile, const HvFrame *frame)
{
  struct HvProfileTables *t = profile->tables;

  if (profile->n_frames >= t->frame_mask / 2)
    rehash_frames (profile);
  uint32_t at = (uint32_t) frame_hash (frame) & t->frame_mask;
  for (; t->frame_slot[at]; at = (at + 1) & t->frame_mask)
    if (frame_equal (&profile->frame[t->frame_slot[at]], frame))
      return t->frame_slot[at];

  if (profile->n_frames >= t->frames_size)
    {
      if (!ROOM (profile, profile->frame, profile->n_frames, t->frames_size))
        return 0;
      profile->frame_category = g_realloc (profile->frame_category, t->frames_size);
    }
  profile->frame[profile->n_frames] = *frame;
  profile->frame_category[profile->n_frames] = HV_CATEGORY_APP;
  t->frame_slot[at] = profile->n_frames;
  return profile->n_frames++;
}

uint32_t
hv_profile_note (HvProfile *profile, const char *text)
{
  g_autofree char *label = g_strdup_printf ("[%s]", text);
  HvFrame frame = { .function = hv_profile_intern (profile, label, -1),
                    .flags = HV_FRAME_SYNTHETIC };

  return hv_profile_frame (profile, &frame);
}

static uint32_t
append_node (HvProfile *profile, uint32_t parent, uint32_t frame)
{
  struct HvProfileTables *t = profile->tables;

  if (profile->n_nodes >= t->nodes_size)
    {
      if (!ROOM (profile, profile->node_parent, profile->n_nodes, t->nodes_size))
        return 0;
      profile->node_frame = g_renew (uint32_t, profile->node_frame, t->nodes_size);
    }
  profile->node_parent[profile->n_nodes] = parent;
  profile->node_frame[profile->n_nodes] = frame;
  return profile->n_nodes++;
}

void
hv_profile_settle (HvProfile *profile)
{
  struct HvProfileTables *t = profile->tables;

  hv_child_map_clear (&t->nodes);
  t->nodes_behind = t->sites_behind = TRUE;
  g_clear_pointer (&t->node_site, g_free);
  t->node_sites = t->node_site_size = 0;
  /* columns that are made now need no room to grow */
  t->sites_size = profile->n_sites;
}

void
hv_profile_expect (HvProfile *profile, uint32_t n_nodes)
{
  struct HvProfileTables *t = profile->tables;

  n_nodes = MIN (n_nodes, MAX_ENTRIES);
  if (n_nodes <= t->nodes_size)
    return;
  profile->node_parent = hv_large_renew (uint32_t, profile->node_parent, profile->n_nodes, n_nodes);
  profile->node_frame = hv_large_renew (uint32_t, profile->node_frame, profile->n_nodes, n_nodes);
  t->nodes_size = n_nodes;
}

uint32_t
hv_profile_new_node (HvProfile *profile, uint32_t parent, uint32_t frame)
{
  profile->tables->nodes_behind = TRUE;
  return append_node (profile, parent, frame);
}

static void
index_nodes (HvProfile *profile)
{
  HvChildMap *nodes = &profile->tables->nodes;

  for (uint32_t n = MAX (1, nodes->used); n < profile->n_nodes; n++)
    hv_child_map_add (nodes, profile->node_parent[n], profile->node_frame[n], n);
  profile->tables->nodes_behind = FALSE;
}

static void
index_sites (HvProfile *profile)
{
  struct HvProfileTables *t = profile->tables;

  t->node_sites = t->node_site_size = profile->n_nodes;
  g_free (t->node_site);
  t->node_site = g_new0 (uint32_t, profile->n_nodes);
  for (uint32_t s = 0; s < profile->n_sites; s++)
    t->node_site[profile->site_node[s]] = s + 1;
  t->sites_behind = FALSE;
}

uint32_t
hv_profile_node (HvProfile *profile, uint32_t parent, uint32_t frame)
{
  HvChildMap *nodes = &profile->tables->nodes;

  if (G_UNLIKELY (profile->tables->nodes_behind))
    index_nodes (profile);
  uint32_t node = hv_child_map_find (nodes, parent, frame);

  if (node == 0 && (node = append_node (profile, parent, frame)))
    hv_child_map_add (nodes, parent, frame, node);
  return node;
}

/* FALSE: there are too many. */
static gboolean
append_site (HvProfile *profile, uint32_t node)
{
  struct HvProfileTables *t = profile->tables;

  if (profile->n_sites >= t->sites_size)
    {
      uint32_t before = t->sites_size;
      if (!ROOM (profile, profile->site_node, profile->n_sites, t->sites_size))
        return FALSE;
      for (int m = 0; m < HV_N_METRICS; m++)
        if (profile->column[m])
          {
            profile->column[m] = g_renew (int64_t, profile->column[m], t->sites_size);
            memset (profile->column[m] + before, 0, (t->sites_size - before) * sizeof (int64_t));
          }
    }
  profile->site_node[profile->n_sites++] = node;
  return TRUE;
}

uint32_t
hv_profile_new_site (HvProfile *profile, uint32_t node)
{
  profile->tables->sites_behind = TRUE;
  return append_site (profile, node) ? profile->n_sites - 1 : 0;
}

uint32_t
hv_profile_site (HvProfile *profile, uint32_t node)
{
  struct HvProfileTables *t = profile->tables;

  if (G_UNLIKELY (t->sites_behind))
    index_sites (profile);
  if (node >= t->node_site_size)
    {
      t->node_site_size = MAX (profile->n_nodes, t->node_site_size + t->node_site_size / 2);
      t->node_site = g_renew (uint32_t, t->node_site, t->node_site_size);
    }
  while (t->node_sites <= node)
    t->node_site[t->node_sites++] = 0;
  if (t->node_site[node])
    return t->node_site[node] - 1;

  if (!append_site (profile, node))
    return 0;
  t->node_site[node] = profile->n_sites;
  return profile->n_sites - 1;
}

int64_t *
hv_profile_column (HvProfile *profile, HvMetric metric)
{
  if (profile->column[metric] == NULL)
    {
      gsize n = MAX (1, profile->tables->sites_size);
      profile->column[metric] = g_new (int64_t, n);
      /* pages that the system clears are mapped to be read first, and once more to be written */
      memset (profile->column[metric], 0, n * sizeof (int64_t));
    }
  return profile->column[metric];
}

void
hv_profile_add_moment (HvProfile *profile, const HvMoment *moment)
{
  if (!ROOM (profile, profile->moment, profile->n_moments, profile->tables->moments_size))
    return;
  profile->moment[profile->n_moments] = *moment;
  profile->moment[profile->n_moments++].first_row = profile->n_rows;
}

void
hv_profile_add_row (HvProfile *profile, uint32_t site, const int64_t *values)
{
  struct HvProfileTables *t = profile->tables;

  if (profile->n_rows >= t->rows_size)
    {
      grow64 ((gpointer *) &profile->row_site, sizeof (uint32_t), profile->n_rows + 1,
              &t->rows_size);
      for (int m = 0; m < HV_N_METRICS; m++)
        if (profile->row_metrics & 1u << m)
          profile->row[m] = g_renew (int64_t, profile->row[m], t->rows_size);
    }
  profile->row_site[profile->n_rows] = site;
  for (int m = 0; m < HV_N_METRICS; m++)
    if (profile->row_metrics & 1u << m)
      profile->row[m][profile->n_rows] = *values++;
  profile->n_rows++;
}

const char *
hv_module_verdict_text (HvModuleVerdict verdict)
{
  static const char *const texts[] = {
    [HV_VERDICT_MATCHES] = "matches",
    [HV_VERDICT_UNVERIFIED] = "unverified",
    [HV_VERDICT_MISMATCH] = "mismatch",
  };

  return (gsize) verdict < G_N_ELEMENTS (texts) ? texts[verdict] : NULL;
}

uint32_t
hv_profile_add_module (HvProfile *profile, const HvModule *module)
{
  if (!ROOM (profile, profile->module, profile->n_modules, profile->tables->modules_size))
    return 0;
  profile->module[profile->n_modules] = *module;
  return profile->n_modules++;
}

uint32_t
hv_profile_add_thread (HvProfile *profile, uint64_t uid, uint32_t name)
{
  if (profile->n_threads >= profile->tables->threads_size)
    {
      if (!ROOM (profile, profile->thread_uid, profile->n_threads, profile->tables->threads_size))
        return 0;
      profile->thread_name = g_renew (uint32_t, profile->thread_name,
                                      profile->tables->threads_size);
    }
  profile->thread_uid[profile->n_threads] = uid;
  profile->thread_name[profile->n_threads] = name;
  return profile->n_threads++;
}

void
hv_profile_add_thread_row (HvProfile *profile, const HvThreadRow *row)
{
  grow64 ((gpointer *) &profile->thread_row, sizeof *row, profile->n_thread_rows + 1,
          &profile->tables->thread_rows_size);
  profile->thread_row[profile->n_thread_rows++] = *row;
}

void
hv_profile_add_access (HvProfile *profile, uint32_t site, uint32_t unreliable, const uint8_t *data,
                       gsize length)
{
  struct HvProfileTables *t = profile->tables;

  if (!ROOM (profile, profile->access, profile->n_accesses, t->accesses_size))
    return;
  grow64 ((gpointer *) &profile->access_data, 1, t->access_bytes + length, &t->access_bytes_size);
  if (length)
    memcpy (profile->access_data + t->access_bytes, data, length);
  profile->access[profile->n_accesses++] = (HvAccess){ site, unreliable, t->access_bytes, length };
  t->access_bytes += length;
}

void
hv_profile_warn (HvProfile *profile, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (profile->warnings, g_strdup_vprintf (format, args));
  va_end (args);
}

/* Files may say anything: what overflows wraps, as in hv_profile_total(). */
static inline int64_t
wrapping_add (int64_t a, int64_t b)
{
  return (int64_t) ((uint64_t) a + (uint64_t) b);
}

static inline int64_t
wrapping_sub (int64_t a, int64_t b)
{
  return (int64_t) ((uint64_t) a - (uint64_t) b);
}

/* Sums the sites that `new_site` sends to one place, in columns, rows and threads alike. */
static void
merge_sites (HvProfile *profile, const uint32_t *new_site, uint32_t n_old, uint32_t n_new)
{
  for (int m = 0; m < HV_N_METRICS; m++)
    {
      if (profile->column[m] == NULL)
        continue;
      int64_t *merged = g_new0 (int64_t, MAX (1, profile->tables->sites_size));
      for (uint32_t s = 0; s < n_old; s++)
        if (hv_metric_adds_up ((HvMetric) m))
          merged[new_site[s]] = wrapping_add (merged[new_site[s]], profile->column[m][s]);
        else
          merged[new_site[s]] = MAX (merged[new_site[s]], profile->column[m][s]);
      g_free (profile->column[m]);
      profile->column[m] = merged;
    }

  /* Rows hold absolute values, so a merged site's row is the sum over its parts as of that moment.
   */
  if (n_old != n_new && profile->n_rows)
    {
      g_autofree uint32_t *stamp = g_new0 (uint32_t, n_new);
      g_autofree uint64_t *row_of = g_new0 (uint64_t, n_new);
      int64_t *held[HV_N_METRICS] = { 0 }, *sum[HV_N_METRICS] = { 0 };
      uint64_t out = 0;

      for (int m = 0; m < HV_N_METRICS; m++)
        if (profile->row[m])
          {
            held[m] = g_new0 (int64_t, n_old);
            sum[m] = g_new0 (int64_t, n_new);
          }
      for (uint32_t i = 0; i < profile->n_moments; i++)
        {
          uint64_t from = profile->moment[i].first_row;
          uint64_t to = i + 1 < profile->n_moments ? profile->moment[i + 1].first_row
                                                   : profile->n_rows;
          profile->moment[i].first_row = out;
          for (uint64_t r = from; r < to; r++)
            {
              uint32_t old = profile->row_site[r], site = new_site[old];
              if (stamp[site] != i + 1)
                {
                  stamp[site] = i + 1;
                  row_of[site] = out++;
                  profile->row_site[row_of[site]] = site;
                }
              for (int m = 0; m < HV_N_METRICS; m++)
                if (profile->row[m])
                  {
                    int64_t value = profile->row[m][r];
                    sum[m][site] = wrapping_add (sum[m][site], wrapping_sub (value, held[m][old]));
                    held[m][old] = value;
                    profile->row[m][row_of[site]] = sum[m][site];
                  }
            }
        }
      profile->n_rows = out;
      for (int m = 0; m < HV_N_METRICS; m++)
        {
          g_free (held[m]);
          g_free (sum[m]);
        }
    }
  else
    for (uint64_t r = 0; r < profile->n_rows; r++)
      profile->row_site[r] = new_site[profile->row_site[r]];

  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    profile->thread_row[r].site = new_site[profile->thread_row[r].site];
  for (uint32_t i = 0; i < profile->n_accesses; i++)
    profile->access[i].site = new_site[profile->access[i].site];
}

/* Frames that no stack has any more, as addresses that have names now. */
static void
drop_unused_frames (HvProfile *profile)
{
  g_autofree uint32_t *new_id = g_new0 (uint32_t, profile->n_frames);
  uint32_t n_frames = 1;

  for (uint32_t n = 1; n < profile->n_nodes; n++)
    new_id[profile->node_frame[n]] = 1;
  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (new_id[f])
      {
        profile->frame[n_frames] = profile->frame[f];
        profile->frame_category[n_frames] = profile->frame_category[f];
        new_id[f] = n_frames++;
      }
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    profile->node_frame[n] = new_id[profile->node_frame[n]];
  profile->n_frames = n_frames;
  g_clear_pointer (&profile->tables->frame_slot, g_free);
  rehash_frames (profile);
  hv_profile_settle (profile);
}

void
hv_profile_expand_frames (HvProfile *profile, HvFrameExpander chain, gpointer user)
{
  struct HvProfileTables *t = profile->tables;
  uint32_t old_frames = profile->n_frames, old_nodes = profile->n_nodes;
  uint32_t old_sites = profile->n_sites;
  g_autoptr (GArray) pool = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autofree uint32_t *start = g_new0 (uint32_t, old_frames + 1);

  start[1] = 0;
  for (uint32_t f = 1; f < old_frames; f++)
    {
      chain (profile, f, pool, user);
      if (pool->len == start[f])
        g_array_append_val (pool, f);
      start[f + 1] = pool->len;
    }

  g_autofree uint32_t *old_parent = profile->node_parent;
  g_autofree uint32_t *old_frame = profile->node_frame;
  g_autofree uint32_t *old_site_node = profile->site_node;
  g_autofree uint32_t *node_of = g_new0 (uint32_t, old_nodes);
  g_autofree uint32_t *new_site = g_new0 (uint32_t, MAX (1, old_sites));

  profile->node_parent = profile->node_frame = profile->site_node = NULL;
  t->nodes_size = 0;
  hv_profile_settle (profile);
  profile->n_nodes = 0;
  append_node (profile, 0, 0);
  for (uint32_t n = 1; n < old_nodes; n++)
    {
      uint32_t at = node_of[old_parent[n]], f = old_frame[n];
      if (f != 0)
        for (uint32_t i = start[f + 1]; i > start[f]; i--)
          at = hv_profile_node (profile, at, g_array_index (pool, uint32_t, i - 1));
      node_of[n] = at;
    }

  profile->n_sites = 0;
  /* The columns keep their size: there are never more sites than before. */
  profile->site_node = g_new (uint32_t, MAX (1, t->sites_size));
  for (uint32_t s = 0; s < old_sites; s++)
    new_site[s] = hv_profile_site (profile, node_of[old_site_node[s]]);
  merge_sites (profile, new_site, old_sites, profile->n_sites);
  drop_unused_frames (profile);
}

void
hv_profile_seal (HvProfile *profile)
{
  const struct HvProfileTables *t = profile->tables;

  if (t)
    {
      hv_large_array_trim (profile->node_parent, profile->n_nodes, t->nodes_size,
                           sizeof *profile->node_parent);
      hv_large_array_trim (profile->node_frame, profile->n_nodes, t->nodes_size,
                           sizeof *profile->node_frame);
    }
  g_clear_pointer (&profile->tables, tables_free);
}

void
hv_profile_reopen (HvProfile *profile)
{
  if (profile->tables)
    return;
  struct HvProfileTables *t = profile->tables = g_new0 (struct HvProfileTables, 1);

  /* as large as what is there: whatever is added next makes room */
  t->strings_size = profile->n_strings;
  t->frames_size = profile->n_frames;
  t->nodes_size = profile->n_nodes;
  t->sites_size = profile->n_sites;
  t->moments_size = profile->n_moments;
  t->modules_size = profile->n_modules;
  t->threads_size = profile->n_threads;
  t->accesses_size = profile->n_accesses;
  t->rows_size = profile->n_rows;
  t->thread_rows_size = profile->n_thread_rows;
  for (uint32_t i = 0; i < profile->n_strings; i++)
    t->string_bytes = MAX (t->string_bytes,
                           profile->string_offset[i] + strlen (hv_profile_string (profile, i)) + 1);
  t->string_bytes_size = t->string_bytes;
  for (uint32_t i = 0; i < profile->n_accesses; i++)
    t->access_bytes = MAX (t->access_bytes, profile->access[i].offset + profile->access[i].length);
  t->access_bytes_size = t->access_bytes;

  rehash_strings (profile);
  rehash_frames (profile);
  t->nodes_behind = t->sites_behind = TRUE;
}

const char *
hv_profile_string (const HvProfile *profile, uint32_t id)
{
  return profile->string_data + profile->string_offset[id];
}

int64_t
hv_profile_total (const HvProfile *profile, HvMetric metric)
{
  const int64_t *column = profile->column[metric];
  int64_t sum = 0;

  if (column)
    for (uint32_t s = 0; s < profile->n_sites; s++)
      sum = wrapping_add (sum, column[s]);
  return sum;
}

const char *
hv_basename (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash && slash[1] ? slash + 1 : path;
}
