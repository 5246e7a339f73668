/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <inttypes.h>

#include "store/units.h"
#include "viewer/widgets/labels.h"
#include "viewer/window/main-window-private.h"
#include "viewer/window/recent-files.h"

#define PROGRESS_MS 100

enum
{
  SIGNAL_SETTLED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvMainWindow, hv_main_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- what the header says --- */

static char *
describe_profile (const HvProfile *profile)
{
  g_autoptr (GString) text = g_string_new (hv_label_format (profile->format));

  if (profile->sample_period > 0)
    {
      g_autofree char *period = hv_format_bytes (profile->sample_period);
      g_string_append_printf (text, _ (" · 1 in %s sampled"), period);
    }
  if (profile->duration > 0 && profile->time_unit != HV_TIME_NONE)
    {
      g_autofree char *time = hv_format_time (profile, profile->duration);
      g_string_append_printf (text, " · %s", time);
    }
  if (profile->command)
    g_string_append_printf (text, " · %s", hv_profile_string (profile, profile->command));
  if (profile->incomplete)
    g_string_append (text, _ (" · the file is cut short"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
profile_name (const HvProfile *profile)
{
  g_autofree char *name = g_filename_display_basename (profile->path ? profile->path : "-");
  return strcmp (name, "-") == 0 ? g_strdup (_ ("standard input")) : g_steal_pointer (&name);
}

static char *
moment_name (const HvProfile *profile, uint32_t at)
{
  if (at == HV_AT_PEAK)
    return g_strdup (_ ("the peak"));
  if (at >= profile->n_moments)
    return g_strdup (_ ("the end"));
  const HvMoment *moment = &profile->moment[at];
  if (moment->time >= 0 && profile->time_unit != HV_TIME_NONE)
    return hv_format_time (profile, moment->time);
  return g_strdup_printf (_ ("dump %" PRId64), moment->number);
}

static void
update_title (HvMainWindow *self)
{
  const HvScene *scene = hv_profile_view_get_scene (self->view);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  if (self->page != HV_PAGE_VIEW || !scene)
    {
      adw_window_title_set_title (self->title, "heapview");
      adw_window_title_set_subtitle (self->title, "");
      gtk_window_set_title (GTK_WINDOW (self), "heapview");
      return;
    }

  const HvReport *r = &scene->report;
  g_autofree char *current = profile_name (r->profile);
  subtitle = describe_profile (r->profile);
  if (r->base == r->profile)
    {
      g_autofree char *from = moment_name (r->base, r->base_at);
      g_autofree char *to = moment_name (r->profile, r->at);
      /* Translators: a file, and the moments that are compared */
      title = g_strdup_printf (_ ("%s: %s compared with %s"), current, to, from);
    }
  else if (r->base)
    {
      g_autofree char *base = profile_name (r->base);
      title = g_strdup_printf (_ ("%s compared with %s"), current, base);
    }
  else
    title = g_strdup (current);
  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, subtitle);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

void
hv_main_window_set_page (HvMainWindow *self, HvPage page)
{
  static const char *const names[] = { "start", "loading", "error", "view" };
  gboolean shown = page == HV_PAGE_VIEW;
  const HvScene *scene = shown ? hv_profile_view_get_scene (self->view) : NULL;
  gboolean is_diff = scene && scene->diff;

  self->page = page;
  gtk_stack_set_visible_child_name (self->pages, names[page]);
  gtk_widget_set_visible (GTK_WIDGET (self->export_button), shown);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button), shown);
  gtk_widget_set_visible (GTK_WIDGET (self->swap_button), is_diff);
  if (!shown)
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  hv_main_window_update_actions (self, shown, is_diff, page == HV_PAGE_LOADING,
                                 scene && !is_diff && scene->report.profile->n_moments > 1);
  update_title (self);
}

/* --- loading --- */

static gboolean
progress_cb (gpointer user)
{
  HvMainWindow *self = user;
  double fraction = self->loader ? hv_loader_get_progress (self->loader) : -1;

  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else
    gtk_progress_bar_pulse (self->progress);
  return G_SOURCE_CONTINUE;
}

static void
end_load (HvMainWindow *self)
{
  g_clear_handle_id (&self->progress_source, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->loader);
  self->again = FALSE;
  if (self->symbols)
    hv_symbols_window_set_busy (self->symbols, FALSE);
}

static void
settle (HvMainWindow *self, gboolean failed)
{
  self->failed = failed;
  self->settling = FALSE;
  g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

/* One sentence and what to do next. */
static void
show_error (HvMainWindow *self, const GError *error)
{
  const char *next =
      g_error_matches (error, HV_ERROR, HV_ERROR_FORMAT)
          ? _ ("heapview reads heaptrack recordings (also .gz and .zst), DHAT’s JSON files, and "
               "heap dumps of jemalloc and gperftools.")
      : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          ? _ ("Check the name, or choose the file in a dialog.")
          : _ ("Choose another file.");
  g_autofree char *text = g_strdup_printf ("%s\n\n%s", error->message, next);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  if (self->page == HV_PAGE_VIEW || hv_profile_view_get_scene (self->view))
    {
      /* What was open stays open. */
      g_autofree char *title = g_markup_escape_text (error->message, -1);
      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (title));
      hv_main_window_set_page (self, HV_PAGE_VIEW);
      return;
    }
  adw_status_page_set_description (self->error_page, escaped);
  hv_main_window_set_page (self, HV_PAGE_ERROR);
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
loaded_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (HvMainWindow) self = user;
  HvLoader *loader = HV_LOADER (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfiles) profiles = hv_loader_finish (loader, result, &error);

  if (self->loader != loader)
    return;
  g_autoptr (HvLoader) kept = g_object_ref (loader);
  gboolean again = self->again;
  end_load (self);
  if (!profiles)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        hv_main_window_set_page (self, hv_profile_view_get_scene (self->view) ? HV_PAGE_VIEW
                                                                              : HV_PAGE_START);
      else
        show_error (self, error);
      settle (self, TRUE);
      return;
    }

  HvProfileViewStart start = self->start;
  start.metric = self->metric;
  start.at = self->at;
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
    }
  for (guint i = 0; self->files[i] && !self->session->no_store && !again; i++)
    hv_recent_files_add (self->files[i]);
  const char *gone = again ? NULL : hv_loader_get_gone (kept);
  if (gone)
    {
      g_autofree char *name = g_filename_display_basename (gone);
      g_autofree char *text = g_strdup_printf (_ ("%s is gone; this is what was kept of it"), name);
      g_autofree char *escaped = g_markup_escape_text (text, -1);
      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
    }
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
  if (application)
    {
      /* Closing the window must not throw the import away. */
      g_application_hold (application);
      hv_loader_keep (kept, profiles, kept_cb, g_object_ref (application));
    }
}

