/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

/* What the lines of one source file cost. The tree they are read from is the one shown, asked by
 * line (HV_GROUP_LINE, top-down), so that folding, filters and transforms hold here too. */

/* A line of the file. */
typedef struct
{
  uint32_t line;                        /* 1 …; 0: frames of the file whose line is unknown */
  uint32_t node;                        /* of the tree: the heaviest one there */
  int64_t self[HV_N_SIDES][HV_N_SLOTS]; /* allocated at the line */
  int64_t incl[HV_N_SIDES][HV_N_SLOTS]; /* … and by what it calls; a stack counted once however
                                           often it passes the line */
} HvSourceLine;

typedef struct
{
  guint n_sides;
  uint32_t n_lines;
  HvSourceLine *line; /* those with any cost, in ascending order */
  /* The whole file: Σ of the lines' self; and a stack counted once however many of the file's
   * frames it has, so that it is less than the lines' sum. */
  HvSourceLine file;
} HvSourceLines;

/* Of `file` as the tree's keys name it. In a diff the frames of the other side's build count too:
 * those of the same functions in a file of the same name. */
HvSourceLines *hv_source_lines_new (const HvTree *lines, const char *file);
void hv_source_lines_free (HvSourceLines *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSourceLines, hv_source_lines_free)

/* NULL: the line costs nothing. */
const HvSourceLine *hv_source_lines_find (const HvSourceLines *source, uint32_t line);

/* The heaviest node of `lines` on the call path of `node` in another tree of the same question
 * (any group and direction): the very line of that path, where the key of a function has only its
 * heaviest. 0 where the path cannot be followed. */
uint32_t hv_source_node (const HvTree *lines, const HvTree *tree, uint32_t node);

/* The other way: the node of `tree` that `node` of `lines` is shown at, or its nearest caller. */
uint32_t hv_source_shown_node (const HvTree *tree, const HvTree *lines, uint32_t node);

G_END_DECLS
