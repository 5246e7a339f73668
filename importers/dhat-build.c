/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-private.h"

#include "store/large-array.h"
#include "varint.h"

/* What dhat-rs keeps of a stack by default. */
#define RUST_FRAMES 10
/* Valgrind's default of 12; of a heap's stacks the allocator's own frame is not written. */
#define VALGRIND_FRAMES 12
/* Packed bytes; a recording of 37 MB takes 600 KB. */
#define MAX_ACCESS_WORK (256 * 1024 * 1024)

/* From so many on another thread is worth its while. */
#define MANY_POINTS 10000

const HvMetric hv_dhat_metric[HV_DHAT_N_COSTS] = {
  [HV_DHAT_TB] = HV_METRIC_TOTAL_BYTES,  [HV_DHAT_TBK] = HV_METRIC_TOTAL_BLOCKS,
  [HV_DHAT_TL] = HV_METRIC_LIFETIME,     [HV_DHAT_MB] = HV_METRIC_MAX_BYTES,
  [HV_DHAT_MBK] = HV_METRIC_MAX_BLOCKS,  [HV_DHAT_GB] = HV_METRIC_PEAK_BYTES,
  [HV_DHAT_GBK] = HV_METRIC_PEAK_BLOCKS, [HV_DHAT_EB] = HV_METRIC_LIVE_BYTES,
  [HV_DHAT_EBK] = HV_METRIC_LIVE_BLOCKS, [HV_DHAT_RB] = HV_METRIC_READ_BYTES,
  [HV_DHAT_WB] = HV_METRIC_WRITE_BYTES,
};

/* What a stack begins with, seen from its outermost frame. */
typedef enum
{
  START_UNKNOWN,
  START_ROOT,
  START_OTHER
} Start;

/* Of a node of the file's stacks: the stack down to it, and what becomes of it. */
typedef struct
{
  union
  {
    uint32_t head; /* index of its real frame: what is inlined into that has others */
    uint32_t site; /* later, of a whole stack's: site + 1 */
  };
  uint32_t depth : 24; /* real frames */
  uint32_t start : 2;
  uint32_t inlined : 1; /* its own frame is */
  uint32_t node;        /* the profile's in the tree of whole stacks; 0: none yet */
} Step;

G_STATIC_ASSERT (sizeof (Step) <= HV_DHAT_SCRATCH);

/* By program point. */
typedef struct
{
  uint32_t depth : 24;
  uint32_t start : 2;
  uint32_t cut : 1;
} Shape;

/* So far ahead what is looked at next is fetched into the cache: nodes are where the file happened
 * to need them first. */
#define AHEAD 16

/* A function inlined has its caller's address. The same frame once more is recursion. */
static gboolean
is_inlined (const HvDhatFile *file, const Step *above, uint32_t index)
{
  return above->depth && index < file->n_names && above->head < file->n_names
         && above->head != index && file->names[index].address
         && file->names[index].address == file->names[above->head].address;
}

static Step *
find_steps (const HvDhatFile *file)
{
  const HvDhatStacks *stacks = file->stacks;
  Step *steps = stacks->scratch;
  Step step = { .start = START_UNKNOWN };

  steps[0] = step;
  for (uint32_t n = 1; n < stacks->n_nodes; n++)
    {
      uint32_t index = stacks->index[n];
      const HvDhatName *name = index < file->n_names ? &file->names[index] : NULL;

      if (n + AHEAD < stacks->n_nodes)
        __builtin_prefetch (&steps[stacks->parent[n + AHEAD]]);
      /* mostly it is the node before */
      if (stacks->parent[n] != n - 1)
        step = steps[stacks->parent[n]];
      step.inlined = is_inlined (file, &step, index);
      if (!step.inlined)
        {
          step.head = index;
          step.depth++;
        }
      /* of a frame whose name was cut off nothing is known: no reason to doubt the stack */
      if (step.start == START_UNKNOWN && (name == NULL || !name->bogus))
        step.start = name == NULL || name->root ? START_ROOT : START_OTHER;
      steps[n] = step;
    }
  return steps;
}

/* Names the first program point whose stack has a frame that the table lacks. */
static gboolean
check_frames (const HvDhatFile *file, GError **error)
{
  const HvDhatStacks *stacks = file->stacks;
  uint32_t n = 0, p = 0;

  while (n < stacks->n_nodes && stacks->index[n] < file->n_names)
    n++;
  /* the innermost node of a stack is its latest: the first that reaches so far */
  while (n < stacks->n_nodes && p < file->n_points && stacks->leaf[p] < n)
    p++;
  if (n == stacks->n_nodes || p == file->n_points)
    return TRUE;
  g_set_error (error, HV_ERROR, HV_ERROR_FORMAT, "program point %u names frame %u of %u", p + 1,
               stacks->index[n], file->n_names);
  return FALSE;
}

