/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/session.h"

G_BEGIN_DECLS

/* What can be chosen once and for all; each choice holds at once and is kept. */
#define HV_TYPE_PREFERENCES_WINDOW (hv_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (HvPreferencesWindow, hv_preferences_window, HV, PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

/* For a main window, whose action "win.reload-rules" it uses; `session` is borrowed. */
HvPreferencesWindow *hv_preferences_window_new (GtkWindow *parent, const HvSession *session);

G_END_DECLS
