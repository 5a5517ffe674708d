/** models.db. Numbered migrations: never edited, only added to. */
export const modelMigrations = [
  `CREATE TABLE versions (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     number INTEGER NOT NULL,
     created_at TEXT NOT NULL,
     stage TEXT NOT NULL CHECK (stage IN ('candidate', 'shadow', 'champion', 'retired')),
     format TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     snapshot TEXT NOT NULL,
     features TEXT NOT NULL,
     feature_version TEXT NOT NULL,
     params TEXT NOT NULL,
     metrics TEXT NOT NULL,
     gates TEXT NOT NULL,
     UNIQUE (name, number)
   ) STRICT;
   CREATE UNIQUE INDEX one_champion ON versions (name) WHERE stage = 'champion';
   CREATE TABLE changes (
     number INTEGER PRIMARY KEY,
     version TEXT NOT NULL REFERENCES versions (id),
     at TEXT NOT NULL,
     from_stage TEXT,
     to_stage TEXT NOT NULL,
     by TEXT NOT NULL,
     reason TEXT NOT NULL,
     refused INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE mirrored (
     server TEXT NOT NULL,
     version TEXT NOT NULL REFERENCES versions (id),
     number TEXT NOT NULL,
     stage TEXT,
     PRIMARY KEY (server, version)
   ) STRICT;`,
] as const;
