/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/search.h"
#include "viewer/widgets/butterfly.h"
#include "viewer/widgets/call-table.h"
#include "viewer/widgets/details.h"
#include "viewer/widgets/diff-table.h"
#include "viewer/widgets/legend.h"
#include "viewer/widgets/site-table.h"
#include "viewer/widgets/source-pane.h"
#include "viewer/widgets/summary-page.h"
#include "viewer/widgets/summary.h"
#include "viewer/widgets/timeline-head.h"
#include "viewer/widgets/timeline.h"
#include "viewer/widgets/waterfall.h"
#include "viewer/widgets/wrap-box.h"
#include "viewer/window/history.h"
#include "viewer/window/profile-view.h"
#include "viewer/window/symbols-window.h"
#include "viewer/window/view-state.h"

G_BEGIN_DECLS

#define HV_NO_MARK (UINT32_MAX - 2)

/* What was asked for beyond the default; each is shown while it holds and can be taken back. */
typedef enum
{
  HV_CHIP_INVERT,
  HV_CHIP_GROUP,
  HV_CHIP_THREAD,
  HV_CHIP_FOCUS,
  HV_CHIP_IGNORE,
  HV_CHIP_HIDE,
  HV_CHIP_STATUS,
  HV_CHIP_RANGE,
  HV_N_CHIPS
} HvChip;

struct _HvProfileView
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkWidget *box, *diff_head, *view_switch, *moment_switch, *flame_page;
  HvSummary *summary;
  HvSummaryPage *summary_page;
  HvWaterfallBar *waterfall;
  GtkLabel *base_label, *match_label, *current_label, *sentence, *match_total, *shown_part,
      *pointed;
  HvTimeline *timeline;
  HvTimelineHead *timeline_head;
  GtkToggleButton *growth_button, *current_button, *base_button, *overlay_button;
  GtkToggleButton *peak_button, *moment_button, *end_button;
  GtkToggleButton *summary_tab, *flame_tab, *table_tab, *butterfly_tab, *sites_tab, *source_tab;
  GtkStack *pages;
  GtkDropDown *metric_drop, *group_drop, *thread_drop;
  GtkButton *fold_chip, *symbols_button;
  HvWrapBox *view_bar;
  GtkMenuButton *notes;
  GtkPopover *menu;
  GtkPaned *paned;
  GtkLabel *notes_text;
  AdwFlap *flap;
  HvFlameGraph *flame;
  GtkScrollbar *across;
  HvLegend *legend;
  HvButterfly *butterfly;
  HvCallTable *call_table;
  HvDetails *details;
  HvDiffTable *diff_table;
  HvSiteTable *site_table;
  HvSourcePane *source;

  GtkButton *chip[HV_N_CHIPS]; /* in `view_bar` */

  /* Owned */
  HvProfiles *profiles;
  HvScene *scene;
  HvSearch *search;
  char *search_text;
  gboolean match_case;
  GArray *metrics; /* HvMetric, as in the drop-down */
  GArray *groups;  /* HvGroup, as in its drop-down */

  GPtrArray *steps; /* lists of HvTransform, NULL for none: what Ctrl+Z goes back through */
  guint step;       /* the one that is asked with */
  GPtrArray *transform_chips;
  gboolean all_chips;

  HvHistory *history;
  gboolean travels; /* on the way to a place of `history` */

  HvOverview *overview;       /* of one profile; NULL: not yet known */
  guint overviews;            /* being worked out */
  gboolean overview_due;      /* to be worked out when the first scene is shown */
  gboolean overview_shown;    /* the pages have it */
  gboolean changed_waits;     /* the scene is shown, and told of when the overview is too */
  GdkFrameClock *later_clock; /* what is left for later begins when it has painted; NULL: no wait */
  guint later_source;         /* … or when it did not for long */
  gboolean prepares;          /* what other moments have in common with the scene is worked out */
  char **wanted;              /* the call path to select in the next scene; NULL: none */
  HvViewState *pending;       /* what the scene on its way is to be looked at like; NULL: as now */
  int pane;                   /* the height that paned was left at; 0: none */

  HvQuestion question;
  HvQuestion usual;              /* what was asked for when it was opened */
  uint32_t mark[HV_N_MARKS];     /* as HvQuestion.at; HV_NO_MARK: not set */
  HvStatus status;               /* the only one in the table; HV_STATUS_SAME: all are */
  guint serial;                  /* of the newest question */
  guint n_asked;                 /* questions that are worked at */
  gboolean asks;                 /* the newest has no answer yet */
  gboolean waits;                /* … and is not worked at yet */
  guint match;                   /* the match the user stands on */
  gboolean has_calls, has_sites; /* the tables have the scene */
  gboolean quiet;                /* widgets are being set, not used */
  gboolean placed;               /* the table's height was chosen */
};

HvViewPage hv_profile_view_get_page (HvProfileView *self);

/* Shows the page whose tab is chosen, as far as the scene has it. */
void hv_profile_view_update_page (HvProfileView *self);

/* profile-view-scene.c: what is shown */

/* Shows a newly answered question everywhere. */
void hv_profile_view_show_scene (HvProfileView *self, HvScene *scene);

