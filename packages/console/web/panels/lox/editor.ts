/**
 * CodeMirror, set up for Lox.
 *
 * It lives in a shadow tree: there CodeMirror keeps its styles in constructed style sheets, where in the document it would
 * add a <style> element, which the page's policy forbids.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { loxHighlighting, loxLanguage } from "./language.ts";
import type { Mark } from "./wire.ts";

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
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
    textDecorationSkipInk: "none",
  },
});

export interface EditorEvents {
  changed(text: string): void;
  /** Ctrl-Enter. */
  run(): void;
}

/** An editor below `host`. */
export class Editor {
  readonly #view: EditorView;

  constructor(host: HTMLElement, text: string, events: EditorEvents) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          indentOnInput(),
          indentUnit.of("  "),
          loxLanguage,
          syntaxHighlighting(loxHighlighting),
          theme,
          EditorView.contentAttributes.of({ "aria-label": "Lox program" }),
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

  /** Selects a piece of the text and brings it into sight. */
  select(start: number, end: number): void {
    const { length } = this.#view.state.doc;
    const selection = { anchor: Math.min(start, length), head: Math.min(end, length) };
    this.#view.dispatch({ selection, scrollIntoView: true });
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}
