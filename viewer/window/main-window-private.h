/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/window/main-window.h"
#include "viewer/window/symbols-window.h"

G_BEGIN_DECLS

typedef enum
{
  HV_PAGE_START,
  HV_PAGE_LOADING,
  HV_PAGE_ERROR,
  HV_PAGE_VIEW,
} HvPage;

struct _HvMainWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  GtkButton *export_button, *swap_button;
  GtkToggleButton *search_button, *case_button;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkStack *pages;
  AdwStatusPage *loading_page, *error_page;
  GtkProgressBar *progress;
  HvProfileView *view;

  /* Borrowed */
  const HvSession *session;

  /* Owned */
  HvLoader *loader; /* while loading */
  GCancellable *cancellable;
  guint progress_source;
  char **files;      /* of the last load */
  char *metric, *at; /* for the load under way */
  GtkFileChooserNative *chooser;
  HvLoadKind kind; /* of the last load */
  char **shown;    /* the files of what is shown */
  HvLoadKind shown_kind;
  GPtrArray *binaries;      /* of char *: PATH=FILE as the user located them */
  HvSymbolsWindow *symbols; /* NULL: never asked for */

  HvProfileViewStart start;
  HvPage page;
  gboolean settling, failed;
  gboolean again; /* what is open is loaded once more, for better names */
};

void hv_main_window_set_page (HvMainWindow *self, HvPage page);
void hv_main_window_cancel (HvMainWindow *self);

/* Names what is shown once more, with `file` as the binary of a module. */
void hv_main_window_locate (HvMainWindow *self, const char *module, const char *file);
void hv_main_window_show_symbols (HvMainWindow *self);

/* main-window-actions.c */
void hv_main_window_install_actions (GtkWidgetClass *widget_class);
void hv_main_window_update_actions (HvMainWindow *self, gboolean shown, gboolean is_diff,
                                    gboolean loading, gboolean timed);

/* main-window-input.c: keys and drops */
void hv_main_window_add_input (HvMainWindow *self);

/* Compares two files, the one written first as base. */
void hv_main_window_compare_by_age (HvMainWindow *self, GFile *a, GFile *b);

G_END_DECLS
