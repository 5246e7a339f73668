/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "tree-private.h"

#include "canonical-paths.h"

#include <string.h>

/* What is not shown of a stack unless all frames are asked for: the allocator's frames at its leaf,
 * the way in to the program's own code at its root, and a runtime's between one function of the
 * program and the next, so that async functions stand in the order in which they wait for each
 * other. What was allocated in a frame that is not shown is its nearest shown caller's. */

/* The stack node a site is shown at: the innermost one that is no allocator frame, and for crates
 * no standard library's either (all of a Rust program would be alloc's); when all are, the
 * outermost of them. */
static uint32_t
anchor_of (const HvProfile *profile, uint32_t node, const HvTreeOptions *options)
{
  uint32_t n = node, last = node;

  if (options->all_frames)
    return node;
  for (; n; n = profile->node_parent[n])
    {
      uint8_t category = profile->frame_category[profile->node_frame[n]];
      if (category != HV_CATEGORY_ALLOCATOR
          && (!hv_category_is_library (category) || options->group != HV_GROUP_CRATE))
        break;
      last = n;
    }
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

gboolean
_hv_tree_is_c_library (const HvProfile *profile, const HvFrame *frame)
{
  static const char *const prefixes[] = { "libc.so", "libc-2", "ld-linux", "ld-2", "libpthread" };
  const char *name = hv_basename (hv_profile_string (profile, frame->module));

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  return FALSE;
}

/* What a frame is to the start of a stack, worked out once for each: there are many more nodes. */
typedef enum
{
  FRAME_OTHER,
  FRAME_SYNTHETIC,
  FRAME_ENTRY,
  FRAME_C_LIBRARY, /* without a name */
  FRAME_LIBRARY,
  FRAME_STRIPPED, /* has no name */
  FRAME_MAIN,
  FRAME_KIND = 7,
  /* beside its kind */
  FRAME_ASYNC = 1 << 3,
  FRAME_CLOSURE = 1 << 4,
} FrameKind;

static Start
start_of (const HvProfile *profile, const uint8_t *kind, uint32_t node, Start above)
{
  if (above == START_OVER)
    return START_OVER;
  switch (kind[profile->node_frame[node]] & FRAME_KIND)
    {
    case FRAME_ENTRY:
      return START_CERTAIN;
    /* __libc_start_call_main, clone and start_thread in a library that rarely has symbols for them;
     * but not where main() calls it */
    case FRAME_C_LIBRARY:
      return above == START_PENDING
                     && profile->frame[profile->node_frame[profile->node_parent[node]]].function
                 ? START_OVER
                 : START_CERTAIN;
    /* between std::rt::lang_start and the program's main(), and around a thread's function */
    case FRAME_LIBRARY:
      return above == START_PENDING   ? START_OVER
             : above == START_CERTAIN ? START_CERTAIN
                                      : START_PENDING;
    /* a stripped program's _start */
    case FRAME_STRIPPED:
      return above != START_PENDING && profile->node_parent[node] == 0 ? START_PENDING : START_OVER;
    /* the C main() of a Rust program */
    case FRAME_MAIN:
      return above == START_PENDING ? START_OVER : START_PENDING;
    default:
      return START_OVER;
    }
}

static gboolean
is_closure_of (const HvProfile *profile, uint32_t f, uint32_t of)
{
  const char *path = hv_profile_canonical (profile, profile->frame[f].function, NULL);
  const char *outer = hv_profile_canonical (profile, profile->frame[of].function, NULL);

  return g_str_has_prefix (path, outer)
         && g_str_has_prefix (path + strlen (outer), "::{{closure}}");
}

/* Whether node `n`, whose nearest shown caller is `above` (0: none), is of an async runtime, or
 * called by one on the program's behalf. */
static gboolean
is_async (const HvProfile *profile, const uint8_t *kind, const uint8_t *fold, uint32_t n,
          uint32_t above)
{
  uint32_t f = profile->node_frame[n], parent = profile->node_parent[n];
  const HvFrame *frame = &profile->frame[f];

  if (kind[f] & FRAME_ASYNC)
    return TRUE;
  if (fold[parent] != HV_FOLD_ASYNC || frame->flags & HV_FRAME_SYNTHETIC)
    return FALSE;
  if (profile->frame_category[f] != HV_CATEGORY_APP)
    return TRUE;
  if (_hv_tree_is_c_library (profile, frame))
    return TRUE;
  /* join! and select! make a closure of the function they are in */
  const HvFrame *caller = &profile->frame[profile->node_frame[parent]];
  return above && frame->function
         && strstr (hv_profile_string (profile, caller->function), "::poll_fn::PollFn<")
         && is_closure_of (profile, f, profile->node_frame[above]);
}

/* Whether a function is a closure that nothing tells to be of an async function; those with debug
 * information are "{async_fn#0}". */
static gboolean
is_closure (const char *function)
{
  /* most names have none */
  const char *last = strchr (function, '{') ? g_strrstr (function, "::") : NULL;

  return last
         && (g_str_has_prefix (last, "::{{closure}}") || g_str_has_prefix (last, "::{closure#"));
}

/* Whether node `n`, a closure, is the body of an async function: a runtime polls it, or the body of
 * another one does. */
static gboolean
is_polled (const HvProfile *profile, const HvTreeFold *fold, uint32_t n)
{
  uint32_t parent = profile->node_parent[n], caller = profile->node_frame[parent];
  const char *function = hv_profile_string (profile, profile->frame[caller].function);

  if (fold->node[parent] == HV_FOLD_ASYNC)
    return (strstr (function, "poll") || strstr (function, "block_on"))
           && !strstr (function, "PollFn<") && !strstr (function, "::BlockingTask<");
  return (fold->async_body[caller] || strstr (function, "::{async_"))
         && !is_closure_of (profile, profile->node_frame[n], caller);
}

/* What is the same for all frames of a function, or of a module. */
enum
{
  STRING_KNOWN = 1 << 0,
  STRING_IS = 1 << 1,
};

static gboolean
frame_is_closure (const HvProfile *profile, uint32_t function, uint8_t *known)
{
  if (!(known[function] & STRING_KNOWN))
    known[function] |= STRING_KNOWN
                       | (is_closure (hv_profile_string (profile, function)) ? STRING_IS : 0);
  return (known[function] & STRING_IS) != 0;
}

static FrameKind
start_kind (const HvProfile *profile, uint32_t f, uint8_t *of_c_library)
{
  const HvFrame *frame = &profile->frame[f];

  if (frame->flags & HV_FRAME_SYNTHETIC)
    return FRAME_SYNTHETIC;
  if (profile->frame_category[f] == HV_CATEGORY_ENTRY)
    return FRAME_ENTRY;
  if (frame->function == 0)
    {
      uint8_t *known = &of_c_library[frame->module];
      if (!*known)
        *known = STRING_KNOWN | (_hv_tree_is_c_library (profile, frame) ? STRING_IS : 0);
      if (*known & STRING_IS)
        return FRAME_C_LIBRARY;
    }
  if (hv_category_is_library (profile->frame_category[f]))
    return FRAME_LIBRARY;
  if (frame->function == 0)
    return FRAME_STRIPPED;
  return strcmp (hv_profile_string (profile, frame->function), "main") == 0 ? FRAME_MAIN
                                                                            : FRAME_OTHER;
}

/* FrameKind by frame. Newly allocated. */
static uint8_t *
find_kinds (const HvProfile *profile)
{
  uint8_t *kind = g_new (uint8_t, profile->n_frames);
  g_autofree uint8_t *closure = hv_large_new0 (uint8_t, profile->n_strings);
  g_autofree uint8_t *of_c_library = hv_large_new0 (uint8_t, profile->n_strings);

  kind[0] = FRAME_SYNTHETIC;
  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      uint8_t category = profile->frame_category[f];
      uint32_t function = profile->frame[f].function;
      kind[f] = (uint8_t) start_kind (profile, f, of_c_library);
      if (category == HV_CATEGORY_ASYNC && kind[f] != FRAME_SYNTHETIC)
        kind[f] |= FRAME_ASYNC;
      if (category == HV_CATEGORY_APP && frame_is_closure (profile, function, closure))
        kind[f] |= FRAME_CLOSURE;
    }
  return kind;
}

