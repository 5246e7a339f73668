/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

#include "canonical-paths.h"
#include "canonical.h"
#include "frame-key.h"
#include "large-array.h"
#include "origin.h"
#include "scope.h"

#include <math.h>
#include <string.h>

/* A pattern and the part of a frame it is held against. */
typedef struct
{
  GRegex *regex;
  HvScope scope;
} Pattern;

static gboolean
pattern_init (Pattern *pattern, const char *text, GError **error)
{
  g_autoptr (GError) bad = NULL;
  GRegexCompileFlags flags = G_REGEX_OPTIMIZE | G_REGEX_CASELESS;

  *pattern = (Pattern){ 0 };
  if (text == NULL)
    return TRUE;
  pattern->scope = hv_scope_parse (&text);
  for (const char *c = text; *c; c++)
    if (g_ascii_isupper (*c))
      flags &= ~(unsigned) G_REGEX_CASELESS;
  pattern->regex = g_regex_new (text, flags, 0, &bad);
  if (pattern->regex == NULL)
    g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "“%s” is no regular expression: %s", text,
                 bad->message);
  return pattern->regex != NULL;
}

static gboolean
origin_matches (const GRegex *regex, const HvProfile *profile, const HvFrame *frame)
{
  g_autoptr (GString) origin = g_string_new (NULL);

  if (frame->flags & HV_FRAME_SYNTHETIC)
    return FALSE;
  hv_frame_origin (origin, profile, frame);
  return g_regex_match (regex, origin->str, 0, NULL);
}

static gboolean
pattern_matches (const Pattern *pattern, const HvProfile *profile, const HvFrame *frame,
                 const char *label)
{
  const HvScope *scope = &pattern->scope;

  return (scope->function && g_regex_match (pattern->regex, label, 0, NULL))
         || (scope->file && frame->file
             && g_regex_match (pattern->regex, hv_profile_string (profile, frame->file), 0, NULL))
         || (scope->module && frame->module
             && g_regex_match (pattern->regex, hv_profile_string (profile, frame->module), 0, NULL))
         || (scope->origin && origin_matches (pattern->regex, profile, frame));
}

/* Standard error², in bytes² (or blocks²), of an estimate made from samples: each object of size S
 * is kept with p = 1 − e^(−S/R), so n objects counted are off by n(1 − p)/p (formats/jemalloc.md
 * §1.6). */
static double
sampling_variance (double bytes, double blocks, double period, gboolean of_bytes)
{
  if (bytes <= 0 || blocks <= 0 || period <= 1)
    return 0;
  double size = bytes / blocks, p = -expm1 (-size / period);
  double per_block = (1 - p) / p;
  return of_bytes ? blocks * size * size * per_block : blocks * per_block;
}

gboolean
_hv_tree_is_sampled (const HvProfile *profile, HvMetric metric)
{
  return profile->sample_period > 1
         && (metric == HV_METRIC_LIVE_BYTES || metric == HV_METRIC_LIVE_BLOCKS
             || metric == HV_METRIC_TOTAL_BYTES || metric == HV_METRIC_TOTAL_BLOCKS);
}

void
_hv_tree_add_cost (HvTree *tree, guint side, uint32_t node, const HvProfile *profile, int64_t cost,
                   int64_t partner)
{
  tree->self[side][HV_SLOT_COST][node] += cost;
  tree->self[side][HV_SLOT_PARTNER][node] += partner;
  if (tree->variance[side] && _hv_tree_is_sampled (profile, tree->metric))
    {
      gboolean bytes = hv_metric_is_bytes (tree->metric);
      tree->variance[side][node] += sampling_variance ((double) (bytes ? cost : partner),
                                                       (double) (bytes ? partner : cost),
                                                       (double) profile->sample_period, bytes);
    }
}

enum
{
  FRAME_FOCUS = 1 << 0,
  FRAME_IGNORE = 1 << 1,
  FRAME_HIDE = 1 << 2,
};

