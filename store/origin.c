/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "origin.h"

#include "canonical.h"

#include <string.h>

/* How many wrappers around a future are taken off. */
#define MAX_WRAPPERS 8

static void
append_crate (GString *out, const char *name, gsize length)
{
  gsize at = out->len;

  g_string_append_len (out, name, (gssize) length);
  /* a package may be called tokio-util; its crate is tokio_util */
  for (gsize i = at; i < out->len; i++)
    if (out->str[i] == '-')
      out->str[i] = '_';
}

/* The length of "hashbrown" in "hashbrown-0.15.2". */
static gsize
without_version (const char *name, gsize length)
{
  for (gsize i = 1; i + 1 < length; i++)
    if (name[i] == '-' && g_ascii_isdigit (name[i + 1]))
      {
        gsize digits = i + 1;
        while (digits < length && g_ascii_isdigit (name[digits]))
          digits++;
        if (digits < length && name[digits] == '.')
          return i;
      }
  return length;
}

/* The part of a path that begins at `part`; 0 when nothing follows it. */
static gsize
part_length (const char *part)
{
  const char *slash = strchr (part, '/');

  return slash ? (gsize) (slash - part) : 0;
}

static const char *
next_part (const char *part)
{
  gsize length = part_length (part);

  return length ? part + length + 1 : NULL;
}

/* "<repository>-<16 hex>/<revision>/[…/crate/]src/…" below cargo's checkouts. */
static gboolean
crate_of_checkout (GString *out, const char *repository)
{
  gsize length = part_length (repository);
  const char *revision = next_part (repository), *src, *dash;

  if (revision == NULL || part_length (revision) == 0)
    return FALSE;
  src = strstr (revision, "/src/");
  if (src && src > revision + part_length (revision))
    {
      const char *crate = src;
      while (crate[-1] != '/')
        crate--;
      append_crate (out, crate, (gsize) (src - crate));
      return TRUE;
    }
  dash = g_strrstr_len (repository, (gssize) length, "-");
  append_crate (out, repository, dash ? (gsize) (dash - repository) : length);
  return TRUE;
}

/* The crate that a source path of Rust names: the standard library's, or a dependency's. */
static gboolean
crate_of_path (GString *out, const char *path)
{
  static const char *const libraries[] = { "/rustlib/src/rust/library/", "/rustc/",
                                           "/usr/src/rustc-" };
  static const struct
  {
    const char *before;
    guint skip; /* parts between it and the crate's directory */
  } dependencies[] = { { "/rust/deps/", 0 },
                       { "/cargo/registry/src/", 1 },
                       { "/.cargo/registry/src/", 1 },
                       { "/usr/share/cargo/registry/", 0 },
                       { "/vendor/", 0 } };
  const char *part;

  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    if ((part = strstr (path, libraries[i])) != NULL)
      {
        const char *library = strstr (part, "/library/");
        if (library && part_length (library + strlen ("/library/")))
          {
            library += strlen ("/library/");
            append_crate (out, library, part_length (library));
            return TRUE;
          }
      }
  for (gsize i = 0; i < G_N_ELEMENTS (dependencies); i++)
    if ((part = strstr (path, dependencies[i].before)) != NULL)
      {
        part += strlen (dependencies[i].before);
        for (guint skip = dependencies[i].skip; part && skip; skip--)
          part = next_part (part);
        gsize length = part ? part_length (part) : 0;
        /* C libraries are vendored too */
        if (length == 0 || !g_str_has_suffix (path, ".rs"))
          continue;
        append_crate (out, part, without_version (part, length));
        return TRUE;
      }
  if ((part = strstr (path, "/cargo/git/checkouts/")) != NULL
      || (part = strstr (path, "/.cargo/git/checkouts/")) != NULL)
    return crate_of_checkout (out, strstr (part, "checkouts/") + strlen ("checkouts/"));
  return FALSE;
}

/* The length of "app" in "app::Cache::get"; 0 when the path has one part only. */
static gsize
first_part (const char *path)
{
  const char *colons = strstr (path, "::");

  if (colons == NULL)
    return 0;
  for (const char *c = path; c < colons; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && (unsigned char) *c < 0x80)
      return 0;
  return (gsize) (colons - path);
}

static gboolean
is_standard (const char *crate, gsize length)
{
  return (length == 4 && memcmp (crate, "core", 4) == 0)
         || (length == 5 && memcmp (crate, "alloc", 5) == 0)
         || (length == 3 && memcmp (crate, "std", 3) == 0);
}

void
hv_frame_origin (GString *out, const HvProfile *profile, const HvFrame *frame)
{
  hv_code_origin (out, hv_profile_string (profile, frame->function),
                  hv_profile_string (profile, frame->file),
                  hv_profile_string (profile, frame->module));
}

void
hv_code_origin (GString *out, const char *function, const char *file, const char *module)
{
  if (*file && crate_of_path (out, file))
    return;
  if (*function)
    {
      g_autoptr (GString) path = g_string_new (NULL);
      g_autoptr (GString) trait = g_string_new (NULL);
      const char *name;
      gsize length;

      hv_canonical_path (path, trait, function);
      name = path->str;
      length = first_part (name);
      /* a trait of one's own for a type of the standard library: the source is not the latter's */
      if (*file && trait->len && is_standard (name, length) && first_part (trait->str))
        {
          name = trait->str;
          length = first_part (name);
        }
      if (length)
        {
          g_string_append_len (out, name, (gssize) length);
          return;
        }
      if (*file && g_str_has_prefix (path->str, "(anonymous namespace)::"))
        {
          g_string_append (out, hv_basename (file));
          return;
        }
    }
  if (*module)
    g_string_append (out, hv_basename (module));
  else
    g_string_append (out, *file ? hv_basename (file) : "[unknown]");
}

