/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame-key.h"

#include <string.h>

static gboolean
is_rust_hash (const char *text, gsize length)
{
  if (length != 19 || memcmp (text, "::h", 3) != 0)
    return FALSE;
  for (gsize i = 3; i < length; i++)
    if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
      return FALSE;
  return TRUE;
}

static gsize
without_digits (const char *text, gsize length)
{
  while (length && g_ascii_isdigit (text[length - 1]))
    length--;
  return length;
}

/* The length without one suffix that a compiler or linker added, or the same length. */
static gsize
without_suffix (const char *text, gsize length)
{
  static const char *const numbered[] = { ".part.", ".constprop.", ".isra.",
                                          ".llvm.", ".lto_priv.",  ".cold." };
  gsize stem = without_digits (text, length);

  if (stem < length || (length && text[length - 1] == '.'))
    for (gsize i = 0; i < G_N_ELEMENTS (numbered); i++)
      {
        gsize n = strlen (numbered[i]);
        if (stem > n && memcmp (text + stem - n, numbered[i], n) == 0)
          return stem - n;
      }
  if (length > 5 && memcmp (text + length - 5, ".cold", 5) == 0)
    return length - 5;
  if (length > 19 && is_rust_hash (text + length - 19, 19))
    return length - 19;
  if (length && text[length - 1] == ']')
    {
      /* not g_strrstr_len(): it reads the whole text first, for each of the suffixes */
      const char *bracket = memrchr (text, '[', length);
      if (bracket && bracket - text > 1 && bracket[-1] == ' '
          && g_str_has_prefix (bracket, "[clone "))
        return (gsize) (bracket - 1 - text);
    }
  return length;
}

gsize
hv_normalised_length (const char *function)
{
  gsize length = strlen (function);
  const char *at = memchr (function, '@', length);
  const char *version = at ? strstr (at, "@GLIBC") : NULL;

  /* "name@@GLIBC_2.2.5": only a version follows the '@' */
  if (at && version == NULL)
    version = strstr (at, "@@");
  if (version && version > function && !memchr (version, ' ', strlen (version)))
    {
      length = (gsize) (version - function);
      if (function[length - 1] == '@' && length > 1)
        length--;
    }

  for (gsize shorter; (shorter = without_suffix (function, length)) < length;)
    length = shorter;
  return length;
}

void
hv_normalise_function (GString *out, const char *function)
{
  g_string_append_len (out, function, (gssize) hv_normalised_length (function));
}

void
hv_frame_label (GString *out, const HvProfile *profile, const HvFrame *frame)
{
  if (frame->function)
    {
      if (frame->flags & HV_FRAME_SYNTHETIC)
        g_string_append (out, hv_profile_string (profile, frame->function));
      else
        hv_normalise_function (out, hv_profile_string (profile, frame->function));
      return;
    }
  if (frame->file && frame->line)
    {
      g_string_append_printf (out, "%s:%u", hv_basename (hv_profile_string (profile, frame->file)),
                              frame->line);
      return;
    }
  g_string_append (out, frame->module ? hv_basename (hv_profile_string (profile, frame->module))
                                      : "[unknown]");
  /* A run-time address is no offset: the module was loaded anywhere. */
  g_string_append_printf (out, "%s0x%" G_GINT64_MODIFIER "x",
                          frame->flags & HV_FRAME_RUNTIME_ADDRESS ? "@" : "+", frame->address);
}