static gboolean
has_async (const HvProfile *profile, const uint8_t *kind)
{
  uint8_t all = 0;

  for (uint32_t f = 0; f < profile->n_frames; f++)
    all |= kind[f];
  return (all & FRAME_ASYNC) != 0;
}

void
_hv_tree_fold_init (HvTreeFold *fold, const HvProfile *profile, const HvTreeOptions *options)
{
  g_autofree uint8_t *kind = find_kinds (profile);
  g_autofree uint8_t *start = hv_large_new (uint8_t, profile->n_nodes);
  gboolean any_async = has_async (profile, kind);
  g_autofree uint32_t *shown = any_async ? hv_large_new0 (uint32_t, profile->n_nodes) : NULL;

  fold->node = hv_large_new0 (uint8_t, profile->n_nodes);
  fold->async_body = hv_large_new0 (uint8_t, profile->n_frames);
  fold->depth = hv_large_new (HvDepth, profile->n_nodes);
  fold->anchor = g_new (uint32_t, MAX (1, profile->n_sites));

  start[0] = START_POSSIBLE;
  fold->depth[0] = (HvDepth){ 0 };
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      uint32_t parent = profile->node_parent[n], f = profile->node_frame[n];
      start[n] = (uint8_t) start_of (profile, kind, n, (Start) start[parent]);
      if (start[n] == START_CERTAIN)
        fold->node[n] = HV_FOLD_START;
      else if (any_async && is_async (profile, kind, fold->node, n, shown[parent]))
        {
          fold->node[n] = HV_FOLD_ASYNC;
          shown[n] = shown[parent];
        }
      else if (any_async)
        shown[n] = n;
      if (kind[f] & FRAME_CLOSURE && !fold->async_body[f] && fold->node[n] == HV_FOLD_NONE
          && is_polled (profile, fold, n))
        fold->async_body[f] = TRUE;
      HvDepth above = fold->depth[parent];
      above.shown += fold->node[n] == HV_FOLD_NONE;
      fold->depth[n].all = above.all + 1;
      fold->depth[n].shown = fold->node[n] == HV_FOLD_START ? 0 : above.shown;
    }
  if (options->all_frames)
    {
      memset (fold->node, HV_FOLD_NONE, profile->n_nodes);
      for (uint32_t n = 0; n < profile->n_nodes; n++)
        fold->depth[n].shown = fold->depth[n].all;
    }
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      uint32_t anchor = anchor_of (profile, profile->site_node[s], options);
      if (fold->node[anchor] == HV_FOLD_ASYNC)
        anchor = shown[anchor] ? shown[anchor] : HV_ASYNC_ONLY;
      fold->anchor[s] = anchor;
    }
}

