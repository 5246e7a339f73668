/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "store/profile.h"

G_BEGIN_DECLS

/* What is known of the modules whose names are missing: what depends on them, why, where was
 * looked, and a button to show where the file is. */
#define HV_TYPE_SYMBOLS_WINDOW (hv_symbols_window_get_type ())
G_DECLARE_FINAL_TYPE (HvSymbolsWindow, hv_symbols_window, HV, SYMBOLS_WINDOW, AdwWindow)

/* Signal "located" (char *module, char *file): the user says which file a module is. */
/* Signal "cancel": names are not to be waited for. */

/* Hidden when closed. */
HvSymbolsWindow *hv_symbols_window_new (GtkWindow *parent);

/* Shows the modules of a profile and of the one it is compared with (NULL: none). */
void hv_symbols_window_set_profiles (HvSymbolsWindow *self, const HvProfile *current,
                                     const HvProfile *base);

/* While names are looked for nothing else can be asked. */
void hv_symbols_window_set_busy (HvSymbolsWindow *self, gboolean busy);

/* The modules (uint32_t) of a profile with names missing, the costliest first; g_array_unref(). */
GArray *hv_symbols_missing (const HvProfile *profile);

/* "75.0 %": the part of the profile's default metric that depends on the module. Newly allocated.
 */
char *hv_symbols_share (const HvProfile *profile, uint32_t module);

G_END_DECLS
