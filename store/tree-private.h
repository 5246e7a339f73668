/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "child-map.h"
#include "transform.h"

G_BEGIN_DECLS

/* Shared between the files that make a tree: tree.c (nodes), tree-keys.c (what makes two frames
 * one, within a profile and between two), tree-side.c (the values of one side), tree-fold.c (what
 * of a stack is shown), tree-fill.c (from stacks to nodes), tree-pair.c (two sides), tree-order.c
 * (sums and order) and tree-rows.c. */

typedef enum
{
  HV_KEY_OF_FUNCTION = 1 << 0, /* a frame of it names a function */
  HV_KEY_MIXED = 1 << 1,       /* it stands for functions of several names */
  HV_KEY_ASYNC_BODY = 1 << 2,  /* as in HvTreeFold */
  HV_KEY_DESCRIBED = 1 << 3,   /* it shows its heaviest frame */
} HvKeyFlags;

struct HvTreeTables
{
  GHashTable *key_ids; /* identity → key + 1; identities live in `texts` */
  GStringChunk *texts;
  HvChildMap children;
  uint32_t keys_size, nodes_size;
  gboolean costs;        /* nodes have costs; FALSE while they are being found */
  uint8_t *key_flags;    /* by key: HvKeyFlags */
  uint8_t *named;        /* by key: its short label is made; NULL: all are */
  gboolean with_modules; /* keys tell modules apart */
  gboolean two_profiles;
  gboolean across_loads; /* two processes: a run-time address of one means nothing in the other */
  HvTreeShape *shape;    /* whose texts the keys have; NULL: their own */
  uint8_t *inside;       /* as _hv_tree_find_recursion() found; NULL: it was not asked yet */
  const int64_t *weight, *weight2; /* children are ordered by: not NULL once they are */
};

/* What tells a module apart, by the lowest bits of its string. */
#define HV_MODULE_TEXTS 64
typedef struct
{
  uint32_t module; /* string; 0: none */
  int length;
  const char *text;
} HvModuleText;

/* What is worked out once for each frame of a profile. */
typedef struct
{
  uint32_t *key;         /* + 1; 0: not yet */
  uint32_t *of_function; /* by string: a frame of that function which has a key; 0: none */
  uint32_t *site_node;   /* by site: the node that has its cost, or HV_NO_NODE */
  uint32_t *shown;       /* scratch for a number each stack node; NULL: none to spare */
  uint8_t *flags;
  double *weight; /* cost of the sites whose innermost shown frame it is */
  GString *text, *identity;
  const char *program;     /* this module's name is not compared; NULL: none */
  GHashTable *other_paths; /* of the other side's functions, when it mangles differently, or NULL */
  struct FrameTask *task;  /* for HV_GROUP_TASK */
  const struct HvTreeFold *fold;
  HvModuleText module[HV_MODULE_TEXTS];
  GArray *path; /* scratch: of nodes */
} HvTreeFrames;

/* One of the profiles asked, and what of it is asked for. */
typedef struct
{
  const HvProfile *profile;
  uint32_t at;
  const int64_t *values[HV_N_SLOTS]; /* by site */
  int64_t *own[HV_N_SLOTS];          /* those that are no column of the profile */
  const char *program;               /* base name; NULL: not known, or not to be set aside */
  GHashTable *paths; /* its functions' canonical paths, where the other side needs them */
  uint8_t *threads;  /* by thread: whether it is asked for; NULL: all */
} HvTreeSide;

/* --- tree.c --- */

/* The child of `parent` with `key`, added when new. */
uint32_t _hv_tree_child (HvTree *tree, uint32_t parent, uint32_t key);

/* The node of a frame with `key` called from `above`. Files, modules and crates call themselves all
 * the time: what stays in one is one node. */
uint32_t _hv_tree_node_below (HvTree *tree, uint32_t above, uint32_t key);

/* An empty tree of the same question with the same keys, whose texts are the other's. */
HvTree *_hv_tree_new_like (const HvTree *other);

