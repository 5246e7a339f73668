/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/session.h"
#include "viewer/window/document.h"
#include "viewer/window/loader.h"
#include "viewer/window/profile-view.h"

G_BEGIN_DECLS

/* A window of documents, each in a tab; its header bar and actions are of the selected one. */
#define HV_TYPE_MAIN_WINDOW (hv_main_window_get_type ())
G_DECLARE_FINAL_TYPE (HvMainWindow, hv_main_window, HV, MAIN_WINDOW, AdwApplicationWindow)

/* Signal "settled": a load in one of the tabs ended, drawn or failed. */

/* `session` is borrowed and must outlive the application. What is opened starts as `start` says,
 * but for its metric and moment, which are told when opening. */
HvMainWindow *hv_main_window_new (GtkApplication *application, const HvSession *session,
                                  const HvProfileViewStart *start);

/* Loads in the background, in the selected tab if that has nothing yet, else in a new one. What is
 * open already is selected, and read once more if it was written to since. `metric` and `at` may be
 * NULL. */
void hv_main_window_open (HvMainWindow *self, const char *const *files, HvLoadKind kind,
                          const char *metric, const char *at);

/* Whether the load that ended last failed. */
gboolean hv_main_window_has_failed (HvMainWindow *self);

/* Whether a tab is still loading. */
gboolean hv_main_window_is_loading (HvMainWindow *self);

/* The selected tab's. */
HvDocument *hv_main_window_get_document (HvMainWindow *self);
HvProfileView *hv_main_window_get_view (HvMainWindow *self);

/* Writes what is shown to a file, its kind by the ending, in the background; what comes of it is a
 * toast, and the signal "exported". */
void hv_main_window_export (HvMainWindow *self, const char *path);

AdwTabView *hv_main_window_get_tabs (HvMainWindow *self);

G_END_DECLS
