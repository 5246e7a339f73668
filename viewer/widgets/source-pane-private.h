/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/settings.h"
#include "viewer/widgets/source-gutter.h"
#include "viewer/widgets/source-pane.h"

G_BEGIN_DECLS

struct _HvSourcePane
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkWidget *box, *head;
  GtkLabel *path, *totals, *banner, *tried;
  GtkButton *open_button, *locate_button;
  GtkMenuButton *editor_menu;
  GtkEntry *editor_entry;
  GtkStack *pages;
  AdwStatusPage *none_page, *missing_page;
  GtkBox *titles;
  GtkSourceView *view;

  HvSourceGutter *gutter; /* in `view` */

  /* Owned */
  HvScene *scene;
  HvSourceAnswer *answer;
  HvSettings *settings;
  GtkFileChooserNative *chooser;

  gboolean unsaved; /* the settings could not be written: they hold for this pane */
  uint32_t node;
  guint serial;      /* of the newest question */
  gboolean asking;   /* one at a time: a tree by line may take a while */
  gboolean focusing; /* keys are to go to what is shown next */
  guint scroll;      /* callback; 0: the line is in sight */
  guint frames_there, frames_scrolled;
  gboolean settling; /* the text is being set: the cursor moves by itself */
};

/* source-pane.c */

/* From 1. */
guint hv_source_pane_cursor_line (HvSourcePane *self);

/* Marks a line and puts the cursor there; 0: none. */
void hv_source_pane_go_to_line (HvSourcePane *self, guint number);

/* The head of what is shown, of a node of the tree by line; 0: of the one asked for. */
void hv_source_pane_show_head (HvSourcePane *self, uint32_t node);

/* source-pane-input.c: keys, lines that are chosen, files that are located, the editor */
void hv_source_pane_add_input (HvSourcePane *self);
void hv_source_pane_bind_input (GtkWidgetClass *widget_class);

/* What the other panes chose since counts here too. */
void hv_source_pane_update_settings (HvSourcePane *self);

G_END_DECLS
