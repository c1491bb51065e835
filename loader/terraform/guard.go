package terraform

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// HCL's parser, and whatever goes through a syntax tree, calls itself for every
// bracket, operator and step in an expression; a stack that overflows ends the
// program. maxNesting bounds how deeply brackets and templates nest, maxSteps how
// many operators and steps an expression has that no bracket holds together, and
// maxTokens how many tokens a file has: its tree takes some 500 bytes for each.
const (
	maxNesting = 500
	maxSteps   = 1000
	maxTokens  = 400_000
	maxDigits  = 1000
)

// amount estimates how many tokens a text has, and how many of them may deepen its
// tree.
func amount(text []byte) (tokens, deepening int) {
	inWord, digits := false, 0
	for _, c := range text {
		isDigit := '0' <= c && c <= '9'
		isWord := isDigit || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ' ' || c == '\t'
		if !isWord || !inWord {
			tokens++
		}
		inWord = isWord
		if digits++; !isDigit {
			digits = 0
		}
		if digits > maxDigits {
			deepening = maxNesting
		}
		switch c {
		case '(', '[', '{', '.', '?', '!', '-', '+', '*', '/', '%', '&', '|', '=', '<', '>':
			deepening++
		}
	}
	return tokens, deepening
}

// tooComplex returns what must not be parsed of a text, or nil. Most texts have too
// little of everything to be looked at closely.
func tooComplex(text []byte, name string, start hcl.Pos, lex func([]byte, string, hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)) *hcl.Diagnostic {
	tokens, deepening := amount(text)
	refuse := func(at hcl.Range, format string, arguments ...any) *hcl.Diagnostic {
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Too complex", Detail: fmt.Sprintf(format, arguments...), Subject: &at}
	}
	if tokens > maxTokens {
		return refuse(hcl.Range{Filename: name, Start: start, End: start}, "the file is not read, since it has more than %d tokens", maxTokens)
	}
	if deepening < maxNesting {
		return nil
	}
	all, _ := lex(text, name, start)
	nesting := nesting{{opened: hclsyntax.TokenOBrace}}
	for _, token := range all {
		if why := nesting.add(token); why != "" {
			return refuse(token.Range, "%s", why)
		}
	}
	return nil
}

// A nesting holds the brackets and templates that are open, from the outside in.
type nesting []open

// An open bracket holds how many steps the expression in it has so far.
type open struct {
	opened hclsyntax.TokenType
	steps  int
}

// closes says what opens what a token closes. What closes nothing is passed over,
// as HCL's parser does.
var closes = map[hclsyntax.TokenType][]hclsyntax.TokenType{
	hclsyntax.TokenCBrace:         {hclsyntax.TokenOBrace},
	hclsyntax.TokenCBrack:         {hclsyntax.TokenOBrack},
	hclsyntax.TokenCParen:         {hclsyntax.TokenOParen},
	hclsyntax.TokenCQuote:         {hclsyntax.TokenOQuote},
	hclsyntax.TokenCHeredoc:       {hclsyntax.TokenOHeredoc},
	hclsyntax.TokenTemplateSeqEnd: {hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl},
}

// add goes on by a token and says why the text is too complex, or "".
func (n *nesting) add(token hclsyntax.Token) string {
	top := &(*n)[len(*n)-1]
	switch token.Type {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
		hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		// An index is a step, and directives of a template hold what follows them;
		// its other parts lie side by side.
		if token.Type != hclsyntax.TokenTemplateInterp {
			top.steps++
		}
		if *n = append(*n, open{opened: token.Type}); len(*n) > maxNesting {
			return fmt.Sprintf("it nests more than %d levels deep", maxNesting)
		}
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		if len(*n) > 1 && slices.Contains(closes[token.Type], top.opened) {
			*n = (*n)[:len(*n)-1]
		}
		return ""
	case hclsyntax.TokenNewline:
		if top.opened == hclsyntax.TokenOBrace {
			top.steps = 0
		}
	case hclsyntax.TokenComma:
		top.steps = 0
	case hclsyntax.TokenNumberLit:
		if len(token.Bytes) > maxDigits {
			return fmt.Sprintf("a number has more than %d digits", maxDigits)
		}
	case hclsyntax.TokenIdent, hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenQuotedNewline, hclsyntax.TokenComment, hclsyntax.TokenEOF:
	default:
		top.steps++
	}
	if top.steps > maxSteps {
		return fmt.Sprintf("an expression has more than %d operators and steps", maxSteps)
	}
	return ""
}

// parseConfig parses a file, or a part of one that starts there. The file is nil
// where it is not parsed.
func parseConfig(text []byte, name string, start hcl.Pos) (*hcl.File, hcl.Diagnostics) {
	if problem := tooComplex(text, name, start, hclsyntax.LexConfig); problem != nil {
		return nil, hcl.Diagnostics{problem}
	}
	return hclsyntax.ParseConfig(text, name, start)
}

// parseTemplate and parseExpression parse a text inside a file.
func parseTemplate(text []byte, name string, start hcl.Pos) (hclsyntax.Expression, hcl.Diagnostics) {
	if problem := tooComplex(text, name, start, hclsyntax.LexTemplate); problem != nil {
		return nil, hcl.Diagnostics{problem}
	}
	return hclsyntax.ParseTemplate(text, name, start)
}

func parseExpression(text []byte, name string, start hcl.Pos) (hclsyntax.Expression, hcl.Diagnostics) {
	if problem := tooComplex(text, name, start, hclsyntax.LexExpression); problem != nil {
		return nil, hcl.Diagnostics{problem}
	}
	return hclsyntax.ParseExpression(text, name, start)
}
