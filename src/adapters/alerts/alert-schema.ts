/** The tables of alerts.db. Instants are the machine's milliseconds since 1970; what is not known is NULL. */

/** Numbered migrations: never edited, only added to. */
export const alertMigrations = [
  `CREATE TABLE incidents (
    id INTEGER PRIMARY KEY,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'critical')),
    cause TEXT NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    last_text TEXT NOT NULL,
    shapes TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'over')),
    acknowledged_ms INTEGER,
    acknowledged_by TEXT,
    over_ms INTEGER,
    messages INTEGER NOT NULL,
    told_ms INTEGER NOT NULL,
    told_count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX incidents_by_state ON incidents (state, level);
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incidents (id) DEFERRABLE INITIALLY DEFERRED,
    level TEXT NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX alerts_by_incident ON alerts (incident);
  CREATE INDEX alerts_by_time ON alerts (at_ms);
  CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incidents (id) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('first', 'repeat', 'summary', 'test')),
    made_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX messages_by_incident ON messages (incident, number);
  CREATE TABLE deliveries (
    message TEXT NOT NULL REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed', 'withdrawn')),
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    settled_ms INTEGER,
    error TEXT,
    PRIMARY KEY (message, channel)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_state ON deliveries (state);
  CREATE TABLE channels (
    id TEXT PRIMARY KEY,
    last_ok_ms INTEGER,
    last_failed_ms INTEGER,
    failures INTEGER NOT NULL,
    error TEXT
  ) STRICT;
  CREATE TABLE positions (
    source TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE acts (
    id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    told_ms INTEGER
  ) STRICT;
  CREATE INDEX acts_untold ON acts (told_ms) WHERE told_ms IS NULL;`,
  "ALTER TABLE incidents ADD COLUMN letter TEXT",
] as const;
