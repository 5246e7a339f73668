/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* What a search found in a scene. */
typedef struct
{
  guint8 *keys;  /* n_keys: whether the key matches */
  GArray *nodes; /* uint32_t: matching nodes, largest first */
  int64_t value,
      loss; /* what they hold together, nested ones counted once; a diff: growth, shrink */
} HvSearch;

/* Words that must all be found in a frame's name, function, module or file; "-word" must not. Each
 * is a regular expression (plain text where it is none); case matters only where the word has an
 * upper-case letter. NULL for a text without words. */
HvSearch *hv_search_new (const HvScene *scene, const char *text);
void hv_search_free (HvSearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSearch, hv_search_free)

G_END_DECLS
