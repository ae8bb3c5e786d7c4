/** One question to an open database. */
import { type Database, SqliteError } from "@tenon/sqlite/browser";
import { describeSchema } from "./schema.ts";
import { explainScript, runScript } from "./script.ts";
import type { Failed, SqliteAnswers, SqliteQuestion } from "./sqlite-wire.ts";

/** `open` gives the database, opened at the first question. */
export function answer(open: () => Database, question: SqliteQuestion): SqliteAnswers[keyof SqliteAnswers] | Failed {
  try {
    const db = open();
    switch (question.ask) {
      case "schema":
        return describeSchema(db);
      case "run":
        return runScript(db, question.sql);
      case "explain":
        return explainScript(db, question.sql);
    }
  } catch (error) {
    if (error instanceof SqliteError) return { failure: { code: error.code, message: error.message } };
    throw error;
  }
}
