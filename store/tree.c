/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

#include "canonical.h"
#include "frame-key.h"
#include "origin.h"

#include <math.h>
#include <string.h>

#define PAGE_OFFSET_MASK 0xfffu
/* so many are named when there is no such thread */
#define THREADS_LISTED 20

static const char *const group_names[HV_N_GROUPS] = {
  [HV_GROUP_FUNCTION] = "function", [HV_GROUP_STACK] = "stack",   [HV_GROUP_LINE] = "line",
  [HV_GROUP_FILE] = "file",         [HV_GROUP_MODULE] = "module", [HV_GROUP_CRATE] = "crate",
  [HV_GROUP_THREAD] = "thread",     [HV_GROUP_TASK] = "task",
};

HvGroup
hv_group_parse (const char *name)
{
  for (int g = 0; g < HV_N_GROUPS; g++)
    if (strcmp (name, group_names[g]) == 0)
      return (HvGroup) g;
  return HV_N_GROUPS;
}

const char *
hv_group_name (HvGroup group)
{
  return group_names[group];
}

gboolean
hv_group_is_of_functions (HvGroup group)
{
  return group != HV_GROUP_FILE && group != HV_GROUP_MODULE && group != HV_GROUP_CRATE;
}

/* A pattern and the part of a frame it is held against. */
typedef struct
{
  GRegex *regex;
  gboolean function, file, module;
} Pattern;

struct HvTreeTables
{
  GHashTable *key_ids; /* identity → key + 1; identities live in `texts` */
  GStringChunk *texts;
  HvPairMap children;
  uint32_t keys_size, nodes_size;
  uint8_t *mixed;        /* by key: it stands for functions of several names */
  gboolean with_modules; /* keys tell modules apart */
  gboolean across_loads; /* two processes: a run-time address of one means nothing in the other */
};

