/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dump-name.h"

#include <string.h>

/* Cuts ".DIGITS" off the end of name[0, *length). */
static gboolean
take_number (const char *name, gsize *length, int64_t *number)
{
  gsize start = *length;
  guint64 value = 0;

  while (start && g_ascii_isdigit (name[start - 1]))
    start--;
  /* more than 18 digits are no count of dumps */
  if (start == *length || *length - start > 18 || start < 2 || name[start - 1] != '.')
    return FALSE;
  for (gsize i = start; i < *length; i++)
    value = value * 10 + (guint64) (name[i] - '0');
  *number = (int64_t) value;
  *length = start - 1;
  return TRUE;
}

/* Cuts ".i7", ".u7", ".m7" or ".f" off. */
static gboolean
take_kind (const char *name, gsize *length)
{
  gsize start = *length;

  while (start && g_ascii_isdigit (name[start - 1]))
    start--;
  if (start < 3 || name[start - 2] != '.'
      || strchr (start == *length ? "f" : "ium", name[start - 1]) == NULL)
    return FALSE;
  *length = start - 2;
  return TRUE;
}

HvDumpName
hv_dump_name_parse (const char *name)
{
  static const char *const endings[] = { ".gz", ".zst", ".xz", ".symbolized", ".sym", ".heap" };
  HvDumpName result = { 0, -1, -1 };
  gsize length = strlen (name);
  gboolean heap = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      gsize n = strlen (endings[i]);
      if (length > n && memcmp (name + length - n, endings[i], n) == 0)
        {
          length -= n;
          heap = i + 1 == G_N_ELEMENTS (endings);
        }
    }
  if (!heap)
    return result;

  gsize process = length;
  if (take_kind (name, &process))
    {
      int64_t seq, pid;
      gsize prefix;
      if (!take_number (name, &process, &seq))
        return result;
      prefix = process;
      if (!take_number (name, &prefix, &pid))
        return result;
      result = (HvDumpName){ process, pid, seq };
    }
  else if (take_number (name, &process, &result.seq))
    result.process = process;
  return result;
}

int
hv_dump_name_compare (const char *a, const char *b)
{
  const char *x = a, *y = b;

  while (*x && *y)
    {
      if (!g_ascii_isdigit (*x) || !g_ascii_isdigit (*y))
        {
          if (*x != *y)
            return (guchar) *x < (guchar) *y ? -1 : 1;
          x++, y++;
          continue;
        }
      while (*x == '0' && g_ascii_isdigit (x[1]))
        x++;
      while (*y == '0' && g_ascii_isdigit (y[1]))
        y++;
      gsize n = strspn (x, "0123456789"), m = strspn (y, "0123456789");
      int order = n != m ? (n < m ? -1 : 1) : memcmp (x, y, n);
      if (order)
        return order;
      x += n, y += m;
    }
  return *x || *y ? (*x ? 1 : -1) : strcmp (a, b);
}
