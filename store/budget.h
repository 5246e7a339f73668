/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "diff.h"

G_BEGIN_DECLS

/* Limits that a profile keeps or exceeds, from a text file, a line each:
 *
 *   # a comment
 *   tolerance 5% 1 MiB                   of the lines below: the larger of both; 3% before
 *   ignore fn:cache_warm_up              what is allocated through it counts for no limit
 *   total            peak   <= 220 MiB
 *   fn:cache_*       live   <= 64 MiB    tolerance 10%
 *   mod:libfoo.so*   blocks <= 200k
 *   new-paths        live   <= 1 MiB     call paths that base does not have: of a diff alone
 *
 * A pattern is held against the whole name of a function ("fn:"), the base name of a module
 * ("mod:"), a source file ("file:"), a crate or namespace ("crate:"), and without a prefix against
 * the first three; "*" is any text, "?" any character. A limit is on what all call paths through it
 * hold together. What is limited is live, peak or total (bytes), blocks (live ones), or a metric by
 * its name. */
typedef struct HvBudget HvBudget;

/* `name`: the file's, for messages. HV_ERROR_USAGE, "NAME:LINE: what is wrong". */
HvBudget *hv_budget_parse (const char *text, gsize length, const char *name, GError **error);
void hv_budget_free (HvBudget *budget);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvBudget, hv_budget_free)

/* Larger files hold no budget. */
#define HV_MAX_BUDGET_BYTES (1024 * 1024)

typedef struct
{
  guint line;          /* of the file */
  const char *pattern; /* as written; the budget's */
  HvMetric metric;
  int64_t limit, tolerance; /* bytes or blocks */
  int64_t value;
} HvBudgetResult;

/* Whether the limit and its tolerance are exceeded. */
gboolean hv_budget_exceeded (const HvBudgetResult *result);

/* An element (HvBudgetResult) a limit, in the file's order. `base` NULL: no diff. HV_ERROR_USAGE:
 * "new-paths" without a base, or a metric that the profile lacks. */
GArray *hv_budget_check (const HvBudget *budget, const HvProfile *base, uint32_t base_at,
                         const HvProfile *current, uint32_t at, GError **error);

/* A line that limits the function to what it holds now, rounded up to three digits, and one that
 * ignores it. Newly allocated, without a line end. NULL: the name cannot stand in a line, or the
 * metric has no limits. */
char *hv_budget_limit_line (const char *function, HvMetric metric, int64_t value);
char *hv_budget_ignore_line (const char *function);

G_END_DECLS