/* `node_flags`: by stack node; NULL: none is ignored. */
static inline gboolean
is_ignored (const HvProfile *profile, const uint8_t *node_flags, uint32_t site)
{
  return node_flags && node_flags[profile->site_node[site]] & FRAME_IGNORE;
}

static uint32_t
note_key (HvTree *tree, const char *label)
{
  HvKey key = {
    .label = label, .function = "", .module = "", .file = "", .flags = HV_FRAME_SYNTHETIC
  };

  return _hv_tree_intern_key (tree, label, &key);
}

/* Adds a cost at the stack of `node` (a site's anchor) below a frame `top` of its own. */
static void
add_below (HvTree *tree, guint side, const HvProfile *profile, HvTreeFrames *frames, uint32_t top,
           uint32_t node, int64_t cost, int64_t partner)
{
  uint32_t shown = _hv_tree_child (tree, 0, top);
  const uint8_t *fold = frames->fold->node;
  GArray *path = frames->path;

  if (node == HV_ASYNC_ONLY)
    {
      uint32_t key = note_key (tree, "[async runtime]");
      _hv_tree_add_cost (tree, side, key == top ? shown : _hv_tree_child (tree, shown, key),
                         profile, cost, partner);
      return;
    }
  g_array_set_size (path, 0);
  for (uint32_t n = node; n; n = profile->node_parent[n])
    {
      if (n == node || fold[n] == HV_FOLD_NONE)
        g_array_append_val (path, n);
      if (fold[n] == HV_FOLD_START)
        break;
    }
  for (guint i = path->len; i > 0; i--)
    {
      uint32_t f = profile->node_frame[g_array_index (path, uint32_t, i - 1)];
      if (f == 0 || frames->flags[f] & FRAME_HIDE)
        continue;
      shown = _hv_tree_node_below (tree, shown, _hv_tree_frame_key (tree, profile, frames, f));
    }
  frames->weight[profile->node_frame[node]] += fabs ((double) cost);
  _hv_tree_add_cost (tree, side, shown, profile, cost, partner);
}

/* What a site holds beyond its threads' rows. */
typedef struct
{
  int64_t rest[HV_N_SLOTS];
  int64_t largest; /* of its rows' costs */
  uint64_t row;    /* the one with it; it takes the rest. NO_ROW: none does */
} ThreadRest;

#define NO_ROW UINT64_MAX
/* A dump's lines are estimated each by itself, so that threads are off by a little; what is missing
 * beyond this part of a site are threads that the file does not hold. */
#define THREAD_REST_DIVISOR 10

static ThreadRest *
find_thread_rests (const HvTreeSide *from, HvMetric metric)
{
  const HvProfile *profile = from->profile;
  ThreadRest *rests = g_new (ThreadRest, MAX (1, profile->n_sites));

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      rests[s] = (ThreadRest){ .row = NO_ROW };
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        rests[s].rest[slot] = from->values[slot] ? from->values[slot][s] : 0;
    }
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      if (from->threads && !from->threads[profile->thread_row[r].thread])
        continue;
      ThreadRest *of = &rests[profile->thread_row[r].site];
      int64_t cost = _hv_tree_thread_value (&profile->thread_row[r], metric);
      of->rest[HV_SLOT_COST] -= cost;
      if (from->values[HV_SLOT_PARTNER])
        of->rest[HV_SLOT_PARTNER] -= _hv_tree_thread_value (&profile->thread_row[r],
                                                            hv_metric_partner (metric));
      if (cost > of->largest)
        {
          of->largest = cost;
          of->row = r;
        }
    }
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (rests[s].rest[HV_SLOT_COST] > MAX (1, from->values[HV_SLOT_COST][s] / THREAD_REST_DIVISOR)
        || rests[s].largest + rests[s].rest[HV_SLOT_COST] < 0)
      rests[s].row = NO_ROW;
  return rests;
}

