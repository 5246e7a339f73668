/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/open-rows.h"

#include <gtk/gtk.h>

/* Some rows with one parent. */
typedef struct
{
  GtkTreeListRow *parent; /* NULL: the top */
  guint from, to;         /* in its list */
  guint start, end;       /* where they and what is open below them are in the table */
  guint depth;
} Span;

static void
span_clear (gpointer data)
{
  g_clear_object (&((Span *) data)->parent);
}

static void
append (GArray *to, HvNodeList *list, guint from, guint end, guint depth)
{
  for (guint i = from; i < end; i++)
    {
      const HvOpenRow row = { hv_node_list_get_number (list, i), depth };
      g_array_append_val (to, row);
    }
}

static void
push (GArray *spans, GtkTreeListRow *parent, guint from, guint to, guint start, guint end,
      guint depth)
{
  const Span span = { parent, from, to, start, end, depth };

  if (from >= to)
    return;
  if (parent)
    g_object_ref (parent);
  g_array_append_val (spans, span);
}

/* Halves the span, or opens its only row. The left half comes last: it is taken off first. */
static void
split (GtkTreeListModel *model, GArray *spans, HvNodeList *list, const Span *span, GArray *rows)
{
  if (span->to - span->from == 1)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (model, span->start);
      GListModel *below = gtk_tree_list_row_get_children (row);
      append (rows, list, span->from, span->to, span->depth);
      push (spans, row, 0, g_list_model_get_n_items (below), span->start + 1, span->end,
            span->depth + 1);
      return;
    }
  guint half = span->from + (span->to - span->from) / 2;
  g_autoptr (GtkTreeListRow) row = span->parent
                                       ? gtk_tree_list_row_get_child_row (span->parent, half)
                                       : gtk_tree_list_model_get_child_row (model, half);
  guint at = gtk_tree_list_row_get_position (row);
  push (spans, span->parent, half, span->to, at, span->end, span->depth);
  push (spans, span->parent, span->from, half, span->start, at, span->depth);
}

static void
append_tree (GArray *rows, GtkTreeListModel *model)
{
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));
  GListModel *top = gtk_tree_list_model_get_model (model);

  push (spans, NULL, 0, g_list_model_get_n_items (top), 0,
        g_list_model_get_n_items (G_LIST_MODEL (model)), 0);
  while (spans->len)
    {
      Span span = g_array_index (spans, Span, spans->len - 1);
      GListModel *list = span.parent ? gtk_tree_list_row_get_children (span.parent) : top;
      g_array_set_size (spans, spans->len - 1);
      /* as many rows as items: none of them is open */
      if (span.end - span.start == span.to - span.from)
        append (rows, HV_NODE_LIST (list), span.from, span.to, span.depth);
      else
        split (model, spans, HV_NODE_LIST (list), &span, rows);
      span_clear (&span);
    }
}

GArray *
hv_open_rows (GListModel *rows)
{
  GArray *open = g_array_new (FALSE, FALSE, sizeof (HvOpenRow));

  if (GTK_IS_TREE_LIST_MODEL (rows))
    append_tree (open, GTK_TREE_LIST_MODEL (rows));
  else if (rows)
    append (open, HV_NODE_LIST (rows), 0, g_list_model_get_n_items (rows), 0);
  return open;
}
