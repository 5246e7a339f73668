/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

/* Current against base. Increases and decreases are told apart at each call path as shown, before
 * anything is summed, so that a gain and a loss under one parent never cancel. */

typedef enum
{
  HV_STATUS_SAME,
  HV_STATUS_GREW,
  HV_STATUS_NEW,
  HV_STATUS_SHRUNK,
  HV_STATUS_GONE,
} HvStatus;

const char *hv_status_name (HvStatus status);

typedef enum
{
  HV_WHY_NONE,
  HV_WHY_MORE_OBJECTS, /* fewer, of a path that shrank */
  HV_WHY_BIGGER_OBJECTS,
  HV_WHY_BOTH,
} HvWhy;

/* "more objects"; for a path that lost: "fewer objects". */
const char *hv_why_name (HvWhy why, gboolean lost);

/* base + grew + new − shrunk − gone = current, always; all ≥ 0. */
typedef struct
{
  int64_t base, grew, added, shrunk, gone, current;
  uint32_t n_grew, n_added, n_shrunk, n_gone; /* call paths */
} HvWaterfall;

typedef struct
{
  HvRow row;
  HvStatus status;
  int64_t base, current, delta; /* self cost */
  int64_t delta_partner;        /* change of the partner (blocks); 0 without */
  double error;                 /* standard error of delta; −1: not sampled */
  gboolean significant;
  HvWhy why;
} HvDiffRow;

typedef struct
{
  HvTree *tree;                    /* both sides; owned */
  const HvProfile *base, *current; /* borrowed */
  HvWaterfall waterfall;

  /* Σ of the increases and of the decreases (both ≥ 0) of the call paths at or below a node */
  int64_t *growth, *shrink;
  /* share of the frames above the bytes of base (current) whose function the other side has too,
   * 0…1: low where builds, programs or symbols differ */
  double base_matched, current_matched;

  /* the path below which growth divides: nodes from the root's child on; empty: it divides at once
   */
  uint32_t trunk_node;
  double trunk_share; /* of all growth */
  int64_t threshold;  /* a smaller |delta| is not significant */
  gboolean same_process;

  struct HvDiffSummary *summary; /*< private >*/
} HvDiff;

/* Takes no reference: the profiles must live as long. `options` as for a tree; its group is the
 * rows'. Errors as hv_tree_new(), and HV_ERROR_USAGE when the two count different things (DHAT
 * ad-hoc units against bytes). */
HvDiff *hv_diff_new (const HvProfile *base, uint32_t base_at, const HvProfile *current,
                     uint32_t current_at, HvMetric metric, const HvTreeOptions *options,
                     GError **error);
void hv_diff_free (HvDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvDiff, hv_diff_free)

/* Of the cost that a node of the tree holds itself. */
HvStatus hv_diff_status (const HvDiff *diff, uint32_t node);

/* All rows of the group, largest growth first, greatest loss last. Elements: HvDiffRow. Their
 * deltas sum to current − base. */
GArray *hv_diff_rows (const HvDiff *diff);

/* The `most` rows that changed most, in the order of hv_diff_rows() by their delta, and what the
 * others sum to. The largest growth is among them whatever else changed more: it is the question.
 */
GArray *hv_diff_top_rows (const HvDiff *diff, guint most, HvRowRest *rest);

/* Whether so few frames are known to both sides that they are probably of different programs or
 * builds, or one lacks symbols. Two dumps of one process are never that. */
gboolean hv_diff_matches_badly (const HvDiff *diff);

/* The metric two profiles are compared by when none is asked for: live bytes across formats. */
HvMetric hv_diff_default_metric (const HvProfile *base, const HvProfile *current);

/* Two or three sentences that a person can paste into a ticket. Newly allocated. */
char *hv_diff_summary (const HvDiff *diff);

G_END_DECLS