/* Adds the thread rows below a frame a thread, so that they sum to the sites; costs are those of
 * the end. */
static void
add_threads (HvTree *tree, guint side, const HvTreeSide *from, HvTreeFrames *frames,
             const uint8_t *node_flags, const uint32_t *anchor)
{
  const HvProfile *profile = from->profile;
  g_autofree ThreadRest *rests = find_thread_rests (from, tree->metric);

  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      const HvThreadRow *row = &profile->thread_row[r];
      int64_t cost = _hv_tree_thread_value (row, tree->metric);
      int64_t partner = _hv_tree_thread_value (row, hv_metric_partner (tree->metric));

      if (rests[row->site].row == r)
        {
          cost += rests[row->site].rest[HV_SLOT_COST];
          partner += rests[row->site].rest[HV_SLOT_PARTNER];
        }
      if ((cost == 0 && partner == 0) || (from->threads && !from->threads[row->thread]))
        continue;
      if (is_ignored (profile, node_flags, row->site))
        {
          tree->dropped[side] += cost;
          continue;
        }
      g_autofree char *name = _hv_tree_thread_label (profile, row->thread);
      g_autofree char *label = g_strconcat ("thread ", name, NULL);
      add_below (tree, side, profile, frames, note_key (tree, label), anchor[row->site], cost,
                 partner);
    }

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = rests[s].rest[HV_SLOT_COST], partner = rests[s].rest[HV_SLOT_PARTNER];
      if (rests[s].row != NO_ROW || (cost == 0 && partner == 0))
        continue;
      if (is_ignored (profile, node_flags, s))
        tree->dropped[side] += cost;
      else
        add_below (tree, side, profile, frames, note_key (tree, "[unknown thread]"), anchor[s],
                   cost, partner);
    }
}

/* How surely a stack is known to be a task's. */
enum
{
  TASK_NONE,
  TASK_RUNTIME, /* inside the runtime, nothing of the user's yet */
  TASK_CALLED,  /* the first function of the user's inside */
  TASK_NAMED,   /* the runtime's own functions name the future */
};

typedef struct
{
  uint32_t key; /* TASK_CALLED, TASK_NAMED */
  uint8_t sure;
} Task;

/* What is worked out once for each frame. */
typedef struct FrameTask
{
  Task named, called; /* nothing where not `sure` */
  gboolean known, is_async;
} FrameTask;

static uint32_t
task_key (HvTree *tree, const char *identity, const char *name)
{
  g_autofree char *id = g_strconcat ("task\x1f", identity, NULL);
  g_autofree char *label = g_strconcat ("task ", name, NULL);
  HvKey key = {
    .label = label, .function = "", .module = "", .file = "", .flags = HV_FRAME_SYNTHETIC
  };

  return _hv_tree_intern_key (tree, id, &key);
}

/* The task that a call of frame `f` is in, by that of its caller. What makes or polls a task inside
 * another one works for the inner. */
static Task
task_of_call (HvTree *tree, const HvProfile *profile, HvTreeFrames *frames, Task caller, uint32_t f)
{
  const HvFrame *frame = &profile->frame[f];
  const char *function = hv_profile_string (profile, frame->function);
  FrameTask *task = &frames->task[f];
  GString *identity = frames->identity, *text = frames->text;

  if (!_hv_tree_is_function (frame))
    return caller;
  if (!task->known)
    {
      g_string_truncate (identity, 0);
      g_string_truncate (text, 0);
      if (hv_function_task (function, identity, text))
        task->named = (Task){ task_key (tree, identity->str, text->str), TASK_NAMED };
      task->is_async = strstr (function, "{async_") != NULL;
      task->known = TRUE;
    }
  if (task->named.sure)
    return task->named;
  if (caller.sure >= TASK_CALLED)
    return caller;
  if (profile->frame_category[f] == HV_CATEGORY_ASYNC)
    return (Task){ 0, TASK_RUNTIME };
  if (profile->frame_category[f] != HV_CATEGORY_APP || _hv_tree_is_c_library (profile, frame)
      || (caller.sure == TASK_NONE && !task->is_async))
    return caller;
  if (!task->called.sure)
    {
      g_string_truncate (identity, 0);
      g_string_truncate (text, 0);
      g_string_append (identity, hv_profile_canonical (profile, frame->function, NULL));
      if (frames->fold->async_body[f])
        {
          g_autoptr (GString) name = g_string_new (NULL);
          _hv_tree_async_name (name, function);
          hv_generic_name (text, name->str);
        }
      else
        hv_generic_name (text, function);
      if (g_str_has_suffix (text->str, " (async)"))
        g_string_truncate (text, text->len - strlen (" (async)"));
      task->called = (Task){ task_key (tree, identity->str, text->str), TASK_CALLED };
    }
  return task->called;
}

