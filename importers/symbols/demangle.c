/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

/* Mangled names are compressed: 200 bytes can stand for 30 MB, and take seconds. libiberty's
 * callback functions let us stop them: the text goes through a sink that jumps out when it has
 * seen enough. */
#define MAX_TEXT (64 * 1024)

/* A call without text is work too. */
#define MAX_CALLS (256 * 1024)

/* The C++ demangler keeps its tables on the stack and recurses by the name's length. Above about
 * 1,000 bytes it refuses unless told not to, and real names are longer. */
#define MAX_RUST_NAME (32 * 1024)
#define MAX_CXX_NAME (4 * 1024)
#define CXX_REFUSES_FROM 1000

typedef struct
{
  GString *text;
  gsize calls;
  gboolean overflown;
  jmp_buf enough;
} Sink;

static void
sink_write (const char *piece, size_t length, void *user)
{
  Sink *sink = user;

  sink->calls++;
  if (!sink->overflown && length <= MAX_TEXT - sink->text->len && sink->calls < MAX_CALLS)
    {
      g_string_append_len (sink->text, piece, (gssize) length);
      return;
    }
  /* A Punycode identifier is written byte by byte from a heap block that jumping out would leak:
     wait for the end of it. */
  sink->overflown = TRUE;
  if (length != 1 || sink->calls > 2 * MAX_CALLS)
    longjmp (sink->enough, 1);
}

/* A binder of very many lifetimes in a part that is not printed makes libiberty count them all. */
static gboolean
has_endless_binder (const char *name)
{
  for (const char *g = name; (g = strchr (g + 1, 'G')) != NULL;)
    {
      gsize digits = 0;
      while (g_ascii_isalnum (g[1 + digits]))
        digits++;
      if ((g[-1] == 'F' || g[-1] == 'D') && digits > 2 && g[1 + digits] == '_')
        return TRUE;
    }
  return FALSE;
}

static char *
demangle_with (const char *name, gboolean rust)
{
  gsize length = strlen (name);
  Sink sink = { .text = g_string_new (NULL) };
  volatile gboolean done = FALSE;

  if (setjmp (sink.enough) == 0)
    {
      if (!rust)
        done = length <= MAX_CXX_NAME
               && cplus_demangle_v3_callback (
                   name,
                   DMGL_PARAMS | DMGL_ANSI
                       | (length >= CXX_REFUSES_FROM ? DMGL_NO_RECURSE_LIMIT : 0),
                   sink_write, &sink);
      else if (length <= MAX_RUST_NAME && !(name[1] == 'R' && has_endless_binder (name)))
        done = rust_demangle_callback (name, DMGL_PARAMS | DMGL_ANSI, sink_write, &sink);
    }
  else
    done = FALSE;
  if (!done || sink.overflown || sink.text->len == 0)
    {
      g_string_free (sink.text, TRUE);
      return NULL;
    }
  return g_string_free (sink.text, FALSE);
}

/* Cuts what compilers append to copies of a function, ".constprop.0.isra.2", and the linker's
 * version, "@@GLIBC_2.34". */
static void
cut_suffixes (char *name)
{
  static const char *const clones[] = { "part", "constprop", "isra", "cold",
                                        "llvm", "lto_priv",  "clone" };

  char *at = strchr (name, '@');
  if (at && at > name && (at[1] == '@' || g_ascii_isupper (at[1])))
    *at = 0;

  for (;;)
    {
      char *dot = strrchr (name, '.'), *end = dot ? dot + strlen (dot) : NULL;
      if (dot == NULL || dot == name)
        return;
      if (dot[1] != 0 && strspn (dot + 1, "0123456789") == (gsize) (end - dot - 1))
        {
          char *number = dot;
          *number = 0;
          dot = strrchr (name, '.');
          *number = '.';
          if (dot == NULL || dot == name)
            return;
          end = number;
        }
      gboolean cut = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (clones); i++)
        cut |= strlen (clones[i]) == (gsize) (end - dot - 1)
               && memcmp (clones[i], dot + 1, strlen (clones[i])) == 0;
      if (!cut)
        return;
      *dot = 0;
    }
}

/* Each is looked for in the whole name; a compiler makes two or three. */
#define MAX_SUFFIXES 8

/* Where " (.llvm.123)" begins, which LLVM's demangler makes of such a suffix, at the end of a
 * readable name; NULL: it does not end so. */
