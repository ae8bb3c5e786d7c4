/** Programs on Drizzle and Kysely: with ours in the place of `better-sqlite3` they give the same, by changing what is imported. */
import { createRequire } from "node:module";
import { and, asc, avg, count, desc, eq, gt, inArray, like, relations, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { type Generated, Kysely, ParseJSONResultsPlugin, sql as raw, SqliteDialect } from "kysely";
import { expect, test } from "vitest";
import Ours from "../../src/better-sqlite3/index.ts";

type Class = new (source?: string) => never;
const Original = createRequire(import.meta.url)("better-sqlite3") as Class;

const users = sqliteTable(
  "users",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    email: text("email").notNull(),
    score: real("score").default(0),
    active: integer("active", { mode: "boolean" }).default(true),
    born: integer("born", { mode: "timestamp" }),
    tags: text("tags", { mode: "json" }).$type<string[]>(),
    photo: blob("photo"),
    balance: blob("balance", { mode: "bigint" }),
  },
  (table) => [uniqueIndex("users_email").on(table.email), index("users_name").on(table.name)],
);
const posts = sqliteTable("posts", {
  id: integer("id").primaryKey(),
  author: integer("author").references(() => users.id, { onDelete: "cascade" }),
  title: text("title").notNull(),
});
const likes = sqliteTable("likes", { user: integer("user").notNull(), post: integer("post").notNull() }, (table) => [
  primaryKey({ columns: [table.user, table.post] }),
]);
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
const postsRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.author], references: [users.id] }),
}));

const DDL = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, score REAL DEFAULT 0,
    active INTEGER DEFAULT 1, born INTEGER, tags TEXT, photo BLOB, balance BLOB);
  CREATE UNIQUE INDEX users_email ON users (email);
  CREATE INDEX users_name ON users (name);
  CREATE TABLE posts (id INTEGER PRIMARY KEY NOT NULL, author INTEGER REFERENCES users(id) ON DELETE CASCADE, title TEXT NOT NULL);
  CREATE TABLE likes (user INTEGER NOT NULL, post INTEGER NOT NULL, PRIMARY KEY (user, post));
