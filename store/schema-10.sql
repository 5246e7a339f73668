-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reports that were made of a profile, to be printed again: they go with it. `key` is profile.id << 32
-- and a number that grows; `question` tells the report, who made it and by which rules.
CREATE TABLE answer (key INTEGER PRIMARY KEY, question TEXT NOT NULL, text TEXT NOT NULL);