static gboolean
pattern_init (Pattern *pattern, const char *text, GError **error)
{
  static const struct
  {
    const char *prefix;
    gboolean function, file, module;
  } scopes[] = { { "fn:", 1, 0, 0 }, { "file:", 0, 1, 0 }, { "mod:", 0, 0, 1 }, { "", 1, 1, 1 } };
  g_autoptr (GError) bad = NULL;
  GRegexCompileFlags flags = G_REGEX_OPTIMIZE | G_REGEX_CASELESS;

  *pattern = (Pattern){ 0 };
  if (text == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (g_str_has_prefix (text, scopes[i].prefix))
      {
        text += strlen (scopes[i].prefix);
        pattern->function = scopes[i].function;
        pattern->file = scopes[i].file;
        pattern->module = scopes[i].module;
        break;
      }
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
pattern_matches (const Pattern *pattern, const HvProfile *profile, const HvFrame *frame,
                 const char *label)
{
  return (pattern->function && g_regex_match (pattern->regex, label, 0, NULL))
         || (pattern->file && frame->file
             && g_regex_match (pattern->regex, hv_profile_string (profile, frame->file), 0, NULL))
         || (pattern->module && frame->module
             && g_regex_match (pattern->regex, hv_profile_string (profile, frame->module), 0,
                               NULL));
}

static void
resize_nodes (HvTree *tree, uint32_t size)
{
  uint32_t before = tree->tables->nodes_size;

  tree->parent = g_renew (uint32_t, tree->parent, size);
  tree->node_key = g_renew (uint32_t, tree->node_key, size);
  for (guint side = 0; side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        {
          tree->self[side][slot] = g_renew (int64_t, tree->self[side][slot], size);
          memset (tree->self[side][slot] + before, 0, (size - before) * sizeof (int64_t));
        }
      if (tree->variance[side])
        {
          tree->variance[side] = g_renew (double, tree->variance[side], size);
          memset (tree->variance[side] + before, 0, (size - before) * sizeof (double));
        }
    }
  tree->tables->nodes_size = size;
}

static uint32_t
add_node (HvTree *tree, uint32_t parent, uint32_t key)
{
  if (tree->n_nodes == tree->tables->nodes_size)
    resize_nodes (tree, tree->n_nodes ? tree->n_nodes + tree->n_nodes / 2 + 1 : 256);
  tree->parent[tree->n_nodes] = parent;
  tree->node_key[tree->n_nodes] = key;
  return tree->n_nodes++;
}

static uint32_t
child_of (HvTree *tree, uint32_t parent, uint32_t key)
{
  gboolean found;
  uint32_t *slot = hv_pair_map_slot (&tree->tables->children, parent, key, &found);

  if (!found)
    *slot = add_node (tree, parent, key);
  return *slot;
}

/* The node of a frame with `key` called from `above`. Files, modules and crates call themselves all
 * the time: what stays in one is one node. */
static uint32_t
node_below (HvTree *tree, uint32_t above, uint32_t key)
{
  if (above && tree->node_key[above] == key && !hv_group_is_of_functions (tree->options.group))
    return above;
  return child_of (tree, above, key);
}

/* The key with `identity`, described by `key` when new (its label is copied, the short one made
 * later). */
static uint32_t
intern_key (HvTree *tree, const char *identity, const HvKey *key)
{
  struct HvTreeTables *t = tree->tables;
  uint32_t id = GPOINTER_TO_UINT (g_hash_table_lookup (t->key_ids, identity));

  if (id)
    return id - 1;
  if (tree->n_keys == t->keys_size)
    {
      t->keys_size = tree->n_keys ? tree->n_keys * 2 : 256;
      tree->key = g_renew (HvKey, tree->key, t->keys_size);
      t->mixed = g_renew (uint8_t, t->mixed, t->keys_size);
    }
  tree->key[tree->n_keys] = *key;
  tree->key[tree->n_keys].label = g_string_chunk_insert (t->texts, key->label);
  tree->key[tree->n_keys].short_label = tree->key[tree->n_keys].label;
  t->mixed[tree->n_keys] = FALSE;
  g_hash_table_insert (t->key_ids, g_string_chunk_insert (t->texts, identity),
                       GUINT_TO_POINTER (tree->n_keys + 1));
  return tree->n_keys++;
}

/* What is worked out once for each frame of a profile. */
typedef struct
{
  uint32_t *key; /* + 1; 0: not yet */
  uint8_t *flags;
  double *weight; /* cost of the sites whose innermost shown frame it is */
  GString *text, *identity;
  const char *program;     /* this module's name is not compared; NULL: none */
  GHashTable *other_paths; /* of the other side's functions, when it mangles differently, or NULL */
  GString *trait;
  GHashTable *paths;      /* function's string → canonical path: a function has a frame a line */
  struct FrameTask *task; /* for HV_GROUP_TASK */
  const uint8_t *start;   /* by stack node: the way in to the program ends there */
  GArray *path;           /* scratch: of nodes */
} Frames;

enum
{
  FRAME_FOCUS = 1 << 0,
  FRAME_IGNORE = 1 << 1,
  FRAME_HIDE = 1 << 2,
};

static gboolean
is_function (const HvFrame *frame)
{
  return frame->function && !(frame->flags & HV_FRAME_SYNTHETIC);
}

/* What tells modules apart: the program's own name may change from build to build, and so may what
 * follows ".so" in a library's. */
static void
append_module (const HvTree *tree, const Frames *frames, const char *module, GString *identity)
{
  const char *name = hv_basename (module);
  const char *version = tree->n_sides == HV_N_SIDES ? strstr (name, ".so.") : NULL;

  g_string_append_c (identity, '\x1f');
  if (frames->program == NULL || strcmp (name, frames->program) != 0)
    g_string_append_len (identity, name, version ? version + 3 - name : -1);
}

/* Rust's legacy mangling calls a method that a trait provides Trait::m, v0 <Type as Trait>::m: the
 * side that says more gives way when the other has never heard of the type's. */
static void
append_path (const HvTree *tree, const HvProfile *profile, const Frames *frames, uint32_t function,
             GString *identity)
{
  char *path = g_hash_table_lookup (frames->paths, GUINT_TO_POINTER (function));

  if (path == NULL)
    {
      g_string_truncate (frames->trait, 0);
      hv_canonical_path (identity, frames->trait, hv_profile_string (profile, function));
      if (frames->other_paths && frames->trait->len
          && !g_hash_table_contains (frames->other_paths, identity->str)
          && g_hash_table_contains (frames->other_paths, frames->trait->str))
        g_string_assign (identity, frames->trait->str);
      path = g_string_chunk_insert (tree->tables->texts, identity->str);
      g_hash_table_insert (frames->paths, GUINT_TO_POINTER (function), path);
      return;
    }
  g_string_append (identity, path);
}

static void
append_identity (const HvTree *tree, const HvProfile *profile, const Frames *frames,
                 const HvFrame *frame, GString *identity)
{
  const char *module = hv_profile_string (profile, frame->module);

  if (frame->function == 0 && frame->flags & HV_FRAME_RUNTIME_ADDRESS && tree->tables->across_loads)
    {
      /* Another run loads the module elsewhere, but by whole pages: the offset in the page is what
       * stays. An address outside any module says nothing across runs. */
      g_string_append (identity, *module ? hv_basename (module) : "[unknown]");
      if (*module)
        g_string_append_printf (identity, "@%03x", (unsigned) (frame->address & PAGE_OFFSET_MASK));
      return;
    }
  if (is_function (frame))
    append_path (tree, profile, frames, frame->function, identity);
  else
    hv_frame_label (identity, profile, frame);
  if (tree->tables->with_modules && *module)
    append_module (tree, frames, module, identity);
}

static void
append_line (GString *text, const HvKey *key)
{
  g_string_append_printf (text, "  %s:%u", hv_basename (key->file), key->line);
}

static uint32_t
frame_key (HvTree *tree, const HvProfile *profile, Frames *frames, uint32_t f)
{
  const HvFrame *frame = &profile->frame[f];
  const char *module = hv_profile_string (profile, frame->module);
  HvKey key = { .function = hv_profile_string (profile, frame->function),
                .module = module,
                .file = hv_profile_string (profile, frame->file),
                .line = frame->line,
                .flags = frame->flags,
                .category = profile->frame_category[f] };
  GString *text = frames->text, *identity = frames->identity;

  if (frames->key[f])
    return frames->key[f] - 1;

  g_string_truncate (text, 0);
  g_string_truncate (identity, 0);
  switch (frame->flags & HV_FRAME_SYNTHETIC ? HV_GROUP_FUNCTION : tree->options.group)
    {
    case HV_GROUP_MODULE:
      g_string_append (text, *module ? hv_basename (module) : "[unknown module]");
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_FILE:
      if (frame->file)
        g_string_append (text, key.file);
      else if (*module)
        g_string_append_printf (text, "[%s]", hv_basename (module));
      else
        g_string_append (text, "[unknown file]");
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_CRATE:
      hv_frame_origin (text, profile, frame);
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_FUNCTION:
    case HV_GROUP_STACK:
    case HV_GROUP_LINE:
    case HV_GROUP_THREAD:
    case HV_GROUP_TASK:
    case HV_N_GROUPS:
    default:
      hv_frame_label (text, profile, frame);
      append_identity (tree, profile, frames, frame, identity);
      if (tree->options.group == HV_GROUP_LINE && frame->line && frame->function)
        {
          g_string_append_printf (identity, "\x1f%s:%u", hv_basename (key.file), frame->line);
          append_line (text, &key);
        }
      break;
    }
  key.label = text->str;
  frames->key[f] = intern_key (tree, identity->str, &key) + 1;
  if (hv_group_is_of_functions (tree->options.group) && is_function (frame)
      && strcmp (tree->key[frames->key[f] - 1].label, text->str) != 0)
    tree->tables->mixed[frames->key[f] - 1] = TRUE;
  return frames->key[f] - 1;
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

static gboolean
is_sampled (const HvProfile *profile, HvMetric metric)
{
  return profile->sample_period > 1
         && (metric == HV_METRIC_LIVE_BYTES || metric == HV_METRIC_LIVE_BLOCKS
             || metric == HV_METRIC_TOTAL_BYTES || metric == HV_METRIC_TOTAL_BLOCKS);
}

static char *
metrics_list (const HvProfile *profile, uint32_t at)
{
  GString *list = g_string_new (NULL);

  for (int m = 0; m < HV_N_METRICS; m++)
    if (hv_profile_has (profile, (HvMetric) m, at))
      g_string_append_printf (list, "%s%s", list->len ? ", " : "", hv_metric_name ((HvMetric) m));
  return g_string_free (list, FALSE);
}

typedef struct
{
  const HvProfile *profile;
  uint32_t at;
  int64_t *values[HV_N_SLOTS];
  const char *program; /* base name; NULL: not known, or not to be set aside */
  GHashTable *paths;   /* its functions' canonical paths, where the other side needs them */
  uint8_t *threads;    /* by thread: whether it is asked for; NULL: all */
} Side;

static void
add_cost (HvTree *tree, guint side, uint32_t node, const HvProfile *profile, int64_t cost,
          int64_t partner)
{
  tree->self[side][HV_SLOT_COST][node] += cost;
  tree->self[side][HV_SLOT_PARTNER][node] += partner;
  if (tree->variance[side] && is_sampled (profile, tree->metric))
    {
      gboolean bytes = hv_metric_is_bytes (tree->metric);
      tree->variance[side][node] += sampling_variance ((double) (bytes ? cost : partner),
                                                       (double) (bytes ? partner : cost),
                                                       (double) profile->sample_period, bytes);
    }
}

/* The stack node a site is shown at: the innermost one that is no allocator frame; when all are,
 * the outermost of them. */
static uint32_t
anchor_of (const HvProfile *profile, uint32_t node, gboolean all_frames, gboolean *folded)
{
  uint32_t n = node, last = node;

  if (all_frames)
    return node;
  while (n && profile->frame_category[profile->node_frame[n]] == HV_CATEGORY_ALLOCATOR)
    {
      last = n;
      n = profile->node_parent[n];
    }
  if (n != node)
    *folded = TRUE;
  return n && !(profile->frame[profile->node_frame[n]].flags & HV_FRAME_SYNTHETIC) ? n : last;
}

/* How far a stack, from its root on, is only the way in to the program's own code. */
typedef enum
{
  START_OVER,
  START_POSSIBLE, /* nothing told so far */
  START_PENDING,  /* part of the start where one of its functions comes next */
  START_CERTAIN,
} Start;

static Start
start_of (const HvProfile *profile, uint32_t node, Start above)
{
  uint32_t f = profile->node_frame[node];
  const HvFrame *frame = &profile->frame[f];

  if (above == START_OVER || frame->flags & HV_FRAME_SYNTHETIC)
    return START_OVER;
  if (profile->frame_category[f] == HV_CATEGORY_ENTRY)
    return START_CERTAIN;
  if (above == START_PENDING)
    return START_OVER;
  /* between std::rt::lang_start and the program's main(), and around a thread's function */
  if (profile->frame_category[f] == HV_CATEGORY_PLUMBING)
    return above == START_CERTAIN ? START_CERTAIN : START_PENDING;
  /* a stripped program's _start, or the C main() of a Rust program */
  if (frame->function == 0 ? profile->node_parent[node] == 0
                           : strcmp (hv_profile_string (profile, frame->function), "main") == 0)
    return START_PENDING;
  return START_OVER;
}

/* Marks the stack nodes at which a start ends for all that is above them. */
static void
find_starts (const HvProfile *profile, uint8_t *start)
{
  start[0] = START_POSSIBLE;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    start[n] = (uint8_t) start_of (profile, n, (Start) start[profile->node_parent[n]]);
  for (uint32_t n = 0; n < profile->n_nodes; n++)
    start[n] = start[n] == START_CERTAIN;
}

/* Adds a cost at the stack of `node` (a site's anchor) below a frame `top` of its own. */
static void
add_below (HvTree *tree, guint side, const HvProfile *profile, Frames *frames, uint32_t top,
           uint32_t node, int64_t cost, int64_t partner)
{
  uint32_t shown = child_of (tree, 0, top);
  const uint8_t *start = frames->start;
  GArray *path = frames->path;

  g_array_set_size (path, 0);
  for (uint32_t n = node; n; n = profile->node_parent[n])
    {
      tree->folded |= start[n];
      if (n == node || !start[n])
        g_array_append_val (path, n);
      if (start[n])
        break;
    }
  for (guint i = path->len; i > 0; i--)
    {
      uint32_t f = profile->node_frame[g_array_index (path, uint32_t, i - 1)];
      if (f == 0 || frames->flags[f] & FRAME_HIDE)
        continue;
      shown = node_below (tree, shown, frame_key (tree, profile, frames, f));
    }
  frames->weight[profile->node_frame[node]] += fabs ((double) cost);
  add_cost (tree, side, shown, profile, cost, partner);
}

/* What a thread's row says of a metric. */
static int64_t
thread_value (const HvThreadRow *row, HvMetric metric)
{
  switch (metric)
    {
    case HV_METRIC_LIVE_BYTES:
      return row->live_bytes;
    case HV_METRIC_LIVE_BLOCKS:
      return row->live_blocks;
    case HV_METRIC_TOTAL_BYTES:
      return row->total_bytes;
    case HV_METRIC_TOTAL_BLOCKS:
      return row->total_blocks;
    default:
      return 0;
    }
}

static char *
thread_label (const HvProfile *profile, uint32_t thread)
{
  const char *name = hv_profile_string (profile, profile->thread_name[thread]);

  return *name ? g_strdup_printf ("%s (t%" G_GUINT64_FORMAT ")", name, profile->thread_uid[thread])
               : g_strdup_printf ("t%" G_GUINT64_FORMAT, profile->thread_uid[thread]);
}

/* Adds the thread rows below a frame a thread; costs are those of the end. */
static void
add_threads (HvTree *tree, guint side, const Side *from, Frames *frames, const uint8_t *node_flags,
             const uint32_t *anchor)
{
  const HvProfile *profile = from->profile;

  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      const HvThreadRow *row = &profile->thread_row[r];
      int64_t cost = thread_value (row, tree->metric);
      int64_t partner = thread_value (row, hv_metric_partner (tree->metric));

      if ((cost == 0 && partner == 0) || (from->threads && !from->threads[row->thread]))
        continue;
      if (node_flags[profile->site_node[row->site]] & FRAME_IGNORE)
        {
          tree->dropped[side] += cost;
          continue;
        }
      g_autofree char *name = thread_label (profile, row->thread);
      g_autofree char *label = g_strconcat ("thread ", name, NULL);
      HvKey key = {
        .label = label, .function = "", .module = "", .file = "", .flags = HV_FRAME_SYNTHETIC
      };
      add_below (tree, side, profile, frames, intern_key (tree, label, &key), anchor[row->site],
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

  return intern_key (tree, id, &key);
}

/* The task that a call of frame `f` is in, by that of its caller. What makes or polls a task inside
 * another one works for the inner. */
static Task
task_of_call (HvTree *tree, const HvProfile *profile, Frames *frames, Task caller, uint32_t f)
{
  const HvFrame *frame = &profile->frame[f];
  const char *function = hv_profile_string (profile, frame->function);
  FrameTask *task = &frames->task[f];
  GString *identity = frames->identity, *text = frames->text;

  if (!is_function (frame))
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
  if (profile->frame_category[f] != HV_CATEGORY_APP
      || (caller.sure == TASK_NONE && !task->is_async))
    return caller;
  if (!task->called.sure)
    {
      g_string_truncate (identity, 0);
      g_string_truncate (text, 0);
      hv_canonical_path (identity, NULL, function);
      hv_generic_name (text, function);
      if (g_str_has_suffix (text->str, " (async)"))
        g_string_truncate (text, text->len - strlen (" (async)"));
      task->called = (Task){ task_key (tree, identity->str, text->str), TASK_CALLED };
    }
  return task->called;
}

static void
add_tasks (HvTree *tree, guint side, const Side *from, Frames *frames, const uint8_t *node_flags,
           const uint32_t *anchor)
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
      if (node_flags[profile->site_node[s]] & FRAME_IGNORE)
        {
          tree->dropped[side] += cost;
          continue;
        }
      const Task *of = &task[profile->site_node[s]];
      uint32_t key = of->key;
      if (of->sure < TASK_CALLED)
        {
          const char *label = of->sure == TASK_NONE ? "[no task]" : "[async runtime]";
          HvKey none = {
            .label = label, .function = "", .module = "", .file = "", .flags = HV_FRAME_SYNTHETIC
          };
          key = intern_key (tree, label, &none);
        }
      add_below (tree, side, profile, frames, key, anchor[s], cost, partner);
    }
  frames->task = NULL;
}

static void
add_sites (HvTree *tree, guint side, const Side *from, Frames *frames, const uint8_t *node_flags,
           const uint32_t *anchor)
{
  const uint8_t *start = frames->start;
  const HvProfile *profile = from->profile;
  g_autofree uint8_t *needed = g_new0 (uint8_t, profile->n_nodes);
  g_autofree uint32_t *shown = g_new0 (uint32_t, profile->n_nodes);
  enum
  {
    ON_PATH = 1,
    FOLDED = 2
  };

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = from->values[HV_SLOT_COST][s];
      int64_t partner = from->values[HV_SLOT_PARTNER] ? from->values[HV_SLOT_PARTNER][s] : 0;
      if ((cost || partner) && !(node_flags[profile->site_node[s]] & FRAME_IGNORE))
        needed[anchor[s]] |= ON_PATH;
    }
  for (uint32_t n = profile->n_nodes; n-- > 1;)
    if (needed[n] && !start[n])
      needed[profile->node_parent[n]] |= ON_PATH;

  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      if (!needed[n])
        continue;
      uint32_t above = shown[profile->node_parent[n]], f = profile->node_frame[n];
      if (f == 0 || frames->flags[f] & FRAME_HIDE)
        shown[n] = above;
      else if (start[n])
        {
          shown[n] = 0;
          needed[n] |= FOLDED;
          tree->folded = TRUE;
        }
      else
        shown[n] = node_below (tree, above, frame_key (tree, profile, frames, f));
    }

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t cost = from->values[HV_SLOT_COST][s];
      int64_t partner = from->values[HV_SLOT_PARTNER] ? from->values[HV_SLOT_PARTNER][s] : 0;
      if (cost == 0 && partner == 0)
        continue;
      if (node_flags[profile->site_node[s]] & FRAME_IGNORE)
        {
          tree->dropped[side] += cost;
          continue;
        }
      uint32_t f = profile->node_frame[anchor[s]], at = shown[anchor[s]];
      /* what the runtime's own start allocates is shown at it: nothing else would name it */
      if (needed[anchor[s]] & FOLDED)
        at = node_below (tree, at, frame_key (tree, profile, frames, f));
      frames->weight[f] += fabs ((double) cost);
      add_cost (tree, side, at, profile, cost, partner);
    }
}

