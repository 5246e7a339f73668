/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/window/profile-view.h"

G_BEGIN_DECLS

/* How a profile or a diff is looked at, as text for the store: functions, moments and metrics by
 * their names and never by numbers, so that it also fits another profile of the program. */
typedef struct
{
  HvViewPage page;
  HvMetric metric;
  char *at, *base_at; /* hv_moment_text() */
  gboolean moments, swapped;
  HvTreeOptions options; /* strings interned, as scenes keep them; transforms owned */
  HvFlameView flame;     /* of a diff */
  HvStatus status;       /* of a diff's rows; HV_STATUS_SAME: all */
  char **zoom;           /* hv_scene_path() */
  double scale, left;    /* the viewport within */
  gboolean root_below;   /* hv_flame_graph_set_root_below() */

  /* Of a state, not of a view that has a name: */
  char **selected;
  char *search; /* NULL: none */
  gboolean match_case;
  gboolean details;
  int pane; /* height above a diff's table; 0: as it comes */
} HvViewState;

void hv_view_state_free (HvViewState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvViewState, hv_view_state_free)

/* Newly allocated. */
char *hv_view_state_print (const HvViewState *state);

/* NULL: it is not what hv_view_state_print() makes. What is in it may still not be there in a
 * profile. */
HvViewState *hv_view_state_parse (const char *text);

/* What hv_profile_parse_moment() takes for that moment; newly allocated. */
char *hv_moment_text (const HvProfile *profile, uint32_t at);

/* The moment of a text; `missing` where the profile has none such. */
uint32_t hv_moment_find (const HvProfile *profile, const char *text, uint32_t missing);

/* Which program was recorded: its file's name, from the command or else the first module. NULL: not
 * known. Newly allocated. */
char *hv_profile_program (const HvProfile *profile);

G_END_DECLS
