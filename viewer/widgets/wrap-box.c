/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/wrap-box.h"

#define SPACING 8

struct _HvWrapBox
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HvWrapBox, hv_wrap_box, GTK_TYPE_WIDGET)

/* What a child asks for on a line. */
static int
child_width (GtkWidget *child, int width)
{
  int minimum, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  return gtk_widget_get_hexpand (child) ? minimum : MAX (minimum, MIN (natural, width));
}

static GtkWidget *
next_shown (GtkWidget *child)
{
  while (child && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

typedef struct
{
  GtkWidget *first, *end; /* `end` is the next line's first */
  int width, height;      /* as asked for, with spacing */
  guint n_expand;
} Line;

/* Takes as many children as fit, one at least. */
static Line
take_line (GtkWidget *first, int width)
{
  Line line = { .first = first };
  GtkWidget *child = first;

  for (; child; child = next_shown (gtk_widget_get_next_sibling (child)))
    {
      int wide = child_width (child, width), high;
      if (child != first && line.width + SPACING + wide > width)
        break;
      line.width += wide + (child == first ? 0 : SPACING);
      line.n_expand += gtk_widget_get_hexpand (child);
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, wide, NULL, &high, NULL, NULL);
      line.height = MAX (line.height, high);
    }
  line.end = child;
  return line;
}

static GtkSizeRequestMode
hv_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hv_wrap_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  GtkWidget *first = next_shown (gtk_widget_get_first_child (widget));

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      while (first)
        {
          Line line = take_line (first, for_size < 0 ? G_MAXINT / 2 : for_size);
          *minimum += line.height + (*minimum ? SPACING : 0);
          first = line.end;
        }
      *natural = *minimum;
      return;
    }
  for (GtkWidget *child = first; child; child = next_shown (gtk_widget_get_next_sibling (child)))
    {
      int least, best;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &best, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += best + (child == first ? 0 : SPACING);
    }
  *natural = MAX (*minimum, *natural);
}

static void
hv_wrap_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkWidget *first = next_shown (gtk_widget_get_first_child (widget));
  int y = 0;

  while (first)
    {
      Line line = take_line (first, width);
      int x = 0, spare = MAX (0, width - line.width);
      for (GtkWidget *child = first; child != line.end;
           child = next_shown (gtk_widget_get_next_sibling (child)))
        {
          int wide = child_width (child, width);
          if (gtk_widget_get_hexpand (child))
            wide += spare / (int) line.n_expand;
          gtk_widget_size_allocate (
              child, &(GtkAllocation){ mirrored ? width - x - wide : x, y, wide, line.height }, -1);
          x += wide + SPACING;
        }
      y += line.height + SPACING;
      first = line.end;
    }
}

static void
hv_wrap_box_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hv_wrap_box_parent_class)->dispose (object);
}

static void
hv_wrap_box_class_init (HvWrapBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_wrap_box_dispose;
  widget_class->get_request_mode = hv_wrap_box_get_request_mode;
  widget_class->measure = hv_wrap_box_measure;
  widget_class->size_allocate = hv_wrap_box_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
hv_wrap_box_init (HvWrapBox *self)
{
}

GtkWidget *
hv_wrap_box_new (void)
{
  return g_object_new (HV_TYPE_WRAP_BOX, NULL);
}

void
hv_wrap_box_append (HvWrapBox *self, GtkWidget *child)
{
  g_return_if_fail (HV_IS_WRAP_BOX (self));
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}