/* One selection for every view; `origin`: the widget that has it already, or NULL. */
void hv_profile_view_show_selection (HvProfileView *self, uint32_t node, gpointer origin);
/* The table of that page, unless it has the scene already. */
void hv_profile_view_fill_table (HvProfileView *self, HvViewPage page);
void hv_profile_view_show_diff_head (HvProfileView *self);
void hv_profile_view_update_legend (HvProfileView *self);
void hv_profile_view_update_moment_switch (HvProfileView *self);
void hv_profile_view_update_metrics (HvProfileView *self);
void hv_profile_view_update_groups (HvProfileView *self);

/* What is searched and selected, and what they hold together. */
void hv_profile_view_show_status_line (HvProfileView *self);

/* What the pointer is on. */
void hv_profile_view_show_pointed (HvProfileView *self, uint32_t node);

/* profile-view-state.c: what holds beyond one opened profile */

/* What hv_profile_view_print_state() tells is another. */
void hv_profile_view_touch (HvProfileView *self);
void hv_profile_view_init_state (HvProfileView *self);

/* The scene that `pending` is for is shown: zooms, selects and searches as it says. */
void hv_profile_view_finish_state (HvProfileView *self);
void hv_profile_view_drop_state (HvProfileView *self);

/* Says where the zoom went, where what was zoomed to is not there any more. */
void hv_profile_view_tell_zoom (HvProfileView *self, char **before);

/* profile-view-travel.c */
void hv_profile_view_note_place (HvProfileView *self);
void hv_profile_view_arrive (HvProfileView *self);

/* profile-view-transform.c */
void hv_profile_view_init_transforms (HvProfileView *self);
void hv_profile_view_forget_transforms (HvProfileView *self);
void hv_profile_view_update_transforms (HvProfileView *self);

/* Goes on from a list that was asked with before, or NULL. */
void hv_profile_view_take_transforms (HvProfileView *self, GPtrArray *list);

/* profile-view-timeline.c */
void hv_profile_view_init_timeline (HvProfileView *self);
void hv_profile_view_forget_marks (HvProfileView *self);
void hv_profile_view_show_timeline (HvProfileView *self, HvScene *scene);

/* Shows a moment of the recording alone, or compares two. */
void hv_profile_view_set_moment (HvProfileView *self, uint32_t at);
void hv_profile_view_compare_moments (HvProfileView *self, gboolean moments, uint32_t from,
                                      uint32_t to);
void hv_profile_view_show_moments (HvProfileView *self, gboolean moments);

/* "12 s – 40 s"; NULL: no two moments are compared. */
char *hv_profile_view_range_text (HvProfileView *self);

/* profile-view-ask.c: asks `question` as it is. */
void hv_profile_view_ask (HvProfileView *self);

/* Asks what was asked before. */
void hv_profile_view_ask_again (HvProfileView *self, const HvQuestion *question);

/* profile-view-summary.c */

/* Has the overview worked out; of a diff there is none. A large profile's is left for later: its
 * flame graph and totals are there before. */
void hv_profile_view_ask_overview (HvProfileView *self);

/* Begins with the overview where it is due. */
void hv_profile_view_start_overview (HvProfileView *self);

/* Whether an answer is to bring what is known of the overview by then. */
gboolean hv_profile_view_begins_overview (HvProfileView *self);

/* Takes it (NULL: nothing) unless more is known meanwhile. */
void hv_profile_view_take_overview (HvProfileView *self, HvOverview *overview);
void hv_profile_view_show_overview (HvProfileView *self);

/* Emits "changed", a small profile's when the overview is shown too, and "settled" when nothing
 * more is on its way. */
void hv_profile_view_tell_changed (HvProfileView *self);

/* profile-view-later.c: what would only hold the picture up. Begins with it when the scene that is
 * shown now is on the screen. */
void hv_profile_view_go_on_later (HvProfileView *self);
void hv_profile_view_prepare (HvProfileView *self);
void hv_profile_view_drop_later (HvProfileView *self);

/* Selects what the summary asked for. */
void hv_profile_view_show_wanted (HvProfileView *self);
void hv_profile_view_summary_site_cb (HvProfileView *self, guint metric, char **path);
void hv_profile_view_summary_sites_cb (HvProfileView *self, guint metric);
void hv_profile_view_summary_grown_cb (HvProfileView *self);

/* profile-view.c: of a recording, asks for the live bytes at the peak where those at the peak are
 * asked for: one switch for all that is live. */
void hv_profile_view_place_peak (HvProfileView *self, HvQuestion *question);

/* Shows only the rows of a status; HV_STATUS_SAME: all. */
void hv_profile_view_show_status (HvProfileView *self, HvStatus status);

/* The other side of a diff; NULL: there is none. */
const HvProfile *hv_profile_view_base (HvProfileView *self);

/* The group when none is asked for. */
HvGroup hv_profile_view_default_group (HvProfileView *self);

/* Whether live bytes are known both at the peak and at the end. */
gboolean hv_profile_view_is_recording (const HvProfile *profile);

G_END_DECLS
