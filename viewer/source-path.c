/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/source-path.h"

#include <string.h>

#include "viewer/regular-file.h"

/* A folder deeper in a build tree than this is not followed up to its sources. */
#define MAX_FOLDERS_UP 4
/* Of toolchains or registries; more are not looked at. */
#define MAX_FOLDERS 64
/* rustup's list of what a toolchain is made of is about 1 MiB. */
#define MAX_MANIFEST (8 * 1024 * 1024)

/* --- mappings --- */

HvPathMapping *
hv_path_mapping_new (const char *prefix, const char *directory)
{
  HvPathMapping *mapping = g_new (HvPathMapping, 1);

  mapping->prefix = g_strdup (prefix);
  mapping->directory = g_strdup (directory);
  return mapping;
}

void
hv_path_mapping_free (HvPathMapping *mapping)
{
  g_free (mapping->prefix);
  g_free (mapping->directory);
  g_free (mapping);
}

/* Without ".", ".." and doubled slashes; a relative path stays relative. */
static char *
tidy (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, "/");
  return g_strdup (g_path_is_absolute (path) ? whole : whole + 1);
}

/* How long the end is that two paths have in common, in whole components, without the slash before
 * it. */
static gsize
common_end (const char *a, const char *b)
{
  gsize n_a = strlen (a), n_b = strlen (b), n = 0, whole = 0;

  while (n < n_a && n < n_b && a[n_a - 1 - n] == b[n_b - 1 - n])
    {
      if (a[n_a - 1 - n] == '/')
        whole = n;
      n++;
    }
  if ((n == n_a || a[n_a - 1 - n] == '/') && (n == n_b || b[n_b - 1 - n] == '/'))
    whole = n;
  return whole;
}

/* `path` without its last `n` bytes and the slash before them. */
static char *
cut_end (const char *path, gsize n)
{
  gsize length = strlen (path) - n;

  while (length > 1 && path[length - 1] == '/')
    length--;
  return g_strndup (path, length);
}

HvPathMapping *
hv_path_mapping_derive (const char *recorded, const char *chosen)
{
  g_autofree char *from = tidy (recorded), *to = tidy (chosen);
  gsize end = common_end (from, to);

  if (strcmp (from, to) == 0)
    return NULL;
  g_autofree char *prefix = end ? cut_end (from, end) : g_strdup (from);
  g_autofree char *directory = end ? cut_end (to, end) : g_strdup (to);
  return hv_path_mapping_new (prefix, directory);
}

char *
hv_path_mapping_apply (const HvPathMapping *mapping, const char *recorded)
{
  g_autofree char *path = tidy (recorded);
  gsize length = strlen (mapping->prefix);

  if (length == 0)
    return g_path_is_absolute (path) ? NULL : g_build_filename (mapping->directory, path, NULL);
  if (strcmp (path, mapping->prefix) == 0)
    return g_strdup (mapping->directory);
  if (!g_str_has_prefix (path, mapping->prefix)
      || (path[length] != '/' && mapping->prefix[length - 1] != '/'))
    return NULL;
  return g_build_filename (mapping->directory, path + length, NULL);
}

/* --- places --- */

static void
add_place (GPtrArray *places, char *path)
{
  if (path == NULL || !g_path_is_absolute (path)
      || g_ptr_array_find_with_equal_func (places, path, g_str_equal, NULL))
    g_free (path);
  else
    g_ptr_array_add (places, path);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) b, *(char *const *) a);
}

/* What is in a folder, by name, larger numbers first. */
static GPtrArray *
names_in (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && names->len < MAX_FOLDERS && (name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* "/rustc/HASH/library/std/src/io.rs" is lib/rustlib/src/rust/library/std/src/io.rs of a toolchain
 * with the component rust-src. */
static void
add_rust_library (GPtrArray *places, const HvSourceQuestion *q)
{
  const char *hash = q->recorded + strlen ("/rustc/");
  const char *rest = g_str_has_prefix (q->recorded, "/rustc/") ? strchr (hash, '/') : NULL;
  g_autofree char *toolchains = g_build_filename (q->home, ".rustup", "toolchains", NULL);

  if (rest == NULL)
    return;
  g_autofree char *commit = g_strndup (hash, (gsize) (rest - hash));
  g_autoptr (GPtrArray) names = names_in (toolchains);
  guint first = places->len;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *lib = g_build_filename (toolchains, name, "lib", "rustlib", NULL);
      g_autofree char *list = g_build_filename (lib, "multirust-channel-manifest.toml", NULL);
      gsize length;
      g_autofree char *manifest = hv_read_regular_file (list, MAX_MANIFEST, &length, NULL, NULL);
      char *place = g_build_filename (lib, "src", "rust", rest + 1, NULL);
      if (manifest && strlen (commit) >= 8 && strstr (manifest, commit))
        g_ptr_array_insert (places, (gint) first, place);
      else
        add_place (places, place);
    }
  add_place (places, g_build_filename ("/usr/lib/rustlib/src/rust", rest + 1, NULL));
}

/* "…/registry/src/INDEX/CRATE-VERSION/src/lib.rs" of any user, and the standard library's own
 * "/rust/deps/CRATE-VERSION/…". */
static void
add_crate (GPtrArray *places, const HvSourceQuestion *q)
{
  static const char deps[] = "/rust/deps/", registry[] = "/registry/src/";
  const char *in = strstr (q->recorded, registry), *crate = NULL;
  g_autofree char *indices = g_build_filename (q->home, ".cargo", "registry", "src", NULL);

  if (g_str_has_prefix (q->recorded, deps))
    crate = q->recorded + strlen (deps);
  else if (in && (in = strchr (in + strlen (registry), '/')))
    crate = in + 1;
  if (crate == NULL)
    return;
  g_autoptr (GPtrArray) names = names_in (indices);
  for (guint i = 0; i < names->len; i++)
    add_place (places, g_build_filename (indices, g_ptr_array_index (names, i), crate, NULL));
}

static void
add_beside (GPtrArray *places, const char *file, const char *recorded, guint folders_up)
{
  if (file == NULL || *file == '\0' || *file == '[')
    return;
  g_autofree char *whole = g_canonicalize_filename (file, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);
  for (guint i = 0; i <= folders_up && strcmp (folder, "/") != 0; i++)
    {
      add_place (places, g_build_filename (folder, recorded, NULL));
      char *above = g_path_get_dirname (folder);
      g_free (folder);
      folder = above;
    }
}

GPtrArray *
hv_source_places (const HvSourceQuestion *q)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);

  if (*q->recorded == '\0')
    return places;
  add_place (places, g_strdup (q->recorded));
  for (guint i = 0; q->mappings && i < q->mappings->len; i++)
    add_place (places, hv_path_mapping_apply (g_ptr_array_index (q->mappings, i), q->recorded));
  if (!g_path_is_absolute (q->recorded))
    {
      g_autofree char *path = tidy (q->recorded);
      add_beside (places, q->dump, path, 0);
      if (q->module && g_path_is_absolute (q->module))
        add_beside (places, q->module, path, MAX_FOLDERS_UP);
    }
  add_rust_library (places, q);
  add_crate (places, q);
  return places;
}
