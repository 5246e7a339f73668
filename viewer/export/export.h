/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/diff.h"

G_BEGIN_DECLS

/* What is shown, as the exporters get it: one tree, or a diff (whose tree it then is). */
typedef struct
{
  const HvProfile *profile; /* the current one in a diff */
  const HvProfile *base;    /* NULL: no diff */
  uint32_t at, base_at;     /* moments */
  HvMetric metric;
  const HvTree *tree; /* never NULL */
  const HvDiff *diff; /* NULL: no diff */
  enum
  {
    HV_VIEW_GROWTH,
    HV_VIEW_CURRENT,
    HV_VIEW_BASE,
    HV_VIEW_OVERLAY
  } view;    /* of a diff */
  guint top; /* rows */
} HvReport;

/* One kind of output. A new one is one new file and one line in export.c's table. */
typedef struct
{
  const char *kind; /* extension and --format name: "svg" */
  /* Appends the whole file to `out`. */
  gboolean (*write) (const HvReport *report, GString *out, GError **error);
} HvExporter;

extern const HvExporter hv_export_json, hv_export_text, hv_export_csv, hv_export_folded,
    hv_export_svg;

/* The exporter for "svg" or a file name ending in it; NULL: none. */
const HvExporter *hv_exporter_for_kind (const char *kind);
const HvExporter *hv_exporter_for_path (const char *path);

/* Comma-separated kinds, for messages. Static. */
const char *hv_exporter_kinds (void);

G_END_DECLS
