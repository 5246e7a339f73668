/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>

#include "store/units.h"
#include "viewer/widgets/consumer-color.h"

#include "viewer/widgets/timeline-head.h"

#define SPACING 2
#define SWATCH 11
#define NAME_CHARS 24
/* How much larger than its heap a process is shown at first. */
#define MOST_TIMES 8

enum
{
  SIGNAL_POINTED,
  SIGNAL_CHOSEN,
  SIGNAL_COMMIT,
  SIGNAL_RSS,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

struct _HvTimelineHead
{
  GtkWidget parent_instance;

  HvProfiles *profiles; /* NULL: nothing, or they have no consumers yet */
  const HvConsumers *consumers;
  GPtrArray *entries;          /* GtkWidget: a button a consumer; owned by the widget tree */
  GtkWidget *rss;              /* a toggle */
  GtkWidget *others;           /* how many sites have no entry */
  GtkWidget *commit, *compare; /* at the end of the line */
};

G_DEFINE_FINAL_TYPE (HvTimelineHead, hv_timeline_head, GTK_TYPE_WIDGET)

/* --- layout --- */

static int
width_of (GtkWidget *child)
{
  int natural = 0;

  if (gtk_widget_get_visible (child))
    gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static void
hv_timeline_head_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                          int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int least, best;
      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, orientation, -1, &least, &best, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL)
        *minimum = *natural = MAX (*minimum, best);
      else
        *natural += best + SPACING;
    }
}

static void
place (GtkWidget *child, int x, int width, int height)
{
  gtk_widget_set_child_visible (child, width > 0);
  if (width > 0)
    gtk_widget_size_allocate (child, &(GtkAllocation){ x, 0, width, height }, -1);
}

/* What the entries that do not fit hold is others', too. */
static void
tell_others (HvTimelineHead *self, guint shown)
{
  const HvConsumers *consumers = self->consumers;
  uint32_t sites = consumers ? consumers->other_sites : 0;

  for (guint i = shown; consumers && i < consumers->n; i++)
    sites += consumers->consumer[i].sites;
  g_autofree char *count = hv_format_count (sites);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (HV_GETTEXT_PACKAGE, "others (%s site)", "others (%s sites)", sites), count);
  gtk_widget_set_visible (self->others, sites > 0);
  if (!g_str_equal (gtk_label_get_text (GTK_LABEL (self->others)), text))
    gtk_label_set_text (GTK_LABEL (self->others), text);
}

static void
hv_timeline_head_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HvTimelineHead *self = HV_TIMELINE_HEAD (widget);
  GtkWidget *const last[] = { self->rss, self->compare, self->commit };
  int end = width, x = 0, rest = width_of (self->others) + 2 * SPACING;
  guint shown = 0;

  for (guint i = 0; i < G_N_ELEMENTS (last); i++)
    if (gtk_widget_get_visible (last[i]))
      {
        int wide = width_of (last[i]);
        end -= wide + 8;
        place (last[i], end + 8, wide, height);
      }
  for (guint i = 0; i < self->entries->len; i++)
    {
      GtkWidget *entry = g_ptr_array_index (self->entries, i);
      int wide = width_of (entry);
      gboolean fits = shown == i && x + wide + rest <= end;
      place (entry, x, fits ? wide : 0, height);
      if (fits)
        {
          x += wide + SPACING;
          shown++;
        }
    }
  tell_others (self, shown);
  if (gtk_widget_get_visible (self->others))
    place (self->others, x + SPACING, MIN (width_of (self->others), MAX (0, end - x)), height);
}

/* --- entries --- */

static guint
number_of (HvTimelineHead *self, GtkWidget *entry)
{
  guint index;

  return g_ptr_array_find (self->entries, entry, &index) ? index : G_MAXUINT;
}

static void
chosen_cb (HvTimelineHead *self, GtkWidget *entry)
{
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, number_of (self, entry));
}

static void
entered_cb (GtkEventController *controller, HvTimelineHead *self)
{
  g_signal_emit (self, signals[SIGNAL_POINTED], 0,
                 number_of (self, gtk_event_controller_get_widget (controller)));
}

static void
left_cb (HvTimelineHead *self)
{
  g_signal_emit (self, signals[SIGNAL_POINTED], 0, G_MAXUINT);
}

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer index)
{
  HvTimelineHead *self = HV_TIMELINE_HEAD (
      gtk_widget_get_ancestor (GTK_WIDGET (area), HV_TYPE_TIMELINE_HEAD));
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));

  if (!self || !self->profiles || GPOINTER_TO_UINT (index) >= self->consumers->n)
    return;
  GdkRGBA color = hv_consumer_color (palette, self->profiles->current, self->consumers,
                                     GPOINTER_TO_UINT (index));
  GdkRGBA edge = hv_palette_mix (&color, &palette->text, 0.3f);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_rectangle (cr, 0.5, 0.5, width - 1, height - 1);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &edge);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static GtkWidget *