static char *
find_llvm_suffix (char *name)
{
  char *dot = name + strlen (name);

  /* readable names have few dots */
  do
    dot = memrchr (name, '.', (gsize) (dot - name));
  while (dot && (dot - name < 2 || dot[-1] != '(' || dot[-2] != ' '));
  char *suffix = dot ? dot - 2 : NULL;
  if (suffix == NULL || suffix == name || !g_ascii_isalpha (suffix[3]))
    return NULL;
  for (const char *c = suffix + 3; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != '.' && *c != '_')
      return c[0] == ')' && c[1] == 0 ? suffix : NULL;
  return NULL;
}

/* Cuts " (.llvm.123)", " [clone .cold]" and "::h0123456789abcdef" from a readable name. */
static void
cut_readable_suffixes (char *name)
{
  char *suffix;
  for (int n = 0; n < MAX_SUFFIXES && (suffix = find_llvm_suffix (name)) != NULL; n++)
    *suffix = 0;
  gsize length = strlen (name);

  while (length > 0 && name[length - 1] == ']')
    {
      char *clone = g_strrstr (name, " [clone ");
      if (clone == NULL || strchr (clone, ']') != name + length - 1)
        break;
      *clone = 0;
      length = (gsize) (clone - name);
    }
  if (length > 19 && memcmp (name + length - 19, "::h", 3) == 0
      && strspn (name + length - 16, "0123456789abcdef") == 16)
    name[length - 19] = 0;
}

/* What a C++ demangler leaves of Rust's legacy names, "_$LT$app..Db$u20$as$u20$app..Get$GT$::get",
 * made readable. */
static char *
unescape_rust (const char *name)
{
  static const struct
  {
    const char *escape, *text;
  } escapes[] = { { "$LT$", "<" }, { "$GT$", ">" }, { "$LP$", "(" }, { "$RP$", ")" },
                  { "$RF$", "&" }, { "$BP$", "*" }, { "$SP$", "@" }, { "$C$", "," } };
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean any = FALSE;

  while (*name)
    {
      gsize length = 0;
      /* a part must not begin with a sign */
      if (name[0] == '_' && name[1] == '$'
          && (text->len == 0 || g_str_has_suffix (text->str, "::")))
        name++;
      for (gsize i = 0; *name == '$' && length == 0 && i < G_N_ELEMENTS (escapes); i++)
        if (g_str_has_prefix (name, escapes[i].escape))
          {
            length = strlen (escapes[i].escape);
            g_string_append (text, escapes[i].text);
          }
      if (*name == '$' && length == 0 && name[1] == 'u')
        {
          gsize digits = strspn (name + 2, "0123456789abcdef");
          gunichar c = (gunichar) g_ascii_strtoull (name + 2, NULL, 16);
          if (digits > 0 && digits <= 6 && name[2 + digits] == '$' && g_unichar_isprint (c))
            {
              length = 2 + digits + 1;
              g_string_append_unichar (text, c);
            }
        }
      any |= length > 0;
      if (length == 0 && name[0] == '.' && name[1] == '.')
        {
          length = 2;
          g_string_append (text, "::");
        }
      else if (length == 0)
        {
          length = 1;
          g_string_append_c (text, *name);
        }
      name += length;
    }
  return any ? g_strdup (text->str) : NULL;
}

char *
hv_demangle (const char *symbol)
{
  gsize length = strnlen (symbol, MAX_TEXT);
  g_autofree char *name = g_malloc (length + 1); /* g_strndup() would clear all of MAX_TEXT */
  char *readable = NULL;

  memcpy (name, symbol, length);
  name[length] = 0;
  if (strpbrk (name, " (<") == NULL)
    cut_suffixes (name);
  /* legacy Rust names are valid C++ ones, so Rust comes first */
  if (name[0] == '_' && (name[1] == 'R' || name[1] == 'Z'))
    {
      readable = demangle_with (name, TRUE);
      if (readable == NULL && name[1] == 'Z')
        readable = demangle_with (name, FALSE);
    }
  if (readable == NULL)
    readable = strchr (name, '$') ? unescape_rust (name) : NULL;
  if (readable == NULL)
    readable = g_steal_pointer (&name);
  cut_readable_suffixes (readable);
  return readable;
}
