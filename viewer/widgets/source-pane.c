/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>

#include "viewer/widgets/labels.h"
#include "viewer/widgets/palette.h"
#include "viewer/widgets/source-pane-private.h"

#define MARK "heapview-frame"
/* The frame's line is so far down the view. */
#define LINE_AT 0.4
/* A position that held for so many frames is the line's; at most so many are waited for. */
#define FRAMES_THERE 4
#define MAX_FRAMES_SCROLLED 120

enum
{
  SIGNAL_SELECTED,
  SIGNAL_FAILED,
  SIGNAL_SHOWN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvSourcePane, hv_source_pane, GTK_TYPE_WIDGET)

/* --- what is shown --- */

static GtkTextBuffer *
buffer_of (HvSourcePane *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
}

guint
hv_source_pane_cursor_line (HvSourcePane *self)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer_of (self), &iter,
                                    gtk_text_buffer_get_insert (buffer_of (self)));
  return (guint) gtk_text_iter_get_line (&iter) + 1;
}

/* A screen reader hears what the gutter shows beside the cursor's line. */
static void
cursor_cb (HvSourcePane *self)
{
  if (self->settling || !self->answer || !self->answer->file)
    return;
  g_autofree char *text = hv_source_answer_line_text (self->answer,
                                                      hv_source_pane_cursor_line (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
}

static void
dark_cb (HvSourcePane *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleScheme *scheme = gtk_source_style_scheme_manager_get_scheme (
      gtk_source_style_scheme_manager_get_default (), dark ? "Adwaita-dark" : "Adwaita");
  g_autoptr (GtkSourceMarkAttributes) attributes = gtk_source_mark_attributes_new ();
  GdkRGBA line = hv_palette_get (dark)->accent;

  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (buffer_of (self)), scheme);
  line.alpha = 0.22f;
  gtk_source_mark_attributes_set_background (attributes, &line);
  gtk_source_view_set_mark_attributes (self->view, MARK, attributes, 0);
}

static void
show_titles (HvSourcePane *self)
{
  GtkWidget *child;
  guint n = hv_source_answer_n_columns (self->answer);

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->titles))))
    gtk_box_remove (self->titles, child);
  for (guint c = 0; c < n; c++)
    {
      GtkWidget *label = gtk_label_new (hv_source_answer_column_title (self->answer, c));
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_set_size_request (label, hv_source_gutter_get_column_width (self->gutter, c), -1);
      gtk_box_append (self->titles, label);
    }
}

/* Until the view has a size and has laid out the lines above, it does not know where one is: it is
 * asked at each frame, until its answer stays. */
static gboolean
scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
  HvSourcePane *self = user;
  GtkTextView *view = GTK_TEXT_VIEW (widget);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
  GtkTextIter iter;
  int y, height;

  if (gtk_widget_get_height (widget) <= 0)
    return G_SOURCE_CONTINUE;
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  gtk_text_view_get_line_yrange (view, &iter, &y, &height);
  double page = gtk_adjustment_get_page_size (adjustment);
  double most = gtk_adjustment_get_upper (adjustment) - page;
  double wanted = CLAMP (y - (page - height) * LINE_AT, 0, MAX (0, most));
  gboolean there = fabs (gtk_adjustment_get_value (adjustment) - wanted) < 1;

  if (!there)
    gtk_adjustment_set_value (adjustment, wanted);
  self->frames_there = there ? self->frames_there + 1 : 0;
  if (self->frames_there < FRAMES_THERE && ++self->frames_scrolled < MAX_FRAMES_SCROLLED)
    return G_SOURCE_CONTINUE;
  self->scroll = 0;
  return G_SOURCE_REMOVE;
}

static void
scroll_to_cursor (HvSourcePane *self)
{
  self->frames_there = self->frames_scrolled = 0;
  if (!self->scroll)
    self->scroll = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), scroll_cb, self, NULL);
}

void
hv_source_pane_go_to_line (HvSourcePane *self, guint number)
{
  GtkTextBuffer *buffer = buffer_of (self);
  GtkTextIter start, end, iter;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_source_buffer_remove_source_marks (GTK_SOURCE_BUFFER (buffer), &start, &end, MARK);
  gtk_text_buffer_get_iter_at_line (buffer, &iter, number ? (int) MIN (number, G_MAXINT) - 1 : 0);
  if (number && number <= self->answer->file->n_lines)
    gtk_source_buffer_create_source_mark (GTK_SOURCE_BUFFER (buffer), NULL, MARK, &iter);
  gtk_text_buffer_place_cursor (buffer, &iter);
}

static void
set_text (HvSourcePane *self, const HvSourceFile *file)
{
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (buffer_of (self));
  g_autofree char *name = g_path_get_basename (file->path);
  g_autofree char *shown = g_filename_display_name (name);
  GtkSourceLanguage *language = gtk_source_language_manager_guess_language (
      gtk_source_language_manager_get_default (), shown, NULL);

  gtk_source_buffer_set_language (buffer, language);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), file->text, -1);
}