/* An empty tree of the same question for one of its sides alone, with keys of its own. */
HvTree *_hv_tree_new_part (const HvTree *whole);

/* What a tree's nodes were before they are made anew. */
typedef struct
{
  uint32_t n;
  uint32_t *parent, *node_key;
  int64_t *self[HV_N_SIDES][HV_N_SLOTS];
  double *variance[HV_N_SIDES];
} HvTreeNodes;

/* Room for so many nodes in all; the new ones' costs are 0. */
void _hv_tree_reserve (HvTree *tree, uint32_t n_nodes);

/* Gives the nodes, all or most of which are found, costs of 0. */
void _hv_tree_make_costs (HvTree *tree);
void _hv_tree_make_side_costs (HvTree *tree, guint side);

/* So many nodes more are about to be made, at most. */
void _hv_tree_expect (HvTree *tree, uint32_t n_nodes);

/* Leaves the tree with its root alone. */
HvTreeNodes _hv_tree_take_nodes (HvTree *tree);

/* Adds what a node held itself to another of the tree. */
void _hv_tree_give (HvTree *tree, uint32_t node, const HvTreeNodes *old, uint32_t from);
void _hv_tree_nodes_clear (HvTreeNodes *nodes);

/* A walk over all nodes, depth first, so that what is open above a node is known: each node once on
 * the way in and once `leaving`. */
typedef struct
{
  const HvTree *tree;
  uint32_t *next; /* from the root to the node: which child is entered next */
  uint32_t depth, size;
  uint32_t node;
  gboolean leaving;
} HvTreeWalk;

/* Enters the root; TRUE. */
gboolean _hv_tree_walk_init (HvTreeWalk *walk, const HvTree *tree);
gboolean _hv_tree_walk_next (HvTreeWalk *walk); /* FALSE after the root was left */
void _hv_tree_walk_clear (HvTreeWalk *walk);

/* --- tree-order.c --- */

/* Orders the children of each node by `weight` (per node, largest first), then by `weight2` (may be
 * NULL), then by label. */
void _hv_tree_sort (HvTree *tree, const int64_t *weight, const int64_t *weight2);

/* The order that _hv_tree_sort() would give them, of a tree that has no children to order. */
void _hv_tree_set_order (HvTree *tree, const int64_t *weight, const int64_t *weight2);

/* Whether a node comes before another one depth first, children in their order. */
gboolean _hv_tree_is_before (const HvTree *tree, uint32_t a, uint32_t b);

/* Sums the nodes, and orders them unless a diff does: the end of making a tree. */
void _hv_tree_finish (HvTree *tree, gboolean sort);

/* Runs `func` in a thread of its own where there is much to do, else at once; end it with
 * _hv_tree_join(). */
GThread *_hv_tree_fork (uint32_t n_nodes, GThreadFunc func, gpointer data);
void _hv_tree_join (GThread *thread);

/* --- transform.c --- */

/* Applies one transform to a top-down tree that is not finished. */
void _hv_tree_transform (HvTree *tree, const HvTransform *transform);

/* --- tree-rows.c --- */

/* By node: whether its key is open above it, so that recursion counts once. Nodes are numbered
 * depth first for it: what is below a node then is a range, and a look at the last range of a key
 * tells. Newly allocated. */
uint8_t *_hv_tree_find_recursion (const HvTree *tree);

/* Hands on the rows of hv_tree_rows(), in no order. */
typedef void (*HvRowFunc) (const HvRow *row, gpointer user);
void _hv_tree_each_row (const HvTree *tree, HvRowFunc func, gpointer user);

/* Of many wide elements the first `most` in an order: those of what was seen so far, as a heap with
 * the last of them on top. */
typedef struct
{
  GArray *first;
  guint most;
  GCompareDataFunc compare; /* never 0 for two of them */
  gpointer user;
} HvTopRows;

