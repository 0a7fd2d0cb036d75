import { createScanner } from 'typescript/unstable/ast/scanner';
import { SyntaxKind } from 'typescript/unstable/ast';

/** The prose of a source file: comments, strings and JSX text. */

/** Tokens after which a slash divides; after any other token it starts a regular expression. */
const OPERANDS = new Set<SyntaxKind>([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.LessThanToken,
]);
const TEXTS = new Set<SyntaxKind>([
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
]);
const TRIVIA = new Set<SyntaxKind>([
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
  SyntaxKind.NewLineTrivia,
  SyntaxKind.WhitespaceTrivia,
]);

/** Returns comments, strings and, for `.tsx`, JSX text of a TypeScript file, each on one line. */
export function readProse(file: string, text: string): string[] {
  const scanner = createScanner(false, undefined, text);
  const prose: string[] = [];
  // True for a brace that opens an expression in a template.
  const braces: boolean[] = [];
  let before: SyntaxKind = SyntaxKind.Unknown;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    if (kind === SyntaxKind.SlashToken && !OPERANDS.has(before)) kind = scanner.reScanSlashToken();
    if (kind === SyntaxKind.OpenBraceToken) braces.push(false);
    if (kind === SyntaxKind.CloseBraceToken && braces.pop()) kind = scanner.reScanTemplateToken(false);
    if (kind === SyntaxKind.TemplateHead || kind === SyntaxKind.TemplateMiddle) braces.push(true);
    if (TEXTS.has(kind)) prose.push(scanner.getTokenText());
    if (!TRIVIA.has(kind)) before = kind;
  }
  if (file.endsWith('.tsx')) prose.push(...[...text.matchAll(/>([^<>{}=;()]+)</g)].map(([, words]) => words!));
  return prose.map((each) => each.replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, ' '));
}
