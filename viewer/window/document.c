/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>

#include "viewer/window/error-page.h"
#include "viewer/window/kept-views.h"
#include "viewer/window/recent-files.h"

#include "viewer/draw/titles.h"
#include "viewer/window/document.h"

#define PROGRESS_MS 100
/* How it is looked at is written so long after it changed: a program that is killed loses no more.
 */
#define STATE_SECONDS 3

struct _HvDocument
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkWidget *box;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkToggleButton *case_button;
  GtkButton *filter_button;
  GtkStack *pages;
  AdwStatusPage *loading_page;
  HvErrorPage *error_page;
  GtkProgressBar *progress;
  HvProfileView *view;

  /* Borrowed */
  const HvSession *session;

  /* Owned */
  HvLoader *loader; /* while loading */
  HvLoader *loaded; /* of what is shown, until its summary is kept */
  GCancellable *cancellable;
  guint progress_source;
  char **files;      /* of the last load */
  char *name;        /* … in a few words */
  char *metric, *at; /* for the load under way */
  HvLoadKind kind;   /* of the last load */
  char **shown;      /* the files of what is shown */
  HvLoadKind shown_kind;
  char *key;                /* of what is shown in the store; NULL: it is not kept */
  char *kept;               /* the state that is written, or will be next; NULL: none */
  guint state_source;       /* it may be another by now */
  char *stamp;              /* what the files were like when they were last read */
  GPtrArray *binaries;      /* of char *: PATH=FILE as the user located them */
  HvSymbolsWindow *symbols; /* weak: it goes with the window it was opened from; NULL: none */
  char *title, *subtitle;

  HvProfileViewStart start;
  HvPage page;
  gboolean settling, failed;
  gboolean again;         /* what is open is loaded once more */
  gboolean rules_changed; /* since the load began */
  gboolean wants_focus;   /* shown for the first time while another tab was */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_SETTLED,
  SIGNAL_MESSAGE,
  SIGNAL_CHOSEN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvDocument, hv_document, GTK_TYPE_WIDGET)

static void
set_page (HvDocument *self, HvPage page)
{
  static const char *const names[] = { "start", "loading", "error", "view" };

  self->page = page;
  gtk_stack_set_visible_child_name (self->pages, names[page]);
  if (page != HV_PAGE_VIEW)
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->subtitle, g_free);
  const HvScene *scene = hv_document_get_scene (self);
  self->title = scene                   ? hv_title_report (&scene->report)
                : page == HV_PAGE_START ? NULL
                                        : g_strdup (self->name);
  const HvProfile *profile = scene                  ? scene->report.profile
                             : page == HV_PAGE_VIEW ? hv_profile_view_get_profile (self->view)
                                                    : NULL;
  self->subtitle = profile ? hv_title_profile (profile) : NULL;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* --- loading --- */

static gboolean
progress_cb (gpointer user)
{
  HvDocument *self = user;
  double fraction = self->loader ? hv_loader_get_progress (self->loader) : -1;

  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else
    gtk_progress_bar_pulse (self->progress);
  return G_SOURCE_CONTINUE;
}

static void
end_load (HvDocument *self)
{
  g_clear_handle_id (&self->progress_source, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->loader);
  self->again = FALSE;
  if (self->symbols)
    hv_symbols_window_set_busy (self->symbols, FALSE);
}

static void
settle (HvDocument *self, gboolean failed)
{
  self->failed = failed;
  self->settling = FALSE;
  g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

static void
show_error (HvDocument *self, const GError *error)
{
  if (self->page == HV_PAGE_VIEW || hv_profile_view_get_scene (self->view))
    {
      /* What was open stays open. */
      g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, error->message);
      set_page (self, HV_PAGE_VIEW);
      return;
    }
  hv_error_page_show (self->error_page, error, (const char *const *) self->files);
  set_page (self, HV_PAGE_ERROR);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GApplication) application = user;
  g_autoptr (GError) error = NULL;

  /* A cache that cannot be written costs time the next time, nothing else. */
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_info ("the store was not written: %s", error->message);
  g_application_release (application);
}

static void
keep (HvDocument *self, HvLoader *loader, HvProfiles *profiles)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GApplication *application = GTK_IS_WINDOW (root)
                                  ? G_APPLICATION (gtk_window_get_application (GTK_WINDOW (root)))
                                  : NULL;

  if (!application)
    return;
  /* Closing the window must not throw the import away. */
  g_application_hold (application);
  hv_loader_keep (loader, profiles, kept_cb, g_object_ref (application));
}