static void
add_tasks (HvTree *tree, guint side, const HvTreeSide *from, HvTreeFrames *frames,
           const uint8_t *node_flags, const uint32_t *anchor)
{
  const HvProfile *profile = from->profile;
  g_autofree Task *task = g_new0 (Task, profile->n_nodes);
  g_autofree FrameTask *of_frame = g_new0 (FrameTask, profile->n_frames);

  frames->task = of_frame;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    task[n] = task_of_call (tree, profile, frames, task[profile->node_parent[n]],
                            profile->node_frame[n]);
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = from->values[HV_SLOT_COST][s];
      int64_t partner = from->values[HV_SLOT_PARTNER] ? from->values[HV_SLOT_PARTNER][s] : 0;
      if (cost == 0 && partner == 0)
        continue;
      if (is_ignored (profile, node_flags, s))
        {
          tree->dropped[side] += cost;
          continue;
        }
      const Task *of = &task[profile->site_node[s]];
      uint32_t key = of->key;
      if (of->sure < TASK_CALLED)
        {
          const char *label = of->sure == TASK_NONE ? "[no task]" : "[async runtime]";
          key = note_key (tree, label);
        }
      add_below (tree, side, profile, frames, key, anchor[s], cost, partner);
    }
  frames->task = NULL;
}

static void
add_sites (HvTree *tree, guint side, const HvTreeSide *from, HvTreeFrames *frames,
           const uint8_t *node_flags, const uint32_t *anchor)
{
  const uint8_t *fold = frames->fold->node;
  const HvProfile *profile = from->profile;
  g_autofree uint8_t *needed = hv_large_new0 (uint8_t, profile->n_nodes);
  g_autofree uint32_t *shown = frames->shown ? g_steal_pointer (&frames->shown)
                                             : hv_large_new (uint32_t, profile->n_nodes);
  uint32_t n_needed = 0;
  enum
  {
    ON_PATH = 1,
    FOLDED = 2
  };

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = from->values[HV_SLOT_COST][s];
      int64_t partner = from->values[HV_SLOT_PARTNER] ? from->values[HV_SLOT_PARTNER][s] : 0;
      if ((cost || partner) && !is_ignored (profile, node_flags, s) && anchor[s] != HV_ASYNC_ONLY)
        needed[anchor[s]] |= ON_PATH;
    }
  for (uint32_t n = profile->n_nodes; n-- > 1;)
    if (needed[n])
      {
        n_needed++;
        if (fold[n] != HV_FOLD_START)
          needed[profile->node_parent[n]] |= ON_PATH;
      }
  _hv_tree_expect (tree, n_needed);

  shown[0] = 0;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      shown[n] = 0;
      if (!needed[n])
        continue;
      uint32_t above = shown[profile->node_parent[n]], f = profile->node_frame[n];
      if (f == 0 || frames->flags[f] & FRAME_HIDE || fold[n] == HV_FOLD_ASYNC)
        shown[n] = above;
      else if (fold[n] == HV_FOLD_START)
        needed[n] |= FOLDED;
      else
        shown[n] = _hv_tree_node_below (tree, above, _hv_tree_frame_key (tree, profile, frames, f));
    }

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = from->values[HV_SLOT_COST][s];
      int64_t partner = from->values[HV_SLOT_PARTNER] ? from->values[HV_SLOT_PARTNER][s] : 0;
      frames->site_node[s] = HV_NO_NODE;
      if (cost == 0 && partner == 0)
        continue;
      if (is_ignored (profile, node_flags, s))
        {
          tree->dropped[side] += cost;
          continue;
        }
      uint32_t at;
      if (anchor[s] == HV_ASYNC_ONLY)
        at = _hv_tree_child (tree, 0, note_key (tree, "[async runtime]"));
      else
        {
          uint32_t f = profile->node_frame[anchor[s]];
          at = shown[anchor[s]];
          /* what the runtime's own start allocates is shown at it: nothing else would name it */
          if (needed[anchor[s]] & FOLDED)
            at = _hv_tree_node_below (tree, at, _hv_tree_frame_key (tree, profile, frames, f));
          frames->weight[f] += fabs ((double) cost);
        }
      frames->site_node[s] = at;
    }
}

