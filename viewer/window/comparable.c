/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/comparable.h"

#include <glib/gstdio.h>
#include <string.h>

static void
comparable_free (gpointer data)
{
  HvComparable *self = data;

  g_free (self->path);
  g_free (self->program);
  g_free (self);
}

GPtrArray *
hv_comparables_new (void)
{
  return g_ptr_array_new_with_free_func (comparable_free);
}

/* "server" of "/usr/bin/server --port 80". */
static char *
program_of (const char *command)
{
  g_autofree char *first = command ? g_strndup (command, strcspn (command, " ")) : NULL;

  return first && *first ? g_path_get_basename (first) : NULL;
}

static HvComparable *
find (const GPtrArray *list, const char *path)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((const HvComparable *) g_ptr_array_index (list, i))->path, path) == 0)
      return g_ptr_array_index (list, i);
  return NULL;
}

/* After those of its origin. */
static void
insert (GPtrArray *list, HvComparable *self)
{
  guint at = 0;

  while (at < list->len
         && ((const HvComparable *) g_ptr_array_index (list, at))->origin <= self->origin)
    at++;
  g_ptr_array_insert (list, (int) at, self);
}

const HvComparable *
hv_comparables_add (GPtrArray *list, const char *path, const char *command, gint64 stored,
                    HvComparableOrigin origin)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  HvComparable *known = find (list, absolute);
  GStatBuf info;

  if (known)
    {
      if (!known->program)
        known->program = program_of (command);
      return known;
    }
  gboolean exists = g_stat (absolute, &info) == 0 && S_ISREG (info.st_mode);
  if (!exists && !stored)
    return NULL;

  HvComparable *self = g_new0 (HvComparable, 1);
  self->path = g_steal_pointer (&absolute);
  self->program = program_of (command);
  self->origin = origin;
  self->when = exists ? info.st_mtim.tv_sec : stored;
  self->gone = !exists;
  insert (list, self);
  return self;
}

void
hv_comparables_merge (GPtrArray *list, GPtrArray *more)
{
  while (more->len)
    {
      HvComparable *one = g_ptr_array_steal_index (more, 0);
      HvComparable *known = find (list, one->path);
      if (!known)
        {
          insert (list, one);
          continue;
        }
      if (!known->program)
        known->program = g_steal_pointer (&one->program);
      comparable_free (one);
    }
}

/* The file's name without numbers, which count dumps and processes. */
static char *
stem_of (const HvComparable *self)
{
  char *name = g_path_get_basename (self->path), *to = name;

  for (const char *from = name; *from; from++)
    if (!g_ascii_isdigit (*from))
      *to++ = *from;
  *to = '\0';
  return name;
}

static gboolean
is_same_program (const HvComparable *a, const HvComparable *b)
{
  if (a->program && b->program)
    return strcmp (a->program, b->program) == 0;
  g_autofree char *first = stem_of (a), *second = stem_of (b);
  return strcmp (first, second) == 0;
}

const HvComparable *
hv_comparables_find_base (const GPtrArray *list, const HvComparable *current)
{
  const HvComparable *open = NULL, *alike = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const HvComparable *other = g_ptr_array_index (list, i);
      if (other == current)
        continue;
      if (is_same_program (other, current))
        {
          if (other->origin == HV_COMPARABLE_OPEN)
            return other;
          alike = alike ?: other;
        }
      else if (other->origin == HV_COMPARABLE_OPEN)
        open = open ?: other;
    }
  return open ?: alike;
}
