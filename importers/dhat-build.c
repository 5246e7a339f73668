/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-private.h"

#include "varint.h"

/* What dhat-rs keeps of a stack by default. */
#define RUST_FRAMES 10
/* Valgrind's default of 12; of a heap's stacks the allocator's own frame is not written. */
#define VALGRIND_FRAMES 12
/* Packed bytes; a recording of 37 MB takes 600 KB. */
#define MAX_ACCESS_WORK (256 * 1024 * 1024)

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

/* The stack up to one of its entries. */
typedef struct
{
  uint32_t index;
  uint32_t head;  /* index of its real frame: what is inlined into that has others */
  uint32_t depth; /* real frames */
  Start start;
} Step;

/* The stack that is looked at, unpacked, outermost first. */
typedef struct
{
  const HvDhatFile *file;
  const uint32_t *next; /* packed: the stack behind it */
  uint32_t length;
  Step *step; /* [0] is before the first entry */
} Walk;

/* By program point. */
typedef struct
{
  uint32_t depth;
  uint8_t start;
  uint8_t cut;
} Shape;

static void
walk_init (Walk *walk, const HvDhatFile *file)
{
  *walk = (Walk){ .file = file, .next = file->stack_word };
  walk->step = g_new0 (Step, HV_DHAT_MAX_STACK + 1);
}

/* A function inlined has its caller's address. The same frame once more is recursion. */
static gboolean
is_inlined (const HvDhatFile *file, const Step *before, uint32_t index)
{
  return before->depth && index < file->n_names && before->head < file->n_names
         && before->head != index && file->names[index].address
         && file->names[index].address == file->names[before->head].address;
}

/* Unpacks the next stack; returns how many of its entries are those of the one before. */
static uint32_t
walk_next (Walk *walk)
{
  const HvDhatFile *file = walk->file;
  uint32_t shared = *walk->next++, n = *walk->next++;

  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t index = *walk->next++;
      const HvDhatName *name = index < file->n_names ? &file->names[index] : NULL;
      const Step *before = &walk->step[shared + i];
      Step step = *before;

      step.index = index;
      if (!is_inlined (file, before, index))
        {
          step.head = index;
          step.depth++;
        }
      /* of a frame whose name was cut off nothing is known: no reason to doubt the stack */
      if (step.start == START_UNKNOWN && (name == NULL || !name->bogus))
        step.start = name == NULL || name->root ? START_ROOT : START_OTHER;
      walk->step[shared + i + 1] = step;
    }
  walk->length = shared + n;
  return shared;
}

/* Names the first program point whose stack has a frame that the table lacks. */
static gboolean
check_frames (const HvDhatFile *file, GError **error)
{
  const uint32_t *word = file->stack_word;

  for (uint32_t p = 0; p < file->n_points; p++)
    {
      uint32_t n = word[1];
      for (word += 2; n > 0; n--, word++)
        if (*word >= file->n_names)
          {
            g_set_error (error, HV_ERROR, HV_ERROR_FORMAT, "program point %u names frame %u of %u",
                         p + 1, *word, file->n_names);
            return FALSE;
          }
    }
  return TRUE;
}

/* Finds the stacks that the recorder cut: as deep as the deepest in the file and without one of the
 * frames that everything begins with. */
static Shape *
find_truncated (const HvDhatFile *file, HvProfile *profile, gboolean rust)
{
  Shape *shape = g_new0 (Shape, file->n_points + 1);
  uint32_t limit = 0, at_limit = 0, n_cut = 0;
  gboolean any_root = FALSE;
  int64_t cut_bytes = 0;
  Walk walk;

  walk_init (&walk, file);
  for (uint32_t p = 0; p < file->n_points; p++)
    {
      walk_next (&walk);
      const Step *inner = &walk.step[walk.length];
      shape[p] = (Shape){ .depth = inner->depth, .start = (uint8_t) inner->start };
      if (inner->depth > limit)
        {
          limit = inner->depth;
          at_limit = 0;
        }
      at_limit += inner->depth == limit;
      any_root = any_root || inner->start == START_ROOT;
    }
  g_free (walk.step);

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
} Frames;