/* Finds the stacks that the recorder cut: as deep as the deepest in the file and without one of the
 * frames that everything begins with. */
static Shape *
find_truncated (const HvDhatFile *file, HvProfile *profile, Step *steps, gboolean rust)
{
  const uint32_t *leaf = file->stacks->leaf;
  Shape *shape = g_new (Shape, file->n_points + 1);
  uint32_t limit = 0, at_limit = 0, n_cut = 0;
  gboolean any_root = FALSE;
  int64_t cut_bytes = 0;

  for (uint32_t p = 0; p < file->n_points; p++)
    {
      Step *inner = &steps[leaf[p]];
      if (p + AHEAD < file->n_points)
        __builtin_prefetch (&steps[leaf[p + AHEAD]]);
      shape[p] = (Shape){ .depth = inner->depth, .start = inner->start };
      inner->site = 0;
      if (inner->depth > limit)
        {
          limit = inner->depth;
          at_limit = 0;
        }
      at_limit += inner->depth == limit;
      any_root = any_root || inner->start == START_ROOT;
    }

  /* Few frames are no proof of a limit unless other stacks of the same program do reach a root. */
  gboolean limited = limit >= RUST_FRAMES ? at_limit > 1 || limit <= VALGRIND_FRAMES
                                          : limit > 1 && at_limit > 1 && any_root;
  /* dhat-rs drops the allocator's frame after counting */
  uint32_t lowest = rust && limit >= RUST_FRAMES ? limit - 1 : limit;

  const uint8_t *costs = file->costs;
  for (uint32_t p = 0; p < file->n_points; p++)
    {
      uint64_t total = hv_varint_take (&costs); /* the first */
      costs = hv_varint_skip (costs, HV_DHAT_N_COSTS - 1);
      shape[p].cut = shape[p].depth == 0
                     || (limited && shape[p].depth >= lowest && shape[p].start != START_ROOT);
      if (shape[p].cut)
        {
          n_cut++;
          cut_bytes += (int64_t) total;
        }
    }
  if (n_cut)
    hv_profile_warn (profile,
                     "The recorder kept no more than %u frames of a stack: %u of %u stacks with "
                     "%.1f %% of the total do not reach their root and hang under “[truncated]”.",
                     limit, n_cut, file->n_points,
                     file->total[HV_DHAT_TB]
                         ? 100.0 * (double) cut_bytes / (double) file->total[HV_DHAT_TB]
                         : 0.0);
  return shape;
}

/* The profile's frames of the table's entries: two each, plain and inlined; 0: not asked for yet.
 */
typedef struct
{
  uint32_t *named;
  HvPairMap nameless;
  uint32_t latest; /* the newest frame */
  gboolean repeat; /* two entries are one frame */
} Frames;

static uint32_t
add_frame (HvProfile *profile, const HvFrame *frame, Frames *frames)
{
  uint32_t id = hv_profile_frame (profile, frame);

  frames->repeat = frames->repeat || id <= frames->latest;
  frames->latest = MAX (frames->latest, id);
  return id;
}

static uint32_t
frame_of (const HvDhatFile *file, HvProfile *profile, uint32_t index, gboolean inlined,
          Frames *frames)
{
  if (index >= file->n_names)
    {
      char text[48];
      gboolean found;
      uint32_t *id = hv_pair_map_slot (&frames->nameless, index, 0, &found);
      if (!found)
        {
          g_snprintf (text, sizeof text, "frame %u: name cut off", index);
          *id = hv_profile_note (profile, text);
          frames->repeat = TRUE;
        }
      return *id;
    }
  uint32_t *id = &frames->named[2 * (gsize) index + (inlined ? 1 : 0)];
  if (*id == 0)
    {
      HvFrame frame = file->name_frame[index];
      if (inlined)
        frame.flags |= HV_FRAME_INLINED;
      *id = add_frame (profile, &frame, frames);
    }
  return *id;
}

/* The profile's node of one of the file's, in the tree of whole stacks or in that of truncated ones
 * (`truncated`: by node; those that are not there yet are 0). */
static inline uint32_t *
node_of (Step *steps, uint32_t *truncated, gboolean cut, uint32_t at)
{
  return cut ? &truncated[at] : &steps[at].node;
}

