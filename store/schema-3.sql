-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a stored profile is found by when its file is gone, and given better names by.
ALTER TABLE profile ADD COLUMN location TEXT;
ALTER TABLE profile ADD COLUMN file_warnings INTEGER;
ALTER TABLE frame ADD COLUMN call INTEGER;
ALTER TABLE module ADD COLUMN code_offset INTEGER;
ALTER TABLE module ADD COLUMN code_size INTEGER;
CREATE INDEX profile_location ON profile (location);