static gboolean
add_side (HvTree *tree, guint side, const Side *from, GHashTable *other_paths, GError **error)
{
  const HvProfile *profile = from->profile;
  Pattern focus = { 0 }, ignore = { 0 }, hide = { 0 };
  gboolean ok = pattern_init (&focus, tree->options.focus, error)
                && pattern_init (&ignore, tree->options.ignore, error)
                && pattern_init (&hide, tree->options.hide, error);

  if (ok)
    {
      g_autofree uint32_t *keys = g_new0 (uint32_t, profile->n_frames);
      g_autofree uint8_t *flags = g_new0 (uint8_t, profile->n_frames);
      g_autofree double *weight = g_new0 (double, profile->n_frames);
      g_autofree uint8_t *node_flags = g_new0 (uint8_t, profile->n_nodes);
      g_autofree uint8_t *start = g_new0 (uint8_t, profile->n_nodes);
      g_autofree uint32_t *anchor = g_new0 (uint32_t, MAX (1, profile->n_sites));
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) identity = g_string_new (NULL);
      g_autoptr (GString) trait = g_string_new (NULL);
      g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (uint32_t));
      g_autoptr (GHashTable) paths = g_hash_table_new (NULL, NULL);
      Frames frames = { .key = keys,
                        .start = start,
                        .flags = flags,
                        .weight = weight,
                        .text = text,
                        .identity = identity,
                        .program = from->program,
                        .other_paths = other_paths,
                        .trait = trait,
                        .paths = paths,
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
      for (uint32_t n = 1; n < profile->n_nodes; n++)
        node_flags[n] = (uint8_t) (node_flags[profile->node_parent[n]]
                                   | (flags[profile->node_frame[n]]
                                      & (FRAME_FOCUS | FRAME_IGNORE)));
      if (focus.regex)
        for (uint32_t n = 0; n < profile->n_nodes; n++)
          if (!(node_flags[n] & FRAME_FOCUS))
            node_flags[n] |= FRAME_IGNORE;
      for (uint32_t s = 0; s < profile->n_sites; s++)
        anchor[s] = anchor_of (profile, profile->site_node[s], tree->options.all_frames,
                               &tree->folded);
      if (!tree->options.all_frames)
        find_starts (profile, start);

      if (tree->options.group == HV_GROUP_THREAD)
        add_threads (tree, side, from, &frames, node_flags, anchor);
      else if (tree->options.group == HV_GROUP_TASK)
        add_tasks (tree, side, from, &frames, node_flags, anchor);
      else
        add_sites (tree, side, from, &frames, node_flags, anchor);

      /* A key stands for several frames: it shows the source line that cost most. The current side
       * comes last and wins. */
      g_autofree double *best = g_new0 (double, MAX (1, tree->n_keys));
      for (uint32_t f = 1; f < profile->n_frames; f++)
        if (keys[f] && weight[f] > best[keys[f] - 1])
          {
            HvKey *key = &tree->key[keys[f] - 1];
            best[keys[f] - 1] = weight[f];
            key->file = hv_profile_string (profile, profile->frame[f].file);
            key->line = profile->frame[f].line;
            key->module = hv_profile_string (profile, profile->frame[f].module);
            key->function = hv_profile_string (profile, profile->frame[f].function);
          }
    }
  g_clear_pointer (&focus.regex, g_regex_unref);
  g_clear_pointer (&ignore.regex, g_regex_unref);
  g_clear_pointer (&hide.regex, g_regex_unref);
  return ok;
}

