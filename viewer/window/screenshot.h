/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The window as large as the environment asks (HV_WINDOW_SIZE=1280x720), without animations. */
void hv_screenshot_prepare (GtkWindow *window);

/* Once what is on the window now has been drawn: saves it as a PNG and closes the window. */
void hv_screenshot_when_drawn (GtkWindow *window, const char *path);

G_END_DECLS
