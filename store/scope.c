/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scope.h"

#include <string.h>

HvScope
hv_scope_parse (const char **text)
{
  static const struct
  {
    const char *prefix;
    HvScope scope;
  } scopes[] = {
    { "fn:", { .function = TRUE } },   { "function:", { .function = TRUE } },
    { "file:", { .file = TRUE } },     { "mod:", { .module = TRUE } },
    { "module:", { .module = TRUE } }, { "crate:", { .origin = TRUE } },
    { "ns:", { .origin = TRUE } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      /* "ns::f" is a name */
      gsize length = strlen (scopes[i].prefix);
      if (g_str_has_prefix (*text, scopes[i].prefix) && (*text)[length] != ':')
        {
          *text += length;
          return scopes[i].scope;
        }
    }
  return (HvScope){ .function = TRUE, .file = TRUE, .module = TRUE };
}
