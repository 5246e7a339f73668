/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/settings.h"

G_BEGIN_DECLS

/* The settings in force in this process: one object, which also brings them to the desktop's parts
 * (brightness, colours of the style sheet) and to numbers. */
#define HV_TYPE_PREFERENCES (hv_preferences_get_type ())
G_DECLARE_FINAL_TYPE (HvPreferences, hv_preferences, HV, PREFERENCES, GObject)

/* Signal "changed": what is shown has to be shown again: units, colours, contrast. */

/* Loads them when it is called for the first time; owned by itself. Main thread. */
HvPreferences *hv_preferences_get_default (void);

/* Until the next edit. */
const HvSettings *hv_preferences_get_settings (HvPreferences *self);

/* The settings as they are in the file now, to be changed and then kept. */
HvSettings *hv_preferences_edit (HvPreferences *self);

/* Puts what was edited in force and writes it. FALSE: it holds, but until the program ends only. */
gboolean hv_preferences_keep (HvPreferences *self, GError **error);

G_END_DECLS