/* The first generic argument in `text`: what stands in the first angle brackets after a name or
 * "::". */
static char *
first_argument (const char *text)
{
  const char *open = NULL, *stop;
  guint angle = 0, round = 0;

  for (const char *c = text; *c && open == NULL; c++)
    if (*c == '<' && c > text && (g_ascii_isalnum (c[-1]) || c[-1] == '_' || c[-1] == ':'))
      open = c + 1;
  if (open == NULL)
    return NULL;
  for (stop = open; *stop; stop++)
    if (strchr ("([{", *stop))
      round++;
    else if (strchr (")]}", *stop))
      {
        if (round-- == 0)
          return NULL;
      }
    else if (round)
      continue;
    else if (*stop == '<')
      angle++;
    else if (*stop == '>' && stop[-1] != '-' && angle-- == 0)
      return g_strndup (open, (gsize) (stop - open));
    else if (*stop == ',' && angle == 0)
      return g_strndup (open, (gsize) (stop - open));
  return NULL;
}

/* The same of the arguments a function's name ends in: "Core<T,S>::poll::<app::serve, …>". */
static char *
first_own_argument (const char *text)
{
  const char *last = NULL;
  guint depth = 0;

  for (const char *c = text; *c; c++)
    if (strchr ("<([{", *c))
      {
        if (depth++ == 0 && *c == '<' && c - text > 2 && c[-1] == ':')
          last = c - 1;
      }
    else if (strchr (")]}", *c) || (*c == '>' && c > text && c[-1] != '-'))
      depth -= depth > 0;
  return last ? first_argument (last) : NULL;
}

static gboolean
begins_with_any (const char *text, const char *const *words)
{
  for (; *words; words++)
    if (g_str_has_prefix (text, *words))
      return TRUE;
  return FALSE;
}

gboolean
hv_function_task (const char *function, GString *key, GString *label)
{
  /* functions whose first generic argument is the future */
  static const char *const makers[] = { "tokio::runtime::task::raw::poll",
                                        "tokio::runtime::task::raw::RawTask::new",
                                        "tokio::runtime::task::harness::Harness::",
                                        "tokio::runtime::task::harness::poll_future",
                                        "tokio::runtime::task::core::Core::",
                                        "tokio::runtime::task::core::Cell::",
                                        "tokio::runtime::task::new_task",
                                        "tokio::runtime::task::joinable",
                                        "tokio::runtime::task::unowned",
                                        "tokio::runtime::task::list::OwnedTasks::bind",
                                        "tokio::runtime::task::list::LocalOwnedTasks::bind",
                                        "tokio::task::spawn::spawn",
                                        "tokio::task::local::spawn_local",
                                        "tokio::task::blocking::spawn_blocking",
                                        NULL };
  static const char *const wrappers[] = { "core::pin::Pin",
                                          "alloc::boxed::Box",
                                          "core::panic::unwind_safe::AssertUnwindSafe",
                                          "core::future::from_generator::GenFuture",
                                          "tracing::instrument::",
                                          "tracing_futures::",
                                          "futures_util::future::",
                                          "tokio::runtime::blocking::task::BlockingTask",
                                          "tokio::time::timeout::Timeout",
                                          NULL };
  const char *tokio = strstr (function, "tokio::");
  gboolean blocking;
  g_autoptr (GString) path = NULL;
  g_autofree char *future = NULL;

  if (tokio == NULL)
    return FALSE;
  path = g_string_new (NULL);
  hv_canonical_path (path, NULL, function);
  if (!begins_with_any (path->str, makers))
    return FALSE;
  blocking = strstr (path->str, "blocking") || strstr (function, "::blocking::task::BlockingTask<");
  future = first_argument (tokio);
  /* the legacy mangling has the parameter's letter there */
  if (future == NULL || strstr (future, "::") == NULL)
    {
      g_free (future);
      future = first_own_argument (tokio);
    }
  for (guint i = 0; future && i < MAX_WRAPPERS; i++)
    {
      g_string_truncate (path, 0);
      hv_canonical_path (path, NULL, future);
      char *inner = begins_with_any (path->str, wrappers) ? first_argument (future) : NULL;
      /* a boxed "dyn Future" tells no more */
      if (inner == NULL || strstr (inner, "::") == NULL || g_str_has_prefix (inner, "dyn "))
        {
          g_free (inner);
          break;
        }
      g_free (future);
      future = inner;
    }
  if (future == NULL || strstr (future, "::") == NULL)
    return FALSE;
  /* the runtime's own: its workers are tasks too */
  if (g_str_has_prefix (path->str, "tokio::"))
    return FALSE;

  g_string_append (key, path->str);
  gsize start = label->len;
  hv_generic_name (label, future);
  /* a closure that is a future is the body of an async function, as far as the name tells */
  if (!blocking && g_str_has_suffix (label->str + start, "::{closure}"))
    g_string_truncate (label, label->len - strlen ("::{closure}"));
  else if (g_str_has_suffix (label->str + start, " (async)"))
    g_string_truncate (label, label->len - strlen (" (async)"));
  return TRUE;
}
