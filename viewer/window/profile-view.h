/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "store/transform.h"
#include "viewer/widgets/flame-graph.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* One opened profile or diff: one state (metric, moment, folding, selection, search) and the views
 * of it. */
#define HV_TYPE_PROFILE_VIEW (hv_profile_view_get_type ())
G_DECLARE_FINAL_TYPE (HvProfileView, hv_profile_view, HV, PROFILE_VIEW, GtkWidget)

/* Signal "changed": another scene is shown, or the summary before the first one. */
/* Signal "settled": … and nothing more of it is on its way. */
/* Signal "touched": it is looked at in another way than before, or may be. */
/* Signal "message" (char *message): one sentence to tell. */
/* Signal "failed" (char *message): a question could not be answered; the old scene stays. */

/* What to show at first. */
typedef struct
{
  HvTreeOptions tree;      /* its strings must outlive the view */
  gboolean grouped;        /* tree.group was asked for; else a diff is by call path */
  HvFlameView view;        /* of a diff */
  gboolean root_below;     /* of the flame graph */
  const char *metric, *at; /* as on the command line; NULL: the default */
  const char *state;       /* hv_profile_view_print_state(): as it was left; NULL: as it comes */
} HvProfileViewStart;

/* Whether the start asks for nothing of its own. */
gboolean hv_profile_view_start_is_plain (const HvProfileViewStart *start);

/* Shows profiles; FALSE and `error` when the start asks for what they do not have. */
gboolean hv_profile_view_open (HvProfileView *self, HvProfiles *profiles,
                               const HvProfileViewStart *start, GError **error);

/* Shows what is known before the first question is answered, where that is the page to begin with:
 * the summary, as the store has it. "changed" is emitted then, and again with the answer. */
void hv_profile_view_begin (HvProfileView *self);

/* The same question of the same files read once more: what is selected stays. */
void hv_profile_view_replace (HvProfileView *self, HvProfiles *profiles);

/* Forgets what was opened and is not shown yet. */
void hv_profile_view_close (HvProfileView *self);

/* What is shown, or will be; NULL: nothing. */
const HvProfile *hv_profile_view_get_profile (HvProfileView *self);

/* What its summary says; NULL: that is not whole yet, or it is small (kept-summary.h). */
HvOverview *hv_profile_view_get_overview (HvProfileView *self);

/* NULL until the first question is answered. */
const HvScene *hv_profile_view_get_scene (HvProfileView *self);

/* The frame rules were loaded anew: asks again. */
void hv_profile_view_follow_rules (HvProfileView *self);

/* How it is looked at, as text; `named`: without what only this profile and window have. NULL: it
 * shows nothing. */
char *hv_profile_view_print_state (HvProfileView *self, gboolean named);

/* Looks at it as a text says, as far as that can be. FALSE: the text says nothing. */
gboolean hv_profile_view_apply_state (HvProfileView *self, const char *text);

/* What is searched; NULL: nothing. */
const char *hv_profile_view_get_search (HvProfileView *self, gboolean *match_case);

void hv_profile_view_swap (HvProfileView *self);
void hv_profile_view_cycle (HvProfileView *self);
void hv_profile_view_invert (HvProfileView *self); /* top-down or bottom-up */

/* Shows the flame graph with its root there. */
void hv_profile_view_set_root_below (HvProfileView *self, gboolean below);

typedef enum
{
  HV_VIEW_PAGE_SUMMARY, /* of one profile; a diff has its head */
  HV_VIEW_PAGE_FLAME,
  HV_VIEW_PAGE_TABLE,     /* the call tree; of a diff, its rows in full height */
  HV_VIEW_PAGE_BUTTERFLY, /* callers and callees of the selected function */
  HV_VIEW_PAGE_SITES,     /* of one profile; a diff has its rows */
  HV_VIEW_PAGE_SOURCE,    /* of the selected frame */
  HV_N_VIEW_PAGES
} HvViewPage;
void hv_profile_view_show_page (HvProfileView *self, HvViewPage page);

void hv_profile_view_choose_group (HvProfileView *self); /* opens the list */

/* Opens all rows below the selected one, in the table of calls that is in use. */
void hv_profile_view_expand (HvProfileView *self);

/* Of a diff: only the selected path, and in the table only what is new on it; FALSE: nothing is
 * selected, or it is inverted. */
gboolean hv_profile_view_show_only_new (HvProfileView *self);

/* Turns a search of one word into a filter: only call paths with a match, or with "-word" those
 * without, are shown. FALSE: it is not of one word. */
gboolean hv_profile_view_filter (HvProfileView *self, const char *text, gboolean match_case);

/* Shows the source of the selected frame, for the keyboard. */
void hv_profile_view_open_source (HvProfileView *self);

/* Transforms the tree about the selected frame; FALSE when there is none that this can be done to.
 */
gboolean hv_profile_view_transform (HvProfileView *self, HvTransformKind kind);

/* Undoes so many steps of transforming, or does them again where it is positive. */
gboolean hv_profile_view_undo (HvProfileView *self, int by);
void hv_profile_view_step_moment (HvProfileView *self, int by);
void hv_profile_view_show_peak (HvProfileView *self);

/* Whether what is shown is one recording, or series, with more than one moment. */
gboolean hv_profile_view_has_timeline (HvProfileView *self);
gboolean hv_profile_view_focus_timeline (HvProfileView *self); /* FALSE: there is none */

/* Marks the moment that is shown as HV_MARK_A or HV_MARK_B; again, takes the mark away. */
void hv_profile_view_mark (HvProfileView *self, guint mark);

/* Shows what changed from one mark to the other. */
void hv_profile_view_compare_marks (HvProfileView *self);
void hv_profile_view_zoom (HvProfileView *self, int by); /* 0: reset */

/* So many steps forward in the history of questions and zooms, or back; FALSE: there are none. */
gboolean hv_profile_view_travel (HvProfileView *self, int by);
void hv_profile_view_toggle_details (HvProfileView *self);

typedef enum
{
  HV_COPY_NAME,    /* of the selected frame */
  HV_COPY_PATH,    /* its call path, a line a frame */
  HV_COPY_NUMBERS, /* … with what each holds, as a table in Markdown */
  HV_COPY_SQL,     /* the query for the sites below its function, for --sql */
} HvCopy;

/* Copies the selected frames. */
void hv_profile_view_copy (HvProfileView *self, HvCopy what);

/* Undoes one layer: the selection, then the zoom; FALSE when there is none. */
gboolean hv_profile_view_escape (HvProfileView *self);

/* Marks what matches (hv_search_new()); "" or NULL: nothing. */
void hv_profile_view_search (HvProfileView *self, const char *text, gboolean match_case);
void hv_profile_view_next_match (HvProfileView *self, int by);

/* Whether something that was asked for is not shown yet. */
gboolean hv_profile_view_is_busy (HvProfileView *self);

/* "select:FUNCTION", "zoom:FUNCTION", "search:WORDS", "at:MOMENT" or "range:MOMENT..MOMENT", as a
 * hand would; FALSE: there is no such thing. */
gboolean hv_profile_view_do (HvProfileView *self, const char *what);

HvFlameGraph *hv_profile_view_get_flame_graph (HvProfileView *self);

G_END_DECLS
