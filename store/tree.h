/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* The question asked of one profile, or of two at once: a call tree as shown. Frames become keys
 * (canonical function + module, or line, file, module, …); allocator frames at the leaf, the way in
 * at the root and async runtimes between are folded; focus, ignore and hide are applied; equal
 * paths of both sides fall on one node. Flame graphs, tables, exports and the diff all read this
 * one tree. */

typedef enum
{
  HV_GROUP_FUNCTION,
  HV_GROUP_STACK, /* rows by whole call path; the tree is as for function */
  HV_GROUP_LINE,
  HV_GROUP_FILE,
  HV_GROUP_MODULE,
  HV_GROUP_CRATE,  /* crate, namespace or module (origin.h) */
  HV_GROUP_THREAD, /* rows by thread; the tree has a thread frame below the root */
  HV_GROUP_TASK,   /* rows by task of an async runtime; a task frame below the root */
  HV_N_GROUPS
} HvGroup;

HvGroup hv_group_parse (const char *name); /* HV_N_GROUPS: no such group */
const char *hv_group_name (HvGroup group);

/* Whether the group's keys are functions, so that a row has a source line and a short name. */
gboolean hv_group_is_of_functions (HvGroup group);

typedef struct
{
  HvGroup group;
  gboolean all_frames; /* do not fold allocator and runtime frames */
  gboolean bottom_up;  /* the innermost frame first */
  /* Regular expressions over function, file and module, or what a prefix says (scope.h); NULL:
   * none. Case matters only where the pattern has an upper-case letter. */
  const char *focus, *ignore, *hide;
  const char *thread; /* only this thread's: a name, else "t3" or "3"; NULL: all */
  /* Of HvTransform (transform.h), applied in order after all of the above; NULL: none. Not changed
   * while a tree made with it lives. */
  GPtrArray *transforms;
  /* Short labels are made when hv_tree_short_label() or hv_key_short_label() asks for them, and no
   * origins at all: for who shows a few of the keys. Such a tree is one thread's. */
  gboolean names_on_demand;
  /* Nothing but the costliest rows is asked for (hv_tree_top_sites(), hv_diff_top_rows() and
   * hv_diff_summary()): nodes have no children, and no inclusive cost of the partner. */
  gboolean rows_alone;
  /* What was worked out before of the profile (hv_tree_shape_new()); used where it fits. NULL:
   * nothing. */
  struct HvTreeShape *shape;
} HvTreeOptions;

enum
{
  HV_SIDE_CURRENT,
  HV_SIDE_BASE,
  HV_N_SIDES
};
enum
{
  HV_SLOT_COST,
  HV_SLOT_PARTNER,
  HV_N_SLOTS
};

/* What a node shows. */
typedef struct
{
  const char *label;       /* the frame's text in full; owned by the tree */
  const char *short_label; /* for boxes and tables: without parameters and template arguments */
  const char *function;    /* full name, "" when unresolved */
  const char *module;      /* path, "" when unknown */
  const char *file;        /* of the heaviest frame with this key; "" when unknown */
  const char *origin;      /* crate, namespace or module (origin.h); "" when unknown, or no code */
  uint32_t line;
  uint8_t flags;    /* HvFrameFlags */
  uint8_t category; /* HvCategory */
  /* Of a line: the key of its function, which has the label that a tree by function gives it and
   * may have no nodes. Of all others: the key itself. */
  uint32_t function_key;
} HvKey;

/* What is not shown of the stacks with a cost, and was made part of their callers. */
typedef struct
{
  uint32_t allocator, entry, async; /* distinct functions of each kind */
  uint64_t stacks, frames, shown;   /* stacks, all frames of them, and those shown */
} HvTreeFolded;

typedef struct
{
  HvMetric metric;
  gboolean has_partner;  /* the partner metric (blocks for bytes) is there on every side */
  guint n_sides;         /* 1, or 2 in a diff */
  HvTreeOptions options; /* its strings are copies, the transforms a reference */

  uint32_t n_keys;
  HvKey *key;

  /* nodes: 0 is the root ("all"), parents before children */
  uint32_t n_nodes;
  uint32_t *parent;
  uint32_t *node_key; /* the root's is HV_NO_KEY */
  int64_t *self[HV_N_SIDES][HV_N_SLOTS];
  int64_t
      *incl[HV_N_SIDES][HV_N_SLOTS]; /* self + all below; the partner's: NULL where rows_alone */
  double *variance[HV_N_SIDES];      /* of self's cost, bytes²; NULL unless sampled */

  /* children of n: child[child_start[n]] … child[child_start[n + 1] - 1], largest first (a diff: by
   * growth), then by label. NULL where rows_alone */
  uint32_t *child_start, *child;

  /* bytes (or counts) that filters dropped, a side */
  int64_t dropped[HV_N_SIDES];
  int64_t total[HV_N_SIDES]; /* before filters: the profile's total at the moment */
  gboolean folded;           /* some frame was folded */
  HvTreeFolded folded_of[HV_N_SIDES];

  struct HvTreeTables *tables; /*< private >*/
} HvTree;