/* Short labels, and the common name of the instances of a template. */
static void
name_keys (HvTree *tree)
{
  g_autoptr (GString) full = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean lines = tree->options.group == HV_GROUP_LINE;

  if (!hv_group_is_of_functions (tree->options.group))
    return;
  for (uint32_t k = 0; k < tree->n_keys; k++)
    {
      HvKey *key = &tree->key[k];
      if (*key->function == '\0' || key->flags & HV_FRAME_SYNTHETIC)
        continue;
      g_string_truncate (full, 0);
      hv_normalise_function (full, key->function);
      if (tree->tables->mixed[k])
        {
          g_string_truncate (text, 0);
          hv_generic_name (text, full->str);
          if (lines && key->line)
            append_line (text, key);
          key->label = g_string_chunk_insert (tree->tables->texts, text->str);
        }
      g_string_truncate (text, 0);
      hv_shorten_function (text, full->str);
      if (lines && key->line)
        append_line (text, key);
      key->short_label = g_string_chunk_insert (tree->tables->texts, text->str);
    }
}

/* Turns the tree around: each path with cost is inserted innermost frame first. */
static void
invert (HvTree *tree)
{
  uint32_t n = tree->n_nodes;
  g_autofree uint32_t *parent = g_steal_pointer (&tree->parent);
  g_autofree uint32_t *node_key = g_steal_pointer (&tree->node_key);
  int64_t *self[HV_N_SIDES][HV_N_SLOTS] = { 0 };
  double *variance[HV_N_SIDES] = { 0 };

  for (guint side = 0; side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        self[side][slot] = g_steal_pointer (&tree->self[side][slot]);
      variance[side] = tree->variance[side];
      if (variance[side])
        tree->variance[side] = g_new0 (double, 1);
    }
  hv_pair_map_clear (&tree->tables->children);
  tree->n_nodes = tree->tables->nodes_size = 0;
  add_node (tree, 0, HV_NO_KEY);
  for (uint32_t from = 0; from < n; from++)
    {
      gboolean any = FALSE;
      for (guint side = 0; side < tree->n_sides; side++)
        any |= self[side][HV_SLOT_COST][from] || self[side][HV_SLOT_PARTNER][from];
      if (!any)
        continue;
      uint32_t at = 0;
      for (uint32_t up = from; up; up = parent[up])
        at = child_of (tree, at, node_key[up]);
      for (guint side = 0; side < tree->n_sides; side++)
        {
          for (int slot = 0; slot < HV_N_SLOTS; slot++)
            tree->self[side][slot][at] += self[side][slot][from];
          if (variance[side])
            tree->variance[side][at] += variance[side][from];
        }
    }
  for (guint side = 0; side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        g_free (self[side][slot]);
      g_free (variance[side]);
    }
}

