package report

import (
	"fmt"
	"html"
	"path"
	"strings"
	"unicode"
)

// Markdown that quotes a stranger's files must mean nothing by it: a name may hold
// pipes, backticks, HTML, links and mentions. Text is therefore written word by
// word. What is nothing but letters stays as it is; everything else is code, in
// which neither Markdown nor GitHub looks for anything.

// prose writes one line of text. code writes a word that is not plain.
func prose(text string, code func(string) string) string {
	words := strings.Fields(oneLine(text))
	for i, word := range words {
		inner := strings.TrimLeft(word, `("'`)
		before := word[:len(word)-len(inner)]
		kept := strings.TrimRight(inner, `),;:."'`)
		after := inner[len(kept):]
		switch {
		case isPlain(kept), i > 0 && isNumber(kept):
		case kept == "":
			words[i] = code(word)
			continue
		default:
			kept = code(kept)
		}
		words[i] = before + kept + after
	}
	return strings.Join(words, " ")
}

// isPlain reports whether a word has only letters, and hyphens and apostrophes
// between them.
func isPlain(word string) bool {
	between := true
	for _, r := range word {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r):
			between = false
		case (r == '-' || r == '\'' || r == '’') && !between:
			between = true
		default:
			return false
		}
	}
	return !between
}

// isNumber reports whether a word has only digits. At the beginning of a line it
// could be that of a list.
func isNumber(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}

// markdownProse writes one line of text for Markdown, also in a table.
func markdownProse(text string) string { return prose(text, markdownCode) }

// htmlProse writes one line of text for an element of HTML within Markdown.
func htmlProse(text string) string { return prose(text, htmlCode) }

// markdownCode writes text as code. Backticks, and pipes in a table, end a code
// span whatever stands before them; an element with character references has no
// such ends.
func markdownCode(text string) string {
	text = oneLine(text)
	if text != "" && text == strings.TrimSpace(text) && !strings.ContainsAny(text, "`|\\") {
		return "`" + text + "`"
	}
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == ' ' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	b.WriteString("</code>")
	return b.String()
}

// htmlCode writes text as code within a block of HTML, where Markdown is not read.
func htmlCode(text string) string {
	return "<code>" + html.EscapeString(oneLine(text)) + "</code>"
}

// markdownLink writes a link whose text is already Markdown, or the text alone where
// there is no address.
func markdownLink(text, address string) string {
	if address == "" {
		return text
	}
	return fmt.Sprintf("[%s](<%s>)", text, strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "\\", "%5C").Replace(address))
}

// fence writes a block of code, fenced by more backticks than it holds.
func fence(language, text string) string {
	longest, run := 2, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	ticks := strings.Repeat("`", longest+1)
	return ticks + language + "\n" + strings.TrimRight(text, "\n") + "\n" + ticks + "\n"
}

// languageOf names the language of a file as GitHub's highlighting does.
func languageOf(file string) string {
	switch path.Ext(file) {
	case ".tf", ".tofu", ".tfvars":
		return "hcl"
	case ".json":
		return "json"
	case ".yaml", ".yml":
		return "yaml"
	default:
		return ""
	}
}