/* The entry shows what a kept state searches. */
static void
restore_search (HvDocument *self)
{
  gboolean match_case;
  g_autofree char *text = g_strdup (hv_profile_view_get_search (self->view, &match_case));

  gtk_search_bar_set_search_mode (self->search_bar, text != NULL);
  gtk_toggle_button_set_active (self->case_button, text && match_case);
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text ? text : "");
  self->wants_focus = TRUE;
}

/* How it was looked at is there the next time. */
static void
keep_state (HvDocument *self)
{
  g_autofree char *text = self->key ? hv_profile_view_print_state (self->view, FALSE) : NULL;

  g_clear_handle_id (&self->state_source, g_source_remove);
  if (!text || g_strcmp0 (text, self->kept) == 0)
    return;
  hv_kept_views_put_state (self->session, self->key, text);
  g_free (self->kept);
  self->kept = g_steal_pointer (&text);
}

static gboolean
keep_state_cb (gpointer user)
{
  HvDocument *self = user;

  self->state_source = 0;
  keep_state (self);
  return G_SOURCE_REMOVE;
}

static void
view_touched_cb (HvDocument *self)
{
  if (self->key && !self->state_source && !self->session->no_store)
    self->state_source = g_timeout_add_seconds (STATE_SECONDS, keep_state_cb, self);
}

/* The files can be opened again by the desktop's list. A series is there as its last dump: all of
 * it would leave no room for anything else. */
static void
remember (HvDocument *self)
{
  guint n = g_strv_length (self->files);

  if (self->session->no_store)
    return;
  for (guint i = self->kind == HV_LOAD_SERIES ? n - 1 : 0; i < n; i++)
    hv_recent_files_add (self->files[i]);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (HvDocument) self = user;
  HvLoader *loader = HV_LOADER (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfiles) profiles = hv_loader_finish (loader, result, &error);

  if (self->loader != loader)
    return;
  g_autoptr (HvLoader) kept = g_object_ref (loader);
  gboolean again = self->again;
  if (profiles && self->rules_changed)
    hv_profiles_follow_rules (profiles);
  end_load (self);
  if (!profiles)
    {
      g_clear_pointer (&self->stamp, g_free);
      show_error (self, error);
      settle (self, TRUE);
      return;
    }

  HvProfileViewStart start = self->start;
  start.metric = self->metric;
  start.at = self->at;
  if (!again && hv_profile_view_start_is_plain (&start))
    start.state = hv_loader_get_state (kept);
  self->settling = TRUE;
  if (again)
    hv_profile_view_replace (self->view, profiles);
  else if (!hv_profile_view_open (self->view, profiles, &start, &error))
    {
      show_error (self, error);
      settle (self, TRUE);
      return;
    }
  if (!again)
    {
      g_strfreev (self->shown);
      self->shown = g_strdupv (self->files);
      self->shown_kind = self->kind;
      g_free (self->key);
      self->key = g_strdup (hv_loader_get_key (kept));
      g_clear_pointer (&self->kept, g_free);
      restore_search (self);
    }
  if (!again)
    remember (self);
  const char *gone = again ? NULL : hv_loader_get_gone (kept);
  if (gone)
    {
      g_autofree char *name = g_filename_display_basename (gone);
      g_autofree char *text = g_strdup_printf (_ ("%s is gone; this is what was kept of it"), name);
      g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
    }
  keep (self, kept, profiles);
  g_set_object (&self->loaded, kept);
  hv_profile_view_begin (self->view);
}

/* Tells whether files were written to: their inodes, sizes and times. */
static char *
stamp_of (char **files)
{
  g_autoptr (GString) stamp = g_string_new (NULL);

  for (guint i = 0; files[i]; i++)
    {
      GStatBuf s;
      if (g_stat (files[i], &s) == 0)
        g_string_append_printf (stamp, "%ju %ju %jd.%09ld\n", (uintmax_t) s.st_ino,
                                (uintmax_t) s.st_size, (intmax_t) s.st_mtim.tv_sec,
                                s.st_mtim.tv_nsec);
      else
        g_string_append (stamp, "gone\n");
    }
  return g_string_free (g_steal_pointer (&stamp), FALSE);
}