entry_new (HvTimelineHead *self, guint index)
{
  const HvProfile *profile = self->profiles->current;
  const HvConsumer *consumer = &self->consumers->consumer[index];
  GtkWidget *entry = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  GtkWidget *swatch = gtk_drawing_area_new (), *name = gtk_label_new (consumer->label);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autofree char *most = hv_format_bytes (consumer->most);
  const char *module = hv_basename (
      hv_profile_string (profile, profile->frame[consumer->frame].module));
  const char *function = hv_profile_string (profile, profile->frame[consumer->frame].function);
  /* Translators: a function's name, its library, and how much memory it held at most */
  g_autofree char *tooltip = g_strdup_printf (
      _ ("%s\n%s · %s at most\nThe colour is its library’s in the flame graph, or a shade of it. "
         "Click to select it there."),
      *function ? function : consumer->label, *module ? module : "–", most);

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (swatch), SWATCH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (swatch), SWATCH);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (swatch), draw_swatch, GUINT_TO_POINTER (index),
                                  NULL);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (name), NAME_CHARS);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), name);
  gtk_button_set_child (GTK_BUTTON (entry), box);
  gtk_widget_add_css_class (entry, "flat");
  gtk_widget_set_focus_on_click (entry, FALSE);
  gtk_widget_set_tooltip_text (entry, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  consumer->label, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip,
                                  -1);
  g_signal_connect_object (entry, "clicked", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "enter", G_CALLBACK (entered_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (left_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "enter", G_CALLBACK (entered_cb), self, 0);
  g_signal_connect_object (focus, "leave", G_CALLBACK (left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (entry, motion);
  gtk_widget_add_controller (entry, focus);
  return entry;
}

static void
add_entry (HvTimelineHead *self, GtkWidget *entry)
{
  gtk_widget_insert_before (entry, GTK_WIDGET (self), self->others);
  g_ptr_array_add (self->entries, entry);
}

/* What keeps the place of those that are worked out: as high as they are. */
static GtkWidget *
due_entry_new (void)
{
  GtkWidget *entry = gtk_button_new_with_label ("…");

  gtk_widget_add_css_class (entry, "flat");
  gtk_widget_set_sensitive (entry, FALSE);
  return entry;
}

static void
clear_entries (HvTimelineHead *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    gtk_widget_unparent (g_ptr_array_index (self->entries, i));
  g_ptr_array_set_size (self->entries, 0);
}

/* --- class --- */

static void
commit_cb (HvTimelineHead *self)
{
  g_signal_emit (self, signals[SIGNAL_COMMIT], 0);
}

static void
rss_cb (HvTimelineHead *self)
{
  g_signal_emit (self, signals[SIGNAL_RSS], 0,
                 gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->rss)));
}

static void
dark_cb (HvTimelineHead *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      GtkWidget *box = gtk_button_get_child (g_ptr_array_index (self->entries, i));
      gtk_widget_queue_draw (gtk_widget_get_first_child (box));
    }
}

static void
hv_timeline_head_dispose (GObject *object)
{
  HvTimelineHead *self = HV_TIMELINE_HEAD (object);

  clear_entries (self);
  g_clear_pointer (&self->others, gtk_widget_unparent);
  g_clear_pointer (&self->rss, gtk_widget_unparent);
  g_clear_pointer (&self->commit, gtk_widget_unparent);
  g_clear_pointer (&self->compare, gtk_widget_unparent);
  g_clear_pointer (&self->profiles, hv_profiles_unref);
  G_OBJECT_CLASS (hv_timeline_head_parent_class)->dispose (object);
}

static void
hv_timeline_head_finalize (GObject *object)
{
  g_ptr_array_unref (HV_TIMELINE_HEAD (object)->entries);
  G_OBJECT_CLASS (hv_timeline_head_parent_class)->finalize (object);
}