static void
start_load (HvMainWindow *self)
{
  self->loader = hv_loader_new (self->session,
                                (const char *const *) (self->again ? self->shown : self->files),
                                self->again ? self->shown_kind : self->kind);
  if (self->binaries->len > 1)
    hv_loader_set_binaries (self->loader, (const char *const *) self->binaries->pdata);
  self->cancellable = g_cancellable_new ();
  self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);
  hv_loader_run (self->loader, self->cancellable, loaded_cb, g_object_ref (self));
}

/* The last element is NULL. */
static void
clear_binaries (HvMainWindow *self)
{
  g_ptr_array_set_size (self->binaries, 0);
  g_ptr_array_add (self->binaries, NULL);
}

void
hv_main_window_locate (HvMainWindow *self, const char *module, const char *file)
{
  g_return_if_fail (HV_IS_MAIN_WINDOW (self));
  if (self->page != HV_PAGE_VIEW || !self->shown)
    return;
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  end_load (self);
  g_ptr_array_insert (self->binaries, 0, g_strconcat (module, "=", file, NULL));
  self->again = TRUE;
  if (self->symbols)
    hv_symbols_window_set_busy (self->symbols, TRUE);
  start_load (self);
}

void
hv_main_window_open (HvMainWindow *self, const char *const *files, HvLoadKind kind,
                     const char *metric, const char *at)
{
  g_return_if_fail (HV_IS_MAIN_WINDOW (self));
  g_return_if_fail (files && files[0]);
  g_autofree char *first = g_filename_display_basename (files[0]);
  g_autofree char *second = files[1] ? g_filename_display_basename (files[1]) : NULL;
  g_autofree char *text = kind == HV_LOAD_DIFF && second
                              ? g_strdup_printf (_ ("%s and %s"), first, second)
                              : g_strdup (first);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  end_load (self);
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
  hv_main_window_set_page (self, HV_PAGE_LOADING);
  start_load (self);
}

void
hv_main_window_cancel (HvMainWindow *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
}

/* --- recent files --- */

