/**
 * CodeMirror, as all languages of the page have it.
 *
 * It lives in a shadow tree: there CodeMirror keeps its styles in constructed style sheets, where in the document it would
 * add a <style> element, which the page's policy forbids.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Something wrong at a place of the text: offsets in UTF-16 units. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--faint)", backgroundColor: "var(--surface)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 55%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-soft)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-soft)",
    outline: "1px solid var(--accent)",
  },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--edge-strong)",
    borderRadius: "5px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "15em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--ink)",
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
    textDecorationSkipInk: "none",
  },
});

/** The page's own colours, so that a change of theme needs nothing here. */
const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--line-3)" },
  { tag: tags.atom, color: "var(--line-4)" },
  { tag: tags.number, color: "var(--line-2)" },
  { tag: tags.string, color: "var(--line-6)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: tags.function(tags.variableName), color: "var(--line-5)" },
  { tag: tags.operator, color: "var(--muted)" },
]);

export interface EditorOptions {
  readonly text: string;
  /** What is written here, for those who cannot see it. */
  readonly label: string;
  /** The language, and what else it needs; comes before the editor's own. */
  readonly language: Extension;
}

export interface EditorEvents {
  changed(text: string): void;
  /** Ctrl-Enter. */
  run(): void;
}

/** An editor below `host`. */
export class Editor {
  readonly #view: EditorView;

  constructor(host: HTMLElement, { text, label, language }: EditorOptions, events: EditorEvents) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          language,
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          indentOnInput(),
          indentUnit.of("  "),
          syntaxHighlighting(highlighting),
          theme,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) events.changed(update.state.doc.toString());
          }),
          keymap.of([
            {
              key: "Mod-Enter",
              run: () => {
                events.run();
                return true;
              },
            },
            ...defaultKeymap,
            ...historyKeymap,
            indentWithTab,
          ]),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Replaces the whole text. */
  setText(text: string): void {
    const { state } = this.#view;
    this.#view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, selection: { anchor: 0 } });
  }

  /** Shows what is wrong; each mark covers one character at least, where there is one. */
  mark(marks: readonly Mark[]): void {
    const { state } = this.#view;
    const { length } = state.doc;
    const diagnostics: Diagnostic[] = marks.map(({ start, end, message }) => {
      const to = Math.min(Math.max(end, start + 1), length);
      return { from: Math.min(start, Math.max(0, to - 1)), to, severity: "error", message };
    });
    this.#view.dispatch(setDiagnostics(state, diagnostics));
  }

  /** What is selected, or undefined. */
  get selection(): { readonly from: number; readonly to: number } | undefined {
    const { from, to, empty } = this.#view.state.selection.main;
    return empty ? undefined : { from, to };
  }

  /** Selects a piece of the text and brings it into sight. */
  select(start: number, end: number): void {
    const { length } = this.#view.state.doc;
    const selection = { anchor: Math.min(start, length), head: Math.min(end, length) };
    this.#view.dispatch({ selection, scrollIntoView: true });
  }

  /** Puts `text` in the place of what is selected, and goes on behind it. */
  insert(text: string): void {
    this.#view.dispatch(this.#view.state.replaceSelection(text));
    this.focus();
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}
