/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/view-state.h"

#include <math.h>
#include <string.h>

#include "store/store-state.h"

/* Of a text that says otherwise nothing is taken. */
#define VERSION 1
#define MAX_TRANSFORMS 1000
#define MAX_PATH 10000

static const char *const pages[HV_N_VIEW_PAGES] = {
  [HV_VIEW_PAGE_SUMMARY] = "summary", [HV_VIEW_PAGE_FLAME] = "flame",
  [HV_VIEW_PAGE_TABLE] = "table",     [HV_VIEW_PAGE_BUTTERFLY] = "butterfly",
  [HV_VIEW_PAGE_SITES] = "sites",     [HV_VIEW_PAGE_SOURCE] = "source",
};

static const char *const kinds[HV_N_TRANSFORMS] = {
  [HV_TRANSFORM_FOCUS] = "focus",
  [HV_TRANSFORM_FOCUS_PATH] = "focus-path",
  [HV_TRANSFORM_FOCUS_SELF] = "focus-self",
  [HV_TRANSFORM_DROP] = "drop",
  [HV_TRANSFORM_HIDE] = "hide",
  [HV_TRANSFORM_HIDE_PATH] = "hide-path",
  [HV_TRANSFORM_COLLAPSE] = "collapse",
  [HV_TRANSFORM_COLLAPSE_MODULE] = "collapse-module",
  [HV_TRANSFORM_COLLAPSE_RECURSION] = "collapse-recursion",
  [HV_TRANSFORM_COLLAPSE_DIRECT] = "collapse-direct",
};

static const char *const flames[HV_N_FLAME_VIEWS] = { "growth", "current", "base", "overlay" };

static const char *const statuses[] = {
  [HV_STATUS_SAME] = "all",      [HV_STATUS_NEW] = "new",   [HV_STATUS_GREW] = "grew",
  [HV_STATUS_SHRUNK] = "shrunk", [HV_STATUS_GONE] = "gone",
};

void
hv_view_state_free (HvViewState *state)
{
  g_free (state->at);
  g_free (state->base_at);
  g_clear_pointer (&state->options.transforms, g_ptr_array_unref);
  g_strfreev (state->zoom);
  g_strfreev (state->selected);
  g_free (state->search);
  g_free (state);
}

/* --- writing --- */

static void
put_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text)
    g_variant_dict_insert (dict, key, "s", text);
}

static void
put_path (GVariantDict *dict, const char *key, char *const *path)
{
  if (path && *path)
    g_variant_dict_insert (dict, key, "^as", path);
}

static void
put_transforms (GVariantDict *dict, const GPtrArray *transforms)
{
  GVariantBuilder list;
  static const char *const no_path[] = { NULL };

  if (!transforms || transforms->len == 0)
    return;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(ssssas)"));
  for (guint i = 0; i < transforms->len; i++)
    {
      const HvTransform *t = g_ptr_array_index (transforms, i);
      g_variant_builder_add (&list, "(ssss^as)", kinds[t->kind], hv_group_name (t->group), t->label,
                             t->module, t->path ? (const char *const *) t->path : no_path);
    }
  g_variant_dict_insert_value (dict, "transforms", g_variant_builder_end (&list));
}

char *
hv_view_state_print (const HvViewState *state)
{
  const HvTreeOptions *o = &state->options;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "version", "i", VERSION);
  put_text (&dict, "page", pages[state->page]);
  put_text (&dict, "metric", hv_metric_name (state->metric));
  put_text (&dict, "at", state->at);
  put_text (&dict, "base-at", state->base_at);
  g_variant_dict_insert (&dict, "moments", "b", state->moments);
  g_variant_dict_insert (&dict, "swapped", "b", state->swapped);
  put_text (&dict, "group", hv_group_name (o->group));
  g_variant_dict_insert (&dict, "all-frames", "b", o->all_frames);
  g_variant_dict_insert (&dict, "bottom-up", "b", o->bottom_up);
  put_text (&dict, "focus", o->focus);
  put_text (&dict, "ignore", o->ignore);
  put_text (&dict, "hide", o->hide);
  put_text (&dict, "thread", o->thread);
  put_transforms (&dict, o->transforms);
  put_text (&dict, "flame", flames[state->flame]);
  put_text (&dict, "status", statuses[state->status]);
  put_path (&dict, "zoom", state->zoom);
  g_variant_dict_insert (&dict, "scale", "d", state->scale);
  g_variant_dict_insert (&dict, "left", "d", state->left);
  g_variant_dict_insert (&dict, "root-below", "b", state->root_below);
  put_path (&dict, "selected", state->selected);
  put_text (&dict, "search", state->search);
  g_variant_dict_insert (&dict, "match-case", "b", state->match_case);
  g_variant_dict_insert (&dict, "details", "b", state->details);
  g_variant_dict_insert (&dict, "pane", "i", state->pane);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_dict_end (&dict));
  return g_variant_print (value, FALSE);
}

/* --- reading --- */

static char *
get_text (GVariant *value, const char *key)
{
  char *text = NULL;

  g_variant_lookup (value, key, "s", &text);
  return text;
}

static const char *
get_interned (GVariant *value, const char *key)
{
  const char *text = NULL;

  g_variant_lookup (value, key, "&s", &text);
  return g_intern_string (text);
}

static gboolean
get_boolean (GVariant *value, const char *key)
{
  gboolean is = FALSE;

  g_variant_lookup (value, key, "b", &is);
  return is;
}

static guint
get_word (GVariant *value, const char *key, const char *const *words, gsize n, guint missing)
{
  const char *text = NULL;

  g_variant_lookup (value, key, "&s", &text);
  for (gsize i = 0; text && i < n; i++)
    if (g_strcmp0 (words[i], text) == 0)
      return (guint) i;
  return missing;
}

