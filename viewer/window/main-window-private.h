/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/window/main-window.h"
#include "viewer/window/views-popover.h"

G_BEGIN_DECLS

struct _HvMainWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  GtkButton *export_button, *swap_button;
  GtkToggleButton *search_button;
  AdwTabView *tabs;
  GtkWidget *views_button;
  HvViewsPopover *views;

  /* Borrowed */
  const HvSession *session;
  HvDocument *document;  /* of the selected tab; NULL when there is none, at the end */
  HvProfileView *view;   /* the document's */
  AdwTabPage *menu_page; /* whose menu is open, or was just now */

  /* Owned */
  GBindingGroup *search_mode; /* of the document, shown by the button */
  GtkFileChooserNative *chooser;

  HvProfileViewStart start;
  gboolean failed;
};

/* One sentence, plain text. */
void hv_main_window_toast (HvMainWindow *self, const char *text);

/* As large as the last one was when it was closed. */
void hv_main_window_take_size (HvMainWindow *self);

/* main-window-tabs.c */
void hv_main_window_install_tabs (GtkWidgetClass *widget_class);
void hv_main_window_init_tabs (HvMainWindow *self);
HvDocument *hv_main_window_add_tab (HvMainWindow *self);

/* The selected document is another, or another thing is shown in it. */
void hv_main_window_follow (HvMainWindow *self);

/* main-window-actions.c */
void hv_main_window_install_actions (GtkWidgetClass *widget_class);
void hv_main_window_update_actions (HvMainWindow *self, gboolean shown, gboolean is_diff,
                                    gboolean loading, gboolean timed);

/* main-window-compare.c */
void hv_main_window_install_compare (GtkWidgetClass *widget_class);

/* main-window-export.c: files and paper */
void hv_main_window_install_export (GtkWidgetClass *widget_class);

/* main-window-budget.c */
void hv_main_window_install_budget (GtkWidgetClass *widget_class);
void hv_main_window_update_budget (HvMainWindow *self, gboolean shown);

/* main-window-input.c: keys and drops */
void hv_main_window_add_input (HvMainWindow *self);

/* Compares two files, the one written first as base. */
void hv_main_window_compare_by_age (HvMainWindow *self, GFile *a, GFile *b);

G_END_DECLS