/* The load goes at once; its thread winds down by itself. */
static void
stop_load (HvDocument *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  end_load (self);
  /* read, but not on the screen yet, or its summary alone */
  if (self->settling && (self->page == HV_PAGE_LOADING || !hv_profile_view_get_scene (self->view)))
    hv_profile_view_close (self->view);
  self->settling = FALSE;
}

static void
start_load (HvDocument *self)
{
  char **files = self->again ? self->shown : self->files;

  self->loader = hv_loader_new (self->session, (const char *const *) files,
                                self->again ? self->shown_kind : self->kind);
  if (self->binaries->len > 1)
    hv_loader_set_binaries (self->loader, (const char *const *) self->binaries->pdata);
  g_free (self->stamp);
  self->stamp = stamp_of (files);
  self->cancellable = g_cancellable_new ();
  self->rules_changed = FALSE;
  self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);
  hv_loader_run (self->loader, self->cancellable, loaded_cb, g_object_ref (self));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* The last element is NULL. */
static void
clear_binaries (HvDocument *self)
{
  g_ptr_array_set_size (self->binaries, 0);
  g_ptr_array_add (self->binaries, NULL);
}

void
hv_document_reload (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  if (self->page != HV_PAGE_VIEW || !self->shown)
    return;
  stop_load (self);
  self->again = TRUE;
  start_load (self);
}

void
hv_document_follow_rules (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  self->rules_changed = TRUE;
  hv_profile_view_follow_rules (self->view);
}

void
hv_document_locate (HvDocument *self, const char *module, const char *file)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  g_ptr_array_insert (self->binaries, 0, g_strconcat (module, "=", file, NULL));
  hv_document_reload (self);
  if (self->symbols && self->loader)
    hv_symbols_window_set_busy (self->symbols, TRUE);
}

void
hv_document_open (HvDocument *self, const char *const *files, HvLoadKind kind, const char *metric,
                  const char *at)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  g_return_if_fail (files && files[0]);
  g_autofree char *first = g_filename_display_basename (files[0]);
  g_autofree char *second = files[1] ? g_filename_display_basename (files[1]) : NULL;

  stop_load (self);
  keep_state (self);
  g_free (self->name);
  self->name = kind == HV_LOAD_DIFF && second ? g_strdup_printf (_ ("%s and %s"), first, second)
                                              : g_strdup (first);
  g_autofree char *escaped = g_markup_escape_text (self->name, -1);
  g_free (self->metric);
  g_free (self->at);
  self->metric = g_strdup (metric);
  self->at = g_strdup (at);
  char **opened = g_strdupv ((char **) files);
  g_strfreev (self->files);
  self->files = opened;
  self->kind = kind;
  clear_binaries (self);
  gtk_progress_bar_set_fraction (self->progress, 0);
  adw_status_page_set_description (self->loading_page, escaped);
  set_page (self, HV_PAGE_LOADING);
  start_load (self);
}

void
hv_document_cancel (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  if (!self->loader && !(self->settling && self->page == HV_PAGE_LOADING))
    return;
  stop_load (self);
  g_clear_pointer (&self->stamp, g_free);
  set_page (self, hv_profile_view_get_scene (self->view) ? HV_PAGE_VIEW : HV_PAGE_START);
  settle (self, TRUE);
}

void
hv_document_close (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  stop_load (self);
  keep_state (self);
  g_clear_handle_id (&self->state_source, g_source_remove);
  g_clear_object (&self->loaded);
  g_clear_pointer (&self->key, g_free);
  if (self->symbols)
    gtk_window_destroy (GTK_WINDOW (self->symbols));
  g_clear_weak_pointer (&self->symbols);
}

/* --- the start page --- */

static void
choose (HvDocument *self, const char *const *files, HvLoadKind kind)
{
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, files, kind);
}

static void
recent_open_cb (HvDocument *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  if (path)
    choose (self, (const char *const[]){ path, NULL }, HV_LOAD_ONE);
}

static void
recent_compare_cb (HvDocument *self, GFile *a, GFile *b)
{
  g_autofree char *first = g_file_get_path (a), *second = g_file_get_path (b);

  if (first && second)
    choose (self, (const char *const[]){ first, second, NULL }, HV_LOAD_DIFF);
}

/* --- symbols --- */

static void
update_symbols (HvDocument *self)
{
  const HvScene *scene = hv_profile_view_get_scene (self->view);

  if (self->symbols && scene)
    hv_symbols_window_set_profiles (self->symbols, scene->report.profile, scene->report.base);
}

