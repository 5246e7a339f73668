/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes the path of a readable function name to `path`: "<alloc::raw_vec::RawVec<T>>::grow_one" is
 * alloc::raw_vec::RawVec::grow_one, "void std::vector<int>::push_back(int&&)" is
 * std::vector::push_back. Generic and template arguments, parameters, return type and inline
 * namespaces are dropped. "<T as Trait>::m" is T::m, or Trait::m where T has no path of its own.
 *
 * `trait_path`, unless NULL, gets Trait::m of such a name, else the empty string. */
void hv_canonical_path (const char *function, GString *path, GString *trait_path);

G_END_DECLS