void
_hv_tree_add_costs (HvTree *tree, guint side, const HvTreeSide *from, const uint32_t *site_node,
                    const uint32_t *image)
{
  const int64_t *cost = from->values[HV_SLOT_COST], *partner = from->values[HV_SLOT_PARTNER];

  for (uint32_t s = 0; s < from->profile->n_sites; s++)
    if (site_node[s] != HV_NO_NODE)
      _hv_tree_add_cost (tree, side, image ? image[site_node[s]] : site_node[s], from->profile,
                         cost[s], partner ? partner[s] : 0);
}

void
_hv_tree_count_folded (HvTree *tree, guint side, const HvTreeSide *from, const HvTreeFold *fold,
                       const uint8_t *node_flags)
{
  const HvProfile *profile = from->profile;
  g_autofree uint8_t *asked = g_new0 (uint8_t, MAX (1, profile->n_sites));
  HvTreeFolded *folded = &tree->folded_of[side];

  for (uint32_t s = 0; s < profile->n_sites; s++)
    asked[s] = from->values[HV_SLOT_COST][s] && !is_ignored (profile, node_flags, s);
  _hv_tree_fold_count (fold, profile, asked, folded);
  tree->folded |= folded->allocator + folded->entry + folded->async > 0;
}

void
_hv_tree_describe_keys (HvTree *tree, const HvProfile *profile, const uint32_t *keys,
                        const double *weight)
{
  g_autofree double *best = hv_large_new0 (double, MAX (1, tree->n_keys));

  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (keys[f] && weight[f] > best[keys[f] - 1])
      {
        HvKey *key = &tree->key[keys[f] - 1];
        best[keys[f] - 1] = weight[f];
        if (tree->tables->key_flags)
          tree->tables->key_flags[keys[f] - 1] |= HV_KEY_DESCRIBED;
        key->file = hv_profile_string (profile, profile->frame[f].file);
        key->line = profile->frame[f].line;
        key->module = hv_profile_string (profile, profile->frame[f].module);
        key->function = hv_profile_string (profile, profile->frame[f].function);
      }
}

