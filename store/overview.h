/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

/* What one profile says at first sight: the sites that cost most, what is worth a look, and what
 * its format cannot tell. Numbers are those of a report by function with allocator and runtime
 * frames folded. Everything is owned by the overview; the profile may go. */

/* A function that allocates. */
typedef struct
{
  char *name;          /* short */
  char *function;      /* in full; "" when unresolved */
  char *module, *file; /* "" when unknown */
  uint32_t line;       /* 0: unknown */
  char *caller;        /* whose doing it is, where the function is a library's; NULL */
  char **path;         /* of its heaviest call path: hv_tree_path_names() */
  int64_t value;
  int64_t blocks; /* −1: not known, or what `value` counts */
} HvTopSite;

typedef enum
{
  HV_RANKING_PEAK,
  HV_RANKING_LIVE,
  HV_RANKING_TOTAL,
  HV_RANKING_TEMPORARY,
  HV_N_RANKINGS
} HvRankingKind;

typedef struct
{
  HvMetric metric; /* HV_N_METRICS: the profile does not tell, or it is 0 */
  int64_t whole;
  guint n_sites;  /* with any of it */
  guint n_most;   /* the fewest that hold 90 % */
  GPtrArray *top; /* of HvTopSite, largest first */
  guint n_due; /* so many will be in `top`, at most; 0: they are. n_sites and n_most are 0 then */
} HvRanking;

typedef enum
{
  HV_FINDING_CUT,        /* the file was cut short */
  HV_FINDING_PATH,       /* `value` of `whole` is below one call, `name` */
  HV_FINDING_SITE,       /* … is allocated in one function, whatever calls it */
  HV_FINDING_GREW,       /* the last dump holds `value` more than the first, which held `whole` */
  HV_FINDING_TEMPORARY,  /* `value` of `whole` allocations; `number` of them in `name` */
  HV_FINDING_LIVE,       /* at the end; of the peak; `number` functions hold 90 % of it */
  HV_FINDING_RSS,        /* at least so much of the resident memory was not in the heap */
  HV_FINDING_UNRESOLVED, /* in stacks where names of module `name` are missing */
  HV_FINDING_NAMELESS,   /* allocated by code without a name, of no module that could be found */
  HV_FINDING_SAMPLED, /* an estimate: `whole` is good to ±`value`, a sample every `number` bytes */
  HV_FINDING_NOTE,    /* `text`: what the importer had to say */
} HvFindingKind;

typedef struct
{
  HvFindingKind kind;
  HvMetric metric;              /* that `value` and `whole` count; what a view of it shows */
  int64_t value, whole, number; /* `number` 0: not known yet */
  char *name;                   /* NULL: none */
  char **path;                  /* where it is in the call tree; NULL: nowhere */
  char *text;                   /* NULL: none */
} HvFinding;

/* What a profile does not tell, and the reason where one is known. */
typedef enum
{
  HV_LIMIT_ONE_MOMENT, /* no timeline: sums, the peak and the end are all there is */
  HV_LIMIT_ONE_DUMP,   /* no timeline: one of several dumps */
  HV_LIMIT_NO_PEAK,    /* a dump is of one moment */
  HV_LIMIT_NO_LIVE,    /* nothing is said of what was freed */
  HV_LIMIT_NO_TOTAL,   /* only what is live */
  HV_LIMIT_NO_TEMPORARY,
  HV_LIMIT_NO_RSS,
  HV_LIMIT_NO_THREADS,
  HV_LIMIT_SAMPLED, /* rare allocations may be missing */
  HV_N_LIMITS
} HvLimit;

typedef struct
{
  HvRanking ranking[HV_N_RANKINGS];
  GPtrArray *findings; /* of HvFinding, in the order of the kinds */
  guint n_findings;    /* without what is said of every such profile, and the notes */
  gboolean limit[HV_N_LIMITS];
} HvOverview;

/* From any thread; asks the profile for up to four trees, in two threads where it is large. `tree`
 * and `rows` are by function, of the default metric (a recording's peak may be asked as its live
 * bytes), where they are there already; else NULL. */
HvOverview *hv_overview_new (const HvProfile *profile, const HvTree *tree, const GArray *rows);

/* What of it is known at once: rankings by other metrics are due, and their part of the findings is
 * missing. Without a tree nothing that needs one is known. */
HvOverview *hv_overview_begin (const HvProfile *profile, const HvTree *tree, const GArray *rows);

/* As text, to be kept with the profile; newly allocated. NULL: it lacks what is due, or has a name
 * that is no UTF-8. */
char *hv_overview_print (const HvOverview *overview);

/* NULL: the text is not what hv_overview_print() made. */
HvOverview *hv_overview_parse (const char *text);

HvOverview *hv_overview_ref (HvOverview *overview);
void hv_overview_unref (HvOverview *overview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvOverview, hv_overview_unref)

G_END_DECLS
