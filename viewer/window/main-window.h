/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/session.h"
#include "viewer/window/loader.h"
#include "viewer/window/profile-view.h"

G_BEGIN_DECLS

/* A window: start page, loading, error, or one opened profile or diff. */
#define HV_TYPE_MAIN_WINDOW (hv_main_window_get_type ())
G_DECLARE_FINAL_TYPE (HvMainWindow, hv_main_window, HV, MAIN_WINDOW, AdwApplicationWindow)

/* Signal "settled": a load ended, drawn or failed. */

/* `session` is borrowed and must outlive the application. What is opened starts as `start` says,
 * but for its metric and moment, which are told when opening. */
HvMainWindow *hv_main_window_new (GtkApplication *application, const HvSession *session,
                                  const HvProfileViewStart *start);

/* Loads in the background. `metric` and `at` may be NULL. */
void hv_main_window_open (HvMainWindow *self, const char *const *files, HvLoadKind kind,
                          const char *metric, const char *at);

/* Whether the last load failed. */
gboolean hv_main_window_has_failed (HvMainWindow *self);

HvProfileView *hv_main_window_get_view (HvMainWindow *self);

G_END_DECLS