static uint32_t
frame_of_step (const HvDhatFile *file, HvProfile *profile, uint32_t index, gboolean inlined,
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
        }
      return *id;
    }
  uint32_t *id = &frames->named[2 * (gsize) index + (inlined ? 1 : 0)];
  if (*id == 0)
    {
      HvFrame frame = file->names[index].frame;
      if (inlined)
        frame.flags |= HV_FRAME_INLINED;
      *id = hv_profile_frame (profile, &frame);
    }
  return *id;
}

/* The nodes of the stack before in one of the two trees, the whole stacks' and the truncated. */
typedef struct
{
  uint32_t valid; /* entries of the current stack that have theirs */
  uint32_t known; /* entries that hold anything */
  uint32_t *frame, *node;
} Branch;

/* Adds the stacks; returns the site of each program point. */
static uint32_t *
build_stacks (const HvDhatFile *file, HvProfile *profile, const Shape *shape)
{
  uint32_t *site_of = g_new (uint32_t, file->n_points + 1);
  Frames frames = { .named = g_new0 (uint32_t, 2 * (gsize) file->n_names + 1) };
  Branch branches[2] = { 0 };
  Walk walk;

  walk_init (&walk, file);
  for (int i = 0; i < 2; i++)
    {
      branches[i].frame = g_new0 (uint32_t, HV_DHAT_MAX_STACK + 1);
      branches[i].node = g_new0 (uint32_t, HV_DHAT_MAX_STACK + 1);
    }
  for (uint32_t p = 0; p < file->n_points; p++)
    {
      uint32_t shared = walk_next (&walk);
      for (int i = 0; i < 2; i++)
        branches[i].valid = MIN (branches[i].valid, shared);

      Branch *branch = &branches[shape[p].cut];
      if (shape[p].cut && branch->node[0] == 0)
        branch->node[0] = hv_profile_node (profile, 0, hv_profile_note (profile, "truncated"));
      gboolean same = TRUE;
      for (uint32_t i = branch->valid; i < walk.length; i++)
        {
          const Step *step = &walk.step[i + 1];
          uint32_t frame = frame_of_step (file, profile, step->index,
                                          is_inlined (file, &walk.step[i], step->index), &frames);
          /* another address of the same line is the same frame: mostly no look-up is needed */
          same = same && i < branch->known && branch->frame[i + 1] == frame;
          if (same)
            continue;
          branch->frame[i + 1] = frame;
          branch->node[i + 1] = hv_profile_node (profile, branch->node[i], frame);
        }
      if (!same || walk.length > branch->known)
        branch->known = walk.length;
      branch->valid = walk.length;
      site_of[p] = hv_profile_site (profile, branch->node[walk.length]);
    }
  for (int i = 0; i < 2; i++)
    {
      g_free (branches[i].frame);
      g_free (branches[i].node);
    }
  g_free (frames.named);
  hv_pair_map_clear (&frames.nameless);
  g_free (walk.step);
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

static void
build_accesses (HvDhatFile *file, HvProfile *profile, const uint32_t *site_of)
{
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
  g_clear_pointer (&file->stack_word, g_free);
  g_clear_pointer (&file->names, g_free);
}

gboolean
hv_dhat_build (HvDhatFile *file, HvProfile *profile, GError **error)
{
  gboolean rust = g_str_has_prefix (hv_profile_string (profile, profile->variant), "rust");

  if (file->names_complete && !check_frames (file, error))
    return FALSE;
  g_autofree Shape *shape = find_truncated (file, profile, rust);
  g_autofree uint32_t *site_of = build_stacks (file, profile, shape);
  if (profile->full)
    return TRUE;
  /* the columns take the place of what only stacks need */
  g_clear_pointer (&file->stack_word, g_free);
  g_clear_pointer (&file->names, g_free);
  hv_profile_settle (profile);
  build_columns (file, profile, site_of);
  build_accesses (file, profile, site_of);
  describe (file, profile, rust);
  return TRUE;
}
