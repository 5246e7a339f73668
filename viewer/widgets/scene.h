/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/consumers.h"
#include "store/overview.h"
#include "viewer/export/export.h"

G_BEGIN_DECLS

/* The profiles of a document, shared by the scenes made of them. A reference may be dropped in any
 * thread. */
typedef struct
{
  HvProfile *current;
  HvProfile *base;        /* NULL: one profile; may be `current` (two moments of one file) */
  HvConsumers *consumers; /* hv_profiles_get_consumers() */
  HvOverview *kept;       /* of `current`, as it was worked out another time; NULL: it was not */

  GRWLock lock;       /* of the frames' categories, all else is never changed */
  gint rules_changed; /* atomic: other frame rules are in force than the categories are by */
  GMutex consumers_lock;
  gint has_consumers; /* atomic: they were worked out, or are never there */
  GMutex shape_lock;
  HvTreeShape *shape; /* of `current`, for the options asked with last; NULL: not worked out */
} HvProfiles;

/* Takes both profiles. */
HvProfiles *hv_profiles_new (HvProfile *current, HvProfile *base);
HvProfiles *hv_profiles_ref (HvProfiles *profiles);
void hv_profiles_unref (HvProfiles *profiles);

/* Scenes made from now on are by the frame rules in force now. */
void hv_profiles_follow_rules (HvProfiles *profiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvProfiles, hv_profiles_unref)

/* Whose memory a recording's was over time; NULL: it does not tell, or has no scene yet. */
const HvConsumers *hv_profiles_get_consumers (HvProfiles *profiles);

/* What is asked. */
typedef struct
{
  HvMetric metric;
  uint32_t at, base_at;
  gboolean moments;      /* two moments of `current` are compared */
  gboolean swapped;      /* of a diff: base and current change places */
  HvTreeOptions options; /* strings borrowed */
} HvQuestion;

gboolean hv_question_equal (const HvQuestion *a, const HvQuestion *b);

/* One answered question, immutable: what every view of the window shows at one time. */
typedef struct HvScene
{
  HvProfiles *profiles;
  HvReport report; /* what is shown, borrowed from below */
  HvQuestion question;
  HvTree *tree; /* NULL in a diff, which owns its tree */
  HvDiff *diff;
  HvTree *rows_tree; /* top-down, where what is shown is bottom-up; else NULL */
  HvDiff *rows_diff;
  /* Their nodes are of report.rows_tree. */
  GArray *rows;       /* of a diff: HvDiffRow, largest growth first; else NULL */
  GArray *sites;      /* of one profile: HvRow, largest self cost first; else NULL */
  uint32_t *row_node; /* of the shown tree, a row or site; NULL: the rows' own */
  struct HvScene *of; /* whose keys the tree has; NULL: its own */
} HvScene;

/* Works out what later questions of other moments of a recording have in common with this one, if
 * that is not there yet: they are answered several times faster then. From any thread. */
void hv_profiles_prepare (HvProfiles *profiles, const HvQuestion *question);

/* Asks the question; from any thread. A diff when `profiles` has a base. */
HvScene *hv_scene_new (HvProfiles *profiles, const HvQuestion *question, GError **error);

/* What is known of the answer before the question is asked: a scene without tree and rows, for who
 * shows the profiles alone. */
HvScene *hv_scene_new_asked (HvProfiles *profiles, const HvQuestion *question);
HvScene *hv_scene_ref (HvScene *scene);
void hv_scene_unref (HvScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvScene, hv_scene_unref)

/* What the current profile says at first sight, by the frame rules in force; from any thread. What
 * `scene` (NULL: none) answers of it is not asked again. */
HvOverview *hv_profiles_get_overview (HvProfiles *profiles, const HvScene *scene);

/* What can be said of the profile as soon as a scene of it is there; from any thread. */
HvOverview *hv_scene_begin_overview (const HvScene *scene);

/* Who calls the function of `key`, a key of `of`'s rows_tree, or what it calls: a scene without
 * rows whose root stands for the function. */
HvScene *hv_scene_new_callers (HvScene *of, uint32_t key);
HvScene *hv_scene_new_callees (HvScene *of, uint32_t key);

/* The number in rows_tree of a key of any tree of the scene; HV_NO_KEY: it is not there. */
uint32_t hv_scene_find_key (const HvScene *scene, const HvKey *key);

/* The shown node with this key that holds most, in a diff on the side that holds more; 0: none. */
uint32_t hv_scene_heaviest (const HvScene *scene, const HvKey *key);

/* The shown node that holds most of those that stand for a frame of the profile: for its function,
 * or its module where it has none or functions are not shown; 0: none. */
uint32_t hv_scene_find_frame (const HvScene *scene, uint32_t frame);

/* The key of a node; NULL for the root. */
const HvKey *hv_scene_key (const HvScene *scene, uint32_t node);

/* The node that stands for a row, or site, in the shown tree. */
uint32_t hv_scene_row_node (const HvScene *scene, guint row);

/* What a row is called and where it is; NULL for cost without a frame. */
const HvKey *hv_scene_row_key (const HvScene *scene, const HvRow *row);

/* The call path of a node, label and module of each frame, outermost first: what another scene, or
 * a later one, can be asked for. */
char **hv_scene_path (const HvScene *scene, uint32_t node);

/* The node on a call path, or its nearest ancestor there. */
uint32_t hv_scene_find_path (const HvScene *scene, char **path);

/* The node of `scene` on the same call path as `node` of `other`, or its nearest ancestor there. */
uint32_t hv_scene_find_like (const HvScene *scene, const HvScene *other, uint32_t node);

G_END_DECLS