#define HV_NO_KEY UINT32_MAX

/* The tree of `metric` at moment `at` (HV_AT_END, …). Errors: HV_ERROR_USAGE when the profile lacks
 * the metric there (the message lists those it has), a pattern is no regular expression, or there
 * is no such thread. */
HvTree *hv_tree_new (const HvProfile *profile, HvMetric metric, uint32_t at,
                     const HvTreeOptions *options, GError **error);

/* The tree of two sides. The profiles may be one and the same with two moments. Children are in no
 * order before a diff is made of it. */
HvTree *hv_tree_new_pair (const HvProfile *base, uint32_t base_at, const HvProfile *current,
                          uint32_t current_at, HvMetric metric, const HvTreeOptions *options,
                          GError **error);
void hv_tree_free (HvTree *tree);

/* What the trees of one profile have in common whatever the metric and the moment: its stacks as
 * folded nodes. Asked with it another moment's answer is several times faster. The profile must
 * outlive it; trees keep a reference. */
typedef struct HvTreeShape HvTreeShape;

/* NULL where the options group by what is no part of a stack, or filter. */
HvTreeShape *hv_tree_shape_new (const HvProfile *profile, const HvTreeOptions *options);
HvTreeShape *hv_tree_shape_ref (HvTreeShape *shape);
void hv_tree_shape_unref (HvTreeShape *shape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvTreeShape, hv_tree_shape_unref)

/* Whether a tree of the profile with these options can be made of it. */
gboolean hv_tree_shape_fits (const HvTreeShape *shape, const HvProfile *profile,
                             const HvTreeOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvTree, hv_tree_free)

/* A row of the flat table. */
typedef struct
{
  uint32_t key;  /* HV_NO_KEY: what has no shown frame */
  uint32_t node; /* the row's (heaviest) call path: its innermost node */
  int64_t self[HV_N_SIDES][HV_N_SLOTS];
  int64_t incl[HV_N_SIDES][HV_N_SLOTS]; /* a stack counted once however often the key recurs */
  double variance;                      /* of current − base self cost */
} HvRow;

/* One row a key of the options' group (a call path for HV_GROUP_STACK) with any cost, largest self
 * cost first (ties: inclusive, then label). The self costs sum to the tree's root. Free with
 * g_array_unref(). Elements: HvRow. For a tree that is not bottom-up. */
GArray *hv_tree_rows (const HvTree *tree);

/* Rows that are not shown each by itself. */
typedef struct
{
  guint n;
  int64_t self[HV_N_SIDES][HV_N_SLOTS];
} HvRowRest;

void hv_row_rest_add (HvRowRest *rest, const HvRow *row, int sign);

/* The first `most` of the rows with a current cost of their own, in the order of hv_tree_rows(),
 * and what the others sum to: for a few of many far cheaper than sorting them. */
GArray *hv_tree_top_sites (const HvTree *tree, guint most, HvRowRest *rest);

/* Around one function (or what the keys are), wherever it is called, its calls of itself counted as
 * one: `callers` are who calls it, from the nearest on; `callees` are what it calls. Both roots
 * stand for the function and sum to its inclusive cost; the callees' root holds what it allocates
 * itself, the callers' what nobody called. `tree`, which is top-down, must outlive both. */
HvTree *hv_tree_new_callers (const HvTree *tree, uint32_t key);
HvTree *hv_tree_new_callees (const HvTree *tree, uint32_t key);

/* Node ids from below the root to `node`, outermost first. Free with g_array_unref(). uint32_t. */
GArray *hv_tree_path (const HvTree *tree, uint32_t node);

/* The same in words that hold for another tree of the profile, or of another one: label and module
 * of each frame. */
char **hv_tree_path_names (const HvTree *tree, uint32_t node);
char *hv_key_path_name (const HvKey *key); /* one of them */

/* Leaves of `nodes` (uint32_t) each call path once, and none below another: their inclusive costs
 * can be added. */
void hv_tree_keep_outermost (const HvTree *tree, GArray *nodes);

/* Whose doing `node` is: itself, or where a standard library's function or a runtime's stands there
 * the nearest caller of the program's own. `node` where there is none. */
uint32_t hv_tree_own_node (const HvTree *tree, uint32_t node);

/* The label of a node: its key's, or "all" for the root. */
const char *hv_tree_label (const HvTree *tree, uint32_t node);
const char *hv_tree_short_label (const HvTree *tree, uint32_t node);

/* The short label of a key: where names are made on demand, HvKey.short_label is not set before. */
const char *hv_key_short_label (const HvTree *tree, uint32_t key);

/* Checks the invariants: inclusive = self + Σ children's, a child's part never above its parent's,
 * Σ self = root. */
gboolean hv_tree_check (const HvTree *tree, GError **error);

G_END_DECLS
