-- SPDX-License-Identifier: GPL-3.0-or-later
-- What was looked at last, of a profile or of two that were compared, and the views that the user
-- gave a name. `key` is profile.key, of a comparison those of base and current with a space between;
-- the profile itself may be gone. `text` is the viewer's own.
CREATE TABLE state (key TEXT PRIMARY KEY, used INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE named_view (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  program TEXT,             -- what was recorded; NULL: not known
  created INTEGER NOT NULL, -- seconds since 1970
  text TEXT NOT NULL,
  UNIQUE (key, name)
);
