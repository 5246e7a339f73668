/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importers/importer.h"
#include "store/flame-layout.h"

G_BEGIN_DECLS

/* What the command line asks of the window. Strings are borrowed and must live until
 * hv_window_main() returns; options that were not given are NULL, FALSE or zero. */
typedef struct
{
  char **files;    /* NULL-terminated; NULL or empty: the start page */
  gboolean diff;   /* compare: files are base, current; one file with at "A..B" */
  gboolean series; /* files are dumps of one process */

  HvImportOptions import; /* where symbols come from; the window sets cancellable and progress */
  const char *store_path; /* NULL: the cache */
  gboolean no_store;
  const char *const *rules; /* files of frame rules, to be read again on demand */

  HvTreeOptions tree;
  gboolean grouped;        /* tree.group was asked for; else a diff is by call path */
  HvFlameView view;        /* of a diff */
  gboolean root_below;     /* of the flame graph */
  const char *metric, *at; /* as given on the command line */

  /* Save a picture of the window here once everything is drawn, then quit. */
  const char *screenshot;
} HvWindowArgs;

/* Opens the window and runs until it is closed. Needs a display; nothing of GTK is touched before
 * this. Returns the exit status. */
int hv_window_main (const HvWindowArgs *args);

G_END_DECLS
