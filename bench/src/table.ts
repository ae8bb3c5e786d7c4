/** The results as plain text, aligned, at most a screen wide. */
import type { FigureSummary, RatioSummary, ScenarioResult } from "./runner.ts";

/**
 *     GET, 50 connections
 *                     requests/s         ratio   CPU µs/request         ratio
 *       tenon            110,212 ±2 %                      8.12 ±1 %
 *       redis-server     121,034 ±1 %    0.91×             7.20 ±1 %    0.89×
 *       targets: throughput 0.91× redis-server (≥ 0.85×, met)
 *
 * A ratio says how many times better ours is than that row's.
 */
export function formatResult(result: ScenarioResult): string {
  const metrics = result.metrics.filter(({ key }) =>
    result.contenders.some(({ figures }) => figures[key] !== undefined),
  );
  const header = ["", ...metrics.flatMap(({ title }) => [title, "", ...ratioHeader(result)])];
  const rows = result.contenders.map(({ name, figures }) => [
    name,
    ...metrics.flatMap(({ key }) => [...figureCells(figures[key]), ...ratioCells(result, name, key)]),
  ]);
  const lines = [result.scenario, ...align([header, ...rows]).map((line) => `  ${line}`)];
  const targets = result.ratios.filter((ratio) => ratio.target !== undefined);
  if (targets.length > 0) lines.push(`  targets: ${targets.map(formatTarget).join("; ")}`);
  if (result.missing.length > 0) lines.push(`  not installed here: ${result.missing.join(", ")}`);
  return lines.join("\n");
}

function ratioHeader(result: ScenarioResult): string[] {
  return result.ratios.length > 0 ? ["ratio"] : [];
}

function ratioCells(result: ScenarioResult, name: string, metric: string): string[] {
  if (result.ratios.length === 0) return [];
  const ratio = result.ratios.find((candidate) => candidate.peer === name && candidate.metric === metric);
  return [ratio === undefined ? "" : formatRatio(ratio.median)];
}

function figureCells(figure: FigureSummary | undefined): [string, string] {
  return figure === undefined ? ["–", ""] : [formatFigure(figure.median), `±${Math.round(figure.spread * 100)} %`];
}

function formatTarget({ peer, metric, median, target }: RatioSummary): string {
  const verdict = median >= target! ? "met" : "missed";
  return `${metric} ${formatRatio(median)} ${peer} (≥ ${formatRatio(target!)}, ${verdict})`;
}

export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** Three significant digits at least; thousands separated from 1,000 on. */
export function formatFigure(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Columns to the width of their widest cell: the first column to the left, the others to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