typedef struct
{
  const HvTree *tree;
  const int64_t *weight, *weight2;
} Order;

static int
compare_children (gconstpointer a, gconstpointer b, gpointer user)
{
  const Order *order = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  if (order->weight[x] != order->weight[y])
    return order->weight[x] > order->weight[y] ? -1 : 1;
  if (order->weight2 && order->weight2[x] != order->weight2[y])
    return order->weight2[x] > order->weight2[y] ? -1 : 1;
  int by_label = strcmp (hv_tree_label (order->tree, x), hv_tree_label (order->tree, y));
  return by_label ? by_label : (x > y) - (x < y);
}

void
_hv_tree_sort (HvTree *tree, const int64_t *weight, const int64_t *weight2)
{
  Order order = { tree, weight, weight2 };

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      uint32_t count = tree->child_start[n + 1] - tree->child_start[n];
      if (count > 1)
        g_qsort_with_data (tree->child + tree->child_start[n], (gint) count, sizeof (uint32_t),
                           compare_children, &order);
    }
}

static void
finish (HvTree *tree)
{
  uint32_t n = tree->n_nodes;

  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        int64_t *incl = g_new (int64_t, n);
        memcpy (incl, tree->self[side][slot], n * sizeof (int64_t));
        for (uint32_t i = n; i-- > 1;)
          incl[tree->parent[i]] += incl[i];
        tree->incl[side][slot] = incl;
      }

  tree->child_start = g_new0 (uint32_t, n + 2);
  tree->child = g_new (uint32_t, n);
  /* counted two slots up, so that filling leaves child_start[i] at the start of i */
  for (uint32_t i = 1; i < n; i++)
    tree->child_start[tree->parent[i] + 2]++;
  for (uint32_t i = 1; i <= n; i++)
    tree->child_start[i + 1] += tree->child_start[i];
  for (uint32_t i = 1; i < n; i++)
    tree->child[tree->child_start[tree->parent[i] + 1]++] = i;
  _hv_tree_sort (tree, tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST], NULL);

  hv_pair_map_clear (&tree->tables->children);
}