static void
show_banner (HvSourcePane *self)
{
  const HvSourceFile *file = self->answer->file;
  const char *text = NULL;

  if (file && self->answer->line > file->n_lines)
    text = _ ("The file is shorter than the profile says: it is of another version.");
  else if (file && self->answer->newer)
    text = _ ("The file was changed after the profile was written: lines may have moved.");
  else if (file && file->replaced)
    text = _ ("Some bytes of the file are no UTF-8 text; they are shown as �.");
  else if (file && file->cut)
    text = _ ("Very long lines are cut off.");
  gtk_label_set_text (self->banner, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->banner), text != NULL);
}

/* What is said of a frame that has no file. */
static void
show_none (HvSourcePane *self, const char *problem)
{
  const HvKey *key = self->scene ? hv_scene_key (self->scene, self->node) : NULL;
  g_autofree char *title = key ? g_strdup_printf (_ ("No Source Is Known for %s"), key->short_label)
                               : g_strdup (_ ("Select a Frame"));
  const char *next =
      problem ? problem
      : key ? _ ("The profile names no file for it: the program has no debug information here, or "
                 "the profile was written without it. Its caller may have some (Up in the flame "
                 "graph).")
            : _ ("Its source is shown here, with what each line costs.");
  g_autofree char *title_markup = g_markup_escape_text (title, -1);
  g_autofree char *next_markup = g_markup_escape_text (next, -1);

  adw_status_page_set_title (self->none_page, title_markup);
  adw_status_page_set_description (self->none_page, next_markup);
  gtk_widget_set_visible (self->head, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->banner), FALSE);
  gtk_stack_set_visible_child_name (self->pages, "none");
}

void
hv_source_pane_show_head (HvSourcePane *self, uint32_t node)
{
  const HvSourceAnswer *answer = self->answer;
  const HvTree *tree = node ? answer->by_line->tree : self->scene->report.tree;
  uint32_t key = tree->node_key[node ? node : self->node];
  const char *function = tree->key[tree->key[key].function_key].short_label;
  g_autofree char *path = g_filename_display_name (answer->file ? answer->file->path
                                                                : answer->recorded);
  g_autofree char *file = hv_source_answer_file_text (answer);
  g_autofree char *totals = g_strdup_printf ("%s · %s", function, file);

  g_autofree char *shown = hv_label_path (answer->file ? answer->file->path : answer->recorded);
  gtk_label_set_text (self->path, shown);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->path), path);
  gtk_label_set_text (self->totals, totals);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->totals), totals);
  gtk_widget_set_visible (self->head, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->open_button), answer->file != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->editor_menu), answer->file != NULL);
}

static void
show_missing (HvSourcePane *self)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s", self->answer->recorded, self->answer->problem);
  g_autofree char *markup = g_markup_escape_text (text, -1);
  g_autofree char *tried = *self->answer->tried
                               ? g_strdup_printf (_ ("Looked at:\n%s"), self->answer->tried)
                               : g_strdup ("");

  adw_status_page_set_description (self->missing_page, markup);
  gtk_label_set_text (self->tried, tried);
  gtk_stack_set_visible_child_name (self->pages, "missing");
}

/* Takes the answer. */
static void
show_answer (HvSourcePane *self, HvSourceAnswer *answer)
{
  HvSourceAnswer *old = self->answer;
  gboolean same_text = old && old->file && answer->file
                       && g_str_equal (old->file->path, answer->file->path)
                       && g_str_equal (old->file->text, answer->file->text);

  self->answer = answer;
  hv_source_gutter_set_answer (self->gutter, answer);
  if (*answer->recorded == '\0')
    show_none (self, NULL);
  else
    {
      hv_source_pane_show_head (self, answer->node);
      show_banner (self);
      if (answer->file)
        {
          self->settling = TRUE;
          if (!same_text)
            set_text (self, answer->file);
          show_titles (self);
          gtk_stack_set_visible_child_name (self->pages, "text");
          hv_source_pane_go_to_line (self, answer->line);
          scroll_to_cursor (self);
          self->settling = FALSE;
          cursor_cb (self);
        }
      else
        show_missing (self);
    }
  hv_source_answer_free (old);
}

/* --- asking --- */

typedef struct
{
  HvScene *scene;
  HvLineTree *known;
  GPtrArray *mappings;
  uint32_t node;
  guint serial;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;
  hv_scene_unref (task->scene);
  g_clear_pointer (&task->known, hv_line_tree_unref);
  g_ptr_array_unref (task->mappings);
  g_free (task);
}

static void
ask_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  Task *task = data;
  GError *error = NULL;
  HvSourceAnswer *answer = hv_source_answer_new (task->scene, task->node, task->known,
                                                 task->mappings, &error);

  if (answer)
    g_task_return_pointer (gtask, answer, (GDestroyNotify) hv_source_answer_free);
  else
    g_task_return_error (gtask, error);
}

static gpointer
copy_mapping (gconstpointer data, gpointer user)
{
  const HvPathMapping *mapping = data;
  return hv_path_mapping_new (mapping->prefix, mapping->directory);
}

