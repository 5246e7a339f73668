/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/column-box.h"

#define SPACING 24
#define MIN_WIDTH 300
#define FEWER_BELOW 560 /* what a column should have at least */
#define MAX_WIDTH 900
#define MAX_COLUMNS 4

struct _HvColumnBox
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HvColumnBox, hv_column_box, GTK_TYPE_WIDGET)

typedef struct
{
  guint n;
  int width; /* of one */
  int height[MAX_COLUMNS];
} Columns;

static Columns
columns_for (GtkWidget *widget, int width)
{
  guint shown = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    shown += gtk_widget_should_layout (child);
  guint n = (guint) CLAMP ((width + SPACING) / (FEWER_BELOW + SPACING), 1, MAX_COLUMNS);
  n = CLAMP (shown, 1, n);
  return (Columns){
    .n = n, .width = CLAMP ((width - ((int) n - 1) * SPACING) / (int) n, MIN_WIDTH, MAX_WIDTH)
  };
}

static guint
shortest (const Columns *columns)
{
  guint best = 0;

  for (guint i = 1; i < columns->n; i++)
    if (columns->height[i] < columns->height[best])
      best = i;
  return best;
}

/* Puts a child below the shortest column, which is returned, at `*y`. */
static guint
place (Columns *columns, GtkWidget *child, int *y, int *height)
{
  guint at = shortest (columns);

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, columns->width, NULL, height, NULL, NULL);
  *y = columns->height[at] + (columns->height[at] ? SPACING : 0);
  columns->height[at] = *y + *height;
  return at;
}

static GtkSizeRequestMode
hv_column_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hv_column_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = MIN_WIDTH;
  *natural = FEWER_BELOW;
  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child && orientation == GTK_ORIENTATION_HORIZONTAL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural = MAX (*natural, least);
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;

  /* Asked without a width by a scroller, which scrolls it whatever its height is: laying out every
   * text for a width that it will not have would take as long as the layout itself. */
  *minimum = 0;
  if (for_size < 0)
    {
      *natural = 0;
      return;
    }
  Columns columns = columns_for (widget, for_size);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      {
        int y, height;
        guint at = place (&columns, child, &y, &height);
        *minimum = MAX (*minimum, columns.height[at]);
      }
  *natural = *minimum;
}

static void
hv_column_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  Columns columns = columns_for (widget, width);
  int used = (int) columns.n * (columns.width + SPACING) - SPACING;
  int left = MAX (0, (width - used) / 2);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      {
        int y, high;
        int x = (int) place (&columns, child, &y, &high) * (columns.width + SPACING) + left;
        gtk_widget_size_allocate (
            child,
            &(GtkAllocation){ mirrored ? width - x - columns.width : x, y, columns.width, high },
            -1);
      }
}

static void
hv_column_box_dispose (GObject *object)
{
  hv_column_box_clear (HV_COLUMN_BOX (object));
  G_OBJECT_CLASS (hv_column_box_parent_class)->dispose (object);
}

static void
hv_column_box_class_init (HvColumnBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_column_box_dispose;
  widget_class->get_request_mode = hv_column_box_get_request_mode;
  widget_class->measure = hv_column_box_measure;
  widget_class->size_allocate = hv_column_box_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
hv_column_box_init (HvColumnBox *self)
{
}

GtkWidget *
hv_column_box_new (void)
{
  return g_object_new (HV_TYPE_COLUMN_BOX, NULL);
}

void
hv_column_box_append (HvColumnBox *self, GtkWidget *child)
{
  g_return_if_fail (HV_IS_COLUMN_BOX (self));
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}

void
hv_column_box_clear (HvColumnBox *self)
{
  GtkWidget *child;

  g_return_if_fail (HV_IS_COLUMN_BOX (self));
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
}
