/** What a program is told of as it happens: commits, rollbacks, changed rows. */

/** True: roll back instead. Must not use the connection. */
export type CommitHook = () => boolean | void;
export type RollbackHook = () => void;
export type UpdateHook = (change: {
  readonly kind: "insert" | "update" | "delete";
  readonly database: string;
  readonly table: string;
  readonly rowid: number | bigint;
}) => void;

export class Hooks {
  commit: CommitHook | null = null;
  rollback: RollbackHook | null = null;
  update: UpdateHook | null = null;

  /** Each returns the one that was there. */
  setCommit(hook: CommitHook | null): CommitHook | null {
    const before = this.commit;
    this.commit = hook;
    return before;
  }

  setRollback(hook: RollbackHook | null): RollbackHook | null {
    const before = this.rollback;
    this.rollback = hook;
    return before;
  }

  setUpdate(hook: UpdateHook | null): UpdateHook | null {
    const before = this.update;
    this.update = hook;
    return before;
  }
}