static void
hv_timeline_head_class_init (HvTimelineHeadClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_timeline_head_dispose;
  G_OBJECT_CLASS (klass)->finalize = hv_timeline_head_finalize;
  widget_class->measure = hv_timeline_head_measure;
  widget_class->size_allocate = hv_timeline_head_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "timelinehead");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  signals[SIGNAL_POINTED] = g_signal_new ("pointed", HV_TYPE_TIMELINE_HEAD, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", HV_TYPE_TIMELINE_HEAD, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_RSS] = g_signal_new ("rss", HV_TYPE_TIMELINE_HEAD, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[SIGNAL_COMMIT] = g_signal_new ("commit", HV_TYPE_TIMELINE_HEAD, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
button_new (HvTimelineHead *self, const char *label, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_visible (button, FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_add_css_class (button, "chip");
  gtk_widget_set_parent (button, GTK_WIDGET (self));
  return button;
}

static void
hv_timeline_head_init (HvTimelineHead *self)
{
  self->entries = g_ptr_array_new ();
  self->others = gtk_label_new ("");
  gtk_label_set_ellipsize (GTK_LABEL (self->others), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->others, "dim-label");
  gtk_widget_set_parent (self->others, GTK_WIDGET (self));
  /* Translators: resident set size, the memory of the whole process */
  self->rss = gtk_toggle_button_new_with_label (_ ("RSS"));
  gtk_widget_set_tooltip_text (
      self->rss, _ ("Show the memory of the whole process too, and what of it is in no heap"));
  gtk_widget_add_css_class (self->rss, "chip");
  gtk_widget_set_valign (self->rss, GTK_ALIGN_CENTER);
  gtk_widget_set_focus_on_click (self->rss, FALSE);
  gtk_widget_set_parent (self->rss, GTK_WIDGET (self));
  g_signal_connect_object (self->rss, "toggled", G_CALLBACK (rss_cb), self, G_CONNECT_SWAPPED);
  self->commit = button_new (self, _ ("Show Only This Range"),
                             _ ("What grew and shrank in the selected range (Enter)"));
  gtk_widget_add_css_class (self->commit, "suggested-action");
  self->compare = button_new (self, _ ("Compare A with B"),
                              _ ("What grew and shrank from mark A to mark B (x)"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->compare), "win.compare-marks");
  g_signal_connect_object (self->commit, "clicked", G_CALLBACK (commit_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Who holds the memory"), -1);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_cb),
                           self, G_CONNECT_SWAPPED);
}

/* Where the heap is a trifle of the process it would be a line at the bottom. */
static void
offer_rss (HvTimelineHead *self, const HvProfile *profile)
{
  int64_t rss = -1, live = 0;

  for (uint32_t m = 0; profile && m < profile->n_moments; m++)
    {
      rss = MAX (rss, profile->moment[m].rss_bytes);
      live = MAX (live, MAX (profile->moment[m].live_bytes, profile->moment[m].max_bytes));
    }
  gtk_widget_set_visible (self->rss, rss > 0);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->rss), rss / MOST_TIMES < live);
  rss_cb (self);
}

/* --- public --- */

GtkWidget *
hv_timeline_head_new (void)
{
  return g_object_new (HV_TYPE_TIMELINE_HEAD, NULL);
}

void
hv_timeline_head_set_scene (HvTimelineHead *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_TIMELINE_HEAD (self));
  HvProfiles *profiles = scene ? scene->profiles : NULL;

  if (self->profiles == profiles)
    return;
  clear_entries (self);
  g_clear_pointer (&self->profiles, hv_profiles_unref);
  gboolean due = profiles && !g_atomic_int_get (&profiles->has_consumers);
  self->consumers = profiles && !due ? hv_profiles_get_consumers (profiles) : NULL;
  if (self->consumers)
    self->profiles = hv_profiles_ref (profiles);
  if (due)
    add_entry (self, due_entry_new ());
  for (guint i = 0; self->profiles && i < self->consumers->n; i++)
    add_entry (self, entry_new (self, i));
  tell_others (self, self->entries->len);
  offer_rss (self, scene ? scene->profiles->current : NULL);
}

void
hv_timeline_head_offer (HvTimelineHead *self, gboolean range, gboolean marks)
{
  g_return_if_fail (HV_IS_TIMELINE_HEAD (self));
  gtk_widget_set_visible (self->commit, range);
  gtk_widget_set_visible (self->compare, marks);
}

int
hv_timeline_head_snapshot_legend (HvTimelineHead *self, GtkSnapshot *snapshot)
{
  g_return_val_if_fail (HV_IS_TIMELINE_HEAD (self), 0);
  GtkWidget *widget = GTK_WIDGET (self);

  if (!gtk_widget_get_mapped (widget))
    return 0;
  for (guint i = 0; i < self->entries->len; i++)
    gtk_widget_snapshot_child (widget, g_ptr_array_index (self->entries, i), snapshot);
  gtk_widget_snapshot_child (widget, self->others, snapshot);
  return gtk_widget_get_height (widget);
}
