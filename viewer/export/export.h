/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/budget.h"
#include "store/flame-layout.h"
#include "viewer/settings.h"

G_BEGIN_DECLS

/* What is shown, as the exporters get it: one tree, or a diff (whose tree it then is). */
typedef struct
{
  const HvProfile *profile; /* the current one in a diff */
  const HvProfile *base;    /* NULL: no diff */
  uint32_t at, base_at;     /* moments */
  HvMetric metric;
  /* As drawn: bottom-up where that was asked for. */
  const HvTree *tree; /* never NULL */
  const HvDiff *diff; /* NULL: no diff; its tree is `tree` */
  /* The same question top-down, for rows: equal to `tree` and `diff` unless those are bottom-up. */
  const HvTree *rows_tree;
  const HvDiff *rows_diff;
  enum
  {
    HV_VIEW_GROWTH,
    HV_VIEW_CURRENT,
    HV_VIEW_BASE,
    HV_VIEW_OVERLAY
  } view;               /* of a diff */
  gboolean as_tree;     /* text: the call tree in place of the rows */
  gboolean modules;     /* text: with a table of the modules and what is known of them */
  guint top;            /* rows */
  const GArray *budget; /* of HvBudgetResult (hv_budget_check()); NULL: none was asked for */

  /* What of it is in view, as the window has it; all 0: all of it. */
  uint32_t zoom;         /* a node; 0: not zoomed */
  guint zoom_forests;    /* as HvFlameRequest.forests */
  double scale, left;    /* so much nearer, and what is then left of it as a share of all */
  gboolean root_below;   /* the flame graph grows upwards */
  const guint8 *matches; /* by key of `tree`: whether the search found it; NULL: no search */
  const char *search;    /* its text; NULL: none */
  HvColorBy color_by;    /* what colours tell apart */
} HvReport;

/* One kind of output. A new one is one new file and one line in export.c's table. */
typedef gboolean (*HvWriteFunc) (const HvReport *report, GString *out, GError **error);
typedef struct
{
  const char *kind;  /* extension and --format name: "svg" */
  HvWriteFunc write; /* appends the whole file to `out`; NULL: another program does */
} HvExporter;

extern const HvExporter hv_export_json, hv_export_text, hv_export_csv, hv_export_folded,
    hv_export_svg;

/* Pictures need libraries that take longer to load than most answers take. Only the window's
 * program has them, which says so here; the command hands over to it. In a build without the window
 * there are none. */
void hv_exporters_set_pictures (HvWriteFunc png, HvWriteFunc pdf);

/* The exporter for "svg" or a file name ending in it; NULL: none. */
const HvExporter *hv_exporter_for_kind (const char *kind);
const HvExporter *hv_exporter_for_path (const char *path);

/* Comma-separated kinds, for messages. Static. */
const char *hv_exporter_kinds (void);

/* Appends which limits of the report's budget hold, a line each below a line for all. */
void hv_report_write_budget (const HvReport *report, GString *out);

/* The rows of a report: the `top` sites that allocate most, and in a diff those that changed most,
 * largest growth first; then what is left out, summed, so that the whole still adds up. */
typedef struct
{
  GArray *rows;   /* of HvDiffRow; without a diff its `row` alone is set */
  HvRowRest rest; /* sites left out */
} HvReportRows;

void hv_report_rows (const HvReport *report, guint top, HvReportRows *rows);
void hv_report_rows_clear (HvReportRows *rows);

/* The text of a row: its key's label; "[no stack]" for cost without a frame. Owned by the tree. */
const char *hv_report_row_label (const HvReport *report, const HvRow *row);

/* "live bytes", "bytes at the peak", "units in total", …, as the profile counts. Newly allocated.
 */
char *hv_report_metric_title (const HvProfile *profile, HvMetric metric, uint32_t at);

/* Appends a field as RFC 4180 wants it. */
void hv_csv_append_field (GString *out, const char *text);

/* "jemalloc, sampled 512 KiB", "DHAT heap", "heaptrack v3". Newly allocated. */
char *hv_report_format_title (const HvProfile *profile);

G_END_DECLS
