/**
 * The text of one generated function while it is written: statements, temporaries, caches of slots, places.
 *
 * Names are `L<id>` for locals, `t<n>` for temporaries, `c<n>` for the caches of constant keys (the slot of the hash part where the
 * key was last time); text of the script appears in JSON literals only.
 */
import type { Binding, Expression } from "../ast.ts";
import type { OperandName, SiteTable } from "../sites.ts";

/** Plain functions, or generators. */
export type Form = "fast" | "full";

export class GeneratedText {
  protected readonly full: boolean;
  protected readonly sites: SiteTable;
  protected out: string[] = [];
  protected temporaries = 0;
  protected mostTemporaries = 0;
  protected caches = 0;

  constructor(form: Form, sites: SiteTable) {
    this.full = form === "full";
    this.sites = sites;
  }

  protected emit(text: string): void {
    this.out.push(text);
  }

  /** What `work` emits, apart. */
  protected apart(work: () => void): string {
    const outer = this.out;
    this.out = [];
    work();
    const text = this.out.join("");
    this.out = outer;
    return text;
  }

  protected temporary(): string {
    this.mostTemporaries = Math.max(this.mostTemporaries, this.temporaries + 1);
    return `t${this.temporaries++}`;
  }

  protected held(text: string): string {
    const held = this.temporary();
    this.emit(`${held}=${text};`);
    return held;
  }

  protected cache(): string {
    return `c${this.caches++}`;
  }

  /** In full form, an activation that an operation came back with is run, and its first value is the operation's. */
  protected settle(held: string): string {
    if (this.full) this.emit(`if(${held} instanceof Activation)${held}=first(yield ${held});`);
    return held;
  }

  protected site(line: number, left?: Expression, right?: Expression): number {
    return this.sites.add(line, left && operandName(left), right && operandName(right));
  }
}

export function localName(binding: Binding): string {
  return `L${binding.id}`;
}

/** The original derives an operand's name from the instruction that loaded it (ldebug.c, getobjname). */
function operandName(node: Expression): OperandName | undefined {
  switch (node.kind) {
    case "local":
      return { what: node.upvalue ? "upvalue" : "local", name: node.binding.name };
    case "global":
      return { what: "global", name: node.name };
    case "index":
      return { what: "field", name: node.key.kind === "string" ? node.key.value : "?" };
    case "paren":
      return operandName(node.inner);
    default:
      return undefined;
  }
}