HvSymbolsWindow *
hv_document_show_symbols (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), NULL);
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  if (!self->symbols)
    {
      g_set_weak_pointer (&self->symbols, hv_symbols_window_new (window));
      g_signal_connect_object (self->symbols, "located", G_CALLBACK (hv_document_locate), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->symbols, "cancel", G_CALLBACK (hv_document_cancel), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_window_set_transient_for (GTK_WINDOW (self->symbols), window);
  update_symbols (self);
  gtk_window_present (GTK_WINDOW (self->symbols));
  return self->symbols;
}

/* --- the view --- */

static void
view_changed_cb (HvDocument *self)
{
  self->wants_focus |= self->page != HV_PAGE_VIEW;
  set_page (self, HV_PAGE_VIEW);
  update_symbols (self);
  hv_document_take_focus (self);
}

static void
view_settled_cb (HvDocument *self)
{
  HvOverview *overview = hv_profile_view_get_overview (self->view);

  if (overview && self->loaded)
    hv_loader_keep_summary (self->loaded, overview);
  g_clear_object (&self->loaded);
  if (self->settling)
    settle (self, FALSE);
}

static void
view_failed_cb (HvDocument *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HV_ERROR, HV_ERROR_USAGE, message);

  show_error (self, error);
  if (self->settling)
    settle (self, TRUE);
}

static void
view_message_cb (HvDocument *self, const char *message)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

const char *
hv_document_get_key (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), NULL);
  return hv_document_get_scene (self) ? self->key : NULL;
}

void
hv_document_take_focus (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  if (!self->wants_focus || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->wants_focus = FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* --- search --- */

static void
search_changed_cb (HvDocument *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  gtk_widget_set_sensitive (GTK_WIDGET (self->filter_button), *text != '\0');
  hv_profile_view_search (self->view, text, gtk_toggle_button_get_active (self->case_button));
}

/* The search stays: what is left can be searched on. */
static void
filter_cb (HvDocument *self)
{
  if (!hv_profile_view_filter (self->view,
                               gtk_editable_get_text (GTK_EDITABLE (self->search_entry)),
                               gtk_toggle_button_get_active (self->case_button)))
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0,
                   _ ("Search for one word to show only its matches."));
}

static void
search_next_cb (HvDocument *self)
{
  hv_profile_view_next_match (self->view, 1);
}

static void
search_previous_cb (HvDocument *self)
{
  hv_profile_view_next_match (self->view, -1);
}

static void
search_mode_cb (HvDocument *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  else
    {
      gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
      hv_profile_view_search (self->view, NULL, FALSE);
      gtk_widget_grab_focus (GTK_WIDGET (self->view));
    }
}

/* Enter is the entry's own, the other way it does not know. */
static gboolean
search_key_cb (HvDocument *self, guint keyval, guint keycode, GdkModifierType state)
{
  gboolean enter = keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;

  if (enter && (state & GDK_SHIFT_MASK))
    hv_profile_view_next_match (self->view, -1);
  else if (keyval == GDK_KEY_i && (state & GDK_CONTROL_MASK))
    gtk_toggle_button_set_active (self->case_button,
                                  !gtk_toggle_button_get_active (self->case_button));
  else
    return FALSE;
  return TRUE;
}

GtkSearchBar *
hv_document_get_search_bar (HvDocument *self)
{
  return self->search_bar;
}

void
hv_document_start_search (HvDocument *self)
{
  g_return_if_fail (HV_IS_DOCUMENT (self));
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

gboolean
hv_document_escape (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), FALSE);
  if (self->page == HV_PAGE_LOADING)
    hv_document_cancel (self);
  else if (gtk_search_bar_get_search_mode (self->search_bar))
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  else if (self->page != HV_PAGE_VIEW || !hv_profile_view_escape (self->view))
    return FALSE;
  return TRUE;
}

/* --- class --- */

static void
hv_document_dispose (GObject *object)
{
  HvDocument *self = HV_DOCUMENT (object);

  hv_document_close (self);
  if (self->box)
    gtk_widget_dispose_template (GTK_WIDGET (self), HV_TYPE_DOCUMENT);
  self->box = NULL;
  G_OBJECT_CLASS (hv_document_parent_class)->dispose (object);
}