static gboolean
side_init (Side *side, const HvProfile *profile, uint32_t at, HvMetric metric, GError **error)
{
  *side = (Side){ .profile = profile, .at = at };
  side->values[HV_SLOT_COST] = hv_metric_adds_up (metric) ? hv_profile_values (profile, metric, at)
                                                          : NULL;
  if (side->values[HV_SLOT_COST])
    {
      HvMetric partner = hv_metric_partner (metric);
      if (partner < HV_N_METRICS)
        side->values[HV_SLOT_PARTNER] = hv_profile_values (profile, partner, at);
      return TRUE;
    }
  g_autofree char *list = metrics_list (profile, at);
  if (hv_profile_has (profile, metric, at))
    g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                 "%s: %s of the sites do not add up, so there is no tree of them", profile->path,
                 hv_metric_name (metric));
  else
    g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: has no %s%s; it has: %s", profile->path,
                 hv_metric_name (metric), at == HV_AT_END ? "" : " at that moment",
                 *list ? list : "nothing at all");
  return FALSE;
}

/* The base name of the one module with resolved frames that is no library; NULL: none, or several.
 */
static const char *
program_of (const HvProfile *profile)
{
  const char *program = NULL;
  uint32_t known = 0;

  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      if (frame->module == 0 || frame->module == known || !is_function (frame))
        continue;
      known = frame->module;
      const char *name = hv_basename (hv_profile_string (profile, frame->module));
      if (*name == '[' || strstr (name, ".so"))
        continue;
      if (program && strcmp (program, name) != 0)
        return NULL;
      program = name;
    }
  return program;
}

static gboolean
has_legacy_rust (const HvProfile *profile)
{
  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (strstr (hv_profile_string (profile, profile->frame[f].function), "{{closure}}"))
      return TRUE;
  return FALSE;
}

static GHashTable *
canonical_paths (const HvProfile *profile)
{
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) path = g_string_new (NULL);

  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (is_function (&profile->frame[f]))
      {
        g_string_truncate (path, 0);
        hv_canonical_path (path, NULL, hv_profile_string (profile, profile->frame[f].function));
        if (!g_hash_table_contains (paths, path->str))
          g_hash_table_add (paths, g_strdup (path->str));
      }
  return paths;
}

/* What two builds of one program may call differently. */
static void
reconcile (Side *sides)
{
  const char *base = program_of (sides[HV_SIDE_BASE].profile);
  const char *current = program_of (sides[HV_SIDE_CURRENT].profile);

  if (base && current)
    {
      sides[HV_SIDE_BASE].program = base;
      sides[HV_SIDE_CURRENT].program = current;
    }
  if (has_legacy_rust (sides[HV_SIDE_BASE].profile)
      != has_legacy_rust (sides[HV_SIDE_CURRENT].profile))
    for (guint i = 0; i < HV_N_SIDES; i++)
      sides[i].paths = canonical_paths (sides[i].profile);
}

static gboolean
is_valgrind (const HvProfile *profile)
{
  return strcmp (profile->format, "dhat") == 0 && profile->time_unit == HV_TIME_INSTRUCTIONS;
}

static gboolean
check_threads (const Side *side, HvMetric metric, GError **error)
{
  const HvProfile *profile = side->profile;
  gboolean at_end = side->at == HV_AT_END || side->at + 1 == profile->n_moments;
  gboolean told = metric == HV_METRIC_LIVE_BYTES || metric == HV_METRIC_LIVE_BLOCKS
                  || metric == HV_METRIC_TOTAL_BYTES || metric == HV_METRIC_TOTAL_BLOCKS;

  if (profile->n_threads && told && at_end)
    return TRUE;
  g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: does not tell %s by thread%s", profile->path,
               hv_metric_name (metric), profile->n_threads && told ? " at that moment" : "");
  return FALSE;
}

static gboolean
is_thread (const HvProfile *profile, uint32_t thread, const char *text, gboolean by_number)
{
  char number[24];

  if (!by_number)
    return strcmp (hv_profile_string (profile, profile->thread_name[thread]), text) == 0;
  g_snprintf (number, sizeof number, "t%" G_GUINT64_FORMAT, profile->thread_uid[thread]);
  return strcmp (text, number) == 0 || strcmp (text, number + 1) == 0;
}

/* Leaves the side with what the threads called `text` hold; several may share a name. */
static gboolean
keep_thread (Side *side, const char *text, HvMetric metric, GError **error)
{
  const HvProfile *profile = side->profile;
  uint32_t found = 0;

  side->threads = g_new0 (uint8_t, profile->n_threads);
  for (int by_number = 0; by_number < 2 && found == 0; by_number++)
    for (uint32_t t = 0; t < profile->n_threads; t++)
      if (*text && is_thread (profile, t, text, by_number))
        {
          side->threads[t] = TRUE;
          found++;
        }
  if (found == 0)
    {
      g_autoptr (GString) list = g_string_new (NULL);
      for (uint32_t t = 0; t < MIN (profile->n_threads, THREADS_LISTED); t++)
        {
          g_autofree char *label = thread_label (profile, t);
          g_string_append_printf (list, "%s%s", t ? ", " : "", label);
        }
      if (profile->n_threads > THREADS_LISTED)
        g_string_append_printf (list, " and %u more", profile->n_threads - THREADS_LISTED);
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: has no thread “%s”; it has: %s",
                   profile->path, text, list->str);
      return FALSE;
    }

  for (int slot = 0; slot < HV_N_SLOTS; slot++)
    if (side->values[slot])
      memset (side->values[slot], 0, profile->n_sites * sizeof (int64_t));
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    {
      const HvThreadRow *row = &profile->thread_row[r];
      if (!side->threads[row->thread])
        continue;
      side->values[HV_SLOT_COST][row->site] += thread_value (row, metric);
      if (side->values[HV_SLOT_PARTNER])
        side->values[HV_SLOT_PARTNER][row->site] += thread_value (row, hv_metric_partner (metric));
    }
  return TRUE;
}

