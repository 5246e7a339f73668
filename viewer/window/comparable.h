/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a profile that can be compared is known from; lists show them in this order. */
typedef enum
{
  HV_COMPARABLE_CHOSEN, /* in a dialog, just now */
  HV_COMPARABLE_OPEN,   /* in a tab */
  HV_COMPARABLE_RECENT,
  HV_COMPARABLE_STORED,
} HvComparableOrigin;

typedef struct
{
  char *path;    /* absolute */
  char *program; /* NULL: not known */
  HvComparableOrigin origin;
  gint64 when;   /* written, or stored if it is gone: seconds since 1970; 0: not known */
  gboolean gone; /* only the store has it */
} HvComparable;

/* An empty list of HvComparable, the most likely first; g_ptr_array_unref(). */
GPtrArray *hv_comparables_new (void);

/* Adds a file, or what is newly told of one that is there. `command` may be NULL; `stored`: when it
 * was stored, or 0. What is neither stored nor a file is left out: NULL. */
const HvComparable *hv_comparables_add (GPtrArray *list, const char *path, const char *command,
                                        gint64 stored, HvComparableOrigin origin);

/* Moves those of another list that are not there yet to where they belong, and empties it. */
void hv_comparables_merge (GPtrArray *list, GPtrArray *more);

/* What `current` is most likely to be compared with: another that is open, of the same program
 * first, else the first of the same program; NULL: nothing is likely. */
const HvComparable *hv_comparables_find_base (const GPtrArray *list, const HvComparable *current);

G_END_DECLS