static void
hv_document_finalize (GObject *object)
{
  HvDocument *self = HV_DOCUMENT (object);

  g_strfreev (self->files);
  g_strfreev (self->shown);
  g_free (self->name);
  g_free (self->metric);
  g_free (self->at);
  g_free (self->stamp);
  g_free (self->key);
  g_free (self->kept);
  g_free (self->title);
  g_free (self->subtitle);
  g_ptr_array_unref (self->binaries);
  G_OBJECT_CLASS (hv_document_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvDocument, name)

static void
hv_document_class_init (HvDocumentClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_document_dispose;
  G_OBJECT_CLASS (klass)->finalize = hv_document_finalize;
  g_type_ensure (HV_TYPE_ERROR_PAGE);
  g_type_ensure (HV_TYPE_PROFILE_VIEW);
  g_type_ensure (HV_TYPE_RECENT_FILES);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/document.ui");
  BIND (box);
  BIND (search_bar);
  BIND (search_entry);
  BIND (case_button);
  BIND (filter_button);
  BIND (pages);
  BIND (loading_page);
  BIND (progress);
  BIND (error_page);
  BIND (view);
  gtk_widget_class_bind_template_callback (widget_class, recent_open_cb);
  gtk_widget_class_bind_template_callback (widget_class, recent_compare_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_settled_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_touched_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_failed_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_message_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_previous_cb);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HV_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", HV_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HV_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", HV_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRV, G_TYPE_INT);
}

static void
hv_document_init (HvDocument *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->binaries = g_ptr_array_new_with_free_func (g_free);
  clear_binaries (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled",
                           G_CALLBACK (search_mode_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (search_key_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self->search_entry), keys);
  set_page (self, HV_PAGE_START);
}

/* --- public --- */

HvDocument *
hv_document_new (const HvSession *session, const HvProfileViewStart *start)
{
  HvDocument *self = g_object_new (HV_TYPE_DOCUMENT, NULL);

  self->session = session;
  self->start = *start;
  return self;
}

static gboolean
is_same_file (const char *a, const char *b)
{
  g_autofree char *first = g_canonicalize_filename (a, NULL);
  g_autofree char *second = g_canonicalize_filename (b, NULL);

  /* standard input is another one each time */
  return strcmp (a, "-") != 0 && strcmp (first, second) == 0;
}

/* The files of what is shown, or will be: NULL when there is nothing. */
static char **
get_files (HvDocument *self)
{
  return self->page == HV_PAGE_VIEW    ? self->shown
         : self->page == HV_PAGE_START ? NULL
                                       : self->files;
}

gboolean
hv_document_has_files (HvDocument *self, const char *const *files, HvLoadKind kind,
                       gboolean *changed)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), FALSE);
  char **own = self->page == HV_PAGE_ERROR ? NULL : get_files (self);
  guint n = g_strv_length ((char **) files);

  if (!own || g_strv_length (own) != n
      || kind != (self->page == HV_PAGE_VIEW ? self->shown_kind : self->kind))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_same_file (own[i], files[i]))
      return FALSE;
  g_autofree char *stamp = stamp_of (own);
  *changed = g_strcmp0 (stamp, self->stamp) != 0;
  return TRUE;
}

gboolean
hv_document_is_free (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), FALSE);
  return self->page == HV_PAGE_START || self->page == HV_PAGE_ERROR;
}

gboolean
hv_document_is_loading (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), FALSE);
  return self->loader || self->settling;
}

gboolean
hv_document_has_failed (HvDocument *self)
{
  g_return_val_if_fail (HV_IS_DOCUMENT (self), FALSE);
  return self->failed;
}

HvPage
hv_document_get_page (HvDocument *self)
{
  return self->page;
}

HvProfileView *
hv_document_get_view (HvDocument *self)
{
  return self->view;
}

const HvScene *
hv_document_get_scene (HvDocument *self)
{
  return self->page == HV_PAGE_VIEW ? hv_profile_view_get_scene (self->view) : NULL;
}

const char *
hv_document_get_title (HvDocument *self)
{
  return self->title;
}

const char *
hv_document_get_subtitle (HvDocument *self)
{
  return self->subtitle ?: "";
}

char *
hv_document_get_location (HvDocument *self)
{
  char **files = get_files (self);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!files)
    return NULL;
  for (guint i = 0; files[i]; i++)
    {
      g_autofree char *path = strcmp (files[i], "-") != 0 ? g_canonicalize_filename (files[i], NULL)
                                                          : g_strdup (_ ("standard input"));
      g_autofree char *shown = g_filename_display_name (path);
      g_string_append_printf (text, "%s%s", i ? "\n" : "", shown);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