static HvTree *
tree_new (Side *sides, guint n_sides, HvMetric metric, const HvTreeOptions *options, GError **error)
{
  HvTree *tree = g_new0 (HvTree, 1);
  gboolean ok = TRUE;

  tree->metric = metric;
  tree->n_sides = n_sides;
  tree->options = *options;
  tree->options.focus = g_strdup (options->focus);
  tree->options.ignore = g_strdup (options->ignore);
  tree->options.hide = g_strdup (options->hide);
  tree->options.thread = g_strdup (options->thread);
  tree->has_partner = TRUE;
  tree->tables = g_new0 (struct HvTreeTables, 1);
  tree->tables->key_ids = g_hash_table_new (g_str_hash, g_str_equal);
  tree->tables->texts = g_string_chunk_new (16 * 1024);
  tree->tables->with_modules = TRUE;
  for (guint i = 0; i < n_sides; i++)
    {
      tree->tables->with_modules &= sides[i].profile->modules_known;
      tree->has_partner &= sides[i].values[HV_SLOT_PARTNER] != NULL;
      if (is_sampled (sides[i].profile, metric) && sides[i].values[HV_SLOT_PARTNER])
        for (guint side = 0; side < n_sides; side++)
          if (tree->variance[side] == NULL)
            tree->variance[side] = g_new0 (double, 1);
    }
  /* Valgrind loads everything at the same place in every run. */
  if (n_sides == HV_N_SIDES)
    tree->tables->across_loads = sides[0].profile != sides[1].profile
                                 && (sides[0].profile->process_key == 0
                                     || sides[0].profile->process_key
                                            != sides[1].profile->process_key)
                                 && !(is_valgrind (sides[0].profile)
                                      && is_valgrind (sides[1].profile));
  if (n_sides == HV_N_SIDES && sides[0].profile != sides[1].profile)
    reconcile (sides);
  add_node (tree, 0, HV_NO_KEY);

  for (guint i = 0; i < n_sides; i++)
    for (uint32_t site = 0; site < sides[i].profile->n_sites; site++)
      tree->total[i] += sides[i].values[HV_SLOT_COST][site];
  if (options->group == HV_GROUP_THREAD || options->thread)
    for (guint i = 0; ok && i < n_sides; i++)
      {
        ok = check_threads (&sides[i], metric, error)
             && (options->thread == NULL
                 || keep_thread (&sides[i], options->thread, metric, error));
        if (ok && options->thread)
          {
            tree->dropped[i] = tree->total[i];
            for (uint32_t site = 0; site < sides[i].profile->n_sites; site++)
              tree->dropped[i] -= sides[i].values[HV_SLOT_COST][site];
          }
      }

  /* base first, so that the current side has the last word on a key's source line */
  for (guint i = n_sides; ok && i-- > 0;)
    {
      ok = add_side (tree, i, &sides[i], n_sides == HV_N_SIDES ? sides[1 - i].paths : NULL, error);
    }
  if (!ok)
    {
      hv_tree_free (tree);
      return NULL;
    }
  name_keys (tree);
  if (options->bottom_up)
    invert (tree);
  finish (tree);
  return tree;
}

static void
side_clear (Side *side)
{
  for (int slot = 0; slot < HV_N_SLOTS; slot++)
    g_free (side->values[slot]);
  g_clear_pointer (&side->paths, g_hash_table_unref);
  g_free (side->threads);
}

HvTree *
hv_tree_new (const HvProfile *profile, HvMetric metric, uint32_t at, const HvTreeOptions *options,
             GError **error)
{
  Side side = { 0 };
  HvTree *tree = NULL;

  if (side_init (&side, profile, at, metric, error))
    tree = tree_new (&side, 1, metric, options, error);
  side_clear (&side);
  return tree;
}

HvTree *
hv_tree_new_pair (const HvProfile *base, uint32_t base_at, const HvProfile *current,
                  uint32_t current_at, HvMetric metric, const HvTreeOptions *options,
                  GError **error)
{
  Side sides[HV_N_SIDES] = { 0 };
  HvTree *tree = NULL;

  if (side_init (&sides[HV_SIDE_BASE], base, base_at, metric, error)
      && side_init (&sides[HV_SIDE_CURRENT], current, current_at, metric, error))
    tree = tree_new (sides, HV_N_SIDES, metric, options, error);
  side_clear (&sides[HV_SIDE_BASE]);
  side_clear (&sides[HV_SIDE_CURRENT]);
  return tree;
}

void
hv_tree_free (HvTree *tree)
{
  if (tree == NULL)
    return;
  g_hash_table_unref (tree->tables->key_ids);
  g_string_chunk_free (tree->tables->texts);
  hv_pair_map_clear (&tree->tables->children);
  g_free (tree->tables->mixed);
  g_free (tree->tables);
  g_free ((char *) tree->options.focus);
  g_free ((char *) tree->options.ignore);
  g_free ((char *) tree->options.hide);
  g_free ((char *) tree->options.thread);
  g_free (tree->key);
  g_free (tree->parent);
  g_free (tree->node_key);
  g_free (tree->child_start);
  g_free (tree->child);
  for (int side = 0; side < HV_N_SIDES; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        {
          g_free (tree->self[side][slot]);
          g_free (tree->incl[side][slot]);
        }
      g_free (tree->variance[side]);
    }
  g_free (tree);
}

const char *
hv_tree_label (const HvTree *tree, uint32_t node)
{
  return node ? tree->key[tree->node_key[node]].label : "all";
}

const char *
hv_tree_short_label (const HvTree *tree, uint32_t node)
{
  return node ? tree->key[tree->node_key[node]].short_label : "all";
}

uint32_t
hv_tree_own_node (const HvTree *tree, uint32_t node)
{
  for (uint32_t n = node; n; n = tree->options.bottom_up ? 0 : tree->parent[n])
    {
      const HvKey *key = &tree->key[tree->node_key[n]];
      if (key->flags & HV_FRAME_SYNTHETIC)
        break;
      if (key->category == HV_CATEGORY_APP)
        return n;
    }
  return node;
}

GArray *
hv_tree_path (const HvTree *tree, uint32_t node)
{
  GArray *path = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  for (uint32_t n = node; n; n = tree->parent[n])
    g_array_append_val (path, n);
  for (guint i = 0; i < path->len / 2; i++)
    {
      uint32_t *a = &g_array_index (path, uint32_t, i);
      uint32_t *b = &g_array_index (path, uint32_t, path->len - 1 - i);
      uint32_t swap = *a;
      *a = *b;
      *b = swap;
    }
  return path;
}

/* What a row or node weighs over its sides, for choosing and ordering. */
static int64_t
weight_of (const HvTree *tree, int64_t *const cost[HV_N_SIDES][HV_N_SLOTS], uint32_t n)
{
  int64_t weight = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    weight = MAX (weight, ABS (cost[side][HV_SLOT_COST][n]));
  return weight;
}

static void
row_add (HvRow *row, const HvTree *tree, uint32_t node, gboolean self, gboolean inclusive)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        if (self)
          row->self[side][slot] += tree->self[side][slot][node];
        if (inclusive)
          row->incl[side][slot] += tree->incl[side][slot][node];
      }
  for (guint side = 0; self && side < tree->n_sides; side++)
    if (tree->variance[side])
      row->variance += tree->variance[side][node];
}