static char **
get_path (GVariant *value, const char *key)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (value, key, G_VARIANT_TYPE_STRING_ARRAY);

  return list && g_variant_n_children (list) <= MAX_PATH ? g_variant_dup_strv (list, NULL)
                                                         : g_new0 (char *, 1);
}

static double
get_number (GVariant *value, const char *key, double least, double most, double missing)
{
  double number = missing;

  g_variant_lookup (value, key, "d", &number);
  return isfinite (number) && number >= least && number <= most ? number : missing;
}

static GPtrArray *
get_transforms (GVariant *value)
{
  g_autoptr (GVariant)
      list = g_variant_lookup_value (value, "transforms", G_VARIANT_TYPE ("a(ssssas)"));
  gsize n = list ? g_variant_n_children (list) : 0;

  if (n == 0 || n > MAX_TRANSFORMS)
    return NULL;
  GPtrArray *transforms = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_transform_unref);
  for (gsize i = 0; i < n; i++)
    {
      const char *kind_name, *group_name, *label, *module;
      g_autofree const char **path = NULL;
      HvTransformKind kind = 0;

      g_variant_get_child (list, i, "(&s&s&s&s^a&s)", &kind_name, &group_name, &label, &module,
                           &path);
      while (kind < HV_N_TRANSFORMS && strcmp (kinds[kind], kind_name) != 0)
        kind++;
      HvTransform *transform = kind < HV_N_TRANSFORMS ? hv_transform_restore (
                                   kind, hv_group_parse (group_name), label, module, path)
                                                      : NULL;
      if (transform)
        g_ptr_array_add (transforms, transform);
    }
  if (transforms->len == 0)
    g_clear_pointer (&transforms, g_ptr_array_unref);
  return transforms;
}

HvViewState *
hv_view_state_parse (const char *text)
{
  g_autoptr (GVariant) value = NULL;
  int version = 0, pane = 0;

  if (strlen (text) > HV_MAX_STATE_BYTES)
    return NULL;
  value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  if (!value || !g_variant_lookup (value, "version", "i", &version) || version != VERSION)
    return NULL;
  g_autofree char *metric = get_text (value, "metric");
  g_autofree char *group = get_text (value, "group");
  HvViewState *state = g_new0 (HvViewState, 1);
  HvTreeOptions *o = &state->options;
  state->page = get_word (value, "page", pages, G_N_ELEMENTS (pages), HV_VIEW_PAGE_FLAME);
  state->metric = metric ? hv_metric_parse (metric) : HV_N_METRICS;
  state->at = get_text (value, "at");
  state->base_at = get_text (value, "base-at");
  state->moments = get_boolean (value, "moments");
  state->swapped = get_boolean (value, "swapped");
  o->group = group ? hv_group_parse (group) : HV_N_GROUPS;
  o->all_frames = get_boolean (value, "all-frames");
  o->bottom_up = get_boolean (value, "bottom-up");
  o->focus = get_interned (value, "focus");
  o->ignore = get_interned (value, "ignore");
  o->hide = get_interned (value, "hide");
  o->thread = get_interned (value, "thread");
  o->transforms = get_transforms (value);
  state->flame = get_word (value, "flame", flames, G_N_ELEMENTS (flames), HV_FLAME_GROWTH);
  state->status = get_word (value, "status", statuses, G_N_ELEMENTS (statuses), HV_STATUS_SAME);
  state->zoom = get_path (value, "zoom");
  state->scale = get_number (value, "scale", 1, HV_FLAME_MAX_SCALE, 1);
  state->left = get_number (value, "left", 0, 1, 0);
  state->root_below = get_boolean (value, "root-below");
  state->selected = get_path (value, "selected");
  state->search = get_text (value, "search");
  state->match_case = get_boolean (value, "match-case");
  state->details = get_boolean (value, "details");
  g_variant_lookup (value, "pane", "i", &pane);
  state->pane = CLAMP (pane, 0, 100000);
  return state;
}

/* --- moments and programs --- */

char *
hv_moment_text (const HvProfile *profile, uint32_t at)
{
  if (at == HV_AT_PEAK)
    return g_strdup ("peak");
  if (at >= profile->n_moments)
    return g_strdup ("end");
  const HvMoment *moment = &profile->moment[at];
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  /* Half a unit more: rounding must not lead to the moment before. */
  double time = (double) moment->time + 0.5;
  if (moment->kind == HV_MOMENT_DUMP || moment->time < 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, moment->number);
  if (profile->time_unit == HV_TIME_MILLISECONDS || profile->time_unit == HV_TIME_MICROSECONDS)
    return g_strconcat (
        g_ascii_formatd (seconds, sizeof seconds, "%.4f",
                         profile->time_unit == HV_TIME_MILLISECONDS ? time : time / 1000),
        "ms", NULL);
  return g_strdup_printf ("%" G_GINT64_FORMAT, moment->number);
}

uint32_t
hv_moment_find (const HvProfile *profile, const char *text, uint32_t missing)
{
  uint32_t at;

  return text && hv_profile_parse_moment (profile, text, &at, NULL) ? at : missing;
}

char *
hv_profile_program (const HvProfile *profile)
{
  const char *command = profile->command ? hv_profile_string (profile, profile->command) : "";
  g_autofree char *first = g_strndup (command, strcspn (command, " \t\n"));
  const char *module = profile->n_modules ? hv_profile_string (profile, profile->module[0].path)
                                          : "";

  if (*first)
    return g_strdup (hv_basename (first));
  return *module && *module != '[' ? g_strdup (hv_basename (module)) : NULL;
}
