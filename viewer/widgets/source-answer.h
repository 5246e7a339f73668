/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/source-lines.h"
#include "viewer/source-file.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* A scene asked once more, by line; shared by the answers about it. A reference may be dropped in
 * any thread. */
typedef struct
{
  HvScene *scene;
  HvTree *tree;
} HvLineTree;

HvLineTree *hv_line_tree_ref (HvLineTree *lines);
void hv_line_tree_unref (HvLineTree *lines);

/* Where a frame's source is, and what its lines cost. Immutable. */
typedef struct
{
  HvLineTree *by_line;
  uint32_t node;        /* of the tree by line; 0: only the function's heaviest line is known */
  char *recorded;       /* the file as the profile names it; "": it names none */
  uint32_t line;        /* 0: unknown */
  HvSourceLines *lines; /* NULL: no file is named */
  HvSourceFile *file;   /* NULL: not found, or not named */
  char *problem;        /* why it is not shown */
  char *tried;          /* the places looked at, one a line */
  gboolean newer;       /* it was changed after the dump was written */
} HvSourceAnswer;

/* Of `node` of the scene's tree; from any thread. `known`: the lines of an earlier answer, used
 * when they are of this scene; or NULL. `mappings`: HvPathMapping. */
HvSourceAnswer *hv_source_answer_new (HvScene *scene, uint32_t node, HvLineTree *known,
                                      const GPtrArray *mappings, GError **error);
void hv_source_answer_free (HvSourceAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSourceAnswer, hv_source_answer_free)

/* The numbers of a line as they are shown, outermost side first: "1.50 KiB"; "" for nothing. The
 * columns are through the line and allocated there; of a diff base, current and Δ. */
#define HV_SOURCE_MAX_COLUMNS_SHOWN 3
guint hv_source_answer_n_columns (const HvSourceAnswer *answer);
const char *hv_source_answer_column_title (const HvSourceAnswer *answer, guint column);
char *hv_source_answer_column_text (const HvSourceAnswer *answer, const HvSourceLine *line,
                                    guint column);

/* −1 … 1: how much of all (of a diff: of the growth or loss) goes through the line. */
double hv_source_answer_share (const HvSourceAnswer *answer, const HvSourceLine *line);

/* All of it in words. */
char *hv_source_answer_line_text (const HvSourceAnswer *answer, guint number);
char *hv_source_answer_file_text (const HvSourceAnswer *answer);

G_END_DECLS