static gboolean
row_is_empty (const HvRow *row)
{
  for (int side = 0; side < HV_N_SIDES; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      if (row->self[side][slot] || row->incl[side][slot])
        return FALSE;
  return TRUE;
}

static GArray *
rows_by_stack (const HvTree *tree)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (HvRow));

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      HvRow row = { .key = tree->node_key[n], .node = n };
      row_add (&row, tree, n, TRUE, FALSE);
      if (row_is_empty (&row))
        continue;
      row_add (&row, tree, n, FALSE, TRUE);
      g_array_append_val (rows, row);
    }
  return rows;
}

static GArray *
rows_by_top (const HvTree *tree)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (HvRow));
  g_autofree uint32_t *row_of = g_new0 (uint32_t, tree->n_nodes);

  for (uint32_t i = tree->child_start[0]; i < tree->child_start[1]; i++)
    {
      uint32_t n = tree->child[i];
      HvRow row = { .key = tree->node_key[n], .node = n };
      row_add (&row, tree, n, FALSE, TRUE);
      memcpy (row.self, row.incl, sizeof row.self);
      row_of[n] = rows->len;
      g_array_append_val (rows, row);
    }
  /* the variance of a thread or task is its stacks' */
  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      if (tree->parent[n])
        row_of[n] = row_of[tree->parent[n]];
      for (guint side = 0; side < tree->n_sides; side++)
        if (tree->variance[side])
          g_array_index (rows, HvRow, row_of[n]).variance += tree->variance[side][n];
    }
  return rows;
}

static GArray *
rows_by_key (const HvTree *tree)
{
  uint32_t none = tree->n_keys; /* the root's own cost */
  GArray *rows = g_array_sized_new (FALSE, TRUE, sizeof (HvRow), tree->n_keys + 1);
  g_autofree uint32_t *open = g_new0 (uint32_t, tree->n_keys + 1);
  g_autofree uint32_t *next = g_new (uint32_t, tree->n_nodes);
  struct Best
  {
    int64_t self, incl;
  };
  g_autofree struct Best *best = g_new (struct Best, tree->n_keys + 1);
  uint32_t n = 0;

  g_array_set_size (rows, tree->n_keys + 1);
  for (uint32_t k = 0; k <= tree->n_keys; k++)
    {
      g_array_index (rows, HvRow, k).key = k == none ? HV_NO_KEY : k;
      best[k] = (struct Best){ -1, -1 };
    }

  /* Depth first, so that a key already open above a node is known: recursion counts once. */
  memcpy (next, tree->child_start, tree->n_nodes * sizeof (uint32_t));
  while (TRUE)
    {
      uint32_t k = n ? tree->node_key[n] : none;
      HvRow *row = &g_array_index (rows, HvRow, k);

      if (next[n] == tree->child_start[n])
        {
          /* on the way in; the root is no row of everything, only of what has no frame */
          int64_t self = weight_of (tree, tree->self, n), incl = weight_of (tree, tree->incl, n);
          row_add (row, tree, n, TRUE, n != 0 && open[k]++ == 0);
          if (self > best[k].self || (self == best[k].self && incl > best[k].incl))
            {
              best[k].self = self;
              best[k].incl = incl;
              row->node = n;
            }
        }
      if (next[n] < tree->child_start[n + 1])
        {
          n = tree->child[next[n]++];
          continue;
        }
      if (next[n] == tree->child_start[n])
        next[n]++; /* a leaf: never entered again */
      if (n == 0)
        break;
      open[k]--;
      n = tree->parent[n];
    }
  memcpy (g_array_index (rows, HvRow, none).incl, g_array_index (rows, HvRow, none).self,
          sizeof (g_array_index (rows, HvRow, none).incl));

  guint kept = 0;
  for (guint i = 0; i < rows->len; i++)
    if (!row_is_empty (&g_array_index (rows, HvRow, i)))
      g_array_index (rows, HvRow, kept++) = g_array_index (rows, HvRow, i);
  g_array_set_size (rows, kept);
  return rows;
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvTree *tree = user;
  const HvRow *x = a, *y = b;
  int64_t self_x = MAX (x->self[0][0], x->self[1][0]), self_y = MAX (y->self[0][0], y->self[1][0]);
  int64_t incl_x = MAX (x->incl[0][0], x->incl[1][0]), incl_y = MAX (y->incl[0][0], y->incl[1][0]);

  if (self_x != self_y)
    return self_x > self_y ? -1 : 1;
  if (incl_x != incl_y)
    return incl_x > incl_y ? -1 : 1;
  int by_label = strcmp (x->key == HV_NO_KEY ? "" : tree->key[x->key].label,
                         y->key == HV_NO_KEY ? "" : tree->key[y->key].label);
  return by_label ? by_label : (x->node > y->node) - (x->node < y->node);
}

GArray *
hv_tree_rows (const HvTree *tree)
{
  GArray *rows = tree->options.group == HV_GROUP_STACK ? rows_by_stack (tree)
                 : tree->options.group == HV_GROUP_THREAD || tree->options.group == HV_GROUP_TASK
                     ? rows_by_top (tree)
                     : rows_by_key (tree);

  g_array_sort_with_data (rows, compare_rows, (gpointer) tree);
  return rows;
}

gboolean
hv_tree_check (const HvTree *tree, GError **error)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        int64_t sum = 0;
        for (uint32_t n = 0; n < tree->n_nodes; n++)
          {
            int64_t below = tree->self[side][slot][n];
            sum += tree->self[side][slot][n];
            for (uint32_t i = tree->child_start[n]; i < tree->child_start[n + 1]; i++)
              {
                if (tree->parent[tree->child[i]] != n || tree->child[i] <= n)
                  {
                    g_set_error (error, HV_ERROR, HV_ERROR_STORE, "node %u is no child of %u",
                                 tree->child[i], n);
                    return FALSE;
                  }
                below += tree->incl[side][slot][tree->child[i]];
              }
            if (below != tree->incl[side][slot][n])
              {
                g_set_error (error, HV_ERROR, HV_ERROR_STORE,
                             "node %u: self and children do not make up its inclusive cost", n);
                return FALSE;
              }
          }
        if (sum != tree->incl[side][slot][0])
          {
            g_set_error (error, HV_ERROR, HV_ERROR_STORE, "the sites do not sum to the root");
            return FALSE;
          }
      }
  return TRUE;
}