/* Adds the stacks; returns the site of each program point. */
static uint32_t *
build_stacks (const HvDhatFile *file, HvProfile *profile, Step *steps, const Shape *shape)
{
  const HvDhatStacks *stacks = file->stacks;
  uint32_t *site_of = g_new (uint32_t, file->n_points + 1);
  Frames frames = { .named = g_new0 (uint32_t, 2 * (gsize) file->n_names + 1) };
  g_autofree uint32_t *path = g_new (uint32_t, HV_DHAT_MAX_STACK);
  g_autofree uint32_t *truncated = NULL;
  uint32_t top = 0; /* of the truncated ones */

  /* at most: each node in both trees, and the top of one */
  hv_profile_expect (profile, 2 * stacks->n_nodes);
  for (uint32_t p = 0; p < file->n_points; p++)
    {
      uint32_t leaf = stacks->leaf[p], at = leaf, depth = 0;
      gboolean cut = shape[p].cut;

      if (p + AHEAD < file->n_points)
        __builtin_prefetch (&steps[stacks->leaf[p + AHEAD]]);
      /* the same stack from elsewhere in the file */
      if (steps[leaf].site)
        {
          site_of[p] = steps[leaf].site - 1;
          continue;
        }
      if (cut && truncated == NULL)
        {
          truncated = hv_large_new0 (uint32_t, stacks->n_nodes);
          uint32_t note = hv_profile_note (profile, "truncated");
          frames.latest = MAX (frames.latest, note);
          top = hv_profile_new_node (profile, 0, note);
        }
      for (; at && *node_of (steps, truncated, cut, at) == 0; at = stacks->parent[at])
        path[depth++] = at;
      uint32_t node = at ? *node_of (steps, truncated, cut, at) : cut ? top : 0;
      while (depth > 0)
        {
          at = path[--depth];
          uint32_t frame = frame_of (file, profile, stacks->index[at], steps[at].inlined, &frames);
          node = frames.repeat ? hv_profile_node (profile, node, frame)
                               : hv_profile_new_node (profile, node, frame);
          *node_of (steps, truncated, cut, at) = node;
        }
      site_of[p] = frames.repeat ? hv_profile_site (profile, node)
                                 : hv_profile_new_site (profile, node);
      steps[leaf].site = site_of[p] + 1;
    }
  g_free (frames.named);
  hv_pair_map_clear (&frames.nameless);
  return site_of;
}

/* Whether a metric is in the file: a cost that the recorder did not watch is not zero. */
static gboolean
has_cost (const HvDhatFile *file, HvDhatCost cost)
{
  int watched = cost <= HV_DHAT_TBK ? 1 : cost >= HV_DHAT_RB ? file->accesses : file->lifetimes;

  if (watched < 0 && file->version == 1)
    watched = 1;
  return file->n_points ? watched && (file->costs_any & 1u << cost) : watched == 1;
}

/* What is live at one time bounds a site's maximum from below. */
static void
raise_maximum (HvProfile *profile, HvMetric bytes, HvMetric blocks)
{
  const int64_t *live = profile->column[bytes], *live_blocks = profile->column[blocks];
  int64_t *max = profile->column[HV_METRIC_MAX_BYTES];
  int64_t *max_blocks = profile->column[HV_METRIC_MAX_BLOCKS];

  if (live == NULL || max == NULL)
    return;
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (max[s] < live[s])
      {
        max[s] = live[s];
        if (max_blocks && live_blocks)
          max_blocks[s] = live_blocks[s];
      }
}

static void
build_columns (const HvDhatFile *file, HvProfile *profile, const uint32_t *site_of)
{
  const uint8_t *costs = file->costs;
  int64_t *column[HV_DHAT_N_COSTS];
  gboolean adds_up[HV_DHAT_N_COSTS];

  for (int c = 0; c < HV_DHAT_N_COSTS; c++)
    {
      adds_up[c] = hv_metric_adds_up (hv_dhat_metric[c]);
      column[c] = has_cost (file, (HvDhatCost) c) ? hv_profile_column (profile, hv_dhat_metric[c])
                                                  : NULL;
    }
  for (uint32_t p = 0; p < file->n_points; p++)
    for (int c = 0; c < HV_DHAT_N_COSTS; c++)
      {
        int64_t cost = (int64_t) hv_varint_take (&costs);
        int64_t *sum = column[c] ? &column[c][site_of[p]] : NULL;
        /* the sums of whole columns were checked while reading */
        if (sum)
          *sum = adds_up[c] ? *sum + cost : MAX (*sum, cost);
      }
  raise_maximum (profile, HV_METRIC_PEAK_BYTES, HV_METRIC_PEAK_BLOCKS);
  raise_maximum (profile, HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS);
}