void _hv_top_rows_add (HvTopRows *top, gconstpointer row);
void _hv_top_rows_sort (HvTopRows *top); /* at the end */

/* Sorts wide elements, each of which moves once. */
void _hv_tree_sort_rows (GArray *rows, GCompareDataFunc compare, gpointer user);

/* --- tree-keys.c --- */

/* The key with `identity`, described by `key` when new (its label is copied, the short one made
 * later). */
uint32_t _hv_tree_intern_key (HvTree *tree, const char *identity, const HvKey *key);

/* Whether a frame names a function: not unresolved, not a note. */
gboolean _hv_tree_is_function (const HvFrame *frame);

/* Sets the key of frame `f` in the options' group, described and interned when new. */
void _hv_tree_find_frame_key (HvTree *tree, const HvProfile *profile, HvTreeFrames *frames,
                              uint32_t f);

/* That key. */
static inline uint32_t
_hv_tree_frame_key (HvTree *tree, const HvProfile *profile, HvTreeFrames *frames, uint32_t f)
{
  if (frames->key[f] == 0)
    _hv_tree_find_frame_key (tree, profile, frames, f);
  return frames->key[f] - 1;
}

/* Appends the name of an async function by that of its body, "app::serve::{{closure}}", as debug
 * information has it: "app::serve::{async_fn#0}". */
void _hv_tree_async_name (GString *name, const char *function);

/* Short labels, and the common name of the instances of a template. */
void _hv_tree_name_keys (HvTree *tree);

/* The short labels that are not made yet. */
void _hv_tree_name_rest (HvTree *tree);

/* Sets where the code of each key is from. */
void _hv_tree_find_origins (HvTree *tree);

/* What two builds of one program may call differently. */
void _hv_tree_reconcile (HvTreeSide *sides);

/* Whether a run-time address of one side means nothing in the other. Valgrind loads everything at
 * the same place in every run. */
gboolean _hv_tree_crosses_loads (const HvTreeSide *sides);

/* --- tree-side.c --- */

/* The values of `metric` and its partner at a moment; HV_ERROR_USAGE, with the list of those there
 * are, when the profile lacks it. */
gboolean _hv_tree_side_init (HvTreeSide *side, const HvProfile *profile, uint32_t at,
                             HvMetric metric, GError **error);

void _hv_tree_side_clear (HvTreeSide *side);

/* HV_ERROR_USAGE unless the side tells the metric by thread. */
gboolean _hv_tree_check_threads (const HvTreeSide *side, HvMetric metric, GError **error);

/* Leaves the side with what the threads called `text` hold; several may share a name. */
gboolean _hv_tree_keep_thread (HvTreeSide *side, const char *text, HvMetric metric, GError **error);

/* What a thread's row says of a metric. */
int64_t _hv_tree_thread_value (const HvThreadRow *row, HvMetric metric);

/* "thread NAME (tUID)". Newly allocated. */
char *_hv_tree_thread_label (const HvProfile *profile, uint32_t thread);

/* --- tree-fold.c --- */

typedef enum
{
  HV_FOLD_NONE,
  HV_FOLD_START, /* the way in to the program's own code ends there: nothing above it is shown */
  HV_FOLD_ASYNC, /* of an async runtime: its callees are shown below its nearest shown caller */
} HvFold;

/* The anchor of a site with nothing but a runtime's frames. */
#define HV_ASYNC_ONLY UINT32_MAX

/* Frames down to a stack node. */
typedef struct
{
  uint32_t all, shown;
} HvDepth;

typedef struct HvTreeFold
{
  uint8_t *node;       /* by stack node: HvFold */
  uint32_t *anchor;    /* by site: the stack node it is shown at, or HV_ASYNC_ONLY */
  uint8_t *async_body; /* by frame: its function is called a closure and is an async function */
  HvDepth *depth;      /* by stack node */
} HvTreeFold;