static void answered_cb (GObject *source, GAsyncResult *result, gpointer user);

static void
ask (HvSourcePane *self, HvLineTree *known)
{
  g_autoptr (GTask) gtask = g_task_new (self, NULL, answered_cb, NULL);
  Task *task = g_new0 (Task, 1);

  hv_source_pane_update_settings (self);
  task->scene = hv_scene_ref (self->scene);
  task->known = known ? hv_line_tree_ref (known) : NULL;
  task->mappings = g_ptr_array_copy (self->settings->mappings, (GCopyFunc) copy_mapping, NULL);
  g_ptr_array_set_free_func (task->mappings, (GDestroyNotify) hv_path_mapping_free);
  task->node = self->node;
  task->serial = self->serial;
  self->asking = TRUE;
  g_task_set_task_data (gtask, task, task_free);
  g_task_run_in_thread (gtask, ask_thread);
}

static void
take_focus (HvSourcePane *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->pages);

  self->focusing = FALSE;
  if (g_str_equal (page, "text"))
    gtk_widget_grab_focus (GTK_WIDGET (self->view));
  else if (g_str_equal (page, "missing"))
    gtk_widget_grab_focus (GTK_WIDGET (self->locate_button));
}

static void
settle (HvSourcePane *self)
{
  if (self->focusing)
    take_focus (self);
  g_signal_emit (self, signals[SIGNAL_SHOWN], 0);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvSourcePane *self = HV_SOURCE_PANE (source);
  Task *task = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (HvSourceAnswer) answer = g_task_propagate_pointer (G_TASK (result), &error);

  if (!self->box) /* the window closed */
    return;
  self->asking = FALSE;
  if (task->serial != self->serial)
    {
      if (self->node)
        ask (self, answer ? answer->by_line : NULL);
      return;
    }
  if (answer)
    show_answer (self, g_steal_pointer (&answer));
  else
    show_none (self, error->message);
  settle (self);
}

void
hv_source_pane_show (HvSourcePane *self, HvScene *scene, uint32_t node)
{
  g_return_if_fail (HV_IS_SOURCE_PANE (self));

  hv_scene_ref (scene);
  g_clear_pointer (&self->scene, hv_scene_unref);
  self->scene = scene;
  self->node = node;
  self->serial++;
  if (!node)
    {
      show_none (self, NULL);
      settle (self);
    }
  else if (!self->asking)
    ask (self, self->answer ? self->answer->by_line : NULL);
}

gboolean
hv_source_pane_is_busy (HvSourcePane *self)
{
  return self->asking;
}

void
hv_source_pane_focus (HvSourcePane *self)
{
  g_return_if_fail (HV_IS_SOURCE_PANE (self));
  self->focusing = TRUE;
  if (!self->asking)
    take_focus (self);
}

/* --- class --- */

static void
hv_source_pane_dispose (GObject *object)
{
  HvSourcePane *self = HV_SOURCE_PANE (object);

  if (self->scroll)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->view), self->scroll);
  self->scroll = 0;
  if (self->gutter)
    hv_source_gutter_set_answer (self->gutter, NULL);
  self->gutter = NULL;
  if (self->box)
    gtk_widget_dispose_template (GTK_WIDGET (self), HV_TYPE_SOURCE_PANE);
  self->box = NULL;
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->answer, hv_source_answer_free);
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->settings, hv_settings_free);
  G_OBJECT_CLASS (hv_source_pane_parent_class)->dispose (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvSourcePane, name)

static void
hv_source_pane_class_init (HvSourcePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_source_pane_dispose;
  gtk_source_init ();
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sourcepane");
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/source-pane.ui");
  BIND (box);
  BIND (head);
  BIND (path);
  BIND (totals);
  BIND (banner);
  BIND (tried);
  BIND (open_button);
  BIND (locate_button);
  BIND (editor_menu);
  BIND (editor_entry);
  BIND (pages);
  BIND (none_page);
  BIND (missing_page);
  BIND (titles);
  BIND (view);
  hv_source_pane_bind_input (widget_class);

  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_SOURCE_PANE, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", HV_TYPE_SOURCE_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_SHOWN] = g_signal_new ("shown", HV_TYPE_SOURCE_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
hv_source_pane_init (HvSourcePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->gutter = hv_source_gutter_new ();
  gtk_source_gutter_insert (gtk_source_view_get_gutter (self->view, GTK_TEXT_WINDOW_LEFT),
                            GTK_SOURCE_GUTTER_RENDERER (self->gutter),
                            GTK_SOURCE_VIEW_GUTTER_POSITION_LINES - 10);
  hv_source_pane_add_input (self);
  g_signal_connect_object (buffer_of (self), "notify::cursor-position", G_CALLBACK (cursor_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_cb),
                           self, G_CONNECT_SWAPPED);
  dark_cb (self);
  show_none (self, NULL);
}

/* --- public --- */

GtkWidget *
hv_source_pane_new (void)
{
  return g_object_new (HV_TYPE_SOURCE_PANE, NULL);
}