void
_hv_tree_fold_clear (HvTreeFold *fold)
{
  g_clear_pointer (&fold->node, g_free);
  g_clear_pointer (&fold->anchor, g_free);
  g_clear_pointer (&fold->async_body, g_free);
  g_clear_pointer (&fold->depth, g_free);
}

/* Beside HvFold: a stack node that was counted. */
#define COUNTED 0xff

/* Scratch of _hv_tree_fold_count(). */
typedef struct
{
  const HvProfile *profile;
  /* those counted so far: by string, and by frame where it has no name */
  uint8_t *function, *frame;
} Count;

static void
count_frame (Count *count, uint32_t f, uint32_t *n)
{
  uint32_t function = count->profile->frame[f].function;
  /* a function has a frame a line; one without a name is itself */
  uint8_t *counted = function ? &count->function[function] : &count->frame[f];

  *n += !*counted;
  *counted = TRUE;
}

void
_hv_tree_fold_count (const HvTreeFold *fold, const HvProfile *profile, const uint8_t *sites,
                     HvTreeFolded *folded)
{
  g_autofree uint8_t *node = hv_large_new (uint8_t, profile->n_nodes);
  g_autofree uint8_t *functions = hv_large_new0 (uint8_t, profile->n_strings);
  g_autofree uint8_t *frames = hv_large_new0 (uint8_t, profile->n_frames);
  Count count = { profile, functions, frames };

  memcpy (node, fold->node, profile->n_nodes);
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      uint32_t anchor = fold->anchor[s], n = profile->site_node[s];
      gboolean start = FALSE;

      if (!sites[s])
        continue;
      folded->stacks++;
      folded->frames += fold->depth[n].all;
      folded->shown += MIN (fold->depth[n].all,
                            anchor == HV_ASYNC_ONLY ? 1 : MAX (fold->depth[anchor].shown, 1));
      for (; n && n != anchor && fold->node[n] == HV_FOLD_NONE; n = profile->node_parent[n])
        if (profile->frame_category[profile->node_frame[n]] == HV_CATEGORY_ALLOCATOR)
          count_frame (&count, profile->node_frame[n], &folded->allocator);
      for (; n && node[n] != COUNTED; n = profile->node_parent[n])
        {
          start |= node[n] == HV_FOLD_START;
          if (start && n != anchor)
            count_frame (&count, profile->node_frame[n], &folded->entry);
          else if (node[n] == HV_FOLD_ASYNC)
            count_frame (&count, profile->node_frame[n], &folded->async);
          node[n] = COUNTED;
        }
    }
}
