/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-frame.h"

#include <string.h>

static gboolean
equals (HvDhatPiece piece, const char *text)
{
  return strlen (text) == piece.length && memcmp (piece.text, text, piece.length) == 0;
}

static gboolean
starts_with (HvDhatPiece piece, const char *prefix)
{
  gsize length = strlen (prefix);

  return piece.length >= length && memcmp (piece.text, prefix, length) == 0;
}

static gboolean
ends_with (HvDhatPiece piece, const char *suffix)
{
  gsize length = strlen (suffix);

  return piece.length >= length && memcmp (piece.text + piece.length - length, suffix, length) == 0;
}

/* Cuts "0x1091F0" off the front of `rest`, with the ": " behind it. Of an address alone nothing is
 * left. */
static void
take_address (HvDhatPiece *rest, uint64_t *address)
{
  uint64_t value = 0;
  gsize i = 2;

  if (!starts_with (*rest, "0x"))
    return;
  for (; i < rest->length && g_ascii_isxdigit (rest->text[i]); i++)
    value = value << 4 | (uint64_t) g_ascii_xdigit_value (rest->text[i]);
  if (i == 2 || i > 18)
    return;
  if (i < rest->length)
    {
      if (rest->length - i < 2 || rest->text[i] != ':' || rest->text[i + 1] != ' ')
        return;
      i += 2;
    }
  *address = value;
  rest->text += i;
  rest->length -= i;
}

/* Cuts ":123" off the end. */
static gboolean
take_number (HvDhatPiece *rest, uint32_t *number)
{
  gsize i = rest->length;
  uint64_t value = 0;

  while (i > 0 && g_ascii_isdigit (rest->text[i - 1]))
    i--;
  if (i == 0 || i == rest->length || rest->text[i - 1] != ':')
    return FALSE;
  for (gsize k = i; k < rest->length && value <= UINT32_MAX; k++)
    value = value * 10 + (uint64_t) (rest->text[k] - '0');
  *number = value <= UINT32_MAX ? (uint32_t) value : 0;
  rest->length = i - 1;
  return TRUE;
}

/* What stands in the parentheses: "in /path/object", or "file:line" or "file:line:column", from the
 * right because a file may have colons of its own. */
static void
parse_place (HvDhatPiece place, HvDhatFrame *frame)
{
  uint32_t last, before;

  if (starts_with (place, "in "))
    {
      frame->object = (HvDhatPiece){ place.text + 3, place.length - 3 };
      if (equals (frame->object, "???"))
        frame->object.length = 0;
      return;
    }
  if (take_number (&place, &last))
    frame->line = take_number (&place, &before) ? before : last;
  if (!equals (place, "???"))
    frame->file = place;
}

/* The name without what the tools hang on it: "+1905" (--sym-offsets), " [clone .part.0]" (the
 * demangler) and "@@GLIBC_2.2.5" (symbol versions). */
static HvDhatPiece
bare_name (HvDhatPiece name)
{
  gsize i = name.length;

  while (i > 0 && g_ascii_isdigit (name.text[i - 1]))
    i--;
  if (i > 1 && i < name.length && name.text[i - 1] == '+')
    name.length = i - 1;

  while (ends_with (name, "]"))
    {
      const char *open = g_strrstr_len (name.text, (gssize) name.length, " [clone ");
      if (open == NULL || open == name.text
          || memchr (open, ']', (gsize) (name.text + name.length - open))
                 != name.text + name.length - 1)
        break;
      name.length = (gsize) (open - name.text);
    }

  const char *at = memchr (name.text, '@', name.length);
  if (at && at > name.text)
    {
      const char *p = at, *end = name.text + name.length;
      while (p < end && *p == '@')
        p++;
      if (p < end && g_ascii_isalpha (*p))
        {
          while (p < end && (g_ascii_isalnum (*p) || *p == '_' || *p == '.'))
            p++;
          if (p == end)
            name.length = (gsize) (at - name.text);
        }
    }
  return name;
}

void
hv_dhat_parse_frame (const char *text, gsize length, HvDhatFrame *frame)
{
  HvDhatPiece rest = { text, length };

  *frame = (HvDhatFrame){ 0 };
  take_address (&rest, &frame->address);

  /* The place is the last parenthesis, found by counting: "(in /opt/Foo (x86)/lib.so)". */
  frame->function = rest;
  if (rest.length && rest.text[rest.length - 1] == ')')
    {
      gsize open = rest.length, depth = 0;
      do
        {
          open--;
          if (rest.text[open] == ')')
            depth++;
          else if (rest.text[open] == '(')
            depth--;
        }
      while (depth > 0 && open > 0);
      if (depth == 0 && open >= 2 && rest.text[open - 1] == ' ')
        {
          frame->function.length = open - 1;
          parse_place ((HvDhatPiece){ rest.text + open + 1, rest.length - open - 2 }, frame);
        }
    }
  if (equals (frame->function, "???"))
    frame->function.length = 0;
  else if (frame->function.length)
    frame->function = bare_name (frame->function);
}

gboolean
hv_dhat_is_root (const HvDhatFrame *frame)
{
  static const char *const names[] = {
    "(below main)",
    "main",
    "_start",
    "_start_c",
    "start",
    "_dyld_start",
    "mainCRTStartup",
    "__scrt_common_main_seh",
    "clone",
    "clone3",
    "__clone",
    "__clone3",
    "start_thread",
    "thread_start",
    "_pthread_start",
    "BaseThreadInitThunk",
    "RtlUserThreadStart",
  };
  HvDhatPiece function = frame->function;

  if (function.length == 0)
    {
      /* without symbols of the C library: its thread start and the loader's entry */
      const char *slash = frame->object.length
                              ? memrchr (frame->object.text, '/', frame->object.length)
                              : NULL;
      HvDhatPiece base = frame->object;
      if (slash)
        base = (HvDhatPiece){ slash + 1, (gsize) (base.text + base.length - slash - 1) };
      return starts_with (base, "ld-") || starts_with (base, "ld.so")
             || starts_with (base, "libc.so") || starts_with (base, "libc-")
             || starts_with (base, "libpthread");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (equals (function, names[i]))
      return TRUE;
  return ends_with (function, "::main") || ends_with (function, "::thread_start")
         || starts_with (function, "std::rt::lang_start") || starts_with (function, "_dl_start")
         || starts_with (function, "__libc_start_");
}
