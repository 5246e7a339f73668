/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "diff.h"

G_BEGIN_DECLS

/* What a search finds in a tree: pure, so that every view and output can search alike. */
typedef struct
{
  guint8 *keys;  /* n_keys: whether the key matches */
  GArray *nodes; /* uint32_t: matching nodes, largest first */
  int64_t value,
      loss; /* what they hold together, nested ones counted once; a diff: growth, shrink */
} HvSearch;

/* Words parted by spaces or commas that must all be found in a frame's name, function, module or
 * file; "-word" must not. "fn:", "file:" and "mod:" (also "function:", "module:") before a word
 * look there alone. Each word is a regular expression, plain text where it is none; case matters
 * where the word has an upper-case letter, or with `match_case` always. `diff`: of this tree, or
 * NULL. NULL for a text without words. */
HvSearch *hv_search_new (const HvTree *tree, const HvDiff *diff, const char *text,
                         gboolean match_case);
void hv_search_free (HvSearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSearch, hv_search_free)

G_END_DECLS