static void
recent_open_cb (HvMainWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  if (path)
    hv_main_window_open (self, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
}

static void
recent_compare_cb (HvMainWindow *self, GFile *a, GFile *b)
{
  hv_main_window_compare_by_age (self, a, b);
}

/* --- symbols --- */

static void
update_symbols (HvMainWindow *self)
{
  const HvScene *scene = hv_profile_view_get_scene (self->view);

  if (self->symbols && scene)
    hv_symbols_window_set_profiles (self->symbols, scene->report.profile, scene->report.base);
}

void
hv_main_window_show_symbols (HvMainWindow *self)
{
  if (!self->symbols)
    {
      self->symbols = g_object_ref (hv_symbols_window_new (GTK_WINDOW (self)));
      g_signal_connect_object (self->symbols, "located", G_CALLBACK (hv_main_window_locate), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->symbols, "cancel", G_CALLBACK (hv_main_window_cancel), self,
                               G_CONNECT_SWAPPED);
    }
  update_symbols (self);
  gtk_window_present (GTK_WINDOW (self->symbols));
}

/* --- the view --- */

static void
view_changed_cb (HvMainWindow *self)
{
  gboolean first = self->page != HV_PAGE_VIEW;

  hv_main_window_set_page (self, HV_PAGE_VIEW);
  update_symbols (self);
  if (first)
    gtk_widget_grab_focus (GTK_WIDGET (hv_profile_view_get_flame_graph (self->view)));
  if (self->settling)
    settle (self, FALSE);
}

static void
view_failed_cb (HvMainWindow *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HV_ERROR, HV_ERROR_USAGE, message);

  show_error (self, error);
  if (self->settling)
    settle (self, TRUE);
}

static void
search_changed_cb (HvMainWindow *self)
{
  hv_profile_view_search (self->view, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)),
                          gtk_toggle_button_get_active (self->case_button));
}

static void
search_next_cb (HvMainWindow *self)
{
  hv_profile_view_next_match (self->view, 1);
}

static void
search_previous_cb (HvMainWindow *self)
{
  hv_profile_view_next_match (self->view, -1);
}

static void
search_mode_cb (HvMainWindow *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  else
    {
      gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
      hv_profile_view_search (self->view, NULL, FALSE);
      gtk_widget_grab_focus (GTK_WIDGET (hv_profile_view_get_flame_graph (self->view)));
    }
}

/* --- class --- */

static void
hv_main_window_dispose (GObject *object)
{
  HvMainWindow *self = HV_MAIN_WINDOW (object);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  end_load (self);
  g_clear_pointer (&self->files, g_strfreev);
  g_clear_pointer (&self->shown, g_strfreev);
  g_clear_pointer (&self->metric, g_free);
  g_clear_pointer (&self->at, g_free);
  g_clear_pointer (&self->binaries, g_ptr_array_unref);
  if (self->symbols)
    gtk_window_destroy (GTK_WINDOW (self->symbols));
  g_clear_object (&self->symbols);
  G_OBJECT_CLASS (hv_main_window_parent_class)->dispose (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvMainWindow, name)

static void
hv_main_window_class_init (HvMainWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_main_window_dispose;
  g_type_ensure (HV_TYPE_PROFILE_VIEW);
  g_type_ensure (HV_TYPE_RECENT_FILES);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/main-window.ui");
  BIND (toasts);
  BIND (title);
  BIND (export_button);
  BIND (search_button);
  BIND (swap_button);
  BIND (search_bar);
  BIND (search_entry);
  BIND (case_button);
  BIND (pages);
  BIND (loading_page);
  BIND (progress);
  BIND (error_page);
  BIND (view);
  gtk_widget_class_bind_template_callback (widget_class, recent_open_cb);
  gtk_widget_class_bind_template_callback (widget_class, recent_compare_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_failed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_previous_cb);
  hv_main_window_install_actions (widget_class);
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", HV_TYPE_MAIN_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hv_main_window_init (HvMainWindow *self)
{
  self->binaries = g_ptr_array_new_with_free_func (g_free);
  clear_binaries (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled",
                           G_CALLBACK (search_mode_cb), self, G_CONNECT_SWAPPED);
  hv_main_window_add_input (self);
  hv_main_window_set_page (self, HV_PAGE_START);
}

/* --- public --- */

HvMainWindow *
hv_main_window_new (GtkApplication *application, const HvSession *session,
                    const HvProfileViewStart *start)
{
  HvMainWindow *self = g_object_new (HV_TYPE_MAIN_WINDOW, "application", application, NULL);

  self->session = session;
  self->start = *start;
  return self;
}

gboolean
hv_main_window_has_failed (HvMainWindow *self)
{
  return self->failed;
}

HvProfileView *
hv_main_window_get_view (HvMainWindow *self)
{
  return self->view;
}