/* What build_accesses() works on. */
typedef struct
{
  HvDhatFile *file;
  HvProfile *profile;
  const uint32_t *site_of;
} Accesses;

static gpointer
build_accesses (gpointer data)
{
  const Accesses *of = data;
  HvDhatFile *file = of->file;
  HvProfile *profile = of->profile;
  const uint32_t *site_of = of->site_of;
  g_autofree uint32_t *first = g_new0 (uint32_t, profile->n_sites + 1); /* point + 1 */
  uint64_t work = 0;

  for (uint32_t p = 0; p < file->n_points; p++)
    {
      uint32_t *point = &first[site_of[p]];
      if (*point == 0)
        {
          *point = p + 1;
          continue;
        }
      HvDhatAccess *sum = &file->access[*point - 1], *part = &file->access[p];
      /* an addition walks through the whole sum: a crafted file could make that take hours */
      work += sum->bytes ? sum->length + part->length : 0;
      if (work > MAX_ACCESS_WORK)
        sum->bytes = 0;
      hv_dhat_add_access (file->access_data, sum, part);
    }
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      const HvDhatAccess *access = &file->access[first[s] - 1];
      if (access->bytes)
        hv_profile_add_access (profile, s, access->unreliable,
                               file->access_data->data + access->offset, access->length);
    }
  return NULL;
}

static void
describe (const HvDhatFile *file, HvProfile *profile, gboolean rust)
{
  uint32_t present = 0;

  if (file->version == 1)
    {
      profile->variant = hv_profile_intern (profile, "heap v1", -1);
      profile->time_unit = HV_TIME_INSTRUCTIONS;
      profile->short_lifetime = 500;
    }
  profile->modules_known = FALSE;
  profile->default_metric = profile->column[HV_METRIC_PEAK_BYTES] ? HV_METRIC_PEAK_BYTES
                                                                  : HV_METRIC_TOTAL_BYTES;

  /* 3.17 and later update a program point's maximum only while the whole heap is at its own */
  if (file->version == 2 && !rust && profile->column[HV_METRIC_MAX_BYTES])
    hv_profile_warn (profile,
                     "Valgrind's per-site maximum is not kept up to date (3.17 and later): "
                     "“maximum bytes of the site” is a lower bound.");
  if (file->n_long_accesses)
    hv_profile_warn (profile,
                     "The access counts of %u program points are larger than DHAT writes them and "
                     "were left out.",
                     file->n_long_accesses);
  for (int c = 0; c < HV_DHAT_N_COSTS; c++)
    if (has_cost (file, (HvDhatCost) c))
      present |= 1u << c;
  if (file->n_points && (present & ~file->costs_all))
    hv_profile_warn (profile, "Some program points lack costs that others have: they count as 0.");
}

void
hv_dhat_file_clear (HvDhatFile *file)
{
  g_clear_pointer (&file->access, g_free);
  g_clear_pointer (&file->costs, g_free);
  g_clear_pointer (&file->access_data, g_byte_array_unref);
  g_clear_pointer (&file->stacks, hv_dhat_stacks_free);
  g_clear_pointer (&file->names, g_free);
  g_clear_pointer (&file->name_frame, g_free);
}

gboolean
hv_dhat_build (HvDhatFile *file, HvProfile *profile, GError **error)
{
  gboolean rust = g_str_has_prefix (hv_profile_string (profile, profile->variant), "rust");

  hv_dhat_stacks_end (file->stacks);
  profile->full = profile->full || file->stacks->full;
  if (profile->full)
    return TRUE;
  if (file->names_complete && !check_frames (file, error))
    return FALSE;
  Step *steps = find_steps (file);
  g_autofree Shape *shape = find_truncated (file, profile, steps, rust);
  g_autofree uint32_t *site_of = build_stacks (file, profile, steps, shape);
  if (profile->full)
    return TRUE;
  /* the columns take the place of what only stacks need */
  g_clear_pointer (&file->stacks, hv_dhat_stacks_free);
  g_clear_pointer (&file->names, g_free);
  g_clear_pointer (&file->name_frame, g_free);
  hv_profile_settle (profile);
  /* the costs and the accesses have nothing in common */
  Accesses accesses = { file, profile, site_of };
  GThread *thread = file->n_points >= MANY_POINTS
                        ? g_thread_try_new ("accesses", build_accesses, &accesses, NULL)
                        : NULL;
  build_columns (file, profile, site_of);
  if (thread)
    g_thread_join (thread);
  else
    build_accesses (&accesses);
  describe (file, profile, rust);
  return TRUE;
}
