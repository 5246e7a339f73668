/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/preferences.h"

#include "store/units.h"
#include "viewer/widgets/palette.h"

struct _HvPreferences
{
  GObject parent_instance;

  HvSettings *settings;
  gboolean unsaved; /* the file could not be written: it is not read again */

  /* In force: */
  gboolean si; /* where the command line does not say otherwise */
  HvPaletteStyle style;
  GtkCssProvider *colors;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvPreferences, hv_preferences, G_TYPE_OBJECT)

/* --- in force --- */

/* The style sheet has the palette's colours by these names. */
static void
update_colors (HvPreferences *self)
{
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  const struct
  {
    const char *name;
    const GdkRGBA *color;
  } colors[] = { { "hv_grow", &palette->grow },
                 { "hv_grow_fill", &palette->grow_fill },
                 { "hv_shrink", &palette->shrink },
                 { "hv_shrink_fill", &palette->shrink_fill },
                 { "hv_match", &palette->match_text } };
  GdkDisplay *display = gdk_display_get_default ();
  g_autoptr (GString) css = g_string_new (NULL);

  if (!display)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (colors); i++)
    {
      g_autofree char *text = gdk_rgba_to_string (colors[i].color);
      g_string_append_printf (css, "@define-color %s %s;\n", colors[i].name, text);
    }
  if (!self->colors)
    {
      self->colors = gtk_css_provider_new ();
      gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (self->colors),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
    }
  gtk_css_provider_load_from_data (self->colors, css->str, -1);
}

static gboolean
same_style (const HvPaletteStyle *a, const HvPaletteStyle *b)
{
  return a->strong == b->strong && a->contrast == b->contrast && a->color_by == b->color_by;
}

static void
apply (HvPreferences *self, gboolean first)
{
  static const AdwColorScheme schemes[HV_N_SCHEMES] = {
    [HV_SCHEME_SYSTEM] = ADW_COLOR_SCHEME_DEFAULT,
    [HV_SCHEME_LIGHT] = ADW_COLOR_SCHEME_FORCE_LIGHT,
    [HV_SCHEME_DARK] = ADW_COLOR_SCHEME_FORCE_DARK,
  };
  AdwStyleManager *manager = adw_style_manager_get_default ();
  const HvSettings *settings = self->settings;
  const HvPaletteStyle style = { .strong = settings->strong_colors,
                                 .contrast = adw_style_manager_get_high_contrast (manager),
                                 .color_by = settings->color_by };
  gboolean units = settings->si != self->si, colors = !same_style (&style, &self->style);

  if (units)
    hv_units_set_si (settings->si);
  self->si = settings->si;
  self->style = style;
  hv_palette_set_style (&style);
  if (colors || first)
    update_colors (self);
  adw_style_manager_set_color_scheme (manager, schemes[settings->scheme]);
  if (units || colors)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
contrast_cb (HvPreferences *self)
{
  apply (self, FALSE);
}

/* --- class --- */

static void
hv_preferences_class_init (HvPreferencesClass *klass)
{
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HV_TYPE_PREFERENCES, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hv_preferences_init (HvPreferences *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->settings = hv_settings_load ();
  /* the command has set the units, by its options and these settings */
  self->si = self->settings->si;
  apply (self, TRUE);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (contrast_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (update_colors), self,
                           G_CONNECT_SWAPPED);
}

/* --- public --- */

HvPreferences *
hv_preferences_get_default (void)
{
  static HvPreferences *preferences; /* as long as the process */

  if (!preferences)
    preferences = g_object_new (HV_TYPE_PREFERENCES, NULL);
  return preferences;
}

const HvSettings *
hv_preferences_get_settings (HvPreferences *self)
{
  g_return_val_if_fail (HV_IS_PREFERENCES (self), NULL);
  return self->settings;
}

HvSettings *
hv_preferences_edit (HvPreferences *self)
{
  g_return_val_if_fail (HV_IS_PREFERENCES (self), NULL);
  if (!self->unsaved)
    {
      g_clear_pointer (&self->settings, hv_settings_free);
      self->settings = hv_settings_load ();
    }
  return self->settings;
}

gboolean
hv_preferences_keep (HvPreferences *self, GError **error)
{
  g_return_val_if_fail (HV_IS_PREFERENCES (self), FALSE);
  self->unsaved = !hv_settings_save (self->settings, error);
  apply (self, FALSE);
  return !self->unsaved;
}
