/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/window/main-window.h"

G_BEGIN_DECLS

/* The program photographs itself (--screenshot, a hidden option), told by the environment:
 *
 *   HV_WINDOW_SIZE=1280x720
 *   HV_WINDOW_ACTIONS="select:cache_insert win.butterfly"
 *
 * The words are done one after the other, each when all that the one before it asked for is shown:
 * actions of the window, with a target as in "win.name::target", and what hv_profile_view_do()
 * knows. */

/* The window as large as asked, without animations. */
void hv_screenshot_prepare (GtkWindow *window);

/* Once everything is done and drawn: saves the window as a PNG and closes it. */
void hv_screenshot_when_drawn (HvMainWindow *window, const char *path);

G_END_DECLS