`;

function drizzleProgram(Database: Class): unknown[] {
  const client = new Database(":memory:");
  (client as InstanceType<typeof Ours>).exec(DDL);
  const db = drizzle({ client, schema: { users, posts, likes, usersRelations, postsRelations } });
  const out: unknown[] = [];
  out.push(
    db
      .insert(users)
      .values([
        { name: "Ann", email: "ann@x", score: 1.5, born: new Date(86_400_000), tags: ["a", "b"] },
        {
          name: "Bob",
          email: "bob@x",
          active: false,
          photo: Buffer.from("photo"),
          balance: 12_345_678_901_234_567_890n,
        },
        { name: "Cy", email: "cy@x" },
      ])
      .returning()
      .all(),
  );
  out.push(
    db
      .insert(posts)
      .values([
        { author: 1, title: "one" },
        { author: 1, title: "two" },
        { author: 2, title: "three" },
      ])
      .run(),
  );
  out.push(
    db
      .select()
      .from(users)
      .where(and(gt(users.id, 1), like(users.name, "B%")))
      .all(),
  );
  out.push(
    db
      .select({ name: users.name, posts: count(posts.id) })
      .from(users)
      .leftJoin(posts, eq(posts.author, users.id))
      .groupBy(users.id)
      .orderBy(desc(count(posts.id)), asc(users.name))
      .all(),
  );
  out.push(
    db
      .select({ mean: avg(users.score), n: sql<number>`count(*)`.mapWith(Number) })
      .from(users)
      .get(),
  );
  out.push(
    db
      .update(users)
      .set({ score: sql`${users.score} + 10` })
      .where(inArray(users.id, [1, 3]))
      .returning({ id: users.id, score: users.score })
      .all(),
  );
  out.push(
    db
      .insert(users)
      .values({ name: "Ann2", email: "ann@x" })
      .onConflictDoUpdate({ target: users.email, set: { name: "Ann2" } })
      .returning()
      .get(),
  );
  out.push(db.insert(users).values({ name: "Zed", email: "bob@x" }).onConflictDoNothing().run());
  const popular = db.$with("popular").as(
    db
      .select({ author: posts.author, n: count().as("n") })
      .from(posts)
      .groupBy(posts.author),
  );
  out.push(db.with(popular).select().from(popular).where(gt(popular.n, 1)).all());
  const prepared = db
    .select()
    .from(posts)
    .where(eq(posts.author, sql.placeholder("author")))
    .orderBy(posts.title)
    .prepare();
  out.push(prepared.all({ author: 1 }), prepared.all({ author: 2 }), prepared.get({ author: 9 }));
  out.push(
    db.transaction((tx) => {
      tx.insert(likes).values({ user: 1, post: 1 }).run();
      try {
        tx.transaction((inner) => {
          inner.insert(likes).values({ user: 2, post: 1 }).run();
          inner.rollback();
        });
      } catch (error) {
        out.push((error as Error).message);
      }
      return tx.select().from(likes).all();
    }),
  );
  try {
    db.insert(users).values({ name: "Bob", email: "bob@x" }).run();
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    out.push([(cause as Error).message, (cause as { code?: string }).code]);
  }
  out.push(db.delete(users).where(eq(users.id, 1)).run(), db.select().from(posts).all());
  out.push(
    db
      .select({ name: users.name })
      .from(users)
      .union(db.select({ name: posts.title }).from(posts))
      .all(),
  );
  out.push(
    db.all(sql`SELECT name, upper(name) AS up FROM users ORDER BY 1`),
    db.get(sql`SELECT 1 + 1 AS two`),
    db.values(sql`SELECT id FROM users`),
  );
  return out;
}

interface Tables {
  person: { id: Generated<number>; name: string; age: number | null };
  pet: { id: Generated<number>; owner: number; name: string; species: "cat" | "dog" };
}

async function kyselyProgram(Database: Class): Promise<unknown[]> {
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Database(":memory:") }),
    plugins: [new ParseJSONResultsPlugin()],
  });
  const out: unknown[] = [];
  await db.schema
    .createTable("person")
    .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("name", "text", (column) => column.notNull().unique())
    .addColumn("age", "integer", (column) => column.check(raw`age >= 0`))
    .execute();
  await db.schema
    .createTable("pet")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("owner", "integer", (column) => column.references("person.id").onDelete("cascade"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("species", "text", (column) => column.defaultTo("dog"))
    .execute();
  await db.schema.createIndex("pet_owner").on("pet").column("owner").execute();
  out.push(
    await db
      .insertInto("person")
      .values([
        { name: "A", age: 1 },
        { name: "B", age: null },
        { name: "C", age: 33 },
      ])
      .execute(),
  );
  out.push(
    await db
      .insertInto("pet")
      .values([
        { owner: 1, name: "x", species: "cat" },
        { owner: 3, name: "y", species: "dog" },
      ])
      .returningAll()
      .execute(),
  );
  out.push(
    await db
      .selectFrom("person")
      .innerJoin("pet", "pet.owner", "person.id")
      .select(["person.name", "pet.name as pet"])
      .orderBy("pet")
      .execute(),
  );
  out.push(
    await db
      .selectFrom("person")
      .select(({ fn }) => [fn.countAll<number>().as("n"), fn.max("age").as("oldest")])
      .executeTakeFirst(),
  );
  out.push(await db.selectFrom("person").selectAll().where("age", "is", null).execute());
  out.push(
    await db
      .updateTable("person")
      .set((eb) => ({ age: eb("age", "+", 1) }))
      .where("age", ">", 0)
      .executeTakeFirst(),
  );
  out.push(await db.deleteFrom("person").where("name", "=", "B").returning("id").executeTakeFirst());
  out.push(
    await db
      .with("old", (inner) => inner.selectFrom("person").selectAll().where("age", ">", 10))
      .selectFrom("old")
      .select("name")
      .execute(),
  );
  out.push(
    await db
      .insertInto("person")
      .values({ name: "A", age: 5 })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ age: 99 }))
      .executeTakeFirst(),
  );
  await db
    .transaction()
    .execute(async (tx) => {
      await tx.insertInto("person").values({ name: "T", age: 1 }).execute();
      throw new Error("undo");
    })
    .catch((error: unknown) => out.push(String(error)));
  await db
    .insertInto("person")
    .values({ name: "neg", age: -1 })
    .execute()
    .catch((error: unknown) => out.push(String(error)));
  const streamed: unknown[] = [];
  for await (const row of db.selectFrom("person").selectAll().orderBy("id").stream()) streamed.push(row);
  out.push(streamed);
  await db.schema.alterTable("person").renameTo("people").execute();
  out.push(
    await raw`SELECT * FROM people`.execute(db),
    await raw`SELECT sql FROM sqlite_schema ORDER BY name`.execute(db),
  );
  await db.destroy();
  return out;
}

test("Drizzle", () => {
  const ours = drizzleProgram(Ours as unknown as Class);
  expect(ours.length).toBeGreaterThan(20);
  expect(ours).toEqual(drizzleProgram(Original));
});

test("Kysely", async () => {
  const ours = await kyselyProgram(Ours as unknown as Class);
  expect(ours.length).toBeGreaterThan(12);
  expect(ours).toEqual(await kyselyProgram(Original));
});