void _hv_tree_fold_init (HvTreeFold *fold, const HvProfile *profile, const HvTreeOptions *options);
void _hv_tree_fold_clear (HvTreeFold *fold);

/* Whether a frame is of the C library or its loader. */
gboolean _hv_tree_is_c_library (const HvProfile *profile, const HvFrame *frame);

/* Counts what is folded in the stacks of the sites that are not 0 in `sites`. */
void _hv_tree_fold_count (const HvTreeFold *fold, const HvProfile *profile, const uint8_t *sites,
                          HvTreeFolded *folded);

/* --- tree-fill.c --- */

/* Whether the metric of this profile is an estimate made from samples. */
gboolean _hv_tree_is_sampled (const HvProfile *profile, HvMetric metric);

/* What was worked out of a profile to add it to a tree. */
typedef struct
{
  HvTreeFold fold;
  uint32_t *key;       /* by frame: + 1; 0: it has none yet */
  uint32_t *site_node; /* by site: the tree's node, or HV_NO_NODE */
} HvTreeParts;

#define HV_NO_NODE UINT32_MAX

/* What is wanted of them. */
typedef enum
{
  HV_PARTS_NONE,      /* the sites' costs are added to the tree instead */
  HV_PARTS_SITE_NODE, /* that alone */
  HV_PARTS_ALL,
} HvPartsWanted;

/* Whether the tree of a group is one of stacks: nodes are found first, then costs added. */
static inline gboolean
_hv_tree_is_by_stack (HvGroup group)
{
  return group != HV_GROUP_THREAD && group != HV_GROUP_TASK;
}

/* Adds the costs of one side. `image`: the tree's nodes by what `site_node` says; NULL: the same.
 */
void _hv_tree_add_costs (HvTree *tree, guint side, const HvTreeSide *from,
                         const uint32_t *site_node, const uint32_t *image);

/* Adds the stacks and costs of one side to the tree. `other_paths`: the canonical paths of the
 * other side where both are mangled differently, or NULL. `parts`: what is wanted of a tree by
 * stack, for the caller to free. HV_ERROR_USAGE: a bad pattern. */
gboolean _hv_tree_add_side (HvTree *tree, guint side, const HvTreeSide *from,
                            GHashTable *other_paths, HvPartsWanted wanted, HvTreeParts *parts,
                            GError **error);

/* Adds a cost, and how sure it is, to a node. */
void _hv_tree_add_cost (HvTree *tree, guint side, uint32_t node, const HvProfile *profile,
                        int64_t cost, int64_t partner);

/* Counts what is folded of the sites that have a cost and are on no ignored stack: `node_flags` by
 * stack node, NULL where none is ignored. */
void _hv_tree_count_folded (HvTree *tree, guint side, const HvTreeSide *from,
                            const HvTreeFold *fold, const uint8_t *node_flags);

/* A key stands for several frames: it shows the source line that weighs most. `key`: + 1, as in
 * HvTreeFrames. */
void _hv_tree_describe_keys (HvTree *tree, const HvProfile *profile, const uint32_t *key,
                             const double *weight);

/* A tree of one side that is neither transformed nor finished, as a shape keeps it. */
HvTree *_hv_tree_new_of_stacks (HvTreeSide *side, const HvTreeOptions *options, HvTreeParts *parts);

/* --- tree-pair.c --- */

/* Adds both sides to an empty tree by stack, as _hv_tree_add_side() of each, base first, would. */
gboolean _hv_tree_add_sides (HvTree *tree, const HvTreeSide *sides, GError **error);

/* --- tree-shape.c --- */

/* Fills an empty tree with the costs of its sides, which are of the shape's profile. */
void _hv_tree_fill (HvTree *tree, const HvTreeSide *sides, HvTreeShape *shape);

/* Counts what is folded of them: nothing else of the tree is read or written. */
void _hv_tree_fill_folded (HvTree *tree, const HvTreeSide *sides, const HvTreeShape *shape);

G_END_DECLS