gboolean
_hv_tree_add_side (HvTree *tree, guint side, const HvTreeSide *from, GHashTable *other_paths,
                   HvPartsWanted wanted, HvTreeParts *parts, GError **error)
{
  const HvProfile *profile = from->profile;
  Pattern focus = { 0 }, ignore = { 0 }, hide = { 0 };
  gboolean by_stack = _hv_tree_is_by_stack (tree->options.group);
  gboolean ok = pattern_init (&focus, tree->options.focus, error)
                && pattern_init (&ignore, tree->options.ignore, error)
                && pattern_init (&hide, tree->options.hide, error);

  if (ok)
    {
      g_autofree uint32_t *keys = hv_large_new0 (uint32_t, profile->n_frames);
      g_autofree uint32_t *of_function = hv_large_new0 (uint32_t, profile->n_strings);
      g_autofree uint32_t *site_node = hv_large_new (uint32_t, MAX (1, profile->n_sites));
      g_autofree uint8_t *flags = hv_large_new0 (uint8_t, profile->n_frames);
      g_autofree double *weight = hv_large_new0 (double, profile->n_frames);
      g_autofree uint8_t *node_flags = NULL;
      HvTreeFold fold;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) identity = g_string_new (NULL);
      g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (uint32_t));
      HvTreeFrames frames = { .key = keys,
                              .of_function = of_function,
                              .site_node = site_node,
                              .fold = &fold,
                              .flags = flags,
                              .weight = weight,
                              .text = text,
                              .identity = identity,
                              .program = from->program,
                              .other_paths = other_paths,
                              .path = path };

      if (focus.regex || ignore.regex || hide.regex)
        for (uint32_t f = 1; f < profile->n_frames; f++)
          {
            const HvFrame *frame = &profile->frame[f];
            g_string_truncate (text, 0);
            hv_frame_label (text, profile, frame);
            if (focus.regex && pattern_matches (&focus, profile, frame, text->str))
              flags[f] |= FRAME_FOCUS;
            if (ignore.regex && pattern_matches (&ignore, profile, frame, text->str))
              flags[f] |= FRAME_IGNORE;
            if (hide.regex && pattern_matches (&hide, profile, frame, text->str))
              flags[f] |= FRAME_HIDE;
          }
      if (focus.regex || ignore.regex)
        node_flags = hv_large_new0 (uint8_t, profile->n_nodes);
      for (uint32_t n = 1; node_flags && n < profile->n_nodes; n++)
        node_flags[n] = (uint8_t) (node_flags[profile->node_parent[n]]
                                   | (flags[profile->node_frame[n]]
                                      & (FRAME_FOCUS | FRAME_IGNORE)));
      if (focus.regex)
        for (uint32_t n = 0; n < profile->n_nodes; n++)
          if (!(node_flags[n] & FRAME_FOCUS))
            node_flags[n] |= FRAME_IGNORE;
      _hv_tree_fold_init (&fold, profile, &tree->options);
      _hv_tree_count_folded (tree, side, from, &fold, node_flags);
      /* nothing else looks at these */
      if (wanted != HV_PARTS_ALL)
        frames.shown = g_realloc_n (g_steal_pointer (&fold.depth), profile->n_nodes,
                                    sizeof *frames.shown);

      if (by_stack)
        add_sites (tree, side, from, &frames, node_flags, fold.anchor);
      else
        {
          if (!tree->tables->costs)
            _hv_tree_make_costs (tree);
          if (tree->options.group == HV_GROUP_THREAD)
            add_threads (tree, side, from, &frames, node_flags, fold.anchor);
          else
            add_tasks (tree, side, from, &frames, node_flags, fold.anchor);
        }
      g_free (frames.shown);

      /* The current side comes last and wins. */
      _hv_tree_describe_keys (tree, profile, keys, weight);
      if (wanted == HV_PARTS_ALL)
        *parts = (HvTreeParts){ fold, g_steal_pointer (&keys), g_steal_pointer (&site_node) };
      else
        _hv_tree_fold_clear (&fold);
      if (wanted == HV_PARTS_SITE_NODE)
        parts->site_node = g_steal_pointer (&site_node);
      else if (wanted == HV_PARTS_NONE && by_stack)
        {
          hv_child_map_clear (&tree->tables->children);
          _hv_tree_make_costs (tree);
          _hv_tree_add_costs (tree, side, from, site_node, NULL);
        }
    }
  g_clear_pointer (&focus.regex, g_regex_unref);
  g_clear_pointer (&ignore.regex, g_regex_unref);
  g_clear_pointer (&hide.regex, g_regex_unref);
  return ok;
}
