/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/budget.h"
#include "viewer/window/budget-dialog.h"
#include "viewer/window/main-window-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define IGNORE_ACTION "win.budget-ignore"
static const char *const actions[] = { "win.budget-limit", IGNORE_ACTION };

/* The function of the selected frame; NULL: it is of none. */
static const char *
selected_function (HvMainWindow *self, uint32_t *function_key)
{
  const HvScene *scene = hv_profile_view_get_scene (self->view);
  uint32_t node = hv_flame_graph_get_selected (hv_profile_view_get_flame_graph (self->view));
  const HvTree *tree = scene ? scene->report.tree : NULL;

  if (!tree || node == 0 || node >= tree->n_nodes || tree->node_key[node] == HV_NO_KEY
      || !hv_group_is_of_functions (tree->options.group)
      || tree->key[tree->node_key[node]].flags & HV_FRAME_SYNTHETIC)
    return NULL;
  *function_key = tree->key[tree->node_key[node]].function_key;
  return tree->key[*function_key].label;
}

/* What all call paths through the function hold, recursion counted once. */
static int64_t
held (const HvTree *tree, uint32_t function_key)
{
  g_autofree guint8 *through = g_malloc0 (tree->n_nodes);
  int64_t value = 0;

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      uint32_t key = tree->node_key[n];
      gboolean own = key != HV_NO_KEY && tree->key[key].function_key == function_key;
      through[n] = through[tree->parent[n]] || own;
      if (own && !through[tree->parent[n]])
        value += tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][n];
    }
  return value;
}

static void
added_cb (HvMainWindow *self, const char *file)
{
  g_autofree char *name = g_filename_display_basename (file);
  /* Translators: the name of a file */
  g_autofree char *text = g_strdup_printf (_ ("Added to %s"), name);

  hv_main_window_toast (self, text);
}

static void
budget_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  gboolean ignore = g_str_equal (name, IGNORE_ACTION);
  uint32_t key;
  const char *function = selected_function (self, &key);
  const HvReport *report = function ? &hv_profile_view_get_scene (self->view)->report : NULL;
  g_autofree char *line = !function ? NULL
                          : ignore  ? hv_budget_ignore_line (function)
                                    : hv_budget_limit_line (function, report->metric,
                                                            held (report->tree, key));
  if (!line)
    {
      hv_main_window_toast (self, _ ("Select a function first."));
      return;
    }
  const char *path = report->profile->path;
  g_autofree char *folder = path && *path == '/' ? g_path_get_dirname (path) : NULL;
  HvBudgetDialog *dialog = hv_budget_dialog_new (
      GTK_WINDOW (self), ignore ? _ ("Add a Suppression") : _ ("Add to the Budget"), line,
      folder && g_access (folder, W_OK) == 0 ? folder : NULL);

  g_signal_connect_object (dialog, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
hv_main_window_install_budget (GtkWidgetClass *widget_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, budget_action);
}

void
hv_main_window_update_budget (HvMainWindow *self, gboolean shown)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], shown);
}
